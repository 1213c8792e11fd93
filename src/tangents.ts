/** Trees of tangents, cotangents and gradients: checked against what they belong to, and completed with zeros. */
import { sentence } from '../types/sentence.ts'
import { cotangentDiffers, tangentDiffers } from '../types/sentences/transforms.ts'
import type { ClosedFunction } from './closed.ts'
import { sameShape, showAbstract, sizeOf } from './core/abstract.ts'
import { allocate, isFloat } from './core/dtype.ts'
import { ArgumentError, ShapeError } from './core/errors.ts'
import type { Maybe } from './core/primitive.ts'
import { currentTrace } from './core/trace.ts'
import type { Flattened } from './core/tree.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { Concrete } from './core/value.ts'
import { cpu } from './devices.ts'
import { full } from './primitives/broadcast.ts'

/** The leaves of a list of tangents, one list entry for each argument. */
export function tangentLeaves(name: string, closed: ClosedFunction, tangents: readonly unknown[]): readonly Value[] {
  if (tangents.length !== closed.arguments.length) {
    throw new ArgumentError(
      `${name}: ${closed.arguments.length} arguments need as many tangents, got ${tangents.length}.`,
    )
  }
  return closed.arguments.flatMap(({ structure, leaves }, i) =>
    fitting(name, `tangent ${i}`, 'its primal', structure.key, leaves, flatten(tangents[i]), (parts) =>
      sentence(tangentDiffers, { op: name, index: i, ...parts }),
    ),
  )
}

/** The leaves of a cotangent of the result. */
export const cotangentLeaves = (
  name: string,
  closed: ClosedFunction,
  values: readonly Value[],
  cotangent: unknown,
): readonly Value[] =>
  fitting(name, 'the cotangent', 'the result', closed.result.key, values, flatten(cotangent), (parts) =>
    sentence(cotangentDiffers, { op: name, ...parts }),
  )

/** A tensor that differs from the one that it belongs to. */
interface Misfit {
  /** ` at 'weight'`, or nothing for the whole. */
  readonly place: string
  readonly given: string
  readonly expected: string
}

function fitting(
  name: string,
  what: string,
  owner: string,
  key: string,
  primals: readonly Value[],
  given: Flattened,
  say: (misfit: Misfit) => string,
): readonly Value[] {
  if (given.structure.key !== key) {
    throw new ArgumentError(
      `${name}: ${what} is not built like ${owner}: it holds ${list(given)} instead of ${primals.length} tensors in the same places.`,
    )
  }
  primals.forEach((primal, i) => {
    const leaf = given.leaves[i]!
    if (!isFloat(primal.dtype) || (leaf.dtype === primal.dtype && sameShape(leaf.shape, primal.shape))) return
    const place = given.paths[i] === '' ? '' : ` at '${given.paths[i]}'`
    throw new ShapeError(say({ place, given: showAbstract(leaf), expected: showAbstract(primal) }))
  })
  return given.leaves
}

const list = ({ leaves }: Flattened): string =>
  leaves.length === 0 ? 'no tensor' : leaves.map(showAbstract).join(', ')

/** The results of a transform with zeros for those that are absent. */
export const completed = (values: readonly Value[], tangents: readonly Maybe[]): readonly Value[] =>
  values.map((value, i) => tangents[i] ?? zerosLikeValue(value))

/** The gradient by one argument: its tree with cotangents for leaves, zeros where there are none. */
export function gradientTree(closed: ClosedFunction, position: number, cotangents: readonly Maybe[]): unknown {
  const { leaves, structure } = closed.arguments[position]!
  const start = leafOffset(closed, position)
  return unflatten(
    structure,
    leaves.map((leaf, i) => cotangents[start + i] ?? zerosLikeValue(leaf)),
  )
}

/** Where the leaves of an argument begin among all leaves. */
export const leafOffset = (closed: ClosedFunction, position: number): number =>
  closed.arguments.slice(0, position).reduce((sum, { leaves }) => sum + leaves.length, 0)

/** Zeros of the shape and dtype of a value, where that value is: in the open trace, or on its device. */
export function zerosLikeValue(value: Value): Value {
  if (currentTrace() !== null) return full(value.shape, value.dtype, 0)
  const device = value instanceof Concrete ? value.device : cpu()
  return device.upload(value, allocate(value.dtype, sizeOf(value.shape)))
}
