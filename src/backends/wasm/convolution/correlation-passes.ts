/**
 * Passes: a correlation with so many weights that their packed copy would be large is done for some groups, or some columns of a
 * group, after the others. Each pass is a correlation over the same tensors that begins at other channels.
 */

import type { Tile } from '../product/matmul-tile.ts'
import type { Correlation } from './correlation.ts'
import { packedBytes } from './correlation-weights.ts'

/** A part of a correlation, and the elements before its first source channel, weight and target channel. */
export interface Pass {
  readonly correlation: Correlation
  readonly source: number
  readonly weights: number
  readonly target: number
}

/** Bytes of packed weights of one pass, if a panel is not larger. */
const PACKED_BYTES = 1 << 21

/** The passes of a correlation, mostly one. */
export function passesOf(correlation: Correlation, tile: Tile): readonly Pass[] {
  const { groups, columns, depth, weights } = correlation
  if (packedBytes(correlation, tile) <= PACKED_BYTES) return [{ correlation, source: 0, weights: 0, target: 0 }]
  const ofGroup = packedBytes({ ...correlation, groups: 1 }, tile)
  const groupsAtOnce = Math.max(1, Math.floor(PACKED_BYTES / ofGroup))
  const ofPanel = packedBytes({ ...correlation, groups: 1, columns: tile.columns }, tile)
  const columnsAtOnce = ofGroup <= PACKED_BYTES ? columns : panelsThatFit(ofPanel) * tile.columns
  return ranges(groups, groupsAtOnce).flatMap((group) =>
    ranges(columns, columnsAtOnce).map((column) => ({
      correlation: { ...correlation, groups: group.extent, columns: column.extent },
      source: group.start * depth,
      weights: group.start * weights.group + column.start * weights.column,
      target: group.start * columns + column.start,
    })),
  )
}

const panelsThatFit = (bytes: number): number => Math.max(1, Math.floor(PACKED_BYTES / bytes))

const ranges = (extent: number, length: number) =>
  Array.from({ length: Math.ceil(extent / length) }, (_, i) => ({
    start: i * length,
    extent: Math.min(length, extent - i * length),
  }))
