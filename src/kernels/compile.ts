/** The whole way down: a program becomes a planned routine. */
import type { Program } from '../core/program.ts'
import type { PlannedRoutine, Routine } from './language/kernel.ts'
import type { Machine } from './lowering/lower.ts'
import { lower } from './lowering/lower.ts'
import { normalForm } from './lowering/normal-form.ts'
import { plan } from './planning/plan.ts'

/** The routine of a program, every buffer placed. */
export const lowerProgram = (program: Program, { name = 'main', ...machine }: LowerOptions = {}): PlannedRoutine => {
  const lowerNested = (nested: Program, itsName: string): Routine =>
    lower(normalForm(nested), itsName, lowerNested, { sharesRows: machine.sharesRows ?? true })
  return plan(lowerNested(program, name))
}

/** For which machine a program is lowered. */
interface LowerOptions extends Partial<Machine> {
  readonly name?: string
}
