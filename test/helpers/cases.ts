/** One test for each case of a golden file whose operation is in a table. */
import { expect, it } from 'vitest'
import type { Value } from '../../src/core/value.ts'
import type { GoldenCase } from './golden.ts'
import { arrayOfInput, distance, golden, numbers } from './golden.ts'
import { evaluate } from './reference.ts'

/** How an operation of a golden file is said with functions under test. */
export type Operation = (inputs: readonly Value[], attributes: Readonly<Record<string, unknown>>) => readonly Value[]

/** Compares every case of the file whose `op` is in the table and that is wanted; every entry of the table must meet a case. */
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
    for (const { attrs = {}, inputs, out } of matching) {
      const arrays = Object.values(inputs).map(arrayOfInput)
      const results = evaluate((...values) => operation(values, attrs), ...arrays)
      expect(results.length).toBe(out.length)
      out.forEach(({ shape, data }, i) => {
        const what = `${name} ${JSON.stringify(attrs)}, output ${i}`
        expect(results[i].shape, what).toEqual(shape)
        expect(distance(results[i].data, numbers(data)), what).toBeLessThanOrEqual(tolerance)
      })
    }
  })
}
