/** Functions that say themselves how they are differentiated or remembered: custom rules, checkpoints, `stopGradient`. */
import type { ClosedFunction } from './closed.ts'
import { closeOver, closeOverTypes } from './closed.ts'
import { sameShape, showAbstract } from './core/abstract.ts'
import { bind, inline, run } from './core/bind.ts'
import { isFloat } from './core/dtype.ts'
import { ArgumentError, DerivativeError, ShapeError } from './core/errors.ts'
import type { Params, Primitive } from './core/primitive.ts'
import type { Program } from './core/program.ts'
import { traceClosed } from './core/trace.ts'
import type { Flattened } from './core/tree.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { Traced } from './core/value.ts'
import { cpu } from './devices.ts'
import { checkpointPrimitive } from './primitives/checkpoint.ts'
import { stopGradient as stopValue } from './primitives/conversion.ts'
import { customJvpPrimitive, customVjpPrimitive } from './primitives/custom.ts'
import { typed } from './typed.ts'

/**
 * The same tensors, as constants of differentiation: no gradient passes. Known elsewhere as `detach` or `stop_gradient`.
 * @param tree a tensor or a tree of tensors.
 * @example
 * import { grad, mul, scalar, stopGradient } from 'conformable'
 * grad((x: Scalar) => mul(stopGradient(x), x))(scalar(3)) // 3, not 6
 */
export function stopGradient<T>(tree: T): T {
  const { leaves, structure } = flatten(tree)
  const stopped = traceClosed('stopGradient', (values) => values.map(stopValue), leaves)
  return typed<T>(unflatten(structure, run(stopped, leaves, cpu)))
}

/**
 * The same function, whose intermediate results are not kept for the backward pass but computed again: less memory, about one
 * more forward pass. Values and derivatives are those of `f`.
 * @example
 * import { checkpoint, grad, scalar, sin } from 'conformable'
 * const f = checkpoint((x: Scalar) => sin(sin(x)))
 * grad(f)(scalar(1))
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const closed = closeOver('checkpoint', f as (...args: never[]) => unknown, args)
    return typed<R>(
      apply(checkpointPrimitive, [...closed.leaves, ...closed.captures], { program: closed.program }, closed),
    )
  }
}

/**
 * A function with its own forward derivative. Reverse mode follows from it by transposition, so `rule` must be linear in the
 * tangents; further orders differentiate `rule` itself.
 * @param rule `(primals, tangents) → tangent of the result`, each a list with one entry for each argument.
 * @throws DerivativeError if `f` or `rule` uses a traced value from outside; pass it as an argument.
 * @example
 * import { customJvp, exp, mul, scalar } from 'conformable'
 * const f = customJvp((x: Scalar) => exp(x), ([x], [dx]) => mul(exp(x), dx))
 */
export function customJvp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  rule: (primals: A, tangents: A) => NoInfer<R>,
): (...args: A) => R {
  return (...args) => {
    const closed = closeOver('customJvp', f as (...args: never[]) => unknown, args)
    const lists = flatten(args)
    const floats = lists.leaves.filter(({ dtype }) => isFloat(dtype))
    const derivative = (primals: A, tangents: Value[]) => rule(primals, typed<A>(completedTree(lists, tangents)))
    const structures = [lists.structure, flatten(floats).structure]
    const derived = closeOverTypes('customJvp', derivative as never, structures, [...lists.leaves, ...floats])
    requireKnown('customJvp', [...closed.captures, ...derived.captures])
    requireSame('customJvp: the rule returns', derived.program, closed.program)
    const operands = [...closed.leaves, ...closed.captures, ...derived.captures]
    const known = closed.leaves.length + closed.captures.length
    const program = traceClosed('customJvp', (values) => inline(closed.program, values.slice(0, known)), operands)
    const pushed = traceClosed(
      'customJvp',
      (values) => {
        const tangents = values.slice(operands.length, operands.length + floats.length)
        const captured = values.slice(known, operands.length)
        return inline(derived.program, [...values.slice(0, closed.leaves.length), ...tangents, ...captured])
      },
      [...operands, ...operands.filter(({ dtype }) => isFloat(dtype))],
    )
    return typed<R>(apply(customJvpPrimitive, operands, { program, rule: pushed }, closed))
  }
}

/**
 * A function with its own reverse derivative.
 * @param forward the value, and whatever the backward pass wants to remember: `args → [value, residuals]`.
 * @param backward `(residuals, cotangent of the value) → one cotangent for each argument`, as a list.
 * @throws DerivativeError in forward mode (`jvp`, `jacfwd`): give the function a `customJvp` there; and if a function uses a
 * traced value from outside.
 * @example
 * import { clip, customVjp, scalar, type Scalar } from 'conformable'
 * // the identity whose gradient is clipped
 * const clipGradient = customVjp((x: Scalar) => x, (x) => [x, null], (_, weight) => [clip(weight, -1, 1)])
 */
export function customVjp<A extends readonly unknown[], R, S>(
  f: (...args: A) => R,
  forward: (...args: A) => readonly [value: NoInfer<R>, residuals: S],
  backward: (residuals: S, cotangent: NoInfer<R>) => NoInfer<A> | readonly [...NoInfer<A>],
): (...args: A) => R {
  return (...args) => {
    const closed = closeOver('customVjp', f as (...args: never[]) => unknown, args)
    const remembered = closeOver('customVjp', forward as never, args)
    const residuals = residualsOf(remembered, closed)
    const pulled = closeBackward(backward as never, residuals, closed)
    requireKnown('customVjp', [...closed.captures, ...remembered.captures, ...pulled.captures])
    const operands = [...closed.leaves, ...closed.captures, ...remembered.captures, ...pulled.captures]
    const programs = vjpParts(closed, remembered, pulled, operands, residuals.types.length)
    return typed<R>(apply(customVjpPrimitive, operands, programs, closed))
  }
}
