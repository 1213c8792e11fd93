/**
 * Kernels that the back end adds: copies, flags of control flow, and matrix products as plain loops. Their buffers are their own;
 * whoever runs one says where they stand, by `inputs` and `outputs`.
 */
import type { DType } from '../../../../types/dtype.ts'
import type {
  Address,
  Buffer,
  Contraction,
  Epilogue,
  Kernel,
  Local,
  Loop,
  MatrixOperand,
  Node,
  Statement,
} from '../../../kernels/language/kernel.ts'
import { writtenBy } from './touched.ts'

/** A kernel with the buffers that its user places. */
export interface Synthetic {
  readonly kernel: Pick<Kernel, 'name' | 'body'>
  readonly inputs: readonly Buffer[]
  readonly outputs: readonly Buffer[]
}

const buffer = (kind: 'input' | 'output', index: number, dtype: DType, elements: number): Buffer => ({
  id: index,
  dtype,
  elements,
  place: { kind, index },
})

const loop = (id: number, extent: number): Loop => ({ id, extent, parallel: true, vector: false })

const at = (offset: number, ...terms: Address['terms'][number][]): Address => ({ offset, terms, dynamic: null })

const load = (from: Buffer, address: Address): Node => ({ kind: 'load', dtype: from.dtype, buffer: from, address })

const number = (dtype: DType, value: number): Node => ({ kind: 'constant', dtype, value })

const apply = (name: Extract<Node, { kind: 'apply' }>['name'], dtype: DType, ...operands: readonly Node[]): Node => ({
  kind: 'apply',
  name,
  dtype,
  operands,
})

/** `elements` numbers from one place to another. */
export function copyKernel(dtype: DType, elements: number): Synthetic {
  const [from, to] = [buffer('input', 0, dtype, elements), buffer('output', 0, dtype, elements)]
  const i = loop(0, elements)
  const address = at(0, { loop: i, stride: 1 })
  const body: Statement[] = [
    { kind: 'for', loop: i, body: [{ kind: 'store', buffer: to, address, value: load(from, address) }] },
  ]
  return { kernel: { name: 'copy', body }, inputs: [from], outputs: [to] }
}

/** `elements` times one number. */
export function fillKernel(dtype: DType, elements: number, value: number): Synthetic {
  const to = buffer('output', 0, dtype, elements)
  const i = loop(0, elements)
  const address = at(0, { loop: i, stride: 1 })
  const body: Statement[] = [
    { kind: 'for', loop: i, body: [{ kind: 'store', buffer: to, address, value: number(dtype, value) }] },
  ]
  return { kernel: { name: 'fill', body }, inputs: [], outputs: [to] }
}

/** A flag from int32 words: stored where thread 0 writes. */
function flagKernel(name: string, words: number, formula: (words: readonly Node[]) => Node): Synthetic {
  const inputs = Array.from({ length: words }, (_, i) => buffer('input', i, 'int32', 1))
  const to = buffer('output', 0, 'bool', 1)
  const value = formula(inputs.map((input) => load(input, at(0))))
  return { kernel: { name, body: [{ kind: 'store', buffer: to, address: at(0), value }] }, inputs, outputs: [to] }
}

const isSet = (word: Node): Node => apply('ne', 'bool', word, number('int32', 0))

/** Do both flags hold? */
export const bothKernel = (): Synthetic => flagKernel('both', 2, ([a, b]) => apply('and', 'bool', isSet(a), isSet(b)))

/** Is branch `branch` of `count` the chosen one? The selector is clamped. */
export const chosenKernel = (branch: number, count: number): Synthetic =>
  flagKernel('chosen', 1, ([selector]) => {
    const clamped = apply(
      'min',
      'int32',
      apply('max', 'int32', selector, number('int32', 0)),
      number('int32', count - 1),
    )
    return apply('eq', 'bool', clamped, number('int32', branch))
  })

/** Is the number of this run below the count of runs? */
export const belowKernel = (): Synthetic => flagKernel('below', 2, ([run, count]) => apply('lt', 'bool', run, count))

/** A word that counts the runs, one up or down. */
export function countKernel(step: 1 | -1): Synthetic {
  const [from, to] = [buffer('input', 0, 'int32', 1), buffer('output', 0, 'int32', 1)]
  const value = apply('add', 'int32', load(from, at(0)), number('int32', step))
  return {
    kernel: { name: 'count', body: [{ kind: 'store', buffer: to, address: at(0), value }] },
    inputs: [from],
    outputs: [to],
  }
}

/** The loops over the elements of a product, its value, and what is done with it: stored, then what the epilogue says. */
export function elementStore(contraction: Contraction): {
  readonly loops: readonly Loop[]
  readonly product: Local
  readonly body: readonly Statement[]
} {
  const { c, batch, rows, columns, epilogue, dtype } = contraction
  const loops = epilogue?.loops ?? [...batch, rows, columns].map((extent, id) => loop(id, extent))
  const product: Local = epilogue?.product ?? { id: 0, dtype }
  const [row, column] = loops.slice(-2)
  const value: Node = { kind: 'local', dtype, local: product }
  const address = matrixAddress(c, loops, row, column)
  return { loops, product, body: withProduct({ kind: 'store', buffer: c.buffer, address, value }, epilogue) }
}

/** The epilogue after the store of the product, which it may itself replace. */
export function withProduct(
  store: Extract<Statement, { kind: 'store' }>,
  epilogue: Epilogue | null,
): readonly Statement[] {
  if (epilogue === null) return [store]
  return writtenBy(epilogue.body).has(store.buffer) ? epilogue.body : [store, ...epilogue.body]
}

/** A matrix product as loops: one sum for each element, then the epilogue. Its buffers are those of the contraction. */
export function productKernel(contraction: Contraction): Pick<Kernel, 'name' | 'body'> {
  const { a, b, inner, epilogue, dtype } = contraction
  const { loops, product, body } = elementStore(contraction)
  const k = loop(loops.length, inner)
  const [row, column] = loops.slice(-2)
  const value = apply(
    'mul',
    dtype,
    load(a.buffer, matrixAddress(a, loops, row, k)),
    load(b.buffer, matrixAddress(b, loops, k, column)),
  )
  const reduce: Statement = { kind: 'reduce', loops: [k], local: product, operation: 'sum', value }
  const nest = loops.reduceRight<readonly Statement[]>(
    (inside, each) => [{ kind: 'for', loop: each, body: inside }],
    [reduce, ...body],
  )
  const name = epilogue === null ? contraction.name : `${contraction.name}_${epilogue.name}`
  return { name, body: nest }
}

function matrixAddress(operand: MatrixOperand, loops: readonly Loop[], row: Loop, column: Loop): Address {
  const batches = operand.batchStrides.map((stride, i) => ({ loop: loops[i], stride }))
  const own = [
    { loop: row, stride: operand.rowStride },
    { loop: column, stride: operand.columnStride },
  ]
  return at(operand.offset, ...[...batches, ...own].filter(({ stride }) => stride !== 0))
}
