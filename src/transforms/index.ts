/** The transforms of programs, each remembered by structure, tied together so that rules of loops can call all of them. */
import type { Derived, LinearisedProgram, ProgramTransforms } from '../core/primitive.ts'
import type { Program } from '../core/program.ts'
import { jvp } from './jvp.ts'
import { linearise } from './linearise.ts'
import { remembered } from './memo.ts'
import { transpose } from './transpose.ts'
import { batch } from './vmap.ts'

/** Values and tangents: `(x…, ẋ…) → (y…, ẏ…)` with a tangent for each active input and each output that has one. */
export const jvpProgram = remembered(
  (program: Program, active: readonly boolean[]): Derived => jvp(program, active, programTransforms),
)

/** The forward part `x… → (y…, residuals…)` and the linear part `(residuals…, ẋ…) → ẏ…`. */
export const lineariseProgram = remembered(
  (program: Program, active: readonly boolean[]): LinearisedProgram => linearise(program, active, programTransforms),
)

/** The linear part backwards: `(other inputs…, cotangents of given outputs…) → cotangents of linear inputs…`. */
export const transposeProgram = remembered(
  (program: Program, linear: readonly boolean[], given: readonly boolean[]): Derived =>
    transpose(program, linear, given, programTransforms),
)

/** The program over a mapped axis 0 of the inputs marked in `batched`. */
export const batchProgram = remembered(
  (program: Program, batched: readonly boolean[], size: number, outputs?: readonly boolean[]): Program =>
    batch(program, batched, size, outputs, programTransforms),
)

/** The transforms as rules receive them. */
export const programTransforms: ProgramTransforms = {
  jvp: jvpProgram,
  linearise: lineariseProgram,
  transpose: transposeProgram,
  batch: batchProgram,
}
