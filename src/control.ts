/** Control flow inside programs: loops and conditionals whose bodies are traced once, with exact derivatives of every order. */

import type { Arguments, Rows, Start } from '../types/arguments.ts'
import type { DType } from '../types/dtype.ts'
import type { Flag, NextCarry, Predicate, SameBranch } from '../types/loops.ts'
import { sentence } from '../types/sentence.ts'
import { branchesDiffer, carryDiffers, conditionNeeds, predicateNeeds } from '../types/sentences/transforms.ts'
import type { Shape } from '../types/shape.ts'
import type { Tensor } from '../types/tensor.ts'
import type { TupleHint } from '../types/transforms.ts'
import type { Head, LengthOf, Stacked } from '../types/tree.ts'
import { closeOverTypes } from './closed.ts'
import type { Abstract } from './core/abstract.ts'
import { abstract, sameShape, showAbstract } from './core/abstract.ts'
import { inline, run } from './core/bind.ts'
import { ArgumentError, DTypeError, ShapeError } from './core/errors.ts'
import { intern } from './core/intern.ts'
import type { Program } from './core/program.ts'
import { pruned } from './core/prune.ts'
import { traceClosed } from './core/trace.ts'
import type { Flattened } from './core/tree.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { HostNumber } from './core/value.ts'
import { cpu } from './devices.ts'
import { cond as bindCond } from './primitives/control/cond.ts'
import { scan as bindScan } from './primitives/control/scan.ts'
import { resultsOf } from './primitives/control/scan-call.ts'
import { whileLoop as bindWhile } from './primitives/control/while.ts'
import { iota } from './primitives/structural.ts'
import { typed, untyped } from './typed.ts'

/** Options of `scan`. */
export interface ScanOptions {
  /** Runs over the rows from the last to the first; results stay at the place of their row. */
  readonly reverse?: boolean
}

/**
 * A loop over the leading axis of `xs`: `[carry, y] = body(carry, x)` for each row x.
 * @param body returns the next carry, of the same shapes and dtypes, and one result, which is stacked.
 * @param start the first carry, a tree of tensors.
 * @param xs a tree of tensors with one common leading axis.
 * @returns the last carry, and all results stacked along a new leading axis.
 * @throws ShapeError if the carry changes its shape, or leading axes differ.
 * @example
 * import { add, scalar, scan, tensor, type Scalar } from 'conformable'
 * const [total, partial] = scan((sum: Scalar, x: Scalar) => [add(sum, x), add(sum, x)], scalar(0), tensor([1, 2, 3]))
 * console.log(partial) // [1, 3, 6]
 */
export function scan<
  G extends TupleHint,
  X extends TupleHint,
  N extends TupleHint,
  Y extends TupleHint,
  C = G,
  Row = Head<X>,
>(
  body: (carry: C, x: Row) => NextCarry<'scan', C, N, readonly [carry: N, y: Y]>,
  start: Start<'scan', G, C>,
  xs: Rows<'scan', X, Row>,
  options: ScanOptions = {},
): [carry: C, ys: Stacked<Y, LengthOf<X>>] {
  const rows = flatten(xs)
  return typed(runScan(body, flatten(start), rows, commonLength(rows), options.reverse ?? false, false))
}

/**
 * A loop of `length` runs: `[carry, y] = body(carry, i)` with the run's number i, an int32 scalar.
 * @returns the last carry, and all results stacked along a new leading axis of that length.
 * @example
 * import { mul, scalar, scanN, type Scalar } from 'conformable'
 * const [power] = scanN((x: Scalar) => [mul(x, 2), x], scalar(1), 10)
 * console.log(power) // 1024
 */
export function scanN<G extends TupleHint, const L extends number, N extends TupleHint, Y extends TupleHint, C = G>(
  body: (carry: C, i: Tensor<readonly [], 'int32'>) => NextCarry<'scan', C, N, readonly [carry: N, y: Y]>,
  start: Start<'scan', G, C>,
  length: L,
): [carry: C, ys: Stacked<Y, L>] {
  if (!Number.isInteger(length) || length < 0)
    throw new ArgumentError(`scanN: the length must be a whole number, got ${length}.`)
  return typed(runScan(body, flatten(start), flatten([]), length, false, true))
}

type LoopBody = (carry: never, x: never) => readonly [unknown, unknown]

function runScan(body: unknown, start: Flattened, rows: Flattened, length: number, reverse: boolean, counted: boolean) {
  requireTensors('scan', start)
  let y: Flattened | undefined
  const step = (carry: unknown, x: unknown): unknown => {
    const result = (body as LoopBody)(carry as never, x as never) // the signature of scan ties them together
    if (!Array.isArray(result) || result.length !== 2) {
      throw new ArgumentError('scan: the body must return [carry, y]; without a y return [carry, null].')
    }
    y = flatten(result[1])
    return [matchingCarry('scan', start, result[0]), [...y.leaves]]
  }
  const rowTypes = counted
    ? [abstract([], 'int32')]
    : rows.leaves.map(({ shape, dtype }) => abstract(shape.slice(1), dtype))
  const rowStructure = counted ? flatten(new HostNumber(0, 'int32')).structure : rows.structure
  const closed = closeOverTypes('scan', step, [start.structure, rowStructure], [...start.leaves, ...rowTypes])
  const carries = start.leaves.length
  const program = constantsFirst(closed.program, carries + rowTypes.length)
  const operands = [...closed.captures, ...start.leaves, ...rows.leaves]
  const emit = (values: readonly Value[]): readonly Value[] => {
    const constants = values.slice(0, closed.captures.length)
    const first = values.slice(constants.length, constants.length + carries)
    const own = counted ? [iota([length], 'int32', 0)] : values.slice(constants.length + carries)
    const call = { body: program, constants, carries: first, rows: own, length, reverse, count: null }
    return resultsOf(bindScan(call))
  }
  const results = run(traceClosed('scan', emit, operands), operands, cpu)
  return [unflatten(start.structure, results.slice(0, carries)), unflatten(y!.structure, results.slice(carries))]
}

/**
 * Repeats `body` while `condition` holds: `while (condition(carry)) carry = body(carry)`.
 * Reverse mode works without a bound on the CPU, where the steps are recorded on a tape that grows; elsewhere it needs `maxSteps`.
 * @param options.maxSteps stops after so many steps even if the condition still holds.
 * @throws ShapeError if the carry changes its shape; DTypeError if the condition is not a bool scalar.
 * @example
 * import { less, mul, scalar, whileLoop, type Scalar } from 'conformable'
 * console.log(whileLoop((x: Scalar) => less(x, 100), (x) => mul(x, 2), scalar(1))) // 128
 */
export function whileLoop<G extends TupleHint, N extends TupleHint, F extends TupleHint, C = G>(
  condition: (carry: C) => Flag<F>,
  body: (carry: C) => NextCarry<'whileLoop', C, N, N>,
  start: Start<'whileLoop', G, C>,
  options: { readonly maxSteps?: number } = {},
): C {
  const carry = flatten(start)
  requireTensors('whileLoop', carry)
  const test = closeOverTypes('whileLoop', condition as never, [carry.structure], carry.leaves)
  requireFlag(test.program.outputs)
  const next = (state: unknown): unknown => matchingCarry('whileLoop', carry, body(state as C))
  const step = closeOverTypes('whileLoop', next, [carry.structure], carry.leaves)
  const count = carry.leaves.length
  const testProgram = constantsFirst(test.program, count)
  const stepProgram = constantsFirst(step.program, count)
  const operands = [...test.captures, ...step.captures, ...carry.leaves]
  const first = test.captures.length + step.captures.length
  const emit = (values: readonly Value[]): readonly Value[] =>
    bindWhile({
      condition: testProgram,
      body: stepProgram,
      conditionConstants: values.slice(0, test.captures.length),
      bodyConstants: values.slice(test.captures.length, first),
      carries: values.slice(first),
      maxSteps: options.maxSteps ?? null,
    })
  const loop = traceClosed('whileLoop', emit, operands)
  return typed<C>(unflatten(carry.structure, run(loop, operands, cpu)))
}

/**
 * Runs one of two functions: `predicate ? whenTrue(...args) : whenFalse(...args)`, where the predicate is a tensor. Only the
 * chosen one runs (under `vmap` with a mapped predicate both run, and `where` chooses). Both must return the same structure,
 * shapes and dtypes.
 * @example
 * import { cond, less, mul, neg, scalar, type Scalar } from 'conformable'
 * const x = scalar(-3)
 * console.log(cond(less(x, 0), (x: Scalar) => neg(x), (x) => mul(x, 2), x)) // 3
 */
export function cond<
  G extends readonly unknown[],
  R extends TupleHint,
  Q extends TupleHint,
  S extends Shape,
  D extends DType,
  A extends readonly unknown[] = G,
>(
  predicate: Predicate<S, D>,
  whenTrue: (...args: A) => R,
  whenFalse: (...args: NoInfer<A>) => SameBranch<R, Q>,
  ...args: Arguments<'cond', A, G>
): R {
  const flag = untyped(predicate, 'cond')
  if (flag.dtype !== 'bool' || flag.shape.length > 0) {
    throw new DTypeError(sentence(predicateNeeds, { x: showAbstract(flag) }))
  }
  const flattened = args.map(flatten)
  const leaves = flattened.flatMap((argument) => argument.leaves)
  const structures = flattened.map(({ structure }) => structure)
  const [no, yes] = [whenFalse, whenTrue].map((branch) => closeOverTypes('cond', branch as never, structures, leaves))
  requireSameResults(yes!, no!)
  const operands = [...leaves, ...no!.captures, ...yes!.captures]
  const arity = leaves.length
  const branches = [no!, yes!].map(({ program, captures }, i) => {
    const first = i === 0 ? arity : operands.length - captures.length
    const own = (values: readonly Value[]) => [
      ...values.slice(0, arity),
      ...values.slice(first, first + captures.length),
    ]
    return traceClosed('cond', (values) => inline(program, own(values)), operands)
  })
  const whole = traceClosed('cond', ([choice, ...values]) => bindCond(choice!, branches, values), [flag, ...operands])
  return typed<R>(unflatten(yes!.result, run(whole, [flag, ...operands], cpu)))
}

/** The program with its captures, which come last, moved to the front. */
function constantsFirst(program: Program, arguments_: number): Program {
  const inputs = [...program.inputs.slice(arguments_), ...program.inputs.slice(0, arguments_)]
  return intern(pruned({ ...program, inputs }))
}

function requireTensors(name: string, start: Flattened): void {
  if (start.leaves.length > 0 && !start.structure.key.includes('#')) return
  throw new ArgumentError(
    `${name}: the carry holds a JavaScript value, which cannot change inside a compiled loop; write scalar(x).`,
  )
}

/** The leaves of the carry that the body returned, which must be built and typed like the first carry. */
function matchingCarry(name: string, start: Flattened, result: unknown): readonly Value[] {
  const next = flatten(result)
  if (next.structure.key !== start.structure.key) {
    throw new ArgumentError(
      `${name}: the body returns a carry that is not built like the first one (${describe(next)} instead of ${describe(start)}).`,
    )
  }
  start.leaves.forEach((leaf, i) => {
    const other = next.leaves[i]!
    if (other.dtype === leaf.dtype && sameShape(other.shape, leaf.shape)) return
    const place = start.paths[i] === '' ? 'the carry' : `'${start.paths[i]}' of the carry`
    throw new ShapeError(sentence(carryDiffers, { op: name, place, a: showAbstract(leaf), b: showAbstract(other) }))
  })
  return [...next.leaves]
}

const describe = ({ paths, leaves }: Flattened): string =>
  `{ ${leaves.map((leaf, i) => `${paths[i] === '' ? 'tensor' : paths[i]}: ${showAbstract(leaf)}`).join(', ')} }`

function commonLength(rows: Flattened): number {
  const first = rows.leaves[0]
  if (first === undefined) throw new ArgumentError('scan: xs holds no tensor; use scanN(body, start, length).')
  for (const [i, leaf] of rows.leaves.entries()) {
    if (leaf.shape.length > 0 && leaf.shape[0] === first.shape[0]) continue
    throw new ShapeError(
      `scan: leading axes differ: '${rows.paths[0]}' is ${showAbstract(first)}, '${rows.paths[i]}' is ${showAbstract(leaf)}`,
    )
  }
  return first.shape[0]!
}

function requireFlag(outputs: readonly Abstract[]): void {
  const flag = outputs[0]
  if (outputs.length === 1 && flag!.dtype === 'bool' && flag!.shape.length === 0) return
  throw new DTypeError(sentence(conditionNeeds, { x: outputs.map(showAbstract).join(', ') }))
}

function requireSameResults(yes: Branch, no: Branch): void {
  const [a, b] = [yes.program.outputs, no.program.outputs]
  const same =
    yes.result.key === no.result.key &&
    a.every((type, i) => type.dtype === b[i]!.dtype && sameShape(type.shape, b[i]!.shape))
  if (same) return
  throw new ShapeError(
    sentence(branchesDiffer, { a: a.map(showAbstract).join(', '), b: b.map(showAbstract).join(', ') }),
  )
}

type Branch = ReturnType<typeof closeOverTypes>
