/**
 * The weights of a correlation as its tiles read them: panels of columns, packed. Those of a depthwise correlation (one channel in
 * and out of each group) are read where they lie, the channels being lanes.
 */
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import { call, i32, local, sequence } from '../code/instructions.ts'
import type { ModuleState } from '../code/module-state.ts'
import { beyond, displaced, type Level, walk } from '../code/walk.ts'
import type { Tile } from '../product/matmul-tile.ts'
import { emitPack } from '../product/packing.ts'
import type { Correlation } from './correlation.ts'

const { get } = local

/** Is every channel a group of its own? */
export const isDepthwise = ({ depth, columns }: Pick<Correlation, 'depth' | 'columns'>): boolean =>
  depth === 1 && columns === 1

/**
 * Has a group fewer columns than a vector has lanes, and depth enough to fill vectors? Then the lanes are depths: the gradient of
 * a grey or coloured image, the last layer of a network that makes one.
 */
export const isDeep = ({ depth, columns }: Pick<Correlation, 'depth' | 'columns'>, { lanes }: Tile): boolean =>
  columns < lanes && depth % lanes === 0

/** Columns that are computed together: of a group, or of all groups if they are single channels. */
export const columnsOf = (correlation: Correlation): number =>
  isDepthwise(correlation) ? correlation.groups : correlation.columns
export const groupsOf = (correlation: Correlation): number => (isDepthwise(correlation) ? 1 : correlation.groups)

/** Elements of a whole panel, and of a vector. */
type PanelWidth = { readonly columns: number; readonly lanes: number }

/** Widths of the panels: as wide as a tile, the last one a vector if that is enough. */
function panelsOf(
  tile: PanelWidth,
  columns: number,
): { readonly whole: number; readonly rest: number; readonly restWidth: number } {
  const whole = Math.floor(columns / tile.columns)
  const rest = columns - whole * tile.columns
  return { whole, rest, restWidth: rest > tile.lanes ? tile.columns : tile.lanes }
}

const tapsOf = ({ axes }: Correlation): number => axes.reduce((all, { taps }) => all * taps, 1)

/** Bytes of the packed weights; a depthwise correlation packs none. */
export function packedBytes(correlation: Correlation, tile: Tile): number {
  if (isDepthwise(correlation)) return 0
  if (isDeep(correlation, tile)) return correlation.groups * panelBytes(correlation, tile, correlation.columns)
  const { whole, rest, restWidth } = panelsOf(tile, correlation.columns)
  const width = whole * tile.columns + (rest > 0 ? restWidth : 0)
  return correlation.groups * width * tapsOf(correlation) * correlation.depth * tile.bytes
}

/** Elements of w before the first tap. */
export const firstTap = ({ axes }: Correlation): number =>
  axes.reduce((offset, { tapFirst, tapStride }) => offset + tapFirst * tapStride, 0)

/**
 * Panel by panel and tap by tap: [group][panel][tap][depth][width], lanes beyond the columns zero. Where the lanes are depths:
 * [group][tap][vector of depths][column][lane].
 */
export function packWeights(
  state: ModuleState,
  code: FunctionBuilder,
  correlation: Correlation,
  tile: Tile,
  weights: Local,
  work: Local,
): Expression {
  const { axes, groups, columns, depth, weights: strides } = correlation
  const pointers = code.locals('i32', 2)
  const taps = (width: number): Level[] =>
    axes.map(({ taps: count, tapStep, tapStride }, i) => ({
      count,
      strides: [tapStep * tapStride, product(axes.slice(i + 1).map((axis) => axis.taps)) * depth * width].map(
        (elements) => elements * tile.bytes,
      ),
    }))
  const pack = (width: number, lanes: number): Expression => {
    const index = state.library.once(`pack ${tile.vector} ${width}`, () => emitPack(state.module, tile, width))
    const [from, to] = pointers.map(get)
    const lie = [strides.column, strides.depth].map((elements) => i32(elements * tile.bytes))
    return walk(code, pointers, taps(width), call(index, from, ...lie, i32(lanes), i32(depth), to))
  }
  const packDeep = (): Expression => {
    const index = state.library.once(`pack ${tile.vector} ${tile.lanes}`, () =>
      emitPack(state.module, tile, tile.lanes),
    )
    const [from, to] = pointers.map(get)
    const lie = [strides.depth, strides.column].map((elements) => i32(elements * tile.bytes))
    return walk(code, pointers, taps(columns), call(index, from, ...lie, i32(depth), i32(columns), to))
  }
  const panel = [strides.column * tile.columns * tile.bytes, panelBytes(correlation, tile, tile.columns)]
  const group = [strides.group * tile.bytes, packedBytes(correlation, tile) / groups]
  const panels = isDeep(correlation, tile) ? packDeep() : overPanels(code, tile, columns, pointers, panel, pack)
  return sequence(
    local.set(pointers[0], beyond(weights, firstTap(correlation) * tile.bytes)),
    local.set(pointers[1], get(work)),
    walk(code, pointers, [{ count: groups, strides: group }], panels),
  )
}

/** Bytes of one packed panel of a width. */
export const panelBytes = ({ axes, depth }: Correlation, { bytes }: Tile, width: number): number =>
  product(axes.map(({ taps }) => taps)) * depth * width * bytes

/** Runs code for every panel, with its width and the columns in it; pointers move on from one to the next. */
export function overPanels(
  code: FunctionBuilder,
  tile: PanelWidth,
  columns: number,
  pointers: readonly Local[],
  strides: readonly number[],
  visit: (width: number, columns: number) => Expression,
): Expression {
  const { whole, rest, restWidth } = panelsOf(tile, columns)
  const first =
    whole === 0 ? sequence() : walk(code, pointers, [{ count: whole, strides }], visit(tile.columns, tile.columns))
  if (rest === 0) return first
  const skipped = strides.map((bytes) => whole * bytes)
  return sequence(first, displaced(pointers, skipped, visit(restWidth, rest)))
}

const product = (factors: readonly number[]): number => factors.reduce((all, factor) => all * factor, 1)
