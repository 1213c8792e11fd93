/**
 * `tap`: the identity, with a look at the numbers when the program runs. Derivatives pass through it unseen: it looks at values,
 * never at tangents. Under vmap it sees the values of all lanes at once. A derivative that recomputes (checkpoint) looks again.
 */
import type { Abstract } from '../../core/abstract.ts'
import { bind } from '../../core/bind.ts'
import { intern, withPrograms } from '../../core/intern.ts'
import type { Ndarray } from '../../core/ndarray.ts'
import type { Primitive } from '../../core/primitive.ts'
import type { Equation, Program, Variable } from '../../core/program.ts'
import { hasEffect } from '../../core/program.ts'
import { pruned } from '../../core/prune.ts'
import { untraced } from '../../core/trace.ts'
import type { Value } from '../../core/value.ts'
import { mapped } from '../broadcast.ts'

/** What is called with the numbers; they must not be changed. */
export type Callback = (...arrays: Ndarray[]) => void

/** Attributes of `tap`. */
export type TapParams = { readonly callback: Callback }

/** Record of `tap`. */
export const tapPrimitive: Primitive<TapParams> = {
  name: 'tap',
  effect: true,
  shape: (inputs) => inputs.map(({ shape, dtype }): Abstract => ({ shape, dtype })),
  evaluate(inputs, { callback }) {
    untraced(() => callback(...inputs))
    return inputs
  },
  jvp: ({ tangents }) => tangents,
  batch: ({ inputs, batched, size, params }) => mapped(bind(tapPrimitive, inputs, params), batched, size),
}

/** The values themselves; `callback` sees their numbers each time the program runs. */
export const tap = (callback: Callback, inputs: readonly Value[]): readonly Value[] =>
  bind(tapPrimitive, inputs, { callback })

/** The same program without its taps, also in nested programs. */
export function silenced(program: Program): Program {
  if (!program.equations.some(hasEffect)) return program
  const renamed = new Array<Variable | undefined>(program.size)
  const now = (variable: Variable): Variable => renamed[variable.index] ?? variable
  const equations: Equation[] = []
  for (const equation of program.equations) {
    const inputs = equation.inputs.map(now)
    if (equation.primitive.name !== tapPrimitive.name) equations.push({ ...withPrograms(equation, silenced), inputs })
    else {
      equation.outputs.forEach(({ index }, i) => {
        renamed[index] = inputs[i]!
      })
    }
  }
  return intern(pruned({ ...program, equations, outputs: program.outputs.map(now) }))
}
