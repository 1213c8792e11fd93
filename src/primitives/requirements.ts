/** What primitives ask of their operands, and the sentences they answer with when it is not so. */
import type { Abstract } from '../core/abstract.ts'
import { sameShape, showAbstract, showShape } from '../core/abstract.ts'
import { isFloat, isInteger } from '../core/dtype.ts'
import { DTypeError, ShapeError } from '../core/errors.ts'

/** Classes of element types an operation may be defined for. */
export type Kind = 'float' | 'numeric' | 'integer' | 'uint32' | 'bool' | 'bool or integer' | 'any'

/** Throws a `DTypeError` unless every operand is of the kind. */
export function requireKind(name: string, kind: Kind, inputs: readonly Abstract[]): void {
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]
    if (kinds[kind](input)) continue
    throw new DTypeError(
      `${name}: defined for ${kind} elements, not for ${showAbstract(input)}. Convert first with convert(x, dtype).`,
    )
  }
}

/** Throws unless all operands have one shape and one dtype. */
export function requireSame(name: string, inputs: readonly Abstract[]): void {
  const first = inputs[0]
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i]
    if (!sameShape(first.shape, other.shape)) {
      throw new ShapeError(
        `${name}: the operands differ in shape: ${showShape(first.shape)} and ${showShape(other.shape)}. Broadcast one to the shape of the other first.`,
      )
    }
    requireDType(name, first, other)
  }
}

/** Throws unless two operands have one dtype. */
export function requireDType(name: string, a: Abstract, b: Abstract): void {
  if (a.dtype === b.dtype) return
  throw new DTypeError(
    `${name}: the operands differ in element type: ${showAbstract(a)} and ${showAbstract(b)}. Convert one with convert(x, dtype).`,
  )
}

/** Throws unless `axes` are axes of `x`, each named once, and increasing where `ordered`. */
export function requireAxes(name: string, x: Abstract, axes: readonly number[], ordered = false): void {
  const rank = x.shape.length
  const bad = axes.find((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank)
  if (bad !== undefined) {
    throw new ShapeError(
      `${name}: ${showShape(x.shape)} has no axis ${bad}. ${rank === 0 ? 'It is a scalar.' : `Its axes are 0 to ${rank - 1}.`}`,
    )
  }
  if (new Set(axes).size < axes.length)
    throw new ShapeError(`${name}: axes [${axes.join(', ')}] of ${showShape(x.shape)} name one twice.`)
  if (ordered && axes.some((axis, i) => i > 0 && axis < axes[i - 1]))
    throw new ShapeError(`${name}: axes [${axes.join(', ')}] of ${showShape(x.shape)} must increase.`)
}

/** Throws unless `entries`, one for each axis of `x`, are as many as its rank. */
export function requireRank(name: string, x: Abstract, what: string, entries: readonly unknown[]): void {
  if (entries.length === x.shape.length) return
  throw new ShapeError(
    `${name}: ${showShape(x.shape)} has ${x.shape.length} axes, but ${what} has ${entries.length} entries. Give one for each axis.`,
  )
}

/** Throws unless the operand is a scalar of the given dtype. */
export function requireScalar(name: string, what: string, x: Abstract, dtype: Abstract['dtype']): void {
  if (x.shape.length === 0 && x.dtype === dtype) return
  throw new ShapeError(`${name}: ${what} is ${showAbstract(x)}, not a scalar of ${dtype}.`)
}

const kinds: Readonly<Record<Kind, (x: Abstract) => boolean>> = {
  float: (x) => isFloat(x.dtype),
  numeric: (x) => x.dtype !== 'bool',
  integer: (x) => isInteger(x.dtype),
  uint32: (x) => x.dtype === 'uint32',
  bool: (x) => x.dtype === 'bool',
  'bool or integer': (x) => !isFloat(x.dtype),
  any: () => true,
}
