/** All parameters at once: their paths, masks over them, a function of each, a plain record. */
import { sameShape, showAbstract, showShape } from '../core/abstract.ts'
import { run } from '../core/bind.ts'
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.ts'
import { Segment } from '../core/primitive.ts'
import { trace } from '../core/trace.ts'
import { Value } from '../core/value.ts'
import { broadcast, full } from '../primitives/broadcast.ts'
import { assemble } from '../primitives/segments.ts'
import type { Components } from './component-array.ts'
import { flat, layoutOf, leadOf, memberIn, named, requireComponents } from './component-array.ts'
import { fromFlat, type TensorRecord } from './construct.ts'
import type { Field, Layout, Parts } from './layout.ts'
import { layoutFrom, pathsOf } from './layout.ts'
import { joined } from './segments.ts'

/** The paths of all parameters in order: `['L1.weight', 'L1.bias', …]`. */
export const labels = (p: Components): readonly string[] => pathsOf(layoutOf(requireComponents(p, 'labels')))

/** Plain nested records with the views as leaves. */
export function toRecord(p: Components): TensorRecord {
  const entries = layoutOf(requireComponents(p, 'toRecord')).members.map((member) => {
    const part = memberIn(p, member)
    return [member.name, part instanceof Value ? part : toRecord(part)]
  })
  // Object.fromEntries defines own properties, so that '__proto__' is a name like any other.
  return Object.fromEntries(entries)
}

/**
 * 1 for the numbers of every parameter whose path the predicate accepts, 0 for the others, under the same names and dtype:
 * `mask(p, (path) => path.endsWith('.bias'))`.
 */
export function mask(p: Components, predicate: (path: string) => boolean): Components {
  const layout = layoutOf(requireComponents(p, 'mask'))
  const vector = flat(p)
  const ranges = rangesOf(layout.fields.filter(({ path }) => predicate(path)))
  // Traced with the vector as an argument, so that the mask is made on the vector's device.
  const { program } = trace('mask', () => [maskOf(ranges, vector, layout.size)], [vector])
  return named(run(program, [vector])[0], layout)
}

type Range = readonly [offset: number, size: number]

/** Neighbouring fields as one range. */
function rangesOf(fields: readonly Field[]): readonly Range[] {
  const ranges: Range[] = []
  for (const { offset, size } of fields) {
    const last = ranges[ranges.length - 1]
    if (last !== undefined && last[0] + last[1] === offset) ranges[ranges.length - 1] = [last[0], last[1] + size]
    else ranges.push([offset, size])
  }
  return ranges
}

function maskOf(ranges: readonly Range[], { shape, dtype }: Value, size: number): Value {
  const ones = ranges.map(([offset, length]) => new Segment(offset, full([length], dtype, 1)))
  const row = ones.length === 0 ? full([size], dtype, 0) : assemble(ones, size)
  return shape.length === 1 ? row : broadcast(row, shape, [shape.length - 1])
}

/**
 * A function of each parameter, `f(view, path)`, and a ComponentArray of the results under the same names. Results may have
 * other shapes; leading axes (of a ComponentArray inside vmap's results or Jacobians) must stay in front.
 */
export function mapLeaves(p: Components, f: (leaf: Value, path: string) => Value): Components {
  const { fields } = layoutOf(requireComponents(p, 'mapLeaves'))
  if (fields.length === 0) return p
  const lead = leadOf(p)
  const results = fields.map((field) => resultOf(f(memberIn(p, field) as Value, field.path), field.path, lead)) // a field is a tensor
  requireOneDType(results, fields)
  const shapes = results.map(({ shape }) => shape.slice(lead.length))
  return fromFlat(joined(results, lead), withShapes(layoutOf(p), shapes.values()))
}

/** The layout with the next shape for each field in turn. */
function withShapes({ members }: Layout, shapes: Iterator<readonly number[]>): Layout {
  const parts: Parts = members.map((member) => [
    member.name,
    member.kind === 'field' ? shapes.next().value : withShapes(member.layout, shapes),
  ])
  return layoutFrom(parts)
}

function resultOf(result: unknown, path: string, lead: readonly number[]): Value {
  if (!(result instanceof Value)) throw new ArgumentError(`mapLeaves: the function gave no tensor for '${path}'.`)
  if (sameShape(result.shape.slice(0, lead.length), lead)) return result
  throw new ShapeError(
    `mapLeaves: the result for '${path}' is ${showAbstract(result)}; the leading axes ${showShape(lead)} must stay in front.`,
  )
}

function requireOneDType(results: readonly Value[], fields: readonly Field[]): void {
  results.forEach((result, i) => {
    if (result.dtype === results[0].dtype) return
    throw new DTypeError(
      `mapLeaves: '${fields[0].path}' became ${showAbstract(results[0])}, '${fields[i].path}' ${showAbstract(result)}; one flat vector has one dtype.`,
    )
  })
}
