/**
 * Laws of the public door, on the first golden case of every operation: run at once, compiled and mapped it gives the same
 * numbers; and what `grad` says is what `jvp` says.
 */
import * as c from 'conformable'
import { describe, expect, it } from 'vitest'
import type { Loose, Said } from '../helpers/derivatives.ts'
import { elementsOf } from '../helpers/derivatives.ts'
import { arrayOfInput, distance, fill, type GoldenCase, golden } from '../helpers/golden.ts'
import * as tables from '../helpers/golden-operations.ts'

const families = [
  ['binary', tables.pairs],
  ['reduce', tables.reductions],
  ['matmul', tables.products],
  ['index', tables.indexing],
  ['linalg', tables.linear],
] as const

const arrays = { float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const

/** `vmap`, whose types cannot follow shapes that are data. */
const mapOver = c.vmap as unknown as (f: (all: readonly Loose[]) => Loose[]) => (all: readonly Loose[]) => Loose[]

/** The inputs of a case on the default device, floats times a factor. */
const inputsOf = ({ inputs }: GoldenCase, factor: number): Loose[] =>
  Object.values(inputs).map((input) => {
    const { data, shape } = arrayOfInput(input)
    const dtype = input.dtype ?? 'float64'
    const elements = dtype === 'float64' ? data.map((x) => x * factor) : data
    return c.fromTypedArray(arrays[dtype].from(elements), shape)
  })

const results = (said: Said, inputs: readonly Loose[], attributes: unknown): Loose[] =>
  [said(inputs, attributes)].flat()

function expectSame(a: readonly Loose[], b: readonly Loose[]): void {
  expect(a.map(({ shape }) => shape)).toEqual(b.map(({ shape }) => shape))
  a.forEach((x, k) => {
    expect(distance(elementsOf(x), elementsOf(b[k]!))).toBeLessThanOrEqual(1e-12)
  })
}

describe.each(families)('%s', (file, table) => {
  const cases = golden<GoldenCase>(file).cases

  describe.each(Object.keys(table))('%s', (op) => {
    const one = cases.find((entry) => entry.op === op)!
    const attributes = one.attrs ?? {}
    const run = (inputs: readonly Loose[]): Loose[] => results(table[op]!, inputs, attributes)

    it('at once = compiled', () => {
      const inputs = inputsOf(one, 1)
      expectSame(c.jit((all: Loose[]) => run(all))(inputs), run(inputs))
    })

    it('mapped = one by one', () => {
      const [first, second] = [inputsOf(one, 1), inputsOf(one, 0.75)]
      const stacked = first.map((x, i): Loose => c.stack([x, second[i]!]))
      const mapped = mapOver(run)(stacked)
      const single = [run(first), run(second)]
      expectSame(
        mapped,
        single[0]!.map((x, k): Loose => c.stack([x, single[1]![k]!])),
      )
    })

    it('⟨w, f′ v⟩ = ⟨f′ᵀ w, v⟩', () => {
      const inputs = inputsOf(one, 1)
      const point = inputs.filter(({ dtype }) => dtype === 'float64')
      const all = (x: readonly Loose[]): Loose[] => {
        let next = 0
        return run(inputs.map((input) => (input.dtype === 'float64' ? x[next++]! : input)))
      }
      const noise = ({ shape }: Loose, seed: number): Loose => {
        const size = (shape as readonly number[]).reduce((a, b) => a * b, 1)
        return c.fromTypedArray(fill(size, seed, -1, 1), shape)
      }
      if (point.length === 0 || all(point).some(({ dtype }) => dtype !== 'float64')) return
      const v = point.map((x, i) => noise(x, 100 + i))
      const [out, pushed] = c.jvp(all, [point], [v])
      const w = out.map((x, i) => noise(x, 200 + i))
      const [, pullback] = c.vjp(all, point)
      const [pulled] = pullback(w)
      const inner = (a: readonly Loose[], b: readonly Loose[]): number =>
        a.reduce((total, x, i) => total + Number(c.sum(c.mul(x, b[i]!)).itemSync()), 0)
      const [left, right] = [inner(w, pushed), inner(pulled, v)]
      expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(left)))
    })
  })
})
