/**
 * The operations of the public door against the golden values (test/golden/README.md): values, gradients, Hessian-vector products
 * and third derivatives, on the reference device in float64 and on the CPU in both precisions. Operations of the files without a
 * function are listed, so that the list shrinks visibly.
 */
import { cpu } from 'conformable'
import { describe, expect, it } from 'vitest'
import { referenceDevice } from '../src/backends/reference/backend.ts'
import { answers, elementsOf, type Machine, type Said, scalarDerivatives } from './helpers/derivatives.ts'
import type { GoldenCase, GoldenNumber } from './helpers/golden.ts'
import { distance, golden, numbers } from './helpers/golden.ts'
import { attentions, convolutions, pools } from './helpers/golden-images.ts'
import * as tables from './helpers/golden-operations.ts'

interface DerivedCase extends GoldenCase {
  readonly grad?: readonly (readonly GoldenNumber[])[]
  readonly hvp?: readonly (readonly GoldenNumber[])[]
  readonly d3?: number
}

interface ScalarCase {
  readonly op: string
  readonly x: readonly number[]
  readonly f: readonly GoldenNumber[]
  readonly d1: readonly GoldenNumber[]
  readonly d2: readonly GoldenNumber[]
  readonly d3: readonly GoldenNumber[]
  /** Places of kinks, where derivatives are a convention. */
  readonly convention?: readonly number[]
  readonly special?: Readonly<Record<string, GoldenNumber>>
}

interface Family {
  readonly file: string
  readonly table: Readonly<Record<string, Said>>
  readonly missing: readonly string[]
}

const families: readonly Family[] = [
  { file: 'binary', table: tables.pairs, missing: ['xlogy'] },
  { file: 'reduce', table: tables.reductions, missing: [] },
  { file: 'matmul', table: tables.products, missing: [] },
  { file: 'index', table: tables.indexing, missing: [] },
  { file: 'conv', table: convolutions, missing: [] },
  { file: 'pool', table: pools, missing: [] },
  // Layers: test/layers/sequences.test.ts.
  { file: 'attention', table: attentions, missing: ['multi_head_attention', 'rope'] },
  {
    file: 'linalg',
    table: tables.linear,
    missing: [
      'qr',
      'singular_values',
      'eigvalsh',
      'eigh_sin',
      'eigh_vectors_squared',
      'expm',
      'pinv',
      'lstsq',
      'norm_nuc',
    ],
  },
]

/** The operations of the file that neither the table nor the list of what is missing names, and names without a case. */
function unaccounted(file: string, said: readonly string[], missing: readonly string[]): string[] {
  const known = [...said, ...missing]
  const asked = new Set(golden<{ op: string }>(file).cases.map(({ op }) => op))
  return [...[...asked].filter((op) => !known.includes(op)), ...known.filter((op) => !asked.has(op))]
}

const flat = (lists: readonly (readonly GoldenNumber[])[]): Float64Array => numbers(lists.flat())
const joined = (lists: readonly Float64Array[]): Float64Array => Float64Array.from(lists.flatMap((list) => [...list]))

/** Tolerances of the README; the CPU's own functions are right to a few units in the last place, the reference's to one. */
interface Precision extends Machine {
  readonly name: string
  /** For value, gradient, Hessian-vector product and third derivative of tensor operations. */
  readonly tensor: readonly [number, number, number, number]
  /** For f, f′, f″ and f‴ of elementwise functions; and for f where the README allows more. */
  readonly scalar: readonly [number, number, number, number]
  readonly loose: number
  /** Linear algebra is allowed so many times more. */
  readonly wider: number
  /** Truths beyond this are infinite here. */
  readonly largest: number
}

const double = { tensor: [1e-13, 1e-12, 1e-11, 1e-10], loose: 1e-13, wider: 10, largest: Number.MAX_VALUE } as const

const precisions: readonly Precision[] = [
  {
    name: 'reference, float64',
    device: referenceDevice(),
    dtype: 'float64',
    scalar: [1e-15, 1e-13, 1e-12, 1e-11],
    ...double,
  },
  { name: 'cpu, float64', device: cpu(), dtype: 'float64', scalar: [3e-15, 1e-13, 1e-12, 1e-11], ...double },
  {
    name: 'cpu, float32',
    device: cpu(),
    dtype: 'float32',
    tensor: [2e-6, 1e-5, 1e-4, 1e-3],
    scalar: [5e-7, 1e-6, 1e-5, 1e-4],
    loose: 1e-6,
    wider: 100,
    largest: 3e38,
  },
]

const cases = (file: string, op: string): DerivedCase[] =>
  golden<DerivedCase>(file).cases.filter((one) => one.op === op)

describe.each(families)('$file', ({ file, table, missing }) => {
  it('accounts for every operation of the file', () => {
    expect(unaccounted(file, Object.keys(table), missing)).toEqual([])
  })

  describe.each(precisions)('$name', (precision) => {
    const [value, first, second, third] = precision.tensor.map((x) => (file === 'linalg' ? x * precision.wider : x))

    it.each(Object.keys(table))('%s', (op) => {
      for (const { attrs = {}, inputs, out, grad, hvp, d3 } of cases(file, op)) {
        const shapes = Object.values(inputs).map(({ shape }) => `[${shape}]`)
        const what = `${op} ${JSON.stringify(attrs)} of ${shapes}`
        const found = answers(precision, table[op]!, attrs, Object.values(inputs))
        const results = found.out()
        expect(results.map(({ shape }) => shape)).toEqual(out.map(({ shape }) => shape))
        out.forEach(({ data }, k) => {
          expect(distance(elementsOf(results[k]!), numbers(data)), what).toBeLessThanOrEqual(value!)
        })
        if (grad) expect(distance(joined(found.gradient()), flat(grad)), `grad of ${what}`).toBeLessThanOrEqual(first!)
        if (hvp) expect(distance(joined(found.hvp()), flat(hvp)), `hvp of ${what}`).toBeLessThanOrEqual(second!)
        if (d3 !== undefined) expect(distance([found.third()], [d3]), `d3 of ${what}`).toBeLessThanOrEqual(third!)
      }
    })
  })
})

describe('elementwise', () => {
  const table = tables.elementwise

  it('accounts for every operation of the file', () => {
    expect(unaccounted('elementwise', Object.keys(table), missingElementwise)).toEqual([])
  })

  describe.each(precisions)('$name', (precision) => {
    const [value, ...rest] = precision.scalar

    it.each(Object.keys(table))('%s', (op) => {
      const one = golden<ScalarCase>('elementwise').cases.find((entry) => entry.op === op)!
      const [f, ...derivatives] = scalarDerivatives(precision, table[op]!, one.x)
      const tolerance = looser.has(op) ? precision.loose : value
      const truths = [one.d1, one.d2, one.d3]
      expect(differences(f!(), one.f, one.x, precision.largest, (b) => tolerance * (Math.abs(b) + 0.1))).toEqual([])
      derivatives.forEach((derivative, i) => {
        const wrong = differences(
          derivative(),
          truths[i]!,
          one.x,
          precision.largest,
          (b) => rest[i]! * (1 + Math.abs(b)),
        )
        expect(
          wrong.filter(({ place }) => !one.convention?.includes(place)),
          `order ${i + 1}`,
        ).toEqual([])
      })
    })
  })
})

/** Functions for which the README allows more. */
const looser = new Set(['erfinv', 'lgamma', 'digamma', 'exp2'])

// Activations are layers; their golden values belong to the tests of conformable/layers.
const missingElementwise = [
  ...['cbrt', 'xlogx', 'entr', 'sinc', 'logit', 'normal_cdf', 'log_normal_cdf', 'normal_quantile', 'gaussian'],
  ...['bessel_i0e', 'log_cosh', 'relu6', 'leaky_relu', 'elu', 'celu_0.5', 'selu', 'gelu_exact', 'gelu_tanh', 'silu'],
  ...['mish', 'soft_sign', 'squareplus', 'hard_tanh', 'hard_sigmoid', 'hard_silu'],
]

/** Where two lists differ by more than is allowed. */
function differences(
  found: ArrayLike<number>,
  truth: readonly GoldenNumber[],
  x: readonly number[],
  largest: number,
  allowed: (b: number) => number,
): { place: number; x: number; found: number; truth: number }[] {
  return truth.flatMap((entry, place) => {
    const [a, b] = [found[place]!, Number(entry)]
    const fine = Object.is(a, b) || a === b || Math.abs(a - b) <= allowed(b) || Math.abs(b) > largest
    return fine ? [] : [{ place, x: x[place]!, found: a, truth: b }]
  })
}
