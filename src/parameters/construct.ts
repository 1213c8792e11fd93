/** ComponentArrays from named tensors and from flat vectors; both are differentiable, so they may stand inside any transform. */

import { sentence } from '../../types/sentence.ts'
import { noParameter, oddDType } from '../../types/sentences/parameters.ts'
import { showAbstract } from '../core/abstract.ts'
import { isFloat } from '../core/dtype.ts'
import { ArgumentError, DTypeError } from '../core/errors.ts'
import { Value } from '../core/value.ts'
import { type Components, flat, isComponents, layoutOf, leadOf, named } from './component-array.ts'
import type { Layout, Parts } from './layout.ts'
import { layoutFrom, requireDepth } from './layout.ts'
import { pathOf } from './path.ts'
import { joined } from './segments.ts'

/** Tensors by name, in records as deep as wanted; ComponentArrays may stand in it as groups. */
export interface TensorRecord {
  readonly [name: string]: Value | Components | TensorRecord
}

/** A piece of the flat vector under construction. */
interface Piece {
  readonly path: string
  readonly value: Value
}

/**
 * One flat vector of the tensors of a record, in the order of its names.
 *
 * All tensors have one float dtype. Throws a `DTypeError` that names two that differ, and an `ArgumentError` where the record
 * holds something else or no tensor at all (then nobody can tell the dtype: use `fromFlat`).
 */
export function componentArray(record: TensorRecord): Components {
  if (isComponents(record)) return record
  const pieces: Piece[] = []
  const layout = collect(record, [], pieces)
  if (pieces.length === 0) {
    throw new ArgumentError(
      'componentArray: the record holds no tensor, so its dtype is unknown; use fromFlat(zeros([0]), layout(spec)).',
    )
  }
  requireOneFloat(pieces)
  return named(
    joined(
      pieces.map(({ value }) => value),
      [],
    ),
    layout,
  )
}

function collect(record: TensorRecord, names: readonly string[], pieces: Piece[]): Layout {
  requireDepth(names.length)
  const parts: Parts = Object.keys(record).map((name) => [name, partOf(record[name], [...names, name], pieces)])
  return layoutFrom(parts)
}

function partOf(entry: unknown, names: readonly string[], pieces: Piece[]): readonly number[] | Layout {
  const path = pathOf(names)
  if (entry instanceof Value) {
    pieces.push({ path, value: entry })
    return entry.shape
  }
  if (isComponents(entry)) {
    pieces.push({ path, value: vectorFor(entry, path) })
    return layoutOf(entry)
  }
  if (isRecord(entry)) return collect(entry, names, pieces)
  throw new ArgumentError(
    `componentArray: '${path}' is ${describe(entry)}; a tensor, a ComponentArray or a record of them is needed.`,
  )
}

function vectorFor(entry: Components, path: string): Value {
  if (leadOf(entry).length === 0) return flat(entry)
  throw new ArgumentError(
    `componentArray: '${path}' has leading axes (${showAbstract(flat(entry))}); only a ComponentArray over a vector can be a group.`,
  )
}

// What a record holds is looked at entry by entry.
function isRecord(entry: unknown): entry is TensorRecord {
  if (typeof entry !== 'object' || entry === null) return false
  const prototype: unknown = Object.getPrototypeOf(entry)
  return prototype === Object.prototype || prototype === null
}

function describe(entry: unknown): string {
  if (typeof entry === 'number') return `the number ${entry} (write scalar(${entry}))`
  if (Array.isArray(entry)) return 'an array (write tensor([...]))'
  if (typeof entry === 'object' && entry !== null) return `a ${entry.constructor.name}`
  return String(entry)
}

function requireOneFloat(pieces: readonly Piece[]): void {
  const wide = pieces.find(({ value }) => value.dtype === 'float64')
  for (const { path, value } of pieces) {
    if (!isFloat(value.dtype)) {
      throw new DTypeError(sentence(noParameter, { path, x: showAbstract(value) }))
    }
  }
  if (wide === undefined || pieces.every(({ value }) => value.dtype === 'float64')) return
  throw new DTypeError(sentence(oddDType, { path: wide.path, x: showAbstract(wide.value) }))
}

/**
 * Names over a flat vector [P], or over [..., P] whose leading axes then stand in front of every view.
 * `like` is a layout or a ComponentArray that has it.
 */
export function fromFlat(vector: Value, like: Layout | Components): Components {
  if (!isFloat(vector.dtype)) {
    throw new DTypeError(`fromFlat: ${showAbstract(vector)}; parameters are float32 or float64.`)
  }
  return named(vector, isComponents(like) ? layoutOf(like) : like)
}
