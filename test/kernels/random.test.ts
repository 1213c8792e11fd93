/** Random programs mean the same after simplification and through the kernels. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateProgram } from '../../src/core/evaluate.ts'
import type { Program } from '../../src/core/program.ts'
import { rewrite } from '../../src/rewrite/engine.ts'
import type { Rule } from '../../src/rewrite/rule.ts'
import { rules } from '../../src/rewrite/simplify.ts'
import { check, close, randomInputs, referenceInputs } from './check.ts'
import { choices, programFrom } from './random-programs.ts'

describe('random programs', () => {
  it('are lowered rightly', () => {
    fc.assert(
      fc.property(choices, (list) => {
        check(programFrom(list))
      }),
      { numRuns: Number(process.env.RUNS ?? 300) },
    )
  })

  it('are simplified to the same bits', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const program = programFrom(list)
        const { simple, joined } = simplified(program)
        expect(simple.equations.length).toBeLessThanOrEqual(program.equations.length)
        const inputs = referenceInputs(program, randomInputs(program))
        const [before, after] = [evaluateProgram(program, inputs), evaluateProgram(simple, inputs)]
        const sign = joined ? unsigned : (data: ArrayLike<number>) => data
        before.forEach(({ data }, i) => {
          close(program.outputs[i], sign(after[i].data), sign(data), 0)
        })
      }),
      { numRuns: Number(process.env.RUNS ?? 300) },
    )
  })
})

/** The laws that join what stands beside zeros: -0 + 0 is 0, but a -0 that is joined stays. */
const joins = ['pads by 0 that do not meet, added: joined', 'assembles that do not meet, added: one']

/** The program simplified, and whether one of the laws that may keep a -0 was used on the way. */
function simplified(program: Program): { readonly simple: Program; readonly joined: boolean } {
  let joined = false
  const watched = rules.map((rule): Rule => {
    if (!joins.includes(rule.law)) return rule
    const apply: Rule['apply'] = (match) => {
      const result = rule.apply(match)
      joined ||= result !== null
      return result
    }
    return { ...rule, apply }
  })
  return { simple: rewrite(program, watched), joined }
}

/** Zeros without their sign. */
const unsigned = (data: ArrayLike<number>): number[] => Array.from(data, (x) => x + 0)
