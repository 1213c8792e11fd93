/**
 * All matrix products as one function of a module: that of `emitBlocks`, for any sizes ≥ 0 and a workspace at any address. What
 * programs choose when they are compiled it chooses when it is called.
 */
import type { Expression, Local, ModuleBuilder } from '../../src/backends/wasm/code/assembler.ts'
import * as w from '../../src/backends/wasm/code/instructions.ts'
import { emitBlocks, emitMatmulParts } from '../../src/backends/wasm/product/matmul.ts'
import { type MatmulOptions, tileOf } from '../../src/backends/wasm/product/matmul-tile.ts'
import { emitMatrixVector } from '../../src/backends/wasm/product/matrix-vector.ts'

const { get, set } = w.local

/**
 * Adds to a module, and answers its index, the function of `emitBlocks`; one row or column goes to that of `emitMatrixVector`,
 * and a sum of nothing is zero.
 */
export const emitWholeProduct = (module: ModuleBuilder, options: MatmulOptions): number => {
  const { bytes } = tileOf(options)
  const vector = emitMatrixVector(module, options)
  const blocks = emitBlocks(module, emitMatmulParts(module, options), null)
  const code = module.function(Array(13).fill('i32'))
  const [rows, columns, depth, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate, work] = code.parameters.keys()
  const i = code.local('i32')
  const clearRow = w.sequence(
    w.memoryFill(get(c), w.i32(0), w.multiply(get(columns), w.i32(bytes))),
    w.increment(c, get(cRow)),
  )
  const oneColumn = [rows, depth, a, aRow, aColumn, b, bRow, c, cRow].map((each) => get(each))
  const oneRow = [...[columns, depth, b, bColumn, bRow, a, aColumn, c].map((each) => get(each)), w.i32(bytes)]
  const is = (size: Local, value: number): Expression => w.op('i32.eq', get(size), w.i32(value))
  const clear = w.when(w.op('i32.eqz', get(accumulate)), w.forUp(i, w.i32(0), get(rows), 1, clearRow))
  const product = w.when(
    is(columns, 1),
    w.call(vector, ...oneColumn, get(accumulate), get(work)),
    w.when(
      is(rows, 1),
      w.call(vector, ...oneRow, get(accumulate), get(work)),
      w.call(blocks, ...Array.from(code.parameters.keys(), (each) => get(each))),
    ),
  )
  code.emit(
    set(work, w.op('i32.and', w.add(get(work), w.i32(63)), w.i32(-64))),
    w.when(get(rows), w.when(get(columns), w.when(is(depth, 0), clear, product))),
  )
  return code.index
}
