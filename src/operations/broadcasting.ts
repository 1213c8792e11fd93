/** Broadcasting and JavaScript numbers: what public operations do before primitives, whose operands have equal shapes, take over. */

import type { DType } from '../../types/dtype.ts'
import { sentence } from '../../types/sentence.ts'
import { axisOutOfRange, cannotBroadcast } from '../../types/sentences/axes.ts'
import { dtypesDiffer } from '../../types/sentences/dtypes.ts'
import { sameShape, showAbstract } from '../core/abstract.ts'
import { isFloat } from '../core/dtype.ts'
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.ts'
import { currentTrace } from '../core/trace.ts'
import { HostNumber, Value } from '../core/value.ts'
import { broadcast, full } from '../primitives/broadcast.ts'
import { reshape } from '../primitives/structural.ts'
import { untyped } from '../typed.ts'

/** A tensor or a JavaScript number, as users hand it in. */
export type Operand = unknown

/** NumPy's rule: align at the end; equal sizes or 1. Throws the sentence that the compiler shows for static shapes, with the two sizes. */
export function broadcastShapes(
  operation: string,
  a: readonly number[],
  b: readonly number[],
  says = (x: number, y: number): string => sentence(cannotBroadcast, { op: operation, a, b, x, y }),
): readonly number[] {
  if (sameShape(a, b)) return a
  const rank = Math.max(a.length, b.length)
  const shape = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const [x, y] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1]
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(says(x, y))
    }
    shape[rank - i] = x === 1 ? y : x
  }
  return shape
}

/** The value repeated to a larger shape with which it broadcasts. */
export function broadcastTo(x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x
  const offset = shape.length - x.shape.length
  const kept = x.shape.map((_, i) => i).filter((i) => x.shape[i] === shape[i + offset])
  const squeezed =
    kept.length === x.shape.length
      ? x
      : reshape(
          x,
          kept.map((i) => x.shape[i]!),
        )
  return broadcast(
    squeezed,
    shape,
    kept.map((i) => i + offset),
  )
}

/** Both values at their common shape. */
export function aligned(operation: string, a: Value, b: Value): [Value, Value] {
  const shape = broadcastShapes(operation, a.shape, b.shape)
  return [broadcastTo(a, shape), broadcastTo(b, shape)]
}

/** Values of one dtype: JavaScript numbers take that of the tensors they meet (float32 among themselves). */
export function operands(operation: string, given: readonly Operand[]): Value[] {
  const dtype = commonDType(operation, given)
  return given.map((x) => (typeof x === 'number' ? literal(operation, x, dtype) : untyped(x as never, operation)))
}

function commonDType(operation: string, given: readonly Operand[]): DType {
  let first: Value | undefined
  for (const x of given) {
    if (!(x instanceof Value)) continue
    if (first === undefined) first = x
    else if (x.dtype !== first.dtype) {
      throw new DTypeError(
        sentence(dtypesDiffer, { op: operation, a: showAbstract(first), b: showAbstract(x), dtype: first.dtype }),
      )
    }
  }
  return first?.dtype ?? 'float32'
}

/** Numbers that belong to the structure of a program; all others are its inputs, so that new numbers never recompile. */
const STRUCTURAL: ReadonlySet<number> = new Set([0, 1, -1, 0.5, 2])

/** A JavaScript number as a scalar of the given dtype. */
export function literal(operation: string, x: number, dtype: DType): Value {
  if (dtype === 'bool')
    throw new DTypeError(`${operation}: the number ${x} meets a bool tensor; convert it first: convert(x, 'int32')`)
  if (!isFloat(dtype) && !Number.isInteger(x)) {
    throw new DTypeError(
      `${operation}: the number ${x} meets an ${dtype} tensor, which holds whole numbers; convert it first: convert(x, 'float32')`,
    )
  }
  if (currentTrace() !== null && STRUCTURAL.has(x) && !Object.is(x, -0)) return full([], dtype, x)
  return new HostNumber(x, dtype)
}

/** The axis counted from the front, checked. */
export function normalAxis(operation: string, axis: number, shape: readonly number[], rank = shape.length): number {
  if (!Number.isInteger(axis)) throw new ArgumentError(`${operation}: an axis is a whole number, got ${axis}`)
  const place = axis < 0 ? axis + rank : axis
  if (place >= 0 && place < rank) return place
  throw new ShapeError(sentence(axisOutOfRange, { op: operation, axis, x: shape, rank }))
}
