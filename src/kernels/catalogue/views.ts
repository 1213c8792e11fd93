/** Operands of steps that are only moved data: strides over a stored variable instead of a copy. */
import type { Abstract } from '../../core/abstract.ts'
import { sizeOf, stridesOf } from '../../core/abstract.ts'
import type { Equation, Variable } from '../../core/program.ts'
import type { Index } from '../language/axes.ts'
import { linearise } from '../language/axes.ts'
import { movementOf } from './movement.ts'
import { attempt } from './reader.ts'

/** A variable seen as a strided region of another that stands contiguously in memory. */
export interface View {
  readonly base: Variable
  readonly offset: number
  readonly strides: readonly number[]
}

/** What is known of the program while a view is sought. */
export interface ViewContext {
  definitionOf(variable: Variable): Equation | undefined
  /** Is it welcome that `base` stands in memory so that `seen` is a view of it? */
  prefers(base: Variable, seen: Abstract): boolean
}

/**
 * The deepest variable under the movements that end in `variable` of which it is a strided view (a contiguous one for `whole`);
 * at worst the variable itself.
 */
export function viewOf(variable: Variable, access: 'whole' | 'strided', context: ViewContext): View {
  let best: View = { base: variable, offset: 0, strides: stridesOf(variable.shape) }
  const path: Equation[] = []
  let base = variable
  for (;;) {
    const equation = context.definitionOf(base)
    if (equation === undefined || movementOf(equation) === undefined) return best
    path.push(equation)
    base = equation.inputs[0]
    if (!context.prefers(base, variable)) continue
    const view = viewThrough(path, variable, base)
    if (view !== null && isWelcome(view, variable, access)) best = view
  }
}

/** The strides of `variable` over `base`, or null if no strides describe it. */
function viewThrough(path: readonly Equation[], variable: Variable, base: Variable): View | null {
  return attempt((reader) => {
    const axes = variable.shape.map((extent, axis) => reader.loops(extent, `${axis}`))
    let index: readonly Index[] = axes.map((axis) => axis.index)
    for (const equation of path) index = movementOf(equation)!.source(equation, index, reader.algebra)
    const { offset, terms } = linearise(index, stridesOf(base.shape))
    let covered = 0
    const strides = axes.map(({ loops }) => {
      const parts = loops.map((loop) => terms.find(({ atom }) => atom === loop)?.stride ?? 0)
      covered += parts.filter((stride) => stride !== 0).length
      return parts.every((stride, i) => i === 0 || parts[i - 1] === stride * loops[i].extent)
        ? (parts.at(-1) ?? 0)
        : null
    })
    return covered === terms.length && strides.every((stride) => stride !== null) ? { base, offset, strides } : null
  })
}

function isWelcome({ strides }: View, { shape }: Abstract, access: 'whole' | 'strided'): boolean {
  if (strides.some((stride) => stride < 0)) return false
  if (access === 'strided') return true
  const dense = stridesOf(shape)
  return sizeOf(shape) === 0 || shape.every((extent, axis) => extent === 1 || strides[axis] === dense[axis])
}
