/**
 * The two loops around the micro-kernel: a block of C from a block of A and a block of B, tile by tile.
 *
 *   C[0..rows, 0..columns] (+)= A[0..rows, 0..depth] · B[0..depth, 0..columns]
 *
 * Columns are the outer loop, so that one panel of B stays in the first cache while the panels of A come from the second.
 * The tiles at the lower edge have micro-kernels of their own height. A tile whose width is no whole number of vectors is
 * computed in a corner of the workspace (its B panel is packed, with zeros) and copied, so nothing outside C is written.
 *
 * Source: Van Zee & van de Geijn 2015, "BLIS", doi:10.1145/2764454, figure 1.
 */
import type { Expression, Local, ModuleBuilder } from '../code/assembler.ts'
import {
  add,
  call,
  choose,
  forUp,
  i32,
  increment,
  load,
  local,
  multiply,
  op,
  sequence,
  smaller,
  store,
  subtract,
  switchOn,
  when,
} from '../code/instructions.ts'
import type { Tile } from './matmul-tile.ts'
import { type Access, emitMicroKernel } from './micro-kernel.ts'

const { get, set } = local

/**
 * Adds to a module, and answers its index,
 * `(rows, columns, depth, a, aRow, aStep, aAdvance, b, bStep, bAdvance, c, cRow, accumulate, corner)`: from one tile to the
 * next A moves by `aAdvance` and B by `bAdvance` bytes; `corner` is room for one tile.
 */
export const emitMacroKernel = (module: ModuleBuilder, tile: Tile, access: Access): number => {
  const { full, edge } = emitTiles(module, tile, access)
  const code = module.function(Array(14).fill('i32'), [], `matmul block ${tile.vector} ${access}`)
  const [rows, columns, depth, a, aRow, aStep, aAdvance, b, bStep, bAdvance, c, cRow, accumulate, corner] =
    code.parameters.keys()
  const [i, j, height, width, aTile, cTile] = code.locals('i32', 6)
  const operands = [depth, aTile, aRow, aStep, b, bStep, cTile, cRow, accumulate].map(get)
  const isFull = op('i32.and', op('i32.eq', get(height), i32(tile.rows)), op('i32.eq', get(width), i32(tile.columns)))
  const tiles = sequence(
    atMost(height, rows, i, tile.rows),
    when(isFull, call(full, ...operands), call(edge, get(height), get(width), ...operands, get(corner))),
    increment(aTile, get(aAdvance)),
    increment(cTile, multiply(get(cRow), i32(tile.rows))),
  )
  const panels = sequence(
    atMost(width, columns, j, tile.columns),
    set(aTile, get(a)),
    set(cTile, add(get(c), multiply(get(j), i32(tile.bytes)))),
    forUp(i, i32(0), get(rows), tile.rows, tiles, true),
    increment(b, get(bAdvance)),
  )
  code.emit(forUp(j, i32(0), get(columns), tile.columns, panels, true))
  return code.index
}

/** What is left of a range, at most `limit`. */
const atMost = (left: Local, total: Local, done: Local, limit: number): Expression =>
  sequence(set(left, subtract(get(total), get(done))), set(left, smaller(get(left), i32(limit))))

/** The micro-kernel of a full tile, and the function `(height, width, …, corner)` for every other one. */
const emitTiles = (module: ModuleBuilder, tile: Tile, access: Access): { full: number; edge: number } => {
  const kernels: number[] = []
  for (let rows = 1; rows <= tile.rows; rows++) {
    for (let vectors = 1; vectors <= tile.vectors; vectors++) {
      kernels.push(emitMicroKernel(module, tile, { rows, vectors, access }))
    }
  }
  return { full: kernels[kernels.length - 1], edge: emitEdge(module, tile, access, kernels) }
}

const emitEdge = (module: ModuleBuilder, tile: Tile, access: Access, kernels: readonly number[]): number => {
  const copyCorner = emitCopyCorner(module, tile)
  const code = module.function(Array(12).fill('i32'), [], `matmul edge ${tile.vector} ${access}`)
  const [height, width, depth, a, aRow, aStep, b, bStep, c, cRow, accumulate, corner] = code.parameters.keys()
  const partial = op('i32.and', get(width), i32(tile.lanes - 1))
  const wide = op('i32.gt_u', get(width), i32(tile.lanes))
  const which = add(multiply(subtract(get(height), i32(1)), i32(tile.vectors)), wide)
  const operands = [depth, a, aRow, aStep, b, bStep].map(get)
  const run = (...target: readonly Expression[]) =>
    switchOn(
      which,
      kernels.map((kernel) => call(kernel, ...operands, ...target)),
    )
  code.emit(
    when(
      partial,
      sequence(
        run(get(corner), i32(tile.columns * tile.bytes), i32(0)),
        call(copyCorner, get(height), get(width), get(corner), get(c), get(cRow), get(accumulate)),
      ),
      run(get(c), get(cRow), get(accumulate)),
    ),
  )
  return code.index
}

/** The valid part of a tile from the workspace to C. `(height, width, corner, c, cRow, accumulate)` */
const emitCopyCorner = (module: ModuleBuilder, { bytes, scalar, columns, vector }: Tile): number => {
  const code = module.function(Array(6).fill('i32'), [], `matmul copy corner ${vector}`)
  const [height, width, corner, c, cRow, accumulate] = code.parameters.keys()
  const [i, j, from, to] = code.locals('i32', 4)
  const value = load(`${scalar}.load`, get(from))
  const element = sequence(
    store(
      `${scalar}.store`,
      get(to),
      choose(scalar, get(accumulate), op(`${scalar}.add`, load(`${scalar}.load`, get(to)), value), value),
    ),
    increment(from, i32(bytes)),
    increment(to, i32(bytes)),
  )
  const row = sequence(
    set(from, get(corner)),
    set(to, get(c)),
    forUp(j, i32(0), get(width), 1, element, true),
    increment(corner, i32(columns * bytes)),
    increment(c, get(cRow)),
  )
  code.emit(forUp(i, i32(0), get(height), 1, row, true))
  return code.index
}
