/**
 * A correlation as code: weights packed into panels of columns, then for every band, group, panel and tile of positions the sums
 * over taps and channels (`outer-products.ts`). A tile lies along the last axis, or along the images where that axis is short.
 * Depthwise (one channel in and out of each group): the channels are the lanes, and the weights are read where they lie. A group of
 * few columns: the lanes are its depths.
 */
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import { call, i32, local, sequence } from '../code/instructions.ts'
import type { ModuleState } from '../code/module-state.ts'
import { beyond, displaced, type Level, walk } from '../code/walk.ts'
import { type Tile, tileOf } from '../product/matmul-tile.ts'
import type { Finish } from './convolution-finish.ts'
import type { Correlation } from './correlation.ts'
import { type Band, type Bands, bandsOf } from './correlation-bands.ts'
import { emitBands } from './correlation-frame.ts'
import { passesOf } from './correlation-passes.ts'
import {
  columnsOf,
  firstTap,
  groupsOf,
  isDeep,
  isDepthwise,
  overPanels,
  packedBytes,
  packWeights,
  panelBytes,
} from './correlation-weights.ts'
import {
  mostDeepRows,
  mostRows,
  mostSharingRows,
  type OuterProducts,
  outerProducts,
  type Taps,
} from './outer-products.ts'

const { get } = local

/** Bytes of workspace that `emitCorrelation` needs. */
export const correlationBytes = (correlation: Correlation, tile: Tile): number =>
  Math.max(...passesOf(correlation, tile).map((pass) => aligned(packedBytes(pass.correlation, tile)))) +
  bandsOf(correlation).frameBytes

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64

/**
 * Adds the function `(source, weights, target, work, …addresses of the epilogue)` and answers its index. The epilogue runs with
 * the last pass, when all channels are there.
 */
export function emitCorrelation(state: ModuleState, correlation: Correlation, finish: Finish | null): number {
  const tile = tileOf({ dtype: correlation.dtype, fma: state.fma })
  const passes = passesOf(correlation, tile)
  if (passes.length === 1) return emitPass(state, correlation, tile, finish)
  const code = state.module.function(Array(4 + (finish?.addresses ?? 0)).fill('i32'), [], 'correlation')
  const [source, weights, target, work, ...addresses] = code.parameters.keys()
  const known = new Map<string, number>()
  passes.forEach((pass, i) => {
    const own = i === passes.length - 1 ? finish : null
    const key = JSON.stringify([pass.correlation, own])
    const index = known.get(key) ?? emitPass(state, pass.correlation, tile, own)
    known.set(key, index)
    const moved = [beyond(source, pass.source * tile.bytes), beyond(weights, pass.weights * tile.bytes)]
    const rest = own === null ? [] : addresses
    code.emit(call(index, ...moved, beyond(target, pass.target * tile.bytes), get(work), ...rest.map(get)))
  })
  return code.index
}

/** One pass; parameters as those of `emitCorrelation`. */
function emitPass(state: ModuleState, correlation: Correlation, tile: Tile, finish: Finish | null): number {
  const bands = bandsOf(correlation)
  const moving = targetMoves(correlation, tile)
  const bandOf = (band: Band): number => bandFunction(state, correlation, tile, bands, band)
  const overBands = emitBands(state, correlation, bands, moving, bandOf, finish)
  const code = state.module.function(Array(4 + (finish?.addresses ?? 0)).fill('i32'), [], 'correlation pass')
  const [source, weights, target, work, ...addresses] = code.parameters.keys()
  const packed = isDepthwise(correlation) ? beyond(weights, firstTap(correlation) * tile.bytes) : get(work)
  code.emit(
    isDepthwise(correlation) ? sequence() : packWeights(state, code, correlation, tile, weights, work),
    call(
      overBands,
      get(source),
      packed,
      beyond(target, moving.start),
      beyond(work, aligned(packedBytes(correlation, tile))),
      ...addresses.map(get),
    ),
  )
  return code.index
}

/** Strides of the target in bytes: from image to image, from position to position of each axis, and where it starts. */
function targetMoves({ axes, targetChannels }: Correlation, { bytes }: Tile) {
  const strides = axes.map(
    (_, i) => bytes * targetChannels * axes.slice(i + 1).reduce((all, { target }) => all * target, 1),
  )
  const steps = axes.map(({ step }, i) => step * strides[i])
  return {
    image: strides[0] * axes[0].target,
    row: steps[0],
    axes: steps,
    start: axes.reduce((offset, { start }, i) => offset + start * strides[i], 0),
  }
}

/** The function `(source, weights, target)` of one band. */
function bandFunction(state: ModuleState, correlation: Correlation, tile: Tile, bands: Bands, band: Band): number {
  const code = state.module.function(Array(3).fill('i32'), [], 'correlation band')
  const pointers = [...code.parameters.keys()]
  const { tiled, around } = positionsOf(correlation, tile, bands, band)
  const { lanes, panels, group, most, sums } = wayOf(correlation, tile, bands)
  const tiles = (width: number, columns: number): Expression => {
    const run = (rows: number): Expression => {
      const offsets = (stride: number) => Array.from({ length: rows }, (_, i) => i * stride)
      const [aOffsets, cOffsets] = [offsets(tiled.strides[0]), offsets(tiled.strides[2])]
      const products = { aOffsets, cOffsets, columns, lanes, accumulate: false, ...sums(width) }
      return call(outerProducts(state, tile, products), ...pointers.map(get), i32(1))
    }
    return walk(code, pointers, around, overTiles(code, pointers, tiled, most(columns), run))
  }
  const overColumns =
    panels === null
      ? tiles(correlation.columns, correlation.columns)
      : overPanels(code, panels, columnsOf(correlation), pointers, panels.strides, tiles)
  code.emit(walk(code, pointers, [{ count: groupsOf(correlation), strides: group }], overColumns))
  return code.index
}

/** How the tiles of a correlation are computed. Strides are those of source, weights and target in bytes. */
interface Way {
  readonly lanes: OuterProducts['lanes']
  /** Elements of a panel of columns and of a vector, and the way to the next panel; null: all columns are one. */
  readonly panels: { readonly columns: number; readonly lanes: number; readonly strides: readonly number[] } | null
  /** From one group to the next. */
  readonly group: readonly number[]
  /** The most rows of a tile. */
  most(columns: number): number
  /** The sum at one position, with panels of a width. */
  sums(width: number): Pick<OuterProducts, 'levels' | 'taps'>
}

/** Taps of a row that are written out, if all axes together have enough to repay vectors that are used apart. */
const WRITTEN_OUT = { fewest: 3, most: 7, all: 9 }

function wayOf(correlation: Correlation, tile: Tile, bands: Bands): Way {
  const { depth, columns } = correlation
  const levels = (width: number): readonly Taps[] => depthLevels(correlation, tile, bands, width)
  const group = [depth, packedBytes(correlation, tile) / correlation.groups / tile.bytes, columns]
  const sideBySide = {
    panels: { ...tile, strides: [0, panelBytes(correlation, tile, tile.columns), tile.columns * tile.bytes] },
    group: group.map((elements) => elements * tile.bytes),
    most: (width: number) => mostRows(tile, width),
    sums: (width: number) => ({ levels: levels(width), taps: null }),
  }
  if (isDeep(correlation, tile))
    return { ...sideBySide, lanes: 'depth', panels: null, most: (n) => mostDeepRows(tile, n) }
  if (!isDepthwise(correlation)) return { ...sideBySide, lanes: 'columns' }
  const taps = levels(1).at(-1)!
  const all = product(correlation.axes.map((axis) => axis.taps))
  const isShared = taps.count >= WRITTEN_OUT.fewest && taps.count <= WRITTEN_OUT.most && all >= WRITTEN_OUT.all
  const width = isShared ? tile.lanes : tile.columns
  const panels = { columns: width, lanes: tile.lanes, strides: Array(3).fill(width * tile.bytes) }
  if (!isShared) return { ...sideBySide, lanes: 'channels', panels }
  const sums = { levels: levels(1).slice(0, -1), taps }
  return { ...sideBySide, lanes: 'channels', panels, most: () => mostSharingRows(taps.count), sums: () => sums }
}

/** The positions of a band: those that a tile takes together, and the loops around them. */
function positionsOf(correlation: Correlation, tile: Tile, bands: Bands, band: Band) {
  const moves = targetMoves(correlation, tile)
  const images: Level = {
    count: band.images,
    strides: [bands.imageStride * tile.bytes, 0, moves.image],
  }
  const axes = correlation.axes.map(
    ({ count, stride }, i): Level => ({
      count: i === 0 ? band.rows : count,
      strides: [stride * bands.axisStrides[i] * tile.bytes, 0, moves.axes[i]],
    }),
  )
  const last = axes[axes.length - 1]
  const alongImages = tilingCost(images.count, tile.rows) < tilingCost(last.count, tile.rows)
  return alongImages ? { tiled: images, around: axes } : { tiled: last, around: [images, ...axes.slice(0, -1)] }
}

/** Time for one position when so many are cut into tiles: a tile of few rows takes as long as one of four. */
const tilingCost = (count: number, most: number): number =>
  heights(count, most).reduce((sum, { rows, tiles }) => sum + tiles * Math.max(4, rows), 0) / count

/** Tiles of nearly equal height, at most `most`. */
export function heights(count: number, most: number): readonly { readonly rows: number; readonly tiles: number }[] {
  const tiles = Math.ceil(count / most)
  const rows = Math.ceil(count / tiles)
  const lower = tiles * rows - count
  return [
    { rows, tiles: tiles - lower },
    { rows: rows - 1, tiles: lower },
  ].filter((each) => each.tiles > 0)
}

/** Runs code for every tile along a level, with the number of its rows. */
export function overTiles(
  code: FunctionBuilder,
  pointers: readonly Local[],
  { count, strides }: Level,
  most: number,
  run: (rows: number) => Expression,
): Expression {
  let done = 0
  const parts = heights(count, most).map(({ rows, tiles }) => {
    const tiled = { count: tiles, strides: strides.map((bytes) => rows * bytes) }
    const before = strides.map((bytes) => done * bytes)
    done += rows * tiles
    return displaced(pointers, before, walk(code, pointers, [tiled], run(rows)))
  })
  return sequence(...parts)
}

/** The sum at one position: over the taps of each axis, then the channels, unless these are the lanes. */
function depthLevels(correlation: Correlation, tile: Tile, { axisStrides }: Bands, width: number): readonly Taps[] {
  const { axes, depth } = correlation
  const { bytes, lanes } = tile
  const depthwise = isDepthwise(correlation)
  const inside = (i: number): number => product(axes.slice(i + 1).map(({ taps }) => taps)) * depth * width
  const taps = axes.map(({ taps: count, spacing, tapStep, tapStride }, i) => ({
    count,
    a: spacing * axisStrides[i] * bytes,
    b: (depthwise ? tapStep * tapStride : inside(i)) * bytes,
  }))
  if (depthwise) return taps
  const each = isDeep(correlation, tile) ? lanes : 1
  return [...taps, { count: depth / each, a: each * bytes, b: each * width * bytes }]
}

const product = (factors: readonly number[]): number => factors.reduce((all, factor) => all * factor, 1)
