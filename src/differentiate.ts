/**
 * Derivatives of functions of trees: trace, transform the program, run it. Inside another trace the transformed program is
 * written into the outer one, so every nesting is the same machinery.
 */

import type { Arguments, Tangents } from '../types/arguments.ts'
import type { FloatDType } from '../types/dtype.ts'
import { sentence } from '../types/sentence.ts'
import {
  noArgument,
  noGradientBy,
  returnsNoFloat,
  returnsNoScalar,
  returnsNoTensor,
} from '../types/sentences/transforms.ts'
import type { CheckArgument, CheckArguments, Loss, TupleHint } from '../types/transforms.ts'
import type { ClosedFunction } from './closed.ts'
import { closeOver } from './closed.ts'
import { showAbstract } from './core/abstract.ts'
import { run } from './core/bind.ts'
import { isFloat } from './core/dtype.ts'
import { ArgumentError, DerivativeError, DTypeError, ShapeError } from './core/errors.ts'
import { intern } from './core/intern.ts'
import { spread } from './core/marks.ts'
import type { Program } from './core/program.ts'
import { unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { cpu } from './devices.ts'
import { completed, cotangentLeaves, gradientTree, leafOffset, tangentLeaves } from './tangents.ts'
import { gradientProgram, vjpPrograms } from './transforms/gradient.ts'
import { jvpProgram, lineariseProgram } from './transforms/index.ts'
import { typed } from './typed.ts'

/**
 * The gradient of a scalar function by one of its arguments (the first, unless `wrt` says which).
 * The function returns a scalar, or a record `{ value, …auxiliary }` with a scalar `value`.
 * @returns a function of the same arguments that gives the gradient, with the structure and names of that argument. Integer and
 * boolean leaves have no gradient: theirs is zero.
 * @throws DerivativeError if the result is not a float scalar or the argument holds no float tensor.
 * @example
 * import { grad, mul, sum, tensor, type Tensor } from 'conformable'
 * const gradient = grad((x: Tensor<[3]>) => sum(mul(x, x)))(tensor([1, 2, 3]))
 * console.log(gradient) // [2, 4, 6]
 */
export function grad<A extends readonly unknown[], R>(f: (...args: A) => Loss<'grad', A, R, 0>): (...args: A) => A[0]
export function grad<A extends readonly unknown[], R, const I extends number>(
  f: (...args: A) => Loss<'grad', A, R, I>,
  wrt: CheckArgument<'grad', A, I>,
): (...args: A) => A[I]
export function grad(f: (...args: never[]) => unknown, wrt = 0): (...args: never[]) => unknown {
  return (...args) => differentiated('grad', f, [wrt], args).gradients[0]
}

/**
 * Value and gradient in one program: `[f(x), f′(x)]`. A record `{ value, …auxiliary }` comes back whole as the value.
 * @throws DerivativeError as `grad`.
 * @example
 * import { scalar, square, valueAndGrad, type Scalar } from 'conformable'
 * const [value, slope] = valueAndGrad((x: Scalar) => square(x))(scalar(3))
 * console.log(value, slope) // 9 6
 */
export function valueAndGrad<A extends readonly unknown[], R>(
  f: (...args: A) => Loss<'valueAndGrad', A, R, 0>,
): (...args: A) => [value: R, gradient: A[0]]
export function valueAndGrad<A extends readonly unknown[], R, const I extends number>(
  f: (...args: A) => Loss<'valueAndGrad', A, R, I>,
  wrt: CheckArgument<'valueAndGrad', A, I>,
): (...args: A) => [value: R, gradient: A[I]]
export function valueAndGrad(f: (...args: never[]) => unknown, wrt = 0): (...args: never[]) => unknown {
  return (...args) => {
    const { value, gradients } = differentiated('valueAndGrad', f, [wrt], args)
    return [value, gradients[0]]
  }
}

/**
 * Gradients by several arguments at once, from one backward pass: a list in the order of `wrt`.
 * @throws DerivativeError as `grad`.
 * @example
 * import { gradAll, mul, scalar, type Scalar } from 'conformable'
 * const [dx, dy] = gradAll((x: Scalar, y: Scalar) => mul(x, y), [0, 1])(scalar(2), scalar(5))
 * console.log(dx, dy) // 5 2
 */
export function gradAll<A extends readonly unknown[], R, const I extends readonly number[]>(
  f: (...args: A) => Loss<'gradAll', A, R, I[0]>,
  wrt: CheckArguments<'gradAll', A, I>,
): (...args: A) => { -readonly [K in keyof I]: I[K] extends number ? A[I[K]] : never }
export function gradAll(f: (...args: never[]) => unknown, wrt: readonly number[]): (...args: never[]) => unknown {
  return (...args) => differentiated('gradAll', f, wrt, args).gradients
}

/**
 * Forward mode: value and directional derivative, `[f(x), f′(x) v]`. `primals` and `tangents` are lists with one entry for each
 * argument; a tangent has the structure, shapes and dtypes of its primal (those of integer leaves are ignored).
 * @throws ArgumentError if a tangent does not fit its primal.
 * @example
 * import { jvp, scalar, sin, type Scalar } from 'conformable'
 * const [value, slope] = jvp((x: Scalar) => sin(x), [scalar(0)], [scalar(1)])
 * console.log(value, slope) // 0 1
 */
export function jvp<
  A extends readonly unknown[],
  R extends TupleHint,
  P extends readonly unknown[],
  T extends readonly unknown[],
>(
  f: (...args: A) => R,
  primals: readonly [...Arguments<'jvp', A, P>],
  tangents: readonly [...Tangents<'jvp', A, T>],
): [value: R, tangent: R] {
  const closed = closeOver('jvp', f as (...args: never[]) => unknown, primals)
  const directions = tangentLeaves('jvp', closed, tangents)
  const active = floatArguments(closed)
  const { program, present } = jvpProgram(closed.program, active)
  const seeds = directions.filter((_, i) => active[i])
  const results = run(program, [...closed.leaves, ...closed.captures, ...seeds], cpu)
  const count = closed.program.outputs.length
  const values = results.slice(0, count)
  const rates = completed(values, spread(present, results.slice(count)))
  return typed([unflatten(closed.result, values), unflatten(closed.result, rates)])
}

/**
 * Reverse mode: the value, and a function that pulls a cotangent of the result back to cotangents of all arguments,
 * `[f(x), w ↦ wᵀ f′(x)]`. The value is computed once, however often the pullback is called.
 * @throws ArgumentError if a cotangent does not fit the result.
 * @example
 * import { scalar, sin, vjp, type Scalar } from 'conformable'
 * const [value, pullback] = vjp((x: Scalar) => sin(x), scalar(0))
 * const [slope] = pullback(scalar(1))
 * console.log(slope) // 1
 */
export function vjp<A extends readonly unknown[], R extends TupleHint, P extends readonly unknown[]>(
  f: (...args: A) => R,
  ...primals: Arguments<'vjp', A, P>
): [value: R, pullback: (cotangent: R) => A] {
  const closed = closeOver('vjp', f as (...args: never[]) => unknown, primals)
  const active = floatArguments(closed)
  const { forward, pullback, present } = vjpPrograms(closed.program, active)
  const results = run(forward, [...closed.leaves, ...closed.captures], cpu)
  const values = results.slice(0, closed.program.outputs.length)
  const residuals = results.slice(closed.program.outputs.length)
  const pull = (cotangent: R): A => {
    const weights = cotangentLeaves('vjp', closed, values, cotangent)
    const given = weights.filter((_, i) => isFloat(values[i]!.dtype))
    const cotangents = spread(present, run(pullback, [...residuals, ...given], cpu))
    return typed(primals.map((_, position) => gradientTree(closed, position, cotangents)))
  }
  return [typed<R>(unflatten(closed.result, values)), pull]
}

/**
 * Value and linear map: `[f(x), v ↦ f′(x) v]`. As `jvp`, for many directions: the map is compiled once and does not recompute
 * the value.
 * @example
 * import { linearise, scalar, square, type Scalar } from 'conformable'
 * const [value, push] = linearise((x: Scalar) => square(x), scalar(3))
 * console.log(push(scalar(1))) // 6
 */
export function linearise<A extends readonly unknown[], R extends TupleHint, P extends readonly unknown[]>(
  f: (...args: A) => R,
  ...primals: Arguments<'linearise', A, P>
): [value: R, push: (...tangents: A) => R] {
  const closed = closeOver('linearise', f as (...args: never[]) => unknown, primals)
  const active = floatArguments(closed)
  const { forward, linear, present } = lineariseProgram(closed.program, active)
  const results = run(forward, [...closed.leaves, ...closed.captures], cpu)
  const values = results.slice(0, closed.program.outputs.length)
  const residuals = results.slice(closed.program.outputs.length)
  const push = (...tangents: A): R => {
    const seeds = tangentLeaves('linearise', closed, tangents).filter((_, i) => active[i])
    const rates = spread(present, run(linear, [...residuals, ...seeds], cpu))
    return typed(unflatten(closed.result, completed(values, rates)))
  }
  return [typed<R>(unflatten(closed.result, values)), push]
}

/**
 * Hessian times vector, `f″(x) v`, by forward over reverse: about the price of two gradients, and no Hessian is built.
 * @throws DerivativeError as `grad`.
 * @example
 * import { hvp, pow, sum, tensor, type Tensor } from 'conformable'
 * console.log(hvp((x: Tensor<[2]>) => sum(pow(x, 3)))(tensor([1, 2]), tensor([1, 0]))) // [6, 0]
 */
export function hvp<A, D extends FloatDType>(
  f: (x: A) => { readonly shape: readonly []; readonly dtype: D },
): (x: A, v: A) => A {
  const gradient = (x: A): A => typed(differentiated('hvp', f as (...args: never[]) => unknown, [0], [x]).gradients[0])
  return (x, v) => jvp(gradient, [x], [v])[1]
}

/** Which inputs of the program are float leaves of the arguments (captured values are constants). */
const floatArguments = ({ program, leaves }: ClosedFunction): boolean[] =>
  program.inputs.map((input, i) => i < leaves.length && isFloat(input.dtype))

interface Differentiated {
  readonly value: unknown
  readonly gradients: readonly unknown[]
}

/** Value and gradients by the arguments `wrt` of the function called `name` in messages. */
export function differentiated(
  name: string,
  f: (...args: never[]) => unknown,
  wrt: readonly number[],
  args: readonly unknown[],
): Differentiated {
  const closed = closeOver(name, f, args)
  const loss = lossIndex(name, closed)
  const mask = closed.program.inputs.map(() => false)
  for (const position of wrt) markLeaves(name, closed, position, mask)
  const { program, present } = gradientProgram(withFirst(closed.program, loss), mask)
  const results = run(program, [...closed.leaves, ...closed.captures], cpu)
  const count = closed.program.outputs.length
  const cotangents = spread(present, results.slice(count))
  const gradients = wrt.map((position) => gradientTree(closed, position, cotangents))
  return { value: unflatten(closed.result, restored(results.slice(0, count), loss)), gradients }
}

/** The program with one of its outputs moved to the front. */
const withFirst = (program: Program, index: number): Program =>
  index === 0
    ? program
    : intern({ ...program, outputs: [program.outputs[index]!, ...program.outputs.toSpliced(index, 1)] })

/** The outputs in their own order again. */
const restored = (outputs: readonly Value[], index: number): readonly Value[] =>
  outputs.slice(1).toSpliced(index, 0, outputs[0]!)

/** Which output is the scalar to differentiate: the only one, or the entry `value` of a record. */
function lossIndex(name: string, { program, resultPaths }: ClosedFunction): number {
  const index = resultPaths.findIndex((path) => path === '' || path === 'value')
  const loss = program.outputs[index]
  if (loss === undefined) {
    throw new DerivativeError(sentence(returnsNoTensor, { op: name }))
  }
  if (loss.shape.length !== 0) {
    throw new ShapeError(sentence(returnsNoScalar, { op: name, x: loss.shape }))
  }
  if (!isFloat(loss.dtype)) {
    throw new DTypeError(sentence(returnsNoFloat, { op: name, dtype: loss.dtype }))
  }
  return index
}

/** Marks the float leaves of one argument. */
function markLeaves(name: string, closed: ClosedFunction, position: number, mask: boolean[]): void {
  const argument = closed.arguments[position]
  if (argument === undefined) {
    throw new ArgumentError(sentence(noArgument, { op: name, index: position, count: closed.arguments.length }))
  }
  const start = leafOffset(closed, position)
  argument.leaves.forEach((leaf, i) => {
    if (isFloat(leaf.dtype)) mask[start + i] = true
  })
  if (!argument.leaves.some(({ dtype }) => isFloat(dtype))) throw noFloat(name, position, argument.leaves)
}

function noFloat(name: string, position: number, leaves: readonly Value[]): Error {
  const first = leaves[0]
  if (first === undefined) {
    return new DerivativeError(
      `${name}: argument ${position} holds no tensor; JavaScript numbers are constants, write scalar(x).`,
    )
  }
  return new DTypeError(sentence(noGradientBy, { op: name, index: position, x: showAbstract(first) }))
}
