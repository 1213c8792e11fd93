/**
 * `simplify`: the same meaning with fewer operations. Every rule keeps the bits of every float (the rules' files say how);
 * equal equations become one and unused ones disappear, because the program is traced anew.
 */
import { checkProgram } from '../core/check.ts'
import type { Program } from '../core/program.ts'
import { arithmeticRules } from './arithmetic-rules.ts'
import { constantRules } from './constant-rules.ts'
import { controlRules } from './control-rules.ts'
import { rewrite } from './engine.ts'
import { movementRules } from './movement-rules.ts'
import type { Rule } from './rule.ts'

/** The rules of `simplify`, in the order in which they are tried. */
export const rules: readonly Rule[] = [...constantRules, ...arithmeticRules, ...movementRules, ...controlRules]

const known = new WeakMap<Program, Program>()

/** A program that computes the same with fewer operations; nested programs are left as they are. */
export function simplify(program: Program): Program {
  const cached = known.get(program)
  if (cached !== undefined) return cached
  const simplified = rewrite(program, rules)
  checkProgram(simplified)
  known.set(program, simplified)
  return simplified
}
