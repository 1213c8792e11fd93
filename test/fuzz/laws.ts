/** The laws of a random program. Tolerances grow with what a last-digit change of the inputs does to the result. */
import { sizeOf } from '../../src/core/abstract.ts'
import { inline } from '../../src/core/bind.ts'
import { isFloat } from '../../src/core/dtype.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import { printProgram } from '../../src/core/print.ts'
import type { Program } from '../../src/core/program.ts'
import { traceClosed } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { full } from '../../src/primitives/broadcast.ts'
import { add, mul, rem, sub } from '../../src/primitives/elementwise.ts'
import { iota, reshape } from '../../src/primitives/structural.ts'
import { simplify } from '../../src/rewrite/simplify.ts'
import { batchProgram } from '../../src/transforms/index.ts'
import {
  onAdjustedReference,
  onReference,
  onWasm,
  roundedToItsDType,
  roundsToFloat32,
  withZeros,
} from '../helpers/backends.ts'
import { fill } from '../helpers/golden.ts'
import { array } from '../helpers/reference.ts'
import { gradient, inner, push } from '../laws/derivatives.ts'

/** A law that does not hold: what was compared, the first difference, and the program. */
class Broken extends Error {}

/** Relative rounding of an input, and the error a result may have if nothing is ill-conditioned, by dtype. */
const precision = {
  float64: { change: 1e-14, allowed: 1e-12 },
  float32: { change: 3e-7, allowed: 1e-5 },
} as const

/** Whether the comparison said anything: ill-conditioned or overflowing programs do not. */
export type Outcome = 'checked' | 'ill-conditioned'

/** WebAssembly gives what the reference gives. */
export function machinesAgree(program: Program, inputs: readonly Ndarray[], what: string): Outcome {
  const isRounded = roundsToFloat32(program)
  const expected = onReference(program, inputs)
  const { change, allowed } = precision[isRounded ? 'float32' : 'float64']
  const spread = sensitivity(program, inputs, expected, change)
  if (spread === null) return 'ill-conditioned'
  compareAll(onWasm(program, inputs), expected, allowed, spread, what, program)
  return 'checked'
}

/** Simplification keeps every bit. */
export function simplifiedIsSame(program: Program, inputs: readonly Ndarray[]): void {
  const simple = simplify(program)
  compareAll(onReference(simple, inputs), onReference(program, inputs), 0, null, 'simplified and plain', program)
}

/** A mapped program is a loop. */
export function mappedIsLoop(
  program: Program,
  lanes: readonly (readonly Ndarray[])[],
  batched: readonly boolean[],
): Outcome {
  const stacked = program.inputs.map((input, i) =>
    batched[i]
      ? stack(
          input,
          lanes.map((lane) => lane[i]),
        )
      : lanes[0]![i],
  )
  const mapped = batchProgram(program, batched, lanes.length)
  const single = lanes.map((lane) => lane.map((input, i) => (batched[i] ? input : lanes[0]![i])))
  const loops = single.map((lane) => onReference(program, lane))
  const expected = program.outputs.map((output, k) =>
    stack(
      output,
      loops.map((results) => results[k]),
    ),
  )
  const spread = sensitivity(mapped, stacked, expected, precision.float64.change)
  if (spread === null) return 'ill-conditioned'
  compareAll(
    onReference(mapped, stacked),
    expected,
    precision.float64.allowed,
    spread,
    `mapped ${batched} and a loop`,
    program,
  )
  return machinesAgree(mapped, stacked, `mapped ${batched}`)
}

/** The gradient of Σ ⟨y_k, w_k⟩ over the float results by the float inputs; null without any. */
export function gradientOf(program: Program): Program | null {
  return lossOf(program, (loss, values) => gradient(loss)(values))
}

/** The Hessian of the same function times a direction, forward over reverse. */
export function curvatureOf(program: Program): Program | null {
  return lossOf(program, (loss, values) => push(gradient(loss))(values, floatsOf(values).map(directionLike)))
}

/** The same, reverse over reverse. */
export function curvatureByReverse(program: Program): Program | null {
  return lossOf(program, (loss, values) =>
    gradient((all) => inner(gradient(loss)(all), floatsOf(values).map(directionLike)))(values),
  )
}

/** Two programs with the same results on the reference. */
export function programsAgree(one: Program, other: Program, inputs: readonly Ndarray[], what: string): Outcome {
  const expected = onReference(one, inputs)
  const spread = sensitivity(one, inputs, expected, precision.float64.change)
  const others =
    spread === null ? null : sensitivity(other, inputs, onReference(other, inputs), precision.float64.change)
  if (spread === null || others === null) return 'ill-conditioned'
  const wider = spread.map((list, k) => list.map((x, i) => x + others[k][i]))
  compareAll(onReference(other, inputs), expected, 1e-11, wider, what, other)
  return 'checked'
}

/** The gradient, along a direction, is the limit of differences of Σ ⟨y_k, w_k⟩. */
export function gradientIsLimit(program: Program, inputs: readonly Ndarray[]): Outcome {
  const slopes = gradientOf(program)
  const loss = lossOf(program, (f, values) => [f(values)])
  if (slopes === null || loss === null) return 'ill-conditioned'
  const moved = inputs.filter(({ dtype }) => isFloat(dtype))
  const v = moved.map(({ shape }, j) => fill(sizeOf(shape), 8000 + j, -1, 1))
  const gradients = onReference(slopes, inputs)
  let slope = 0
  gradients.forEach(({ data }, k) => {
    for (let i = 0; i < data.length; i++) slope += data[i] * v[k][i]
  })
  const { limit, doubt } = romberg((t) => onReference(loss, along(inputs, v, t))[0].data[0])
  if (!Number.isFinite(slope) || !(doubt < 1e-6 * Math.max(1, Math.abs(limit)))) return 'ill-conditioned'
  const error = Math.abs(slope - limit)
  if (error <= 10 * doubt + 1e-8 * Math.max(1, Math.abs(limit))) return 'checked'
  throw new Broken(`gradient and differences: ${slope}, not ${limit} (± ${doubt})\n${printProgram(program)}`)
}

const floatsOf = (values: readonly Value[]): Value[] => values.filter(({ dtype }) => isFloat(dtype))

const directionLike = (x: Value, k: number): Value => waves(x, 2 * k + 4)

/** ((3 i + phase) mod 7 - 2.5) / 4, of the shape and dtype of x: constants without symmetry, exact in float32. */
function waves(x: Value, phase: number): Value {
  const constant = (value: number): Value => full([sizeOf(x.shape)], x.dtype, value)
  const place = add(mul(iota([sizeOf(x.shape)], x.dtype, 0), constant(3)), constant(phase))
  return reshape(mul(sub(rem(place, constant(7)), constant(2.5)), constant(0.25)), x.shape)
}

type Derive = (loss: (values: readonly Value[]) => Value, values: readonly Value[]) => readonly Value[]

function lossOf(program: Program, derive: Derive): Program | null {
  const isMoved = program.inputs.some(({ dtype }) => isFloat(dtype))
  const dtypes = new Set(program.outputs.map(({ dtype }) => dtype).filter(isFloat))
  if (!isMoved || dtypes.size !== 1) return null
  const loss = (values: readonly Value[]): Value => {
    const results = floatsOf(inline(program, values))
    return inner(
      results,
      results.map((y, k) => waves(y, 5 * k + 1)),
    )
  }
  return traceClosed('loss', (values) => derive(loss, values), program.inputs)
}

/** Inputs changed by a random relative amount of that size. */
const nudged = (inputs: readonly Ndarray[], change: number, seed: number): Ndarray[] =>
  inputs.map((input, i) => {
    if (!isFloat(input.dtype)) return input
    const noise = fill(input.data.length, seed + i, -change, change)
    return { ...input, data: Float64Array.from(input.data, (x, k) => x * (1 + noise[k])) }
  })

/**
 * What small changes of the inputs, signs of zeros, and rounding to float32 on the way, do to each element of the results; null if they change
 * it altogether.
 */
function sensitivity(
  program: Program,
  inputs: readonly Ndarray[],
  expected: readonly Ndarray[],
  change: number,
): Float64Array[] | null {
  const spread = expected.map(({ data }) => new Float64Array(data.length))
  const runs = [11, 22, 33, 44].map((seed) => () => onReference(program, nudged(inputs, change, seed)))
  for (const zero of [0, -0] as const) runs.push(() => onAdjustedReference(program, inputs, withZeros(zero)))
  if (roundsToFloat32(program)) runs.push(() => onAdjustedReference(program, inputs, roundedToItsDType))
  for (const results of runs) if (!widen(spread, results(), expected, 1e8 * change)) return null
  return spread
}

/** Adds 100 times the differences of two lists to `spread`; false if one of them is too large. */
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

function compareAll(
  actual: readonly Ndarray[],
  expected: readonly Ndarray[],
  allowed: number,
  spread: readonly Float64Array[] | null,
  what: string,
  program: Program,
): void {
  const fail = (sentence: string): never => {
    throw new Broken(`${what}: ${sentence}\n${printProgram(program)}`)
  }
  if (actual.length !== expected.length) fail(`${actual.length} results, not ${expected.length}`)
  expected.forEach(({ shape, dtype, data }, k) => {
    const got = actual[k]
    if (String(got.shape) !== String(shape) || got.dtype !== dtype || got.data.length !== data.length)
      fail(`result ${k} is ${got.dtype}[${got.shape}], not ${dtype}[${shape}]`)
    const scale = scaleOf(data)
    data.forEach((y, i) => {
      const error = same(got.data[i], y) ? 0 : Math.abs(got.data[i] - y)
      const bound = isFloat(dtype) ? allowed * scale + (spread?.[k][i] ?? 0) : 0
      if (!(error <= bound)) fail(`result ${k}, element ${i}: ${got.data[i]}, not ${y} (allowed ${bound})`)
    })
  })
}

const same = (a: number, b: number): boolean => a === b || Object.is(a, b)

/** The largest finite magnitude, at least 1. */
function scaleOf(data: ArrayLike<number>): number {
  let scale = 1
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) scale = Math.max(scale, Math.abs(data[i]))
  return scale
}

function stack(
  { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: Ndarray['dtype'] },
  parts: readonly Ndarray[],
): Ndarray {
  const joined = array([parts.length, ...shape], [], dtype)
  parts.forEach(({ data }, i) => {
    joined.data.set(data, i * data.length)
  })
  return joined
}

function along(inputs: readonly Ndarray[], v: readonly Float64Array[], t: number): Ndarray[] {
  let next = 0
  return inputs.map((input) => {
    if (!isFloat(input.dtype)) return input
    const direction = v[next++]
    return { ...input, data: Float64Array.from(input.data, (x, i) => x + t * direction[i]) }
  })
}

/** f'(0) by extrapolated central differences, and how far the last two extrapolations are apart. */
function romberg(f: (t: number) => number): { limit: number; doubt: number } {
  let row: number[] = []
  let before = Number.NaN
  for (let level = 0; level < 6; level++) {
    const h = 0.04 / 2 ** level
    const next = [(f(h) - f(-h)) / (2 * h)]
    for (let k = 1; k <= level; k++) next.push(next[k - 1] + (next[k - 1] - row[k - 1]) / (4 ** k - 1))
    before = row.at(-1) ?? Number.NaN
    row = next
  }
  return { limit: row[5], doubt: Math.abs(row[5] - before) }
}
