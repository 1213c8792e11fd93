/** The whole way down: a program becomes a planned routine. */
import type { Program } from '../core/program.ts'
import type { PlannedRoutine, Routine } from './kernel.ts'
import { lower } from './lower.ts'
import { normalForm } from './normal-form.ts'
import { plan } from './plan.ts'

/** The routine of a program, every buffer placed. */
export const lowerProgram = (program: Program, name = 'main'): PlannedRoutine => plan(lowerNested(program, name))

const lowerNested = (program: Program, name: string): Routine => lower(normalForm(program), name, lowerNested)
