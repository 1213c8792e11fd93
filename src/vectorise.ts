/** `vmap`: a function of single examples becomes a function of batches. */

import { sentence } from '../types/sentence.ts'
import { mappedDiffer } from '../types/sentences/transforms.ts'
import type { Dim } from '../types/shape.ts'
import type { Mapped, MappedArgs, TupleHint } from '../types/transforms.ts'
import { closeOverTypes } from './closed.ts'
import { abstract, showAbstract } from './core/abstract.ts'
import { run } from './core/bind.ts'
import { ArgumentError, ShapeError } from './core/errors.ts'
import { traceClosed } from './core/trace.ts'
import type { Flattened } from './core/tree.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { cpu } from './devices.ts'
import { transpose } from './primitives/structural.ts'
import { batchProgram } from './transforms/index.ts'
import { typed } from './typed.ts'

/**
 * Maps a function over an axis of its arguments: `vmap(f)(xs)[i] = f(xs[i])`, in one program without a loop.
 * @param axes the mapped axis of every argument: one number for all, or a list with `null` for arguments that are not mapped.
 * Negative axes count from the end.
 * @param out where the mapped axis stands in the results.
 * @throws ShapeError if the sizes of the mapped axes differ.
 * @example
 * import { mul, sum, tensor, vmap, type Tensor } from 'conformable'
 * const dots = vmap((a: Tensor<[2]>, b: Tensor<[2]>) => sum(mul(a, b)))
 * console.log(dots(tensor([[1, 2], [3, 4]]), tensor([[1, 1], [1, 1]]))) // [3, 7]
 */
export function vmap<
  A extends readonly unknown[],
  R extends TupleHint,
  const Axes extends number | { readonly [K in keyof A]: number | null } = 0,
  const O extends number = 0,
>(
  f: (...args: A) => R,
  axes?: Axes,
  out?: O,
): <const N extends Dim, const M extends Dim = N>(...args: MappedArgs<A, Axes, N, M>) => Mapped<R, O, N>
export function vmap(
  f: (...args: never[]) => unknown,
  axes: number | readonly (number | null)[] = 0,
  out = 0,
): (...args: readonly unknown[]) => unknown {
  return (...args) => {
    const flattened = args.map(flatten)
    const mapped = flattened.map((argument, i) => mappedAxes(argument, axes, i))
    const leaves = flattened.flatMap((argument) => argument.leaves)
    const positions = mapped.flat()
    const size = commonSize(leaves, positions)
    const types = leaves.map(({ shape, dtype }, i) => {
      const axis = positions[i]
      return abstract(axis === null || axis === undefined ? shape : shape.toSpliced(axis, 1), dtype)
    })
    const closed = closeOverTypes(
      'vmap',
      f,
      flattened.map(({ structure }) => structure),
      types,
    )
    const batched = closed.program.inputs.map((_, i) => positions[i] !== null && positions[i] !== undefined)
    const program = batchProgram(closed.program, batched, size)
    const operands = [...leaves, ...closed.captures]
    const whole = traceClosed(
      'vmap',
      (values) =>
        run(
          program,
          values.map((value, i) => toFront(value, positions[i] ?? 0)),
        ).map((value) => fromFront(value, out)),
      operands,
    )
    return typed(unflatten(closed.result, run(whole, operands, cpu)))
  }
}

/** For each leaf of argument i the axis that is mapped, or null. */
function mappedAxes({ leaves }: Flattened, axes: number | readonly (number | null)[], i: number): (number | null)[] {
  const axis = typeof axes === 'number' ? axes : axes[i]
  if (axis === undefined)
    throw new ArgumentError(
      `vmap: the list of axes has no entry for argument ${i}; write null for one that is not mapped.`,
    )
  return leaves.map((leaf) => {
    if (axis === null) return null
    const place = axis < 0 ? axis + leaf.shape.length : axis
    if (place >= 0 && place < leaf.shape.length) return place
    throw new ShapeError(
      `vmap: axis ${axis} is out of range for argument ${i}, ${showAbstract(leaf)} (rank ${leaf.shape.length})`,
    )
  })
}

function commonSize(leaves: readonly Value[], positions: readonly (number | null)[]): number {
  let size: number | undefined
  let first: Value | undefined
  leaves.forEach((leaf, i) => {
    const axis = positions[i]
    if (axis === null || axis === undefined) return
    if (size === undefined) {
      size = leaf.shape[axis]
      first = leaf
    } else if (leaf.shape[axis] !== size) {
      throw new ShapeError(
        sentence(mappedDiffer, { m: size, a: showAbstract(first!), n: leaf.shape[axis]!, b: showAbstract(leaf) }),
      )
    }
  })
  if (size === undefined) throw new ArgumentError('vmap: no argument is mapped; give at least one of them an axis.')
  return size
}

function toFront(value: Value, axis: number): Value {
  if (axis === 0) return value
  const rest = value.shape.map((_, i) => i).toSpliced(axis, 1)
  return transpose(value, [axis, ...rest])
}

function fromFront(value: Value, axis: number): Value {
  const rank = value.shape.length
  const place = axis < 0 ? axis + rank : axis
  if (place < 0 || place >= rank)
    throw new ShapeError(`vmap: out axis ${axis} is out of range for a result ${showAbstract(value)} (rank ${rank})`)
  if (place === 0) return value
  const rest = value.shape.map((_, i) => i).slice(1)
  return transpose(value, rest.toSpliced(place, 0, 0))
}
