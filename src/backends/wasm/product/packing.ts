/**
 * Packing: a block of an operand copied into panels, in the order in which the micro-kernel reads them.
 *
 *   target[(p · depth + k) · width + l] = source[p · width + l, k]     panel p, depth k, lane l
 *
 * A panel holds `width` rows of A, or columns of B, side by side for every depth; lanes beyond the operand are zero. There
 * are three ways, by strides: vectors copied if lanes are adjacent, blocks of lanes × lanes transposed in registers if
 * depths are adjacent, else (and in the last, partial panel) single elements. Nothing outside the operand is read.
 *
 * Source: Goto & van de Geijn 2008, doi:10.1145/1356052.1356053, section 4.
 */
import type { Expression, FunctionBuilder, Local, ModuleBuilder } from '../code/assembler.ts'
import {
  call,
  forUp,
  i32,
  increment,
  load,
  local,
  memoryFill,
  multiply,
  op,
  sequence,
  shuffle,
  smaller,
  store,
  storeLane,
  subtract,
  when,
} from '../code/instructions.ts'
import type { Tile } from './matmul-tile.ts'

const { get, set } = local

/**
 * Adds `pack(source, laneStride, depthStride, lanes, depth, target)` to a module and answers its index: all lanes, in
 * panels of `width`, over a depth ≥ 1; strides in bytes.
 */
export const emitPack = (module: ModuleBuilder, tile: Tile, width: number): number => {
  const byVectors = emitCopyPanel(module, tile, width)
  const copyLane = emitCopyLane(module, tile, width)
  const byBlocks = emitTransposePanel(module, tile, width, copyLane)
  const byElements = emitGatherPanel(module, tile, width, copyLane)
  const code = module.function(Array(6).fill('i32'), [], `pack ${tile.vector} ${width}`)
  const [source, laneStride, depthStride, lanes, depth, target] = code.parameters.keys()
  const [first, valid] = code.locals('i32', 2)
  const full = op('i32.eq', get(valid), i32(width))
  const adjacent = (stride: Local) => op('i32.and', op('i32.eq', get(stride), i32(tile.bytes)), full)
  const panel = sequence(
    set(valid, subtract(get(lanes), get(first))),
    set(valid, smaller(get(valid), i32(width))),
    when(
      adjacent(laneStride),
      call(byVectors, get(source), get(depthStride), get(depth), get(target)),
      when(
        adjacent(depthStride),
        call(byBlocks, get(source), get(laneStride), get(depth), get(target)),
        call(byElements, get(source), get(laneStride), get(depthStride), get(valid), get(depth), get(target)),
      ),
    ),
    increment(source, multiply(get(laneStride), i32(width))),
    increment(target, multiply(get(depth), i32(width * tile.bytes))),
  )
  code.emit(forUp(first, i32(0), get(lanes), width, panel))
  return code.index
}

/** Lanes are adjacent: each depth is one run of bytes. `(source, depthStride, depth, target)` */
const emitCopyPanel = (module: ModuleBuilder, { bytes, vector }: Tile, width: number): number => {
  const code = module.function(Array(4).fill('i32'), [], `pack adjacent lanes ${vector} ${width}`)
  const [source, depthStride, depth, target] = code.parameters.keys()
  const k = code.local('i32')
  const turn = sequence(
    copyRun(source, target, width * bytes),
    increment(source, get(depthStride)),
    increment(target, i32(width * bytes)),
  )
  code.emit(forUp(k, i32(0), get(depth), 1, turn, true))
  return code.index
}

/** Copies a few bytes, a multiple of four, with the widest moves. */
const copyRun = (source: Local, target: Local, bytes: number): Expression => {
  const steps: Expression[] = []
  let offset = 0
  const move = (read: 'v128.load' | 'i64.load' | 'i32.load', write: 'v128.store' | 'i64.store' | 'i32.store') =>
    steps.push(store(write, get(target), load(read, get(source), offset), offset))
  for (; offset + 16 <= bytes; offset += 16) move('v128.load', 'v128.store')
  for (; offset + 8 <= bytes; offset += 8) move('i64.load', 'i64.store')
  for (; offset < bytes; offset += 4) move('i32.load', 'i32.store')
  return sequence(...steps)
}

/** Depths are adjacent: blocks of lanes × depths are transposed. `(source, laneStride, depth, target)` */
const emitTransposePanel = (module: ModuleBuilder, tile: Tile, width: number, copyLane: number): number => {
  const { bytes, lanes, vector } = tile
  const code = module.function(Array(4).fill('i32'), [], `pack adjacent depths ${vector} ${width}`)
  const [source, laneStride, depth, target] = code.parameters.keys()
  const [k, lane, whole] = code.locals('i32', 3)
  const block = sequence(
    transposeBlock(code, tile, width, source, laneStride, target),
    increment(source, i32(lanes * bytes)),
    increment(target, i32(lanes * width * bytes)),
  )
  const restOfLane = sequence(
    call(copyLane, get(source), i32(bytes), subtract(get(depth), get(whole)), get(target)),
    increment(source, get(laneStride)),
    increment(target, i32(bytes)),
  )
  code.emit(
    set(whole, op('i32.and', get(depth), i32(-lanes))),
    forUp(k, i32(0), get(whole), lanes, block),
    when(op('i32.ne', get(whole), get(depth)), forUp(lane, i32(0), i32(width), 1, restOfLane, true)),
  )
  return code.index
}

/** `width` lanes at as many depths as a vector has elements. */
const transposeBlock = (
  code: FunctionBuilder,
  { bytes, lanes }: Tile,
  width: number,
  source: Local,
  laneStride: Local,
  target: Local,
): Expression => {
  const row = code.local('i32')
  const loaded = code.locals('v128', lanes)
  const pairs = code.locals('v128', lanes)
  const steps = [set(row, get(source))]
  for (let lane = 0; lane < width; lane += lanes) {
    const rows = loaded.slice(0, Math.min(lanes, width - lane))
    for (const vector of rows) steps.push(set(vector, load('v128.load', get(row))), increment(row, get(laneStride)))
    const at = (depth: number) => (depth * width + lane) * bytes
    steps.push(rows.length === lanes ? storeTransposed(rows, pairs, target, at) : storeLanes(rows, bytes, target, at))
  }
  return sequence(...steps)
}

/** The transpose of two vectors of two lanes, or of four of four: exchanged in pairs, then in pairs of pairs. */
const storeTransposed = (
  rows: readonly Local[],
  pairs: readonly Local[],
  target: Local,
  at: (depth: number) => number,
): Expression => {
  const put = (depth: number, value: Expression) => store('v128.store', get(target), value, at(depth))
  const halves = ([a, b]: readonly Local[], depth: number) => [
    put(depth, shuffle(get(a), get(b), [0, 2])),
    put(depth + 1, shuffle(get(a), get(b), [1, 3])),
  ]
  if (rows.length === 2) return sequence(...halves(rows, 0))
  const [a, b, c, d] = rows.map((row) => get(row))
  const [low, nextLow, high, nextHigh] = pairs
  return sequence(
    set(low, shuffle(a, b, [0, 4, 1, 5])),
    set(nextLow, shuffle(c, d, [0, 4, 1, 5])),
    set(high, shuffle(a, b, [2, 6, 3, 7])),
    set(nextHigh, shuffle(c, d, [2, 6, 3, 7])),
    ...halves([low, nextLow], 0),
    ...halves([high, nextHigh], 2),
  )
}

/** Fewer rows than a vector has lanes, one element at a time. */
const storeLanes = (rows: readonly Local[], bytes: 4 | 8, target: Local, at: (depth: number) => number): Expression => {
  const name = bytes === 4 ? 'v128.store32_lane' : 'v128.store64_lane'
  const steps = rows.flatMap((row, i) =>
    Array.from({ length: 16 / bytes }, (_, depth) =>
      storeLane(name, get(target), get(row), depth, at(depth) + i * bytes),
    ),
  )
  return sequence(...steps)
}

/**
 * Any strides, and partial panels, whose other lanes are zero: leftovers might be subnormal, hence slow.
 * `(source, laneStride, depthStride, valid, depth, target)`
 */
const emitGatherPanel = (module: ModuleBuilder, tile: Tile, width: number, copyLane: number): number => {
  const code = module.function(Array(6).fill('i32'), [], `pack elements ${tile.vector} ${width}`)
  const [source, laneStride, depthStride, valid, depth, target] = code.parameters.keys()
  const lane = code.local('i32')
  const turn = sequence(
    call(copyLane, get(source), get(depthStride), get(depth), get(target)),
    increment(source, get(laneStride)),
    increment(target, i32(tile.bytes)),
  )
  const clear = memoryFill(get(target), i32(0), multiply(get(depth), i32(width * tile.bytes)))
  code.emit(when(op('i32.ne', get(valid), i32(width)), clear), forUp(lane, i32(0), get(valid), 1, turn, true))
  return code.index
}

/** One lane of a panel, element by element. `(source, depthStride, depth, target)` */
const emitCopyLane = (module: ModuleBuilder, { bytes, scalar }: Tile, width: number): number => {
  const code = module.function(Array(4).fill('i32'), [], `pack lane ${scalar} ${width}`)
  const [source, depthStride, depth, target] = code.parameters.keys()
  const k = code.local('i32')
  const turn = sequence(
    store(`${scalar}.store`, get(target), load(`${scalar}.load`, get(source))),
    increment(source, get(depthStride)),
    increment(target, i32(width * bytes)),
  )
  code.emit(forUp(k, i32(0), get(depth), 1, turn, true))
  return code.index
}
