/**
 * Forms: what the fuser knows of an index. A form says, for each axis of a variable, which loops of a group its index depends
 * on; equal forms of one variable in one group are computed once.
 */
import { sizeOf } from '../../core/abstract.ts'
import type { AxisAlgebra } from './movement.ts'
import { matchAxes } from './movement.ts'

/** The bit of a mask that stands for every loop of a reduction. */
export const INNER = 2 ** 30
/** Axes from here on share one bit. */
const LAST_BIT = 29

/** Loops that the index of one axis depends on (bits: axes of the group's space, or `INNER`); `pure`: it is that axis itself. */
export interface FormAxis {
  readonly mask: number
  readonly pure: number | null
}

/** The form of an index; `inner` is how often a value is computed that depends on a loop of a reduction. */
export interface Form {
  readonly id: number
  readonly axes: readonly FormAxis[]
  readonly inner: number
}

const fixed: FormAxis = { mask: 0, pure: null }
/** An axis that a reduction (or a step's own loop) runs over. */
export const innerAxis: FormAxis = { mask: INNER, pure: null }

/** One axis that depends on whatever the given ones depend on. */
export const mixed = (axes: readonly FormAxis[]): FormAxis => ({
  mask: axes.reduce((mask, axis) => mask | axis.mask, 0),
  pure: null,
})

/** Indices as forms see them. */
export const formAlgebra: AxisAlgebra<FormAxis> = {
  affine: (axis, scale, offset) => (scale === 1 && offset === 0 ? axis : { mask: axis.mask, pure: null }),
  reshape: (index, from, to) => {
    if (sizeOf(from) === 0) return to.map(() => fixed)
    return matchAxes(from, to).flatMap((group) => {
      const sources = index.slice(...group.from).filter((_, i) => from[group.from[0] + i] !== 1)
      const sizes = to.slice(...group.to)
      const single = sources.length === 1 && sizes.filter((size) => size !== 1).length === 1
      const axis = single ? sources[0] : mixed(sources)
      return sizes.map((size) => (size === 1 ? fixed : axis))
    })
  },
}

/** The forms of one program, interned. */
export class Forms {
  readonly #known = new Map<string, Form>()

  /** The index of a group's own space, cut to the first `rank` axes. */
  canonical(rank: number): Form {
    return this.of(
      Array.from({ length: rank }, (_, axis) => ({ mask: bitOf(axis), pure: axis })),
      0,
      '',
    )
  }

  /** The form with these axes; `path` tells apart what the axes do not. */
  of(axes: readonly FormAxis[], inner: number, path: string): Form {
    const pure = axes.every((axis) => axis.pure !== null)
    const key = pure ? `pure ${axes.map((axis) => axis.pure).join()}` : `${path} ${inner}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const form = { id: this.#known.size, axes, inner }
    this.#known.set(key, form)
    return form
  }
}

const bitOf = (axis: number): number => 2 ** Math.min(axis, LAST_BIT)

/** The loops that a value of this form depends on. */
export const maskOf = ({ axes }: Form): number => mixed(axes).mask

/** How often a value of this form is computed in a group of the given space: once per turn of its innermost loop. */
export function iterations(form: Form, space: readonly number[]): number {
  const mask = maskOf(form)
  return (mask & INNER) !== 0 ? form.inner : sizeOf(space.slice(0, depthOf(mask)))
}

/** Is the form the group's own index, cut to as many axes as the variable has? */
export const isCanonical = ({ axes }: Form, shape: readonly number[]): boolean =>
  axes.every((axis, i) => axis.pure === i || (shape[i] === 1 && axis.mask === 0))

/**
 * Does a value of this form depend on the first loops of the space without gaps (and on no reduction)? Then a reduction can
 * stand between the loops and is computed once.
 */
export function isPrefix(form: Form, space: readonly number[]): boolean {
  const mask = maskOf(form)
  if ((mask & INNER) !== 0) return false
  return space.slice(0, depthOf(mask)).every((extent, axis) => extent === 1 || (mask & bitOf(axis)) !== 0)
}

/** Number of outer loops that a mask without `INNER` needs. */
export function depthOf(mask: number): number {
  let depth = 0
  while (mask >= 2 ** depth) depth++
  return depth
}
