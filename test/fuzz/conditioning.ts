/**
 * How far the results of a program may move for reasons that are nobody's fault: last digits of the inputs, signs of zeros, and the
 * rounding of every value on the way.
 */
import { isFloat } from '../../src/core/dtype.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Params } from '../../src/core/primitive.ts'
import type { Equation, Program } from '../../src/core/program.ts'
import { nestedPrograms } from '../../src/core/program.ts'
import type { PrimitiveName } from '../../src/primitives/index.ts'
import { withTape } from '../../src/rewrite/specialise.ts'
import { onAdjustedReference, onReference, roundedToItsDType, roundsToFloat32, withZeros } from '../helpers/backends.ts'
import { fill } from '../helpers/golden.ts'

/** For each result what may be added to or taken from each of its elements. */
export type Spread = readonly Float64Array[]

/** Relative change of the inputs of a program, by the dtype it rounds to. */
export const inputChange = { float64: 1e-14, float32: 3e-7 } as const

/**
 * What small changes of the inputs, signs of zeros, and rounding to float32 on the way, do to each element of the results; null if they change
 * it altogether.
 */
export function sensitivity(
  program: Program,
  inputs: readonly Ndarray[],
  expected: readonly Ndarray[],
  change: number,
): Spread | null {
  const runs = [11, 22, 33, 44].map((seed) => () => onReference(program, nudged(inputs, change, seed)))
  for (const zero of [0, -0] as const) runs.push(() => onAdjustedReference(program, inputs, withZeros(zero)))
  if (roundsToFloat32(program)) runs.push(() => onAdjustedReference(program, inputs, roundedToItsDType))
  return spreadOf(runs, expected, 1e8 * change)
}

/**
 * What a unit of rounding in the result of every equation, nested ones included, does to each element of the results; null if it changes them
 * altogether. It sees what changes of the inputs do not: where tanh x is 1, no change of x moves 1 - tanh² x.
 */
export function roundingSensitivity(
  program: Program,
  inputs: readonly Ndarray[],
  expected: readonly Ndarray[],
): Spread | null {
  const runs = [1, 2, 3, 4].map(
    (seed) => () => withTape(program, inputs, (closed) => onReference(disturbed(closed, seed), inputs)),
  )
  return spreadOf(runs, expected, 1e8 * inputChange[roundsToFloat32(program) ? 'float32' : 'float64'])
}

/** 100 times the largest differences from what is expected; null if one of them is too large. */
function spreadOf(
  runs: readonly (() => readonly Ndarray[])[],
  expected: readonly Ndarray[],
  limit: number,
): Spread | null {
  const spread = expected.map(({ data }) => new Float64Array(data.length))
  for (const results of runs) if (!widen(spread, results(), expected, limit)) return null
  return spread
}

function widen(
  spread: Float64Array[],
  results: readonly Ndarray[],
  expected: readonly Ndarray[],
  limit: number,
): boolean {
  for (const [k, { data, dtype }] of expected.entries()) {
    const allowed = isFloat(dtype) ? Math.min(limit, 0.01) * scaleOf(data) : 0
    for (let i = 0; i < data.length; i++) {
      const moved = same(results[k].data[i], data[i]) ? 0 : Math.abs(results[k].data[i] - data[i])
      if (!(moved <= allowed)) return false
      spread[k][i] = Math.max(spread[k][i], 100 * moved)
    }
  }
  return true
}

/** Equal, or both NaN. */
export const same = (a: number, b: number): boolean => a === b || Object.is(a, b)

/** The largest finite magnitude, at least 1. */
export function scaleOf(data: ArrayLike<number>): number {
  let scale = 1
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) scale = Math.max(scale, Math.abs(data[i]))
  return scale
}

/** Inputs changed by a random relative amount of that size. */
const nudged = (inputs: readonly Ndarray[], change: number, seed: number): Ndarray[] =>
  inputs.map((input, i) => {
    if (!isFloat(input.dtype)) return input
    const noise = fill(input.data.length, seed + i, -change, change)
    return { ...input, data: Float64Array.from(input.data, (x, k) => x * (1 + noise[k])) }
  })

/** Primitives whose results are not rounded: they choose, copy, compare or count. */
const exact: ReadonlySet<string> = new Set<PrimitiveName>([
  ...(['neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'max', 'min', 'lt', 'le', 'eq', 'ne'] as const),
  ...(['and', 'or', 'xor', 'not', 'shl', 'shr', 'select', 'bitcast', 'stopGradient', 'full', 'iota'] as const),
  ...(['broadcast', 'reshape', 'transpose', 'slice', 'pad', 'reverse', 'concat', 'view', 'assemble'] as const),
  ...(['reduceMax', 'reduceMin', 'windows', 'gather', 'dynamicSlice', 'dynamicUpdate', 'sort'] as const),
  ...(['argmax', 'argmin', 'threefry', 'tap'] as const),
])

/**
 * The program with the float results of its equations rounded at random. What depends on no input is left alone: constants of
 * formulas are the same everywhere.
 */
function disturbed(program: Program, seed: number): Program {
  const moves = new Uint8Array(program.size)
  for (const { index } of program.inputs) moves[index] = 1
  const equations = program.equations.map((equation): Equation => {
    if (!equation.inputs.some(({ index }) => moves[index] === 1)) return equation
    for (const { index } of equation.outputs) moves[index] = 1
    return disturbedEquation(equation, seed)
  })
  return { ...program, equations }
}

function disturbedEquation(equation: Equation, seed: number): Equation {
  const { primitive, params } = equation
  if (exact.has(primitive.name)) return equation
  const inner = disturbedParams(params, seed)
  if (inner !== params) return { ...equation, params: inner }
  const evaluate: typeof primitive.evaluate = (...context) =>
    primitive.evaluate(...context).map((result) => rounded(result, seed))
  return { ...equation, primitive: { ...primitive, evaluate } }
}

/** Attributes with disturbed programs; the attributes themselves if they hold none. */
function disturbedParams(params: Params, seed: number): Params {
  const entries = Object.entries(params).map(([name, value]) => [name, nestedPrograms(value), value] as const)
  if (entries.every(([, programs]) => programs.length === 0)) return params
  return Object.fromEntries(
    entries.map(([name, programs, value]) => {
      if (programs.length === 0) return [name, value]
      const inner = programs.map((nested) => disturbed(nested, seed))
      return [name, Array.isArray(value) ? inner : inner[0]]
    }),
  )
}

/** Each float moved by up to a unit in its last place, equal ones alike, so that ties stay ties. */
function rounded(x: Ndarray, seed: number): Ndarray {
  if (!isFloat(x.dtype)) return x
  const unit = x.dtype === 'float32' ? 2 ** -23 : 2 ** -52
  return { ...x, data: Float64Array.from(x.data, (y) => y * (1 + unit * noiseOf(y, seed))) }
}

const words = new Uint32Array(2)
const bits = new Float64Array(words.buffer)

/** A number in [-1, 1) that depends on x and the seed alone. */
function noiseOf(x: number, seed: number): number {
  bits[0] = x
  let hash = Math.imul(words[0] ^ (seed * 0x9e3779b9), 0x85ebca6b) ^ words[1]
  for (let round = 0; round < 2; round++) {
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
    hash ^= hash >>> 13
  }
  return hash / 2 ** 31
}
