/** Derivatives of functions of several tensors, nested at will: written with `trace` and the program transforms alone. */

import { run } from '../../src/core/bind.ts'
import { isFloat } from '../../src/core/dtype.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { constantLike, sum } from '../../src/primitives/broadcast.ts'
import { add, mul } from '../../src/primitives/elementwise.ts'
import { gradientProgram, vjpPrograms } from '../../src/transforms/gradient.ts'
import { batchProgram, jvpProgram } from '../../src/transforms/index.ts'

/** A function of a list of values. */
export type Fn = (inputs: readonly Value[]) => readonly Value[]
/** A function of a list of values with a scalar result. */
export type Scalar = (inputs: readonly Value[]) => Value

const close = (f: Fn, inputs: readonly Value[]) => trace('law', (...values) => f(values), inputs)
const floats = (inputs: readonly Value[]): boolean[] => inputs.map(({ dtype }) => isFloat(dtype))

/** Tangents of the float results for tangents of the float inputs. */
export const push =
  (f: Fn) =>
  (inputs: readonly Value[], tangents: readonly Value[]): Value[] => {
    const { program, captures } = close(f, inputs)
    const { program: derived, present } = jvpProgram(program, [...floats(inputs), ...captures.map(() => false)])
    const results = run(derived, [...inputs, ...captures, ...tangents])
    let next = program.outputs.length
    return program.outputs.flatMap((output, i) => {
      if (present[i]) return [results[next++]]
      return isFloat(output.dtype) ? [constantLike(output, 0)] : []
    })
  }

/** The gradient by the float inputs. */
export const gradient =
  (f: Scalar): Fn =>
  (inputs) => {
    const { program, captures } = close((values) => [f(values)], inputs)
    const { program: derived } = gradientProgram(program, floats(inputs))
    return run(derived, [...inputs, ...captures]).slice(1)
  }

/** Cotangents of the float inputs for cotangents of the float results. */
export const pull =
  (f: Fn) =>
  (inputs: readonly Value[], cotangents: readonly Value[]): readonly Value[] => {
    const { program, captures } = close(f, inputs)
    const { forward, pullback } = vjpPrograms(program, floats(inputs))
    const residuals = run(forward, [...inputs, ...captures]).slice(program.outputs.length)
    return run(pullback, [...residuals, ...cotangents])
  }

/** The function over axis 0 of the marked inputs. */
export const over =
  (f: Fn, batched: readonly boolean[], size: number): Fn =>
  (inputs) => {
    const types = inputs.map(({ shape, dtype }, i) => ({ shape: batched[i] ? shape.slice(1) : shape, dtype }))
    const { program, captures } = trace('law', (...values) => f(values), types)
    return run(batchProgram(program, [...batched, ...captures.map(() => false)], size), [...inputs, ...captures])
  }

/** Σ ⟨a_k, b_k⟩. */
export const inner = (a: readonly Value[], b: readonly Value[]): Value =>
  a
    .map((x, k) =>
      sum(
        mul(x, b[k]),
        x.shape.map((_, axis) => axis),
      ),
    )
    .reduce(add)

/** D L(x) v as a function of x. */
export const along =
  (f: Scalar, direction: readonly Value[]): Scalar =>
  (inputs) =>
    push((values) => [f(values)])(inputs, direction)[0]

/** The ways to the same second derivative D²L(x) v, a gradient-shaped list. */
export const second: Readonly<Record<string, (f: Scalar, v: readonly Value[]) => Fn>> = {
  'forward over reverse': (f, v) => (inputs) => push(gradient(f))(inputs, v),
  'reverse over reverse': (f, v) => gradient((inputs) => inner(gradient(f)(inputs), v)),
  'reverse over forward': (f, v) => gradient(along(f, v)),
}

/** The ways to the same third derivative D³L(x) v v. */
export const third: Readonly<Record<string, (f: Scalar, v: readonly Value[]) => Fn>> = {
  'forward over forward over reverse': (f, v) => (inputs) => push(second['forward over reverse'](f, v))(inputs, v),
  'reverse over forward over reverse': (f, v) =>
    gradient((inputs) => inner(second['forward over reverse'](f, v)(inputs), v)),
  'reverse over reverse over reverse': (f, v) =>
    gradient((inputs) => inner(second['reverse over reverse'](f, v)(inputs), v)),
  'reverse over reverse over forward': (f, v) =>
    gradient((inputs) => inner(second['reverse over forward'](f, v)(inputs), v)),
  'reverse over forward over forward': (f, v) => gradient(along(along(f, v), v)),
  'forward over reverse over forward': (f, v) => (inputs) => push(second['reverse over forward'](f, v))(inputs, v),
}
