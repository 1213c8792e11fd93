/** Functions that say themselves how they are differentiated or remembered: custom rules, checkpoints, `stopGradient`. */
import type { TupleHint } from '../types/transforms.ts'
import type { ClosedFunction } from './closed.ts'
import { closeOver, closeOverTypes } from './closed.ts'
import type { Abstract } from './core/abstract.ts'
import { sameShape, showAbstract } from './core/abstract.ts'
import { inline, run } from './core/bind.ts'
import { isFloat } from './core/dtype.ts'
import { ArgumentError, DerivativeError, ShapeError } from './core/errors.ts'
import type { Program } from './core/program.ts'
import { traceClosed } from './core/trace.ts'
import type { Flattened, Structure } from './core/tree.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { Traced } from './core/value.ts'
import { cpu } from './devices.ts'
import { checkpoint as checkpointProgram } from './primitives/control/checkpoint.ts'
import { customJvp as bindJvp, customVjp as bindVjp } from './primitives/control/custom.ts'
import { stopGradient as stopValue } from './primitives/conversion.ts'
import { zerosLikeValue } from './tangents.ts'
import { typed } from './typed.ts'

/**
 * The same tensors, as constants of differentiation: no gradient passes. Known elsewhere as `detach` or `stop_gradient`.
 * @param tree a tensor or a tree of tensors.
 * @example
 * import { grad, mul, scalar, stopGradient, type Scalar } from 'conformable'
 * console.log(grad((x: Scalar) => mul(stopGradient(x), x))(scalar(3))) // 3
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
 * import { checkpoint, grad, scalar, sin, type Scalar } from 'conformable'
 * const f = checkpoint((x: Scalar) => sin(sin(x)))
 * grad(f)(scalar(1))
 */
export function checkpoint<A extends readonly unknown[], R extends TupleHint>(f: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const closed = closeOver('checkpoint', f as (...args: never[]) => unknown, args)
    const operands = [...closed.leaves, ...closed.captures]
    return finish(closed, operands, (values) => checkpointProgram(closed.program, values))
  }
}

/**
 * A function with its own forward derivative. Reverse mode follows from it by transposition, so `rule` must be linear in the
 * tangents; further orders differentiate `rule` itself.
 * @param rule `(primals, tangents) → tangent of the result`, each a list with one entry for each argument.
 * @throws DerivativeError if `f` or `rule` uses a traced value from outside; pass it as an argument.
 * @example
 * import { customJvp, exp, mul, scalar, type Scalar } from 'conformable'
 * const f = customJvp((x: Scalar) => exp(x), ([x], [dx]) => mul(exp(x), dx))
 */
export function customJvp<A extends readonly unknown[], R extends TupleHint>(
  f: (...args: A) => R,
  rule: (primals: A, tangents: A) => NoInfer<R>,
): (...args: A) => R {
  return (...args) => {
    const closed = closeOver('customJvp', f as (...args: never[]) => unknown, args)
    const lists = flatten(args)
    const floats = lists.leaves.filter(({ dtype }) => isFloat(dtype))
    const derivative = (primals: A, tangents: Value[]) => floatLeaves(rule(primals, tangentTree<A>(lists, tangents)))
    const structures = [lists.structure, flatten(floats).structure]
    const derived = closeOverTypes('customJvp', derivative as never, structures, [...lists.leaves, ...floats])
    refuseTraced('customJvp', [...closed.captures, ...derived.captures])
    requireTypes(
      'customJvp: the rule',
      derived.program.outputs,
      closed.program.outputs.filter(({ dtype }) => isFloat(dtype)),
    )
    const operands = [...closed.leaves, ...closed.captures, ...derived.captures]
    const known = closed.leaves.length + closed.captures.length
    const pushed = traceClosed(
      'customJvp',
      (values) => {
        const tangents = values.slice(operands.length, operands.length + floats.length)
        const captured = values.slice(known, operands.length)
        return inline(derived.program, [...values.slice(0, closed.leaves.length), ...tangents, ...captured])
      },
      [...operands, ...operands.filter(({ dtype }) => isFloat(dtype))],
    )
    return finish(closed, operands, (values) => bindJvp(over(closed.program, operands, known), pushed, values))
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
export function customVjp<A extends readonly unknown[], R extends TupleHint, S extends TupleHint>(
  f: (...args: A) => R,
  forward: (...args: A) => readonly [value: NoInfer<R>, residuals: S],
  backward: (residuals: S, cotangent: NoInfer<R>) => NoInfer<A> | readonly [...NoInfer<A>],
): (...args: A) => R {
  return (...args) => {
    const closed = closeOver('customVjp', f as (...args: never[]) => unknown, args)
    const kept = closeForward(forward as never, args, closed)
    const pulled = closeBackward(backward as never, kept, closed)
    refuseTraced('customVjp', [...closed.captures, ...kept.captures, ...pulled.captures])
    const arity = closed.leaves.length
    const operands = [...closed.leaves, ...closed.captures, ...kept.captures, ...pulled.captures]
    const known = arity + closed.captures.length
    const own = (values: readonly Value[]) => [
      ...values.slice(0, arity),
      ...values.slice(known, known + kept.captures.length),
    ]
    const captured = (values: readonly Value[]) => values.slice(operands.length - pulled.captures.length)
    // The residuals carry the captures of the backward part along, which sees nothing but residuals and cotangents.
    const remember = traceClosed(
      'customVjp',
      (values) => [...inline(kept.program, own(values)), ...captured(values)],
      operands,
    )
    const residuals = kept.residualTypes.length + pulled.captures.length
    const pull = backwardProgram(pulled, kept.residualTypes, closed, operands)
    const params = { program: over(closed.program, operands, known), forward: remember, backward: pull, residuals }
    return finish(closed, operands, (values) => bindVjp(params, values))
  }
}

/** A traced forward part: its program gives the value, then the residuals. */
interface Forward extends Pick<ClosedFunction, 'program' | 'captures'> {
  readonly residuals: Structure
  readonly residualTypes: readonly Abstract[]
}

function closeForward(
  forward: (...args: never[]) => unknown,
  args: readonly unknown[],
  closed: ClosedFunction,
): Forward {
  let residuals: Flattened | undefined
  const split = (...given: never[]): unknown => {
    const pair = forward(...given)
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new ArgumentError(
        'customVjp: the forward part must return [value, residuals]; without residuals [value, null].',
      )
    }
    residuals = flatten(pair[1])
    return [[...flatten(pair[0]).leaves], [...residuals.leaves]]
  }
  const { program, captures } = closeOver('customVjp', split, args)
  const count = closed.program.outputs.length
  requireTypes('customVjp: the forward part', program.outputs.slice(0, count), closed.program.outputs)
  return { program, captures, residuals: residuals!.structure, residualTypes: program.outputs.slice(count) }
}

/** The backward part: from residuals and cotangents of float results to cotangents of float leaves. */
function closeBackward(backward: (...args: never[]) => unknown, kept: Forward, closed: ClosedFunction) {
  const floats = closed.program.outputs.filter(({ dtype }) => isFloat(dtype))
  if (floats.length !== closed.program.outputs.length) {
    throw new ArgumentError(
      'customVjp: the function returns integers or booleans besides floats; return them from another function.',
    )
  }
  const pull = (...given: never[]): unknown => {
    const cotangents = backward(...given)
    if (Array.isArray(cotangents) && cotangents.length === closed.arguments.length) return floatLeaves(cotangents)
    throw new ArgumentError(
      `customVjp: the backward part must return a list of ${closed.arguments.length} cotangents, one for each argument.`,
    )
  }
  const result = closeOverTypes('customVjp', pull, [kept.residuals, closed.result], [...kept.residualTypes, ...floats])
  requireTypes(
    'customVjp: the backward part',
    result.program.outputs,
    closed.leaves.filter(({ dtype }) => isFloat(dtype)),
  )
  return result
}

/** The backward part as the primitive wants it: a cotangent for every float operand, zero for the captured constants. */
function backwardProgram(
  pulled: Pick<ClosedFunction, 'program' | 'captures'>,
  residualTypes: readonly Abstract[],
  closed: ClosedFunction,
  operands: readonly Value[],
): Program {
  const constants = operands.slice(closed.leaves.length).filter(({ dtype }) => isFloat(dtype))
  const captures = residualTypes.length + pulled.captures.length
  return traceClosed(
    'customVjp',
    (values) => {
      const own = [...values.slice(0, residualTypes.length), ...values.slice(captures)]
      const captured = values.slice(residualTypes.length, captures)
      return [...inline(pulled.program, [...own, ...captured]), ...constants.map(zerosLikeValue)]
    },
    [...residualTypes, ...pulled.captures, ...closed.program.outputs],
  )
}

/** Runs a primitive with nested programs and puts the results into the structure of the function's result. */
function finish<R>(
  closed: ClosedFunction,
  operands: readonly Value[],
  emit: (values: readonly Value[]) => readonly Value[],
): R {
  const program = traceClosed('custom', emit, operands)
  return typed<R>(unflatten(closed.result, run(program, operands, cpu)))
}

/** The program over more operands than it uses: the first `known` ones are its inputs. */
const over = (program: Program, operands: readonly Abstract[], known: number): Program =>
  traceClosed('custom', (values) => inline(program, values.slice(0, known)), operands)

const floatLeaves = (tree: unknown): Value[] => flatten(tree).leaves.filter(({ dtype }) => isFloat(dtype))

/** Tangents of the float leaves in the structure of the arguments, zeros for the others. */
function tangentTree<A>({ leaves, structure }: Flattened, tangents: readonly Value[]): A {
  let next = 0
  return typed<A>(
    unflatten(
      structure,
      leaves.map((leaf) => (isFloat(leaf.dtype) ? tangents[next++]! : zerosLikeValue(leaf))),
    ),
  )
}

function refuseTraced(name: string, captures: readonly Value[]): void {
  const traced = captures.find((capture) => capture instanceof Traced)
  if (traced === undefined) return
  throw new DerivativeError(
    `${name}: a function uses the traced value ${showAbstract(traced)} from outside, whose derivative the custom rule would lose; pass it as an argument.`,
  )
}

function requireTypes(what: string, given: readonly Abstract[], wanted: readonly Abstract[]): void {
  const same =
    given.length === wanted.length &&
    given.every((type, i) => type.dtype === wanted[i]!.dtype && sameShape(type.shape, wanted[i]!.shape))
  if (same) return
  throw new ShapeError(`${what} must return ${list(wanted)}, it returns ${list(given)}`)
}

const list = (types: readonly Abstract[]): string =>
  types.length === 0 ? 'nothing' : types.map(showAbstract).join(', ')
