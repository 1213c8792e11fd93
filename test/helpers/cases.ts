/** One test for each operation of a golden file that is in a table: values, gradients, second and third derivatives. */
import { expect, it } from 'vitest'
import { isFloat } from '../../src/core/dtype.ts'
import type { Value } from '../../src/core/value.ts'
import { along, gradient, inner, push, type Scalar } from '../laws/derivatives.ts'
import type { GoldenCase } from './golden.ts'
import { arrayOfInput, distance, fill, golden, numbers } from './golden.ts'
import { array, evaluate } from './reference.ts'

/** How an operation of a golden file is said with functions under test. */
export type Operation = (inputs: readonly Value[], attributes: Readonly<Record<string, unknown>>) => readonly Value[]

/**
 * Compares every case of the file whose `op` is in the table and that is wanted; every entry of the table must meet a case.
 * `tolerance` is for values; each order of derivatives gets ten times more.
 */
export function compareCases(
  file: string,
  tolerance: number,
  table: Readonly<Record<string, Operation>>,
  wanted: (golden: GoldenCase) => boolean = () => true,
): void {
  const cases = golden<GoldenCase>(file).cases
  it.each(Object.entries(table))(`${file}: %s`, (name, operation) => {
    const matching = cases.filter((one) => one.op === name && wanted(one))
    expect(matching.length).toBeGreaterThan(0)
    for (const one of matching) {
      compareValues(one, operation, tolerance)
      if (one.grad !== undefined) compareDerivatives(one, operation, Math.max(tolerance, 1e-13))
    }
  })
}

function compareValues({ op, attrs = {}, inputs, out }: GoldenCase, operation: Operation, tolerance: number): void {
  const results = evaluate((...values) => operation(values, attrs), ...Object.values(inputs).map(arrayOfInput))
  expect(results.length).toBe(out.length)
  out.forEach(({ shape, data }, i) => {
    const what = `${op} ${JSON.stringify(attrs)}, output ${i}`
    expect(results[i].shape, what).toEqual(shape)
    expect(distance(results[i].data, numbers(data)), what).toBeLessThanOrEqual(tolerance)
  })
}

/** The loss, its directions and its weights are those of the golden files' README. */
function compareDerivatives(one: GoldenCase, operation: Operation, tolerance: number): void {
  const { op, attrs = {}, grad = [], hvp, d3 } = one
  const inputs = Object.values(one.inputs).map((input) => ({
    array: arrayOfInput(input),
    constant: input.const === true,
  }))
  const isMoved = inputs.map(({ array: { dtype }, constant }) => isFloat(dtype) && !constant)
  const moved = inputs.filter((_, i) => isMoved[i]).map((input) => input.array)
  const fixed = inputs.filter((_, i) => !isMoved[i]).map((input) => input.array)
  const directions = moved.map(({ shape, data }, j) => array(shape, fill(data.length, 8000 + j, -1, 1)))
  const weights = one.out.map(({ shape, data }, k) => array(shape, fill(data.length, 9000 + k, -1, 1)))
  const n = moved.length
  const results = evaluate(
    (...all) => {
      const [x, v, others, w] = [all.slice(0, n), all.slice(n, 2 * n), all.slice(2 * n), all.slice(-weights.length)]
      const loss: Scalar = (values) => {
        let [nextMoved, nextFixed] = [0, 0]
        const merged = isMoved.map((is) => (is ? values[nextMoved++] : others[nextFixed++]))
        return inner(operation(merged, attrs), w)
      }
      const thrice = along(along(along(loss, v), v), v)
      return [...gradient(loss)(x), ...push(gradient(loss))(x, v), thrice(x)]
    },
    ...moved,
    ...directions,
    ...fixed,
    ...weights,
  )
  const compare = (what: string, result: number, truth: readonly (number | string)[], allowed: number): void => {
    const error = distance(results[result].data, numbers(truth))
    expect(error, `${op} ${JSON.stringify(attrs)}, ${what}`).toBeLessThanOrEqual(allowed)
  }
  grad.forEach((truth, j) => {
    compare(`gradient ${j}`, j, truth, 10 * tolerance)
  })
  hvp?.forEach((truth, j) => {
    compare(`Hessian times vector ${j}`, n + j, truth, 100 * tolerance)
  })
  if (d3 !== undefined) compare('third derivative', 2 * n, [d3], 1000 * tolerance)
}
