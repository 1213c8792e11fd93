/** Whole Jacobians and Hessians, as trees of blocks named like the result and the argument. */

import type { DType } from '../types/dtype.ts'
import { sentence } from '../types/sentence.ts'
import { needsFloatTensors } from '../types/sentences/transforms.ts'
import type { FloatOf, FloatResult, Outer, ScalarLoss, TupleHint } from '../types/transforms.ts'
import type { ClosedFunction } from './closed.ts'
import { closeOver } from './closed.ts'
import type { Abstract } from './core/abstract.ts'
import { showAbstract, sizeOf } from './core/abstract.ts'
import { inline, run } from './core/bind.ts'
import { isFloat } from './core/dtype.ts'
import { DTypeError } from './core/errors.ts'
import { spread } from './core/marks.ts'
import type { Program } from './core/program.ts'
import { traceClosed } from './core/trace.ts'
import { unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { cpu } from './devices.ts'
import { differentiated } from './differentiate.ts'
import { full } from './primitives/broadcast.ts'
import { convert } from './primitives/conversion.ts'
import { eq } from './primitives/elementwise.ts'
import { iota, reshape, transpose } from './primitives/structural.ts'
import { vjpPrograms } from './transforms/gradient.ts'
import { batchProgram, lineariseProgram } from './transforms/index.ts'
import { typed } from './typed.ts'

/**
 * The Jacobian by forward mode, one pass for each element of the argument: for tall Jacobians (few inputs, many outputs).
 * @returns for a result of shape [...T] and an argument of shape [...S] the tensor [...T, ...S]; for trees a tree of such blocks.
 * @example
 * import { jacfwd, mul, tensor, type Tensor } from 'conformable'
 * console.log(jacfwd((x: Tensor<[2]>) => mul(x, x))(tensor([1, 2]))) // [[2, 0], [0, 4]]
 */
export function jacfwd<A, R extends TupleHint>(
  f: (x: A) => FloatResult<'jacfwd', A, R>,
): (x: A) => Outer<R, A, FloatOf<R>> {
  return (x) => blocksOf('jacfwd', f as (...args: never[]) => unknown, x, forwardBlocks)
}

/**
 * The Jacobian by reverse mode, one pass for each element of the result: for wide Jacobians (many inputs, few outputs).
 * @returns for a result of shape [...T] and an argument of shape [...S] the tensor [...T, ...S]; for trees a tree of such blocks.
 * @example
 * import { jacrev, mul, tensor, type Tensor } from 'conformable'
 * console.log(jacrev((x: Tensor<[2]>) => mul(x, x))(tensor([1, 2]))) // [[2, 0], [0, 4]]
 */
export function jacrev<A, R extends TupleHint>(
  f: (x: A) => FloatResult<'jacrev', A, R>,
): (x: A) => Outer<R, A, FloatOf<A>> {
  return (x) => blocksOf('jacrev', f as (...args: never[]) => unknown, x, reverseBlocks)
}

/**
 * The matrix of second derivatives of a scalar function, by forward over reverse.
 * @returns for an argument of shape [...S] the tensor [...S, ...S]; for a ComponentArray blocks by name: `h.L1.weight.L2.bias`.
 * @example
 * import { hessian, pow, sum, tensor, type Tensor } from 'conformable'
 * console.log(hessian((x: Tensor<[2]>) => sum(pow(x, 3)))(tensor([1, 2]))) // [[6, 0], [0, 12]]
 */
export function hessian<A, R>(f: (x: A) => ScalarLoss<'hessian', A, R>): (x: A) => Outer<A, A, FloatOf<A>> {
  const gradient = (x: A): unknown => differentiated('hessian', f, [0], [x]).gradients[0]
  return (x) => blocksOf('hessian', gradient, x, forwardBlocks)
}

/** Jacobian blocks, [result leaf][argument leaf], written into the open trace. */
type Blocks = (program: Program, inputs: readonly Value[], leafCount: number) => Value[][]

function blocksOf<B>(name: string, f: (...args: never[]) => unknown, x: unknown, blocks: Blocks): B {
  const closed = closeOver(name, f, [x])
  requireFloats(name, closed)
  const operands = [...closed.leaves, ...closed.captures]
  const count = closed.leaves.length
  const whole = traceClosed(name, (values) => blocks(closed.program, values, count).flat(), operands)
  const flat = run(whole, operands, cpu)
  const rows = closed.program.outputs.map((_, i) => {
    const block = flat.slice(i * count, (i + 1) * count)
    return unflatten(closed.arguments[0]!.structure, block)
  })
  // A structure puts whatever it is given in the place of its leaves; here each leaf is a tree of blocks.
  return typed<B>(closed.result.rebuild(rows as Value[], 0))
}

const forwardBlocks: Blocks = (program, inputs, leafCount) => {
  const leaves = program.inputs.slice(0, leafCount)
  const active = program.inputs.map((_, i) => i < leafCount)
  const { forward, residuals, linear, present } = lineariseProgram(program, active)
  const kept = inline(forward, inputs).slice(program.outputs.length)
  const columns = leaves.map((_, j) => spread(present, overBasis(linear, kept.slice(0, residuals), leaves, j)))
  return program.outputs.map((output, i) =>
    leaves.map((leaf, j) => {
      const shape = [...output.shape, ...leaf.shape]
      const column = columns[j]![i]
      return column ? reshape(lastAxis(column), shape) : full(shape, output.dtype, 0)
    }),
  )
}

const reverseBlocks: Blocks = (program, inputs, leafCount) => {
  const leaves = program.inputs.slice(0, leafCount)
  const active = program.inputs.map((_, i) => i < leafCount)
  const { forward, residuals, pullback } = vjpPrograms(program, active)
  const kept = inline(forward, inputs).slice(program.outputs.length)
  return program.outputs.map((output, i) => {
    const rows = overBasis(pullback, kept.slice(0, residuals), program.outputs, i)
    return rows.map((row, j) => reshape(row, [...output.shape, ...leaves[j]!.shape]))
  })
}

/** A linear program run on every basis vector of seed `j` at once: results with the basis in front. */
function overBasis(
  linear: Program,
  residuals: readonly Value[],
  seeds: readonly Abstract[],
  j: number,
): readonly Value[] {
  const { shape, dtype } = seeds[j]!
  const size = sizeOf(shape)
  const inputs = seeds.map((seed, k) => (k === j ? basis(size, shape, dtype) : full(seed.shape, seed.dtype, 0)))
  const batched = linear.inputs.map((_, k) => k === residuals.length + j)
  return inline(batchProgram(linear, batched, size), [...residuals, ...inputs])
}

/** The identity matrix with its columns in a shape: [n, ...shape]. */
function basis(size: number, shape: readonly number[], dtype: DType): Value {
  const row = iota([size, size], 'int32', 0)
  return reshape(convert(eq(row, iota([size, size], 'int32', 1)), dtype), [size, ...shape])
}

/** Moves axis 0 to the end. */
function lastAxis(value: Value): Value {
  const axes = value.shape.map((_, i) => i)
  return transpose(value, [...axes.slice(1), 0])
}

function requireFloats(name: string, { leaves, program }: ClosedFunction): void {
  const wrong = [...leaves, ...program.outputs].find(({ dtype }) => !isFloat(dtype))
  if (wrong === undefined) return
  throw new DTypeError(sentence(needsFloatTensors, { op: name, x: showAbstract(wrong) }))
}
