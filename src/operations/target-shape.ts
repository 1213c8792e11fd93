/** Shapes that a user asks for: sizes, names, one −1. A name stands for the size that the tensor has at the same place. */

import { sentence } from '../../types/sentence.ts'
import { cannotStretch } from '../../types/sentences/axes.ts'
import { realizeDiffers, reshapeFails } from '../../types/sentences/movements.ts'
import type { Dim, Shape } from '../../types/shape.ts'
import { sizeOf } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'

type Sizes = readonly number[]

/** The sizes to reshape to: leading names take the sizes of the tensor, one other unknown is worked out. */
export function reshapeTarget(from: Sizes, to: Shape): Sizes {
  const named = to.map((dim, i) => (isName(dim) && i < from.length && to.slice(0, i).every(isName) ? from[i]! : dim))
  const holes = named.flatMap((dim, i) => (typeof dim === 'string' || dim === -1 ? [i] : []))
  if (holes.length > 1) throw failure(from, to, tooMany(named))
  const sizes = named.map((dim) => (typeof dim === 'string' ? -1 : dim))
  if (sizes.some((dim) => !Number.isInteger(dim) || dim < -1)) throw failure(from, to, 'sizes are whole numbers from 0')
  const [hole] = holes
  if (hole !== undefined) sizes[hole] = missingSize(from, to, sizes, hole)
  if (sizeOf(sizes) === sizeOf(from)) return sizes
  throw failure(from, to, `${sizeOf(from)} elements vs ${sizeOf(sizes)}`)
}

/** A name that stands for one size, and not for a product of several. */
const isName = (dim: Dim): boolean => typeof dim === 'string' && !dim.includes('*')

function tooMany(dims: Shape): string {
  const name = dims.find((dim) => typeof dim === 'string')
  return name === undefined ? 'only one -1 is allowed' : `'${name}' has no size here; write its size`
}

/** The size at the hole; equal leading sizes do not enter the division, nor its message. */
function missingSize(from: Sizes, to: Shape, sizes: Sizes, hole: number): number {
  const differs = sizes.findIndex((dim, i) => dim !== from[i])
  const [whole, part] = [sizeOf(from.slice(differs)), sizeOf(sizes.toSpliced(hole, 1).slice(differs))]
  if (part === 0) throw failure(from, to, 'cannot divide by 0')
  if (whole % part === 0) return whole / part
  throw failure(from, to, `${whole} is not divisible by ${part}`)
}

const failure = (from: Sizes, to: Shape, why: string): ShapeError =>
  new ShapeError(sentence(reshapeFails, { a: from, b: to, why }))

/** The sizes to stretch to. */
export function broadcastTarget(from: Sizes, to: Shape): Sizes {
  const offset = to.length - from.length
  const refuse = (why: string): ShapeError => new ShapeError(sentence(cannotStretch, { a: from, b: to, why }))
  if (offset < 0) throw refuse('the target has fewer dimensions')
  return to.map((dim, i) => {
    const own = i < offset ? 1 : from[i - offset]!
    const size = typeof dim === 'string' ? own : dim
    if (typeof dim === 'string' && i < offset) throw refuse(`'${dim}' is a name; write its size`)
    if (own === size || own === 1) return size
    throw refuse(`${own} vs ${size}`)
  })
}

/** Throws unless the sizes are those of a shape; a name takes any size, the same one wherever it stands. */
export function matchSizes(sizes: Sizes, shape: Shape): void {
  const bound = new Map<string, number>()
  const fits = (dim: Dim, size: number): boolean => {
    if (typeof dim === 'number') return dim === size
    const known = bound.get(dim)
    bound.set(dim, size)
    return known === undefined || known === size
  }
  if (sizes.length === shape.length && shape.every((dim, i) => fits(dim, sizes[i]!))) return
  throw new ShapeError(sentence(realizeDiffers, { x: sizes, shape }))
}
