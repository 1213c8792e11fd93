/**
 * The gradient of a convolution with respect to its kernel.
 *
 *   w[k, c, g·co + q] = Σ_{b, o} x[b, o·stride + k·dilation − before, g·ci + c] · y[b, o, g·co + q]
 *
 * A tile is taps and input channels × output channels; its sum over a block of positions is held in registers and then added to
 * w. So the error grows with the positions of a block and the number of blocks, not with their product. Rows of a tile that lie
 * side by side in x (the channels of a tap, or of neighbouring taps) take the same code as the next tile's.
 *
 * With one output channel x and y change places, so that the input channels are the columns:
 *
 *   w[k, c] = Σ_{b, i} y[b, i + before − k·dilation] x[b, i, c]      (strides are 1)
 */
import { bytesOf } from '../../../core/dtype.ts'
import type { Convolution } from '../../../kernels/language/kernel.ts'
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import { call, i32, local, memoryFill, sequence } from '../code/instructions.ts'
import type { ModuleState } from '../code/module-state.ts'
import { displaced, type Level, walk } from '../code/walk.ts'
import { type Tile, tileOf } from '../product/matmul-tile.ts'
import { type Correlation, forwardCorrelation, inputCorrelations } from './correlation.ts'
import { type Band, type Bands, bandsOf } from './correlation-bands.ts'
import { emitBands } from './correlation-frame.ts'
import { heights, overTiles } from './correlation-function.ts'
import { firstTap, isDepthwise, overPanels } from './correlation-weights.ts'
import { type DepthLevel, mostRows, outerProducts } from './outer-products.ts'

const { get } = local

/** Bytes of x and y that a block of positions should not exceed: half of the first cache. */
const BLOCK_BYTES = 1 << 14
/** Positions of a block: enough to repay the sums' way to memory, few enough for their error. */
const [FEWEST, MOST] = [32, 256]

/** Which loop over positions (0: images, then the axes) a block cuts, and how many of its turns it takes. */
interface Blocks {
  readonly level: number
  readonly turns: number
}

/**
 * Blocks depend on positions and channels alone: whatever taps are computed together (`kernels/planning/split.ts` parts them), each sum is
 * cut in the same places.
 */
function blocksOf({ batch, axes, sourceChannels, targetChannels, dtype }: Correlation): Blocks {
  const perPosition = (sourceChannels + targetChannels) * bytesOf(dtype)
  const wanted = Math.min(MOST, Math.max(FEWEST, Math.floor(BLOCK_BYTES / perPosition)))
  const counts = [batch, ...axes.map(({ count }) => count)]
  const inside = counts.map((_, i) => product(counts.slice(i + 1)))
  const level = inside.findIndex((positions) => positions <= wanted)
  return { level, turns: Math.max(1, Math.floor(wanted / inside[level])) }
}

/** Bands of whole blocks. */
function bandsOfBlocks(correlation: Correlation): Bands {
  const { level, turns } = blocksOf(correlation)
  return bandsOf(correlation, { images: level === 0 ? turns : 1, rows: level === 1 ? turns : 1 })
}

/** Do x and y change places? */
const changesPlaces = ({ groups, channelsIn, channelsOut, axes }: Convolution): boolean =>
  groups === 1 && channelsOut === 1 && channelsIn > 1 && axes.every(({ stride }) => stride === 1)

/** The correlation whose source and target are multiplied: x and y, or y and x with the taps in reverse. */
const correlationOf = (convolution: Convolution): Correlation =>
  changesPlaces(convolution) ? inputCorrelations(convolution).phases[0] : forwardCorrelation(convolution)

/** Bytes of workspace that `emitKernelGradient` needs. */
export const kernelGradientBytes = (convolution: Convolution): number =>
  bandsOfBlocks(correlationOf(convolution)).frameBytes

/** Is either tensor read with zeros around it? */
export const kernelGradientHasZeros = (convolution: Convolution): boolean =>
  bandsOfBlocks(correlationOf(convolution)).framed

/** Adds the function `(x, w, y, work)` and answers its index. */
export function emitKernelGradient(state: ModuleState, convolution: Convolution): number {
  const correlation = correlationOf(convolution)
  const tile = tileOf({ dtype: correlation.dtype, fma: state.fma })
  const bands = bandsOfBlocks(correlation)
  const strides = targetStrides(correlation, tile)
  const bandOf = (band: Band): number => bandFunction(state, correlation, tile, bands, band)
  const overBands = emitBands(state, correlation, bands, strides, bandOf, null)
  const code = state.module.function(Array(4).fill('i32'), [], 'convolution kernel gradient')
  const [x, w, y, work] = code.parameters.keys()
  const operands = changesPlaces(convolution) ? [y, w, x, work] : [x, w, y, work]
  code.emit(cleared(code, correlation, tile, w), call(overBands, ...operands.map(get)))
  return code.index
}

/** Zeros in w, or in some of its columns. */
function cleared(code: FunctionBuilder, correlation: Correlation, tile: Tile, w: Local): Expression {
  const { groups, columns, targetChannels } = correlation
  const rows = product(correlation.axes.map(({ taps }) => taps)) * rowsOf(correlation)
  const row = rowBytes(correlation, tile)
  const zeros = (bytes: number): Expression => memoryFill(get(w), i32(0), i32(bytes))
  if (groups * columns === targetChannels) return zeros(rows * row)
  return walk(code, [w], [{ count: rows, strides: [row] }], zeros(columns * tile.bytes))
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
  const { level, turns } = blocksOf(correlation)
  const [outermost, ...inner] = positions.slice(level)
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
  code.emit(walk(code, [x, y], positions.slice(0, level), blocks))
  return code.index
}

/** The positions of a band as loops that move x and y: over images, then over each axis. */
function positionLevels(correlation: Correlation, tile: Tile, bands: Bands, band: Band): readonly Level[] {
  const moves = targetStrides(correlation, tile)
  const images = { count: band.images, strides: [bands.imageStride * tile.bytes, moves.image] }
  const axes = correlation.axes.map(({ count, stride }, i) => ({
    count: i === 0 ? band.rows : count,
    strides: [stride * bands.axisStrides[i] * tile.bytes, moves.axes[i]],
  }))
  return [images, ...axes]
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
    const run = (aOffsets: readonly number[], cOffsets: readonly number[]): Expression => {
      const products = {
        aOffsets,
        cOffsets,
        columns: panelColumns,
        lanes: depthwise ? ('channels' as const) : ('columns' as const),
        accumulate: true,
        levels,
        taps: null,
      }
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
 * Runs code for every tile of rows of w (taps × input channels of a group), with the offsets of its rows in x and in w. Long runs
 * of rows that lie side by side in x are cut by loops; short ones, and taps in reverse, are put together, tile by tile, with code for
 * each pattern of offsets.
 */
function overRows(
  code: FunctionBuilder,
  correlation: Correlation,
  tile: Tile,
  bands: Bands,
  pointers: readonly Local[],
  most: number,
  run: (aOffsets: readonly number[], cOffsets: readonly number[]) => Expression,
): Expression {
  const { axes, depth } = correlation
  const row = rowBytes(correlation, tile)
  const taps = axes.map(({ taps: count, spacing }, i): Level => {
    const inside = product(axes.slice(i + 1).map((axis) => axis.taps)) * depth
    return { count, strides: [spacing * bands.axisStrides[i] * tile.bytes, inside * row] }
  })
  const last = taps[taps.length - 1]
  const reversed = firstTap(correlation) > 0
  const joined = last.strides[0] === depth * tile.bytes
  const length = joined ? last.count * depth : depth
  if (length >= 2 * most && !reversed) {
    const along = { count: length, strides: [tile.bytes, row] }
    const places = (rows: number, stride: number) => range(rows).map((i) => i * stride)
    const tiles = overTiles(code, pointers, along, most, (rows) => run(places(rows, tile.bytes), places(rows, row)))
    return walk(code, pointers, joined ? taps.slice(0, -1) : taps, tiles)
  }
  const all = [...taps, { count: depth, strides: [tile.bytes, row] }].reduce<readonly number[]>(
    (offsets, { count, strides }) => offsets.flatMap((offset) => range(count).map((i) => offset + i * strides[0])),
    [0],
  )
  return sequence(
    ...cut(all, most).map(({ first, offsets }) => {
      const rows = offsets.length
      const lowest = reversed ? all.length - first - rows : first
      const cOffsets = range(rows).map((i) => (reversed ? rows - 1 - i : i) * row)
      const aOffsets = offsets.map((offset) => offset - offsets[0])
      return displaced(pointers, [offsets[0], lowest * row], run(aOffsets, cOffsets))
    }),
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
