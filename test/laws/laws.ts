/** The laws that every primitive obeys, checked on one case in float64 on the reference evaluation. */
import { expect } from 'vitest'
import type { Abstract } from '../../src/core/abstract.ts'
import { sizeOf } from '../../src/core/abstract.ts'
import { isFloat } from '../../src/core/dtype.ts'
import { evaluateProgram } from '../../src/core/evaluate.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Value } from '../../src/core/value.ts'
import { constantLike } from '../../src/primitives/broadcast.ts'
import { add, scale } from '../../src/primitives/elementwise.ts'
import { iota, reshape } from '../../src/primitives/structural.ts'
import { sin } from '../../src/primitives/transcendental.ts'
import { distance, fill } from '../helpers/golden.ts'
import { array, programOf } from '../helpers/reference.ts'
import type { Case } from './case.ts'
import { inputsOf } from './case.ts'
import type { Fn, Scalar } from './derivatives.ts'
import { gradient, inner, over, pull, push, second, third } from './derivatives.ts'

/** A checked program, ready to be evaluated many times. */
const compiled = (f: Fn, types: readonly Abstract[]): ((inputs: readonly Ndarray[]) => readonly Ndarray[]) => {
  const program = programOf((...values) => f(values), types)
  return (inputs) => evaluateProgram(program, inputs)
}

const once = (f: Fn, inputs: readonly Ndarray[]): readonly Ndarray[] => compiled(f, inputs)(inputs)

const asList =
  ({ f }: Case): Fn =>
  (inputs) =>
    [f(...inputs)].flat()

const floatsIn = (arrays: readonly Ndarray[]): Ndarray[] => arrays.filter(({ dtype }) => isFloat(dtype))

/** Whether there is anything to differentiate: a float input and a float result. */
export function isDifferentiable(one: Case): boolean {
  const inputs = inputsOf(one, 1)
  const { outputs } = programOf((...values) => asList(one)(values), inputs)
  return floatsIn(inputs).length > 0 && outputs.some(({ dtype }) => isFloat(dtype))
}

/** Pseudo-random directions, one for each array. */
const directions = (types: readonly Abstract[], seed: number): Ndarray[] =>
  types.map(({ shape }, j) => array(shape, fill(sizeOf(shape), seed + j, -1, 1)))

const seeds = [8000, 8100, 8200] as const

/** Evaluation gives what the shape rule says: shapes, dtypes, numbers. */
export function valuesHaveTheirShapes(one: Case): void {
  const inputs = inputsOf(one, 1)
  const program = programOf((...values) => asList(one)(values), inputs)
  const results = evaluateProgram(program, inputs)
  expect(results.length).toBe(program.outputs.length)
  program.outputs.forEach(({ shape, dtype }, i) => {
    expect([results[i].shape, results[i].dtype, results[i].data.length]).toEqual([shape, dtype, sizeOf(shape)])
    expect(results[i].data.every(Number.isFinite), `${one.name}: numbers`).toBe(true)
  })
}

/** The tangent is the limit of differences, in three directions. */
export function tangentsMatchDifferences(one: Case): void {
  const inputs = inputsOf(one, 1)
  const f = onlyFloats(asList(one))
  const values = compiled(f, inputs)
  const moved = floatsIn(inputs)
  const derivative = compiled(
    (all) => push(f)(all.slice(0, inputs.length), all.slice(inputs.length)),
    [...inputs, ...moved],
  )
  for (const seed of seeds) {
    const v = directions(moved, seed)
    expectEqualLists(derivative([...inputs, ...v]), differences(values, inputs, v), tolerance.differences, one.name)
  }
}

/** ⟨J v, w⟩ = ⟨v, Jᵀ w⟩, in three directions. */
export function transposesAreAdjoint(one: Case): void {
  const inputs = inputsOf(one, 2)
  const f = onlyFloats(asList(one))
  const moved = floatsIn(inputs)
  const results = once(f, inputs)
  const forward = compiled(
    (all) => push(f)(all.slice(0, inputs.length), all.slice(inputs.length)),
    [...inputs, ...moved],
  )
  const backward = compiled(
    (all) => pull(f)(all.slice(0, inputs.length), all.slice(inputs.length)),
    [...inputs, ...results],
  )
  for (const seed of seeds) {
    const v = directions(moved, seed)
    const w = directions(results, seed + 50)
    const left = product(forward([...inputs, ...v]), w)
    const right = product(v, backward([...inputs, ...w]))
    expect(Math.abs(left.sum - right.sum), `${one.name}: ${left.sum} and ${right.sum}`).toBeLessThanOrEqual(
      tolerance.adjoint * (left.magnitude + right.magnitude),
    )
  }
}

/** Mapping is a loop, for every choice of mapped inputs, and the mapped axis may have any size. */
export function mappingIsALoop(one: Case): void {
  const f = asList(one)
  for (const size of [3, 1]) {
    const samples = Array.from({ length: size }, (_, i) => inputsOf(one, i + 1))
    for (const batched of choices(one.inputs.length)) {
      const lanes = samples.map((sample) => sample.map((input, i) => (batched[i] ? input : samples[0][i])))
      const stacked = samples[0].map((input, i) => (batched[i] ? stack(samples.map((sample) => sample[i])) : input))
      const expected = lanes.map((lane) => once(f, lane))
      const results = once(over(f, batched, size), stacked)
      results.forEach((result, k) => {
        const loop = stack(expected.map((lane) => lane[k]))
        const what = `${one.name}, mapped ${batched}`
        expect([result.shape, result.dtype], what).toEqual([loop.shape, loop.dtype])
        expect(distance(result.data, loop.data), what).toBeLessThanOrEqual(tolerance.mapped)
      })
    }
  }
}

/** Mapping over no lanes gives no lanes. */
export function mappingNothingGivesNothing(one: Case): void {
  const f = asList(one)
  const samples = inputsOf(one, 1)
  const plain = programOf((...values) => f(values), samples).outputs
  for (const batched of choices(one.inputs.length)) {
    const stacked = samples.map(({ shape, dtype, data }, i) =>
      batched[i] ? { shape: [0, ...shape], dtype, data: data.slice(0, 0) } : { shape, dtype, data },
    )
    once(over(f, batched, 0), stacked).forEach((result, k) => {
      expect([result.shape, result.data.length], `${one.name}, mapped ${batched}`).toEqual([[0, ...plain[k].shape], 0])
    })
  }
}

/** Second and third derivatives agree in every nesting, and with differences of the order below. */
export function higherOrdersAgree(one: Case): void {
  const inputs = inputsOf(one, 1)
  const loss = lossOf(one)
  const moved = floatsIn(inputs)
  const v = directions(moved, seeds[0])
  const split = (f: (loss: Scalar, direction: readonly Value[]) => Fn): Fn => {
    return (all) => f(loss, all.slice(inputs.length))(all.slice(0, inputs.length))
  }
  const types = [...inputs, ...moved]
  const first = compiled(gradient(loss), inputs)
  compareAll(second, split, types, [...inputs, ...v], differences(first, inputs, v), one.name)
  const lower = compiled(split(second['forward over reverse']), types)
  const bent = (values: readonly Ndarray[]): readonly Ndarray[] => lower([...values, ...v])
  compareAll(third, split, types, [...inputs, ...v], differences(bent, inputs, v), one.name)
}

/** The rules keep float32 apart from float64: the same numbers come out, as the reference does not round. */
export function rulesServeFloat32(one: Case): void {
  const inputs = inputsOf(one, 1)
  const narrow = inputs.map((input): Ndarray => (isFloat(input.dtype) ? { ...input, dtype: 'float32' } : input))
  const wide = once(gradient(lossOf(one)), inputs)
  once(gradient(lossOf(one)), narrow).forEach((result, i) => {
    expect(result.dtype).toBe('float32')
    expect(distance(result.data, wide[i].data), one.name).toBeLessThanOrEqual(tolerance.mapped)
  })
}

/** No tangent comes out where the derivative is zero by definition. */
export function derivativeIsStopped(one: Case): void {
  const inputs = inputsOf(one, 1)
  const zero = once(gradient(lossOf(one)), inputs)
  for (const { data } of zero) expect(data.every((x) => x === 0)).toBe(true)
}

/** Relative errors: rounding of a step of differences, of an inner product, of one order of summation. */
const tolerance = { differences: 1e-8, adjoint: 1e-13, mapped: 1e-13, nested: 1e-11 } as const

function compareAll(
  ways: typeof second,
  split: (f: (loss: Scalar, direction: readonly Value[]) => Fn) => Fn,
  types: readonly Abstract[],
  inputs: readonly Ndarray[],
  expected: readonly Ndarray[],
  name: string,
): void {
  let reference: readonly Ndarray[] | undefined
  for (const [way, f] of Object.entries(ways)) {
    const result = compiled(split(f), types)(inputs)
    expectEqualLists(result, expected, tolerance.differences, `${name}, ${way}`)
    if (reference !== undefined) expectEqualLists(result, reference, tolerance.nested, `${name}, ${way}`)
    reference ??= result
  }
}

/** L(x) = Σ ⟨y_k, w_k⟩ over the float results. */
function lossOf(one: Case): Scalar {
  const f = onlyFloats(asList(one))
  return (values) => {
    const results = f(values)
    return inner(results, results.map(weightsLike))
  }
}

/** Constants without symmetry: sin(1.7 i + k + 0.5). */
function weightsLike(y: Value, k: number): Value {
  const place = scale(iota([sizeOf(y.shape)], y.dtype, 0), 1.7)
  return reshape(sin(add(place, constantLike(place, k + 0.5))), y.shape)
}

const onlyFloats =
  (f: Fn): Fn =>
  (inputs) =>
    f(inputs).filter(({ dtype }) => isFloat(dtype))

/** Σ |a_k · b_k| and its signed sum over all elements of two lists. */
function product(a: readonly Ndarray[], b: readonly Ndarray[]): { sum: number; magnitude: number } {
  let sum = 0
  let magnitude = 0
  a.forEach(({ data }, k) => {
    data.forEach((x, i) => {
      sum += x * b[k].data[i]
      magnitude += Math.abs(x * b[k].data[i])
    })
  })
  return { sum, magnitude }
}

/** d/dt f(x + t v) at 0, by Romberg's extrapolation of central differences. */
function differences(
  f: (inputs: readonly Ndarray[]) => readonly Ndarray[],
  inputs: readonly Ndarray[],
  v: readonly Ndarray[],
): readonly Ndarray[] {
  let row: Float64Array[][] = []
  for (let level = 0; level < LEVELS; level++) {
    const h = STEP / 2 ** level
    const plus = f(moved(inputs, v, h))
    const minus = f(moved(inputs, v, -h))
    const next = [plus.map(({ data }, k) => Float64Array.from(data, (x, i) => (x - minus[k].data[i]) / (2 * h)))]
    for (let order = 1; order <= level; order++) {
      const [better, worse] = [next[order - 1], row[order - 1]]
      next.push(better.map((data, k) => data.map((x, i) => x + (x - worse[k][i]) / (4 ** order - 1))))
    }
    row = next
  }
  return f(inputs).map(({ shape, dtype }, k) => ({ shape, dtype, data: row[LEVELS - 1][k] }))
}

/** The widest step stays on one side of the kinks that the table keeps away from. */
const STEP = 0.02
const LEVELS = 4

function moved(inputs: readonly Ndarray[], v: readonly Ndarray[], step: number): Ndarray[] {
  let next = 0
  return inputs.map((input) => {
    if (!isFloat(input.dtype)) return input
    const direction = v[next++].data
    return { ...input, data: Float64Array.from(input.data, (x, i) => x + step * direction[i]) }
  })
}

function expectEqualLists(a: readonly Ndarray[], b: readonly Ndarray[], relative: number, what: string): void {
  expect(a.length, what).toBe(b.length)
  a.forEach((x, k) => {
    expect(x.shape, what).toEqual(b[k].shape)
    const scale = Math.max(0.01, ...b[k].data.map(Math.abs))
    const error = Math.max(0, ...b[k].data.map((y, i) => Math.abs(x.data[i] - y)))
    expect(error / scale, `${what}: ${show(x)} and ${show(b[k])}`).toBeLessThanOrEqual(relative)
  })
}

const show = ({ data }: Ndarray): string => `[${[...data.slice(0, 6)].join(', ')}]`

/** Every non-empty set of inputs. */
const choices = (count: number): boolean[][] =>
  Array.from({ length: 2 ** count - 1 }, (_, bits) =>
    Array.from({ length: count }, (_, i) => (((bits + 1) >> i) & 1) === 1),
  )

function stack(parts: readonly Ndarray[]): Ndarray {
  const [{ shape, dtype, data }] = parts
  const joined = array([parts.length, ...shape], [], dtype)
  parts.forEach((part, i) => {
    joined.data.set(part.data, i * data.length)
  })
  return joined
}
