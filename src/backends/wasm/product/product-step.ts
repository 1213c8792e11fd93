/**
 * A matrix product as a step of a routine: a small one as a kernel, one row or column as a matrix times a vector, any other in
 * blocks. Its epilogue runs inside the kernel, after the vector, or with each block.
 */
import { bytesOf } from '../../../core/dtype.ts'
import { type Finished, hasEpilogue } from '../../../kernels/fusion/epilogue-kernel.ts'
import type { Contraction, MatrixOperand, Routine } from '../../../kernels/language/kernel.ts'
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import { call, forUp, i32, local, multiply, op, sequence } from '../code/instructions.ts'
import { ARENA, addressOf, type ModuleState, moved } from '../code/module-state.ts'
import { chunkOf, emitEpilogue } from '../kernel/epilogue-function.ts'
import { callKernel } from '../kernel/kernel-function.ts'
import { emitBlocks } from './matmul.ts'
import { emitMatrixVector } from './matrix-vector.ts'
import { type BlockProducts, writeBlocks } from './product-library.ts'
import { afterProduct, isSmall, productKernel } from './small-product.ts'

/** Code that runs a product of a routine. */
export function callProduct(
  state: ModuleState,
  routine: Routine,
  code: FunctionBuilder,
  contraction: Contraction,
): Expression {
  if (isSmall(contraction)) return callKernel(state, routine, productKernel(contraction))
  if (hasVector(contraction)) return withVector(state, routine, code, contraction)
  if (hasEpilogue(contraction)) return inBlocks(state, routine, code, contraction)
  const { whole } = blocksOf(state, contraction.dtype)
  return overBatch(state, routine, code, contraction, (operands) => call(whole, ...operands))
}

/** Is one of the operands of a product a vector? */
export const hasVector = ({ rows, columns }: Contraction): boolean => rows === 1 || columns === 1

/** One column, or one row: the product of the transposed operands. */
function withVector(state: ModuleState, routine: Routine, code: FunctionBuilder, contraction: Contraction): Expression {
  const { columns, dtype } = contraction
  const vector = vectorOf(state, dtype)
  const product = overBatch(state, routine, code, contraction, (operands) => {
    const [M, N, K, a, aRow, aColumn, b, bRow, bColumn, c, cRow, ...rest] = operands
    return columns === 1
      ? call(vector, M!, K!, a!, aRow!, aColumn!, b!, bRow!, c!, cRow!, ...rest)
      : call(vector, N!, K!, b!, bColumn!, bRow!, a!, aColumn!, c!, i32(bytesOf(dtype)), ...rest)
  })
  return hasEpilogue(contraction) ? sequence(product, callKernel(state, routine, afterProduct(contraction))) : product
}

/** A product in blocks, each finished by the epilogue. */
function inBlocks(
  state: ModuleState,
  routine: Routine,
  code: FunctionBuilder,
  contraction: Contraction & Finished,
): Expression {
  const { module, library } = state
  const { dtype, batch } = contraction
  const { parts } = blocksOf(state, dtype)
  const { index, buffers } = emitEpilogue(state, contraction)
  const addresses = buffers.map((buffer) => addressOf(routine, { buffer, offset: 0 }))
  const blocks = library.once(`matmul ${dtype} with ${index}`, () =>
    emitBlocks(module, parts, { index, extras: batch.length + addresses.length, chunk: chunkOf(dtype) }),
  )
  return overBatch(state, routine, code, contraction, (operands, counters) =>
    call(blocks, ...operands, ...counters.map(local.get), ...addresses),
  )
}

/** Loops over the batch axes around the product of one batch. */
function overBatch(
  state: ModuleState,
  routine: Routine,
  code: FunctionBuilder,
  { batch, rows, columns, inner, a, b, c, dtype }: Contraction,
  product: (operands: readonly Expression[], counters: readonly Local[]) => Expression,
): Expression {
  const bytes = bytesOf(dtype)
  const counters = batch.map(() => code.local('i32'))
  const at = (operand: MatrixOperand): Expression =>
    counters.reduce(
      (address, counter, axis) => moveBy(address, counter, operand.batchStrides[axis]! * bytes),
      addressOf(routine, operand),
    )
  const strides = (operand: MatrixOperand): Expression[] =>
    [operand.rowStride * bytes, operand.columnStride * bytes].map(i32)
  const operands = [
    ...[rows, columns, inner].map(i32),
    ...[at(a), ...strides(a), at(b), ...strides(b), at(c), i32(c.rowStride * bytes)],
    ...[i32(0), moved(local.get(ARENA), state.workspace)],
  ]
  const looped = counters.reduceRight(
    (body, counter, axis) => forUp(counter, i32(0), i32(batch[axis]!), 1, body),
    product(operands, counters),
  )
  return (into) => {
    looped(into)
    for (const counter of counters) code.release(counter)
  }
}

const moveBy = (address: Expression, counter: Local, bytes: number): Expression =>
  bytes === 0 ? address : op('i32.add', address, multiply(local.get(counter), i32(bytes)))

/** The functions of products in blocks of a dtype. */
function blocksOf({ module, fma, products }: ModuleState, dtype: Contraction['dtype']): BlockProducts {
  const known = products.blocks.get(dtype)
  if (known !== undefined) return known
  const written = writeBlocks(module, { dtype, fma })
  products.blocks.set(dtype, written)
  return written
}

/** The function of a matrix times a vector of a dtype. */
function vectorOf({ module, fma, products }: ModuleState, dtype: Contraction['dtype']): number {
  const known = products.vector.get(dtype)
  if (known !== undefined) return known
  const written = emitMatrixVector(module, { dtype, fma })
  products.vector.set(dtype, written)
  return written
}
