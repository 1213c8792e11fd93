/**
 * The gradient of a convolution with respect to its kernel.
 *
 *   w[k, c, g·co + q] = Σ_{b, o} x[b, o·stride + k·dilation − before, g·ci + c] · y[b, o, g·co + q]
 *
 * A tile is taps and input channels × output channels; its sum over a block of positions is held in registers and then added to
 * w. So the error grows with the positions of a block and the number of blocks, not with their product. Rows of a tile that lie
 * side by side in x (the channels of a tap, or of neighbouring taps) take the same code as the next tile's.
 */
import type { Convolution } from '../../kernels/kernel.ts'
import type { Expression, FunctionBuilder, Local } from './assembler.ts'
import { type Correlation, forwardCorrelation } from './correlation.ts'
import { type Band, type Bands, bandsOf } from './correlation-bands.ts'
import { emitBands } from './correlation-frame.ts'
import { heights, isDepthwise, overPanels, overTiles } from './correlation-function.ts'
import { call, i32, local, memoryFill, sequence } from './instructions.ts'
import { type Tile, tileOf } from './matmul-tile.ts'
import type { ModuleState } from './module-state.ts'
import { type DepthLevel, mostRows, outerProducts } from './outer-products.ts'
import { displaced, type Level, walk } from './walk.ts'

const { get } = local

/** Bytes of x and y that a block of positions should not exceed: half of the first cache. */
const BLOCK_BYTES = 1 << 14
/** Positions of a block: enough to repay the sums' way to memory, few enough for their error. */
const [FEWEST, MOST] = [32, 256]

/** Bytes of workspace that `emitKernelGradient` needs. */
export const kernelGradientBytes = (convolution: Convolution): number =>
  bandsOf(forwardCorrelation(convolution)).frameBytes

/** Adds the function `(x, w, y, work)` and answers its index. */
export function emitKernelGradient(state: ModuleState, convolution: Convolution): number {
  const correlation = forwardCorrelation(convolution)
  const tile = tileOf({ dtype: correlation.dtype, fma: state.fma })
  const bands = bandsOf(correlation)
  const strides = targetStrides(correlation, tile)
  const bandOf = (band: Band): number => bandFunction(state, correlation, tile, bands, band)
  const overBands = emitBands(state, correlation, bands, strides, bandOf, null)
  const code = state.module.function(Array(4).fill('i32'), [], 'convolution kernel gradient')
  const [x, w, y, work] = code.parameters.keys()
  const bytes = product(correlation.axes.map(({ taps }) => taps)) * rowsOf(correlation) * rowBytes(correlation, tile)
  code.emit(memoryFill(get(w), i32(0), i32(bytes)), call(overBands, ...[x, w, y, work].map(get)))
  return code.index
}

/** Rows of w for each tap, and the bytes of one. */
const rowsOf = ({ depth }: Correlation): number => depth
const rowBytes = ({ targetChannels }: Correlation, { bytes }: Tile): number => targetChannels * bytes

/** Bytes of y from image to image, and from position to position of each axis. */
function targetStrides({ axes, targetChannels }: Correlation, { bytes }: Tile) {
  const strides = axes.map((_, i) => bytes * targetChannels * product(axes.slice(i + 1).map(({ target }) => target)))
  return { image: strides[0] * axes[0].target, row: strides[0], axes: strides }
}

/** The function `(x, w, y)` of one band: block by block of its positions. */
function bandFunction(state: ModuleState, correlation: Correlation, tile: Tile, bands: Bands, band: Band): number {
  const code = state.module.function(Array(3).fill('i32'), [], 'convolution kernel gradient band')
  const [x, w, y] = code.parameters.keys()
  const positions = positionLevels(correlation, tile, bands, band)
  const perPosition = (correlation.sourceChannels + correlation.targetChannels) * tile.bytes
  const wanted = Math.min(MOST, Math.max(FEWEST, Math.floor(BLOCK_BYTES / perPosition)))
  // The outermost loop inside a block; those around it are around the blocks.
  const cut = positions.findIndex((_, i) => i === positions.length - 1 || sizeOf(positions.slice(i + 1)) <= wanted)
  const [outermost, ...inner] = positions.slice(cut)
  const turns = Math.max(1, Math.floor(wanted / sizeOf(inner)))
  const [a, b] = outermost.strides
  const levels: readonly DepthLevel[] = [
    { count: 'turns', a, b },
    ...inner.map(({ count, strides }) => ({ count, a: strides[0], b: strides[1] })),
  ]
  const index = blockFunction(state, correlation, tile, bands, levels)
  const run = (size: number): Expression => call(index, get(x), get(w), get(y), i32(size))
  const whole = Math.floor(outermost.count / turns)
  const rest = outermost.count % turns
  const blocks = sequence(
    walk(code, [x, y], [{ count: whole, strides: [a * turns, b * turns] }], run(turns)),
    rest === 0 ? sequence() : displaced([x, y], [a * turns * whole, b * turns * whole], run(rest)),
  )
  code.emit(walk(code, [x, y], positions.slice(0, cut), blocks))
  return code.index
}

const sizeOf = (levels: readonly Level[]): number => product(levels.map(({ count }) => count))

/** The positions of a band as loops that move x and y; at least one. */
function positionLevels(correlation: Correlation, tile: Tile, bands: Bands, band: Band): readonly Level[] {
  const moves = targetStrides(correlation, tile)
  const images = { count: band.images, strides: [bands.imageStride * tile.bytes, moves.image] }
  const axes = correlation.axes.map(({ count, stride }, i) => ({
    count: i === 0 ? band.rows : count,
    strides: [stride * bands.axisStrides[i] * tile.bytes, moves.axes[i]],
  }))
  const levels = [images, ...axes].filter(({ count }) => count > 1)
  return levels.length > 0 ? levels : [images]
}

/** The function `(x, w, y, turns)` of one block of positions: for each group and panel of output channels, all rows of w. */
function blockFunction(
  state: ModuleState,
  correlation: Correlation,
  tile: Tile,
  bands: Bands,
  levels: readonly DepthLevel[],
): number {
  const code = state.module.function(Array(4).fill('i32'), [], 'convolution kernel gradient block')
  const [x, w, y, turns] = code.parameters.keys()
  const pointers = [x, w, y]
  const { depth, columns, groups } = correlation
  const depthwise = isDepthwise(correlation)
  const width = tile.columns * tile.bytes
  const tiles = (_: number, panelColumns: number): Expression => {
    const run = (aOffsets: readonly number[]): Expression => {
      const cOffsets = aOffsets.map((_, i) => i * rowBytes(correlation, tile))
      const products = { aOffsets, cOffsets, columns: panelColumns, spread: !depthwise, accumulate: true, levels }
      return call(outerProducts(state, tile, products), ...[x, y, w, turns].map(get))
    }
    return overRows(code, correlation, tile, bands, [x, w], mostRows(tile, panelColumns), run)
  }
  const panels = overPanels(
    code,
    tile,
    depthwise ? groups : columns,
    pointers,
    [depthwise ? width : 0, width, width],
    tiles,
  )
  const strides = [depth * tile.bytes, columns * tile.bytes, columns * tile.bytes]
  code.emit(walk(code, pointers, [{ count: depthwise ? 1 : groups, strides }], panels))
  return code.index
}

/**
 * Runs code for every tile of rows of w (taps × input channels of a group), with the offsets of its rows in x. Long runs of rows
 * that lie side by side in x are cut by loops; short ones are put together, tile by tile, with code for each pattern of offsets.
 */
function overRows(
  code: FunctionBuilder,
  correlation: Correlation,
  tile: Tile,
  bands: Bands,
  pointers: readonly Local[],
  most: number,
  run: (aOffsets: readonly number[]) => Expression,
): Expression {
  const { axes, depth } = correlation
  const row = rowBytes(correlation, tile)
  const taps = axes.map(({ taps: count, spacing }, i): Level => {
    const inside = product(axes.slice(i + 1).map((axis) => axis.taps)) * depth
    return { count, strides: [spacing * bands.axisStrides[i] * tile.bytes, inside * row] }
  })
  const last = taps[taps.length - 1]
  const joined = last.strides[0] === depth * tile.bytes
  const length = joined ? last.count * depth : depth
  if (length >= 2 * most) {
    const along = { count: length, strides: [tile.bytes, row] }
    const tiles = overTiles(code, pointers, along, most, (rows) => run(range(rows).map((i) => i * tile.bytes)))
    return walk(code, pointers, joined ? taps.slice(0, -1) : taps, tiles)
  }
  const all = [...taps, { count: depth, strides: [tile.bytes, row] }].reduce<readonly number[]>(
    (offsets, { count, strides }) => offsets.flatMap((offset) => range(count).map((i) => offset + i * strides[0])),
    [0],
  )
  return sequence(
    ...cut(all, most).map(({ first, offsets }) =>
      displaced(pointers, [offsets[0], first * row], run(offsets.map((offset) => offset - offsets[0]))),
    ),
  )
}

/** A list in parts of nearly equal length, with the position of each. */
function cut(offsets: readonly number[], most: number) {
  let first = 0
  return heights(offsets.length, most).flatMap(({ rows, tiles }) =>
    range(tiles).map(() => {
      const part = { first, offsets: offsets.slice(first, first + rows) }
      first += rows
      return part
    }),
  )
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, i) => i)

const product = (factors: readonly number[]): number => factors.reduce((all, factor) => all * factor, 1)
