/**
 * The innermost loop of a matrix multiplication: one tile of C, held in registers, over a whole depth.
 *
 *   C[i, j] (+)= Σₖ A[i, k] · B[k, j]      i < rows, j < vectors × lanes
 *
 * At each k it reads one row of B as vectors and `rows` single elements of A, each spread over a vector. B advances by
 * `bStep` and A by `aStep` bytes, so both may be packed panels (bStep = a panel's row) or the operands as they lie. A's
 * elements lie side by side ('panel': packed, or A transposed) or `aRow` bytes apart ('rows': A as it lies, one pointer each).
 *
 * Source: Goto & van de Geijn 2008, doi:10.1145/1356052.1356053; Van Zee & van de Geijn 2015 (BLIS), doi:10.1145/2764454.
 */
import { type Expression, type FunctionBuilder, type Local, ModuleBuilder } from '../code/assembler.ts'
import {
  add,
  block,
  br,
  brIf,
  increment,
  load,
  local,
  loop,
  multiply,
  newLabel,
  op,
  sequence,
  store,
  subtract,
  v128,
  when,
} from '../code/instructions.ts'
import { multiplyAdd, type Tile } from './matmul-tile.ts'

/** How the elements of A in one tile and at one depth lie: side by side, or a row stride apart. */
export type Access = 'panel' | 'rows'

/** The size of a tile of C, at most that of the register tile. */
export type KernelShape = { readonly rows: number; readonly vectors: number; readonly access: Access }

/** The parameters of every micro-kernel, all i32: addresses and strides in bytes, depth ≥ 1, bStep not 0. */
const kernelParameters = ['depth', 'a', 'aRow', 'aStep', 'b', 'bStep', 'c', 'cRow', 'accumulate'] as const

/** The micro-kernels written so far, by name: modules share them, since half of the work of writing a matmul is theirs. */
const written = new Map<string, FunctionBuilder>()

/** Adds the micro-kernel `(depth, a, aRow, aStep, b, bStep, c, cRow, accumulate)` to a module and answers its index. */
export const emitMicroKernel = (module: ModuleBuilder, tile: Tile, shape: KernelShape): number => {
  const name = `matmul tile ${tile.vector} ${shape.rows}×${shape.vectors} ${shape.access}${tile.fma ? ' fused' : ''}`
  const known = written.get(name)
  const kernel = known ?? writeMicroKernel(name, tile, shape)
  if (!known) written.set(name, kernel)
  return module.copy(kernel).index
}

const writeMicroKernel = (name: string, tile: Tile, shape: KernelShape): FunctionBuilder => {
  const code = new ModuleBuilder().function(
    kernelParameters.map(() => 'i32'),
    [],
    name,
  )
  const [depth, a, aRow, aStep, b, bStep, c, cRow, accumulate] = code.parameters.keys()
  const sums = code.locals('v128', shape.rows * shape.vectors)
  const pointers = shape.access === 'rows' ? code.locals('i32', shape.rows - 1) : []
  const rowPointers = [a, ...pointers]
  const [way, end] = code.locals('i32', 2)
  code.emit(
    shape.access === 'rows' ? sequence() : touch(tile, a, offsetsOf(tile, shape).slice(1)),
    when(local.get(accumulate), loadSums(code, shape, sums, c, cRow), clearSums(sums)),
    local.set(way, multiply(local.get(depth), local.get(bStep))),
    local.set(end, add(local.get(b), local.get(way))),
    withoutHighBits(way, a, b),
    sequence(...pointers.map((pointer, i) => local.set(pointer, add(local.get(rowPointers[i]), local.get(aRow))))),
    until(
      op('i32.eq', local.get(b), local.get(end)),
      turnOfDepth(code, tile, shape, sums, rowPointers, b),
      ...rowPointers.map((pointer) => increment(pointer, local.get(aStep))),
      increment(b, local.get(bStep)),
    ),
    storeSums(shape, sums, c, cRow),
  )
  return code
}

/**
 * Reads elements of A for nothing. V8 adds the offset of a spread element to the memory's address in every turn, unless it
 * needs the sum before the loop too; then it keeps it in a register (measured: 5 % of a product in Node 20 and 22).
 */
export const touch = ({ splat }: Tile, a: Local, offsets: readonly number[]): Expression =>
  sequence(...offsets.map((offset) => op('drop', load(splat, local.get(a), offset))))

/**
 * Adds a number to each address and takes it away again. The upper half of a parameter's register may hold anything, so Node 20
 * copies a pointer that starts as one in every turn; of one that starts as a sum it knows that they are zero. With a pointer
 * for a counter the loop has 33 instructions instead of 37, 20 of them arithmetic (measured: 51 against 46 GFLOP/s).
 */
export const withoutHighBits = (some: Local, ...addresses: readonly Local[]): Expression =>
  sequence(
    ...addresses.map((address) =>
      local.set(address, subtract(add(local.get(address), local.get(some)), local.get(some))),
    ),
  )

/**
 * Runs the body until the condition holds. The test stands at the top: with the test at the bottom the register allocator of
 * Node 20 spills the sums, which halves the speed (measured: 24 against 51 GFLOP/s; no difference in Node 24).
 */
export const until = (condition: Expression, ...body: readonly Expression[]): Expression => {
  const [end, turn] = [newLabel('end'), newLabel('turn')]
  return block(end, loop(turn, brIf(end, condition), ...body, br(turn)))
}

const clearSums = (sums: readonly Local[]): Expression =>
  sequence(...sums.map((sum) => local.set(sum, v128(new Uint8Array(16)))))

/** Where the elements of a panel's column stand. */
const offsetsOf = ({ bytes }: Tile, { rows }: KernelShape): number[] =>
  Array.from({ length: rows }, (_, i) => i * bytes)

/** The outer product of a column of A and a row of B, added to the sums. */
const turnOfDepth = (
  code: FunctionBuilder,
  tile: Tile,
  { rows, vectors, access }: KernelShape,
  sums: readonly Local[],
  rowPointers: readonly Local[],
  b: Local,
): Expression => {
  const rowOfB = code.locals('v128', vectors)
  const element = code.local('v128')
  const steps = rowOfB.map((vector, j) => local.set(vector, load('v128.load', local.get(b), 16 * j)))
  for (let i = 0; i < rows; i++) {
    const address = local.get(access === 'rows' ? rowPointers[i] : rowPointers[0])
    steps.push(local.set(element, load(tile.splat, address, access === 'rows' ? 0 : i * tile.bytes)))
    for (let j = 0; j < vectors; j++) {
      const sum = sums[i * vectors + j]
      steps.push(local.set(sum, multiplyAdd(tile, local.get(element), local.get(rowOfB[j]), local.get(sum))))
    }
  }
  return sequence(...steps)
}

const loadSums = (
  code: FunctionBuilder,
  { rows, vectors }: KernelShape,
  sums: readonly Local[],
  c: Local,
  cRow: Local,
): Expression => {
  const row = code.local('i32')
  const steps = [local.set(row, local.get(c))]
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < vectors; j++) {
      steps.push(local.set(sums[i * vectors + j], load('v128.load', local.get(row), 16 * j)))
    }
    if (i < rows - 1) steps.push(increment(row, local.get(cRow)))
  }
  return sequence(...steps)
}

const storeSums = ({ rows, vectors }: KernelShape, sums: readonly Local[], c: Local, cRow: Local): Expression => {
  const steps: Expression[] = []
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < vectors; j++) {
      steps.push(store('v128.store', local.get(c), local.get(sums[i * vectors + j]), 16 * j))
    }
    if (i < rows - 1) steps.push(increment(c, local.get(cRow)))
  }
  return sequence(...steps)
}
