/**
 * Linearisation: the program that computes values and tangents side by side is cut in two. What does not depend on a
 * tangent goes forward, what does is linear; the values that the linear part needs are the residuals.
 */
import { dependence, usesMarked } from '../core/dependence.ts'
import { DerivativeError } from '../core/errors.ts'
import { intern } from '../core/intern.ts'
import type { LinearisedProgram, Primitive, ProgramTransforms } from '../core/primitive.ts'
import type { Equation, Program, Variable } from '../core/program.ts'
import { pruned } from '../core/prune.ts'
import { broadcastPrimitive, fullPrimitive } from '../primitives/broadcast.ts'
import { iotaPrimitive, reshapePrimitive } from '../primitives/structural.ts'
import { bindAndPush, joint, type Step } from './jvp.ts'

/** The program cut into a forward part and a part that is linear in the tangents of the active inputs. */
export function linearise(
  program: Program,
  active: readonly boolean[],
  transforms: ProgramTransforms,
): LinearisedProgram {
  const { program: both, present } = joint('linearise', program, active, linearStep(transforms))
  return partition(both, program.inputs.length, present)
}

const linearStep =
  (transforms: ProgramTransforms): Step =>
  (equation, primals, tangents) => {
    const { primitive, params } = equation
    if (primitive.linearise !== undefined) return primitive.linearise({ primals, tangents, params, transforms })
    return bindAndPush(equation, primals, tangents, transforms)
  }

/** Cuts `both`: its first `arity` inputs are values, the others tangents; so with the first of its outputs. */
function partition(both: Program, arity: number, present: readonly boolean[]): LinearisedProgram {
  const marks = dependence(
    both,
    both.inputs.map((_, i) => i >= arity),
  )
  const values = both.outputs.slice(0, present.length)
  requireSeparate(values, marks)
  const tangents = both.outputs.slice(present.length)
  const moving = tangents.filter((tangent) => marks[tangent.index] === 1)
  const { residuals, equations } = linearPart(both, moving, marks)
  const inputs = both.inputs.slice(0, arity)
  const fixed = both.equations.filter((equation) => !usesMarked(equation, marks))
  let next = 0
  return {
    forward: intern(pruned({ inputs, equations: fixed, outputs: [...values, ...residuals], size: both.size })),
    residuals: residuals.length,
    linear: intern(
      pruned({ inputs: [...residuals, ...both.inputs.slice(arity)], equations, outputs: moving, size: both.size }),
    ),
    // A tangent that depends on no tangent is linear and constant, so it is zero.
    present: present.map((there) => there && marks[tangents[next++]!.index] === 1),
  }
}

/** The equations from which the tangents follow, and the values they need from the forward part. One pass backwards. */
function linearPart(both: Program, tangents: readonly Variable[], marks: Uint8Array) {
  const needed = new Uint8Array(both.size)
  for (const tangent of tangents) needed[tangent.index] = 1
  const residuals: Variable[] = []
  const equations: Equation[] = []
  for (let i = both.equations.length - 1; i >= 0; i--) {
    const equation = both.equations[i]!
    const wanted = equation.outputs.filter((output) => needed[output.index] === 1)
    if (wanted.length === 0) continue
    if (usesMarked(equation, marks) || isCheap(equation.primitive)) {
      equations.push(equation)
      for (const input of equation.inputs) needed[input.index] = 1
    } else residuals.push(...wanted)
  }
  const direct = both.inputs.filter((input) => needed[input.index] === 1 && marks[input.index] === 0)
  return { residuals: [...direct, ...residuals.reverse()], equations: equations.reverse() }
}

/** Computed again in the linear part rather than kept: constants, and what only repeats or renames the elements of its input. */
const isCheap = (primitive: Primitive): boolean => cheap.has(primitive.name)

const cheap: ReadonlySet<string> = new Set(
  [fullPrimitive, iotaPrimitive, broadcastPrimitive, reshapePrimitive].map((primitive) => primitive.name),
)

function requireSeparate(values: readonly Variable[], marks: Uint8Array): void {
  if (values.every((value) => marks[value.index] === 0)) return
  throw new DerivativeError(
    'linearise: the rule of a primitive computes a value from a tangent; give it a `linearise` rule.',
  )
}
