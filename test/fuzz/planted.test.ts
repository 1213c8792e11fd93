/**
 * The laws of random programs see wrong rules: an error is planted in one equation of a second derivative, and unless it drowns in what last
 * digits of the inputs do, the comparison with the other mode must fail. What the laws forgive for rounding on the way hides none.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFloat } from '../../src/core/dtype.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Equation, Program } from '../../src/core/program.ts'
import { withTape } from '../../src/rewrite/specialise.ts'
import { onReference } from '../helpers/backends.ts'
import { inputChange, scaleOf, sensitivity } from './conditioning.ts'
import { Broken, curvatureByReverse, curvatureOf, programsAgree } from './laws.ts'
import { recipes, sampleOf } from './programs.ts'

/** What an equation gives instead of its results. */
type Mistake = (result: Ndarray, operands: readonly Ndarray[]) => Ndarray

const mapped = (x: Ndarray, f: (y: number, i: number) => number): Ndarray => ({ ...x, data: x.data.map(f) })

const errors: Readonly<Record<string, Mistake>> = {
  'a factor of 1 + 1e-6': (result) => mapped(result, (y) => y * (1 + 1e-6)),
  'a wrong sign': (result) => mapped(result, (y) => -y),
  'a missing term': (result, [first]) => mapped(result, (_, i) => first.data[i]),
}

/** The places where an error can be: equations with a float result; sums of two, for a missing term. */
const placesFor = (program: Program, name: string): number[] =>
  program.equations.flatMap(({ primitive, outputs }, place) =>
    isFloat(outputs[0].dtype) && (name !== 'a missing term' || primitive.name === 'add') ? [place] : [],
  )

function planted(program: Program, place: number, error: Mistake): Program {
  const equations = program.equations.map((equation, i): Equation => {
    if (i !== place) return equation
    const { primitive } = equation
    const evaluate: typeof primitive.evaluate = (operands, params, outputs) =>
      primitive.evaluate(operands, params, outputs).map((result) => error(result, operands))
    return { ...equation, primitive: { ...primitive, evaluate } }
  })
  return { ...program, equations }
}

/** Is a result moved by more than the last digits of the inputs explain? */
function isVisible(plain: Program, wrong: Program, inputs: readonly Ndarray[]): boolean {
  const expected = onReference(plain, inputs)
  const spread = sensitivity(plain, inputs, expected, inputChange.float64)
  const found = onReference(wrong, inputs)
  const others = sensitivity(wrong, inputs, found, inputChange.float64)
  if (spread === null || others === null) return false
  return expected.some(({ data }, k) => {
    const allowed = 2e-11 * scaleOf(data)
    return data.some((y, i) => Math.abs(found[k].data[i] - y) > allowed + 2 * (spread[k][i] + others[k][i]))
  })
}

function isCaught(forward: Program, wrong: Program, inputs: readonly Ndarray[]): boolean {
  try {
    programsAgree(forward, wrong, inputs, 'planted')
    return false
  } catch (error) {
    if (error instanceof Broken) return true
    throw error
  }
}

/** A program whose tape is long enough, once it has run. */
const runnable =
  (inputs: readonly Ndarray[]) =>
  (program: Program): Program => {
    onReference(program, inputs)
    return program
  }

const samples = fc.sample(recipes(true), { numRuns: 45, seed: 4711 }).flatMap((recipe, number) => {
  const { program, inputs } = sampleOf(recipe, 'float64')
  const [forward, reverse] = [curvatureOf(program), curvatureByReverse(program)]
  if (forward === null || reverse === null) return []
  return [{ forward, reverse: withTape(reverse, inputs, runnable(inputs)), inputs, number }]
})

it('finds nothing where nothing is planted', () => {
  for (const { forward, reverse, inputs } of samples) expect(isCaught(forward, reverse, inputs)).toBe(false)
})

describe.each(Object.entries(errors))('%s', (name, error) => {
  it('is seen wherever it shows', () => {
    const count = { visible: 0, caught: 0 }
    for (const { forward, reverse, inputs, number } of samples) {
      const places = placesFor(reverse, name)
      for (const share of [0.2, 0.5, 0.8]) {
        const place = places[Math.floor(places.length * ((share + number * 0.618) % 1))]
        if (place === undefined) continue
        const wrong = planted(reverse, place, error)
        if (!isVisible(reverse, wrong, inputs)) continue
        count.visible++
        if (isCaught(forward, wrong, inputs)) count.caught++
      }
    }
    expect(count.visible).toBeGreaterThan(40)
    expect(count.caught).toBe(count.visible)
  }, 120_000)
})
