/**
 * Random programs obey the laws. A fixed seed and a few hundred programs by default; `FUZZ_RUNS` and `FUZZ_SEED` ask for more
 * programs and for others. A failure prints the law, the program after shrinking, and the recipe that makes it.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from './fuzz/laws.ts'
import {
  curvatureByReverse,
  curvatureOf,
  gradientIsLimit,
  gradientOf,
  machinesAgree,
  mappedIsLoop,
  programsAgree,
  simplifiedIsSame,
} from './fuzz/laws.ts'
import type { Recipe } from './fuzz/programs.ts'
import { recipes, sampleOf } from './fuzz/programs.ts'

const numRuns = Number(process.env.FUZZ_RUNS ?? 40)
const seed = Number(process.env.FUZZ_SEED ?? 20261)

/** Checks a law on random recipes; at least half of them must be worth checking. */
function holds(isSmooth: boolean, law: (recipe: Recipe) => Outcome): void {
  const count = { checked: 0, 'ill-conditioned': 0 }
  fc.assert(
    fc.property(recipes(isSmooth), (recipe) => {
      count[law(recipe)]++
    }),
    { numRuns, seed },
  )
  expect(count.checked).toBeGreaterThan(count['ill-conditioned'])
}

const timeout = 60_000 + 5000 * numRuns

describe.each([
  ['smooth programs', true],
  ['programs with kinks, steps and ties', false],
] as const)('%s', (_, isSmooth) => {
  it.each(['float64', 'float32'] as const)(
    'values and gradients in %s',
    (dtype) => {
      holds(isSmooth, (recipe) => {
        const { program, inputs } = sampleOf(recipe, dtype)
        const outcome = machinesAgree(program, inputs, 'values')
        const slopes = gradientOf(program)
        if (slopes !== null) machinesAgree(slopes, inputs, 'gradients')
        return outcome
      })
    },
    timeout,
  )

  it(
    'simplified programs and gradients',
    () => {
      holds(isSmooth, (recipe) => {
        const { program, inputs } = sampleOf(recipe, 'float64')
        simplifiedIsSame(program, inputs)
        const slopes = gradientOf(program)
        if (slopes !== null) simplifiedIsSame(slopes, inputs)
        return 'checked'
      })
    },
    timeout,
  )

  it(
    'mapped programs',
    () => {
      holds(isSmooth, (recipe) => {
        const { program } = sampleOf(recipe, 'float64')
        const own = 2 + recipe.inputs.length
        const size = 1 + (recipe.steps.length % 3)
        const lanes = Array.from({ length: size }, (_, lane) => sampleOf(shifted(recipe, lane), 'float64').inputs)
        const batched = program.inputs.map((_, i) => i < own && (recipe.steps[0].operation >> i) % 2 === 0)
        if (!batched.includes(true)) batched[recipe.steps.length % 2] = true
        return mappedIsLoop(program, lanes, batched)
      })
    },
    timeout,
  )
})

describe('smooth programs', () => {
  it(
    'gradients are limits of differences',
    () => {
      holds(true, (recipe) => {
        const { program, inputs } = sampleOf(recipe, 'float64')
        return gradientIsLimit(program, inputs)
      })
    },
    timeout,
  )

  it(
    'second derivatives',
    () => {
      holds(true, (recipe) => {
        const { program, inputs } = sampleOf(recipe, 'float64')
        const [forward, reverse] = [curvatureOf(program), curvatureByReverse(program)]
        if (forward === null || reverse === null) return 'ill-conditioned'
        machinesAgree(reverse, inputs, 'second derivatives, reverse over reverse')
        return programsAgree(forward, reverse, inputs, 'reverse over reverse and forward over reverse')
      })
    },
    timeout,
  )
})

/** The same program with other numbers. */
const shifted = (recipe: Recipe, by: number): Recipe => ({
  ...recipe,
  inputs: recipe.inputs.map((input) => ({ ...input, seed: input.seed + 1000 * by })),
})
