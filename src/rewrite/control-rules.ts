/** Rules of control flow whose choice is known. */
import type { Rule } from './rule.ts'

/** The rules. */
export const controlRules: readonly Rule[] = [
  {
    law: 'cond with a known choice',
    primitives: ['cond'],
    apply: ({ inputs: [choice, ...operands], primitive, params, constant, inline }) => {
      const number = constant(choice)
      if (number === null || primitive.name !== 'cond' || !('branches' in params)) return null
      const { branches } = params
      return inline(branches[Math.max(0, Math.min(number, branches.length - 1))], operands)
    },
  },
]
