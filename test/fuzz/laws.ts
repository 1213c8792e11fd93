/**
 * The laws of a random program. Tolerances grow with what a last-digit change of the inputs does to the result; where that does not explain
 * a difference, with what the rounding of values on the way does.
 */
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
import { onReference, onWasm, roundsToFloat32 } from '../helpers/backends.ts'
import { fill } from '../helpers/golden.ts'
import { array } from '../helpers/reference.ts'
import { gradient, inner, push } from '../laws/derivatives.ts'
import type { Spread } from './conditioning.ts'
import { inputChange, roundingSensitivity, same, scaleOf, sensitivity } from './conditioning.ts'

/** A law that does not hold: what was compared, the first difference, and the program. */
export class Broken extends Error {}

/** The error a result may have if nothing is ill-conditioned, by dtype. */
const allowance = { float64: 1e-12, float32: 1e-5 } as const

/** Whether the comparison said anything: ill-conditioned or overflowing programs do not. */
export type Outcome = 'checked' | 'ill-conditioned'

/** WebAssembly gives what the reference gives. */
export function machinesAgree(program: Program, inputs: readonly Ndarray[], what: string): Outcome {
  const dtype = roundsToFloat32(program) ? 'float32' : 'float64'
  const expected = onReference(program, inputs)
  const spread = sensitivity(program, inputs, expected, inputChange[dtype])
  if (spread === null) return 'ill-conditioned'
  const rounding = (): Spread | null => roundingSensitivity(program, inputs, expected)
  return compareAll(onWasm(program, inputs), expected, { what, program, allowed: allowance[dtype], spread, rounding })
}

/** Simplification keeps every bit. */
export function simplifiedIsSame(program: Program, inputs: readonly Ndarray[]): void {
  const simple = simplify(program)
  compareAll(onReference(simple, inputs), onReference(program, inputs), {
    what: 'simplified and plain',
    program,
    allowed: 0,
  })
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
  const spread = sensitivity(mapped, stacked, expected, inputChange.float64)
  if (spread === null) return 'ill-conditioned'
  compareAll(onReference(mapped, stacked), expected, {
    what: `mapped ${batched} and a loop`,
    program,
    allowed: allowance.float64,
    spread,
    rounding: () => roundingSensitivity(mapped, stacked, expected),
  })
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
  const [expected, actual] = [onReference(one, inputs), onReference(other, inputs)]
  const spread = both(sensitivity(one, inputs, expected, inputChange.float64), () =>
    sensitivity(other, inputs, actual, inputChange.float64),
  )
  if (spread === null) return 'ill-conditioned'
  const rounding = (): Spread | null =>
    both(roundingSensitivity(one, inputs, expected), () => roundingSensitivity(other, inputs, actual))
  return compareAll(actual, expected, { what, program: other, allowed: 1e-11, spread, rounding })
}

/** The sum of two spreads. */
function both(one: Spread | null, make: () => Spread | null): Spread | null {
  const other = one && make()
  return one && other && one.map((list, k) => list.map((x, i) => x + other[k][i]))
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

/** What a comparison is about, and what it allows. */
interface Comparison {
  readonly what: string
  readonly program: Program
  /** The error relative to the largest number of a result. */
  readonly allowed: number
  /** What is allowed besides, for each element. */
  readonly spread?: Spread
  /** What the rounding on the way adds to it: asked for only where a difference is not explained without. */
  rounding?(): Spread | null
}

function compareAll(actual: readonly Ndarray[], expected: readonly Ndarray[], comparison: Comparison): Outcome {
  const { what, program, allowed, spread, rounding } = comparison
  const fail = (sentence: string): never => {
    throw new Broken(`${what}: ${sentence}\n${printProgram(program)}`)
  }
  const otherType = differentType(actual, expected)
  if (otherType !== null) fail(otherType)
  const difference = firstDifference(actual, expected, allowed, spread)
  if (difference === null) return 'checked'
  if (rounding === undefined) return fail(difference)
  const wider = both(spread ?? null, rounding)
  if (wider === null) return 'ill-conditioned'
  return firstDifference(actual, expected, allowed, wider) === null ? 'checked' : fail(difference)
}

function differentType(actual: readonly Ndarray[], expected: readonly Ndarray[]): string | null {
  if (actual.length !== expected.length) return `${actual.length} results, not ${expected.length}`
  for (const [k, { shape, dtype, data }] of expected.entries()) {
    const got = actual[k]
    if (String(got.shape) !== String(shape) || got.dtype !== dtype || got.data.length !== data.length)
      return `result ${k} is ${got.dtype}[${got.shape}], not ${dtype}[${shape}]`
  }
  return null
}

function firstDifference(
  actual: readonly Ndarray[],
  expected: readonly Ndarray[],
  allowed: number,
  spread?: Spread,
): string | null {
  for (const [k, { dtype, data }] of expected.entries()) {
    const scale = scaleOf(data)
    for (const [i, y] of data.entries()) {
      const got = actual[k].data[i]
      const bound = isFloat(dtype) ? allowed * scale + (spread?.[k][i] ?? 0) : 0
      const error = same(got, y) ? 0 : Math.abs(got - y)
      if (!(error <= bound)) return `result ${k}, element ${i}: ${got}, not ${y} (allowed ${bound})`
    }
  }
  return null
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
