/** Derivative operators for tests: written with `trace` and the program transforms alone, on the reference device in float64. */
import { referenceDevice } from '../../src/backends/reference/backend.ts'
import { run } from '../../src/core/bind.ts'
import type { Closed } from '../../src/core/trace.ts'
import { trace } from '../../src/core/trace.ts'
import type { Concrete, Value } from '../../src/core/value.ts'
import { constantLike, repeat, sum } from '../../src/primitives/broadcast.ts'
import { mul } from '../../src/primitives/elementwise.ts'
import { gradientProgram } from '../../src/transforms/gradient.ts'
import { batchProgram, jvpProgram, lineariseProgram } from '../../src/transforms/index.ts'

export const device = referenceDevice()

export type Fn = (...values: Value[]) => Value

/** A float64 tensor. */
export const tensor = (data: readonly number[], shape: readonly number[] = [data.length]): Concrete =>
  device.upload({ shape, dtype: 'float64' }, Float64Array.from(data))

/** A float64 scalar. */
export const scalar = (x: number): Concrete => tensor([x], [])

/** The elements of a result. */
export const numbers = (value: Value): number[] => Array.from(value.readSync())

/** The only element of a result. */
export const number = (value: Value): number => Number(value.itemSync())

const close = (f: Fn, values: readonly Value[]): Closed => trace('test', (...inner) => [f(...inner)], values)

const first = (count: number, total: number): boolean[] => Array.from({ length: total }, (_, i) => i < count)

/** The gradient by the first argument (captured values count as constants). */
export const grad =
  (f: Fn): Fn =>
  (...values) => {
    const { program, captures } = close(f, values)
    const gradient = gradientProgram(program, first(1, program.inputs.length))
    return run(gradient.program, [...values, ...captures])[1]!
  }

/** The tangent for a tangent of the first argument. */
export const push =
  (f: Fn): ((x: Value, t: Value, ...others: Value[]) => Value) =>
  (x, t, ...others) => {
    const { program, captures } = close(f, [x, ...others])
    const derived = jvpProgram(program, first(1, program.inputs.length))
    const results = run(derived.program, [x, ...others, ...captures, t])
    return results[1] ?? zero(results[0]!)
  }

/** The same by running the two halves of the linearisation one after the other. */
const pushLinear =
  (f: Fn): ((x: Value, t: Value, ...others: Value[]) => Value) =>
  (x, t, ...others) => {
    const { program, captures } = close(f, [x, ...others])
    const { forward, linear, present } = lineariseProgram(program, first(1, program.inputs.length))
    const [y, ...residuals] = run(forward, [x, ...others, ...captures])
    return present[0] ? run(linear, [...residuals, t])[0]! : zero(y!)
  }

/** The function over axis 0 of all its arguments. */
export const vmap =
  (f: Fn): Fn =>
  (...values) => {
    const size = values[0]!.shape[0]!
    const { program, captures } = trace(
      'vmap',
      (...inner) => [f(...inner)],
      values.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype })),
    )
    const batched = batchProgram(program, first(values.length, program.inputs.length), size)
    return run(batched, [...values, ...captures])[0]!
  }

/** The program of a function of one value. */
export const programOf = (f: Fn, ...types: Value[]) => close(f, types).program

/** Derivative operators on scalar functions, by name: each must give the same numbers. */
const derivatives: Readonly<Record<string, (f: Fn) => Fn>> = {
  reverse: grad,
  forward: (f) => (x) => push(f)(x, one(x)),
  linear: (f) => (x) => pushLinear(f)(x, one(x)),
  'mapped reverse': (f) => (x) => meanOfLanes(vmap(grad(f))(twoLanes(x))),
  'mapped forward': (f) => (x) => meanOfLanes(vmap((y: Value) => push(f)(y, one(y)))(twoLanes(x))),
}

/** A function of several operations, applied at once. */
export function apply(f: Fn, ...values: Value[]): Value {
  const { program, captures } = close(f, values)
  return run(program, [...values, ...captures])[0]!
}

const one = (x: Value): Value => apply((y) => constantLike(y!, 1), x)
const zero = (x: Value): Value => apply((y) => constantLike(y!, 0), x)
const twoLanes = (x: Value): Value => apply((y) => repeat(y!, 2), x)
const meanOfLanes = (x: Value): Value => apply((y) => sum(mul(y!, constantLike(y!, 0.5)), [0]), x)

/** f' by Romberg's extrapolation of central differences. */
export function richardson(f: (x: number) => number, x: number, step = 0.02): number {
  let row: number[] = []
  for (let level = 0; level < 5; level++) {
    const h = step / 2 ** level
    const next = [(f(x + h) - f(x - h)) / (2 * h)]
    for (let k = 1; k <= level; k++) next.push(next[k - 1]! + (next[k - 1]! - row[k - 1]!) / (4 ** k - 1))
    row = next
  }
  return row.at(-1)!
}

/** Where derivatives are compared. */
const at = 0.37

/** All sequences of operators of the given length. */
const sequences = (length: number): string[][] =>
  length === 0 ? [[]] : sequences(length - 1).flatMap((tail) => Object.keys(derivatives).map((name) => [name, ...tail]))

const applied = (sequence: readonly string[], f: Fn): Fn =>
  sequence.reduceRight((inner, name) => derivatives[name]!(inner), ((x) => apply(f, x!)) as Fn)

/**
 * The largest difference between a derivative by differences and by any sequence of operators, relative to its size. The
 * differences are those of the next lower derivative by reverse mode.
 */
export function disagreement(f: Fn, order: number): number {
  const lower = applied(new Array<string>(order - 1).fill('reverse'), f)
  const expected = richardson((x) => number(lower(scalar(x))), at)
  const errors = sequences(order).map((sequence) => Math.abs(number(applied(sequence, f)(scalar(at))) - expected))
  return Math.max(...errors) / Math.max(1, Math.abs(expected))
}
