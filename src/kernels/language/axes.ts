/**
 * Index arithmetic: an index is offset + Σ stride · atom, where an atom is a loop or an index known only at run time. Movement
 * of data (transpose, slice, reshape …) becomes arithmetic on indices, so it costs nothing.
 */
import type { Loop, Node } from './kernel.ts'

/** An int32 node whose value lies in [0, extent). */
interface RuntimeIndex {
  readonly extent: number
  readonly node: Node
}

/** What an index varies with. */
export type Atom = Loop | RuntimeIndex

/** One summand of an index. */
export interface Term {
  readonly atom: Atom
  readonly stride: number
}

/** offset + Σ stride · atom; the atoms differ and no stride is 0. */
export interface Index {
  readonly offset: number
  readonly terms: readonly Term[]
}

/** The index 0. */
export const zeroIndex: Index = { offset: 0, terms: [] }

/** Is this atom a loop of the kernel? */
export const isLoop = (atom: Atom): atom is Loop => 'parallel' in atom

/** The index that is this atom; an atom of extent 1 is always 0. */
export const atomIndex = (atom: Atom): Index =>
  atom.extent === 1 ? zeroIndex : { offset: 0, terms: [{ atom, stride: 1 }] }

/** scale · index + offset. */
export function affine(index: Index, scale: number, offset: number): Index {
  if (scale === 1 && offset === 0) return index
  if (scale === 0) return { offset, terms: [] }
  return {
    offset: scale * index.offset + offset,
    terms: index.terms.map(({ atom, stride }) => ({ atom, stride: stride * scale })),
  }
}

/** Σ strides[i] · indices[i] + offset, like terms gathered. */
export function linearise(indices: readonly Index[], strides: readonly number[], offset = 0): Index {
  const atoms: Atom[] = []
  const sums: number[] = []
  let start = offset
  for (let axis = 0; axis < indices.length; axis++) {
    const { offset: own, terms } = indices[axis]
    start += strides[axis] * own
    for (let i = 0; i < terms.length; i++) {
      const { atom, stride } = terms[i]
      const known = atoms.indexOf(atom)
      if (known < 0) {
        atoms.push(atom)
        sums.push(strides[axis] * stride)
      } else {
        sums[known] += strides[axis] * stride
      }
    }
  }
  const terms: Term[] = []
  for (let i = 0; i < atoms.length; i++) if (sums[i] !== 0) terms.push({ atom: atoms[i], stride: sums[i] })
  return { offset: start, terms }
}

/** A loop that must be split, its inner part having the given extent, for an index to be divisible. */
export interface Cut {
  readonly loop: Loop
  readonly inner: number
}

/** Quotient and remainder of an index by n, or the loop that stands in the way (null if no splitting helps). */
export type Division = { readonly quotient: Index; readonly remainder: Index } | { readonly cut: Cut | null }

/** Divides a non-negative index: terms divisible by n go to the quotient if the rest stays within [0, n). */
export function divide(index: Index, n: number): Division {
  const whole = index.terms.filter(({ stride }) => stride % n === 0)
  const rest = index.terms.filter(({ stride }) => stride % n !== 0)
  const offset = ((index.offset % n) + n) % n
  const remainder = { offset, terms: rest }
  if (lowest(remainder) < 0 || highest(remainder) >= n) return { cut: cutFor(rest, n) }
  const terms = whole.map(({ atom, stride }) => ({ atom, stride: stride / n }))
  return { quotient: { offset: (index.offset - offset) / n, terms }, remainder }
}

function cutFor(terms: readonly Term[], n: number): Cut | null {
  for (const { atom, stride } of terms) {
    const inner = n / Math.abs(stride)
    if (isLoop(atom) && Number.isInteger(inner) && inner < atom.extent && atom.extent % inner === 0)
      return { loop: atom, inner }
  }
  return null
}

/** The least and the greatest value an index takes. */
export const rangeOf = (index: Index): readonly [least: number, greatest: number] => [lowest(index), highest(index)]

/** The least value an index takes. */
const lowest = ({ offset, terms }: Index): number =>
  terms.reduce((low, { atom, stride }) => low + Math.min(0, stride * (atom.extent - 1)), offset)

/** The greatest value an index takes. */
const highest = ({ offset, terms }: Index): number =>
  terms.reduce((high, { atom, stride }) => high + Math.max(0, stride * (atom.extent - 1)), offset)
