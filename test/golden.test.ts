/**
 * The operations of the public door against the golden values (test/golden/README.md): values, gradients, Hessian-vector products
 * and third derivatives in float64 on the reference device. Operations of the files without a function are listed, so that the
 * list shrinks visibly.
 */
import { describe, expect, it } from 'vitest'
import { answers, elementsOf, type Said, scalarDerivatives } from './helpers/derivatives.ts'
import type { GoldenCase, GoldenNumber } from './helpers/golden.ts'
import { distance, golden, numbers } from './helpers/golden.ts'
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
  /** Tolerances are this many times those of the README. */
  readonly wider: number
}

const families: readonly Family[] = [
  { file: 'binary', table: tables.pairs, missing: ['xlogy'], wider: 1 },
  { file: 'reduce', table: tables.reductions, missing: [], wider: 1 },
  { file: 'matmul', table: tables.products, missing: [], wider: 1 },
  { file: 'index', table: tables.indexing, missing: [], wider: 1 },
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
    wider: 10,
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

describe.each(families)('$file', ({ file, table, missing, wider }) => {
  it('accounts for every operation of the file', () => {
    expect(unaccounted(file, Object.keys(table), missing)).toEqual([])
  })

  it.each(Object.keys(table))('%s', (op) => {
    for (const { attrs = {}, inputs, out, ...expected } of golden<DerivedCase>(file).cases.filter(
      (one) => one.op === op,
    )) {
      const what = `${op} ${JSON.stringify(attrs)} of ${Object.values(inputs).map(({ shape }) => `[${shape}]`)}`
      const found = answers(table[op]!, attrs, Object.values(inputs))
      const results = found.out()
      expect(
        results.map(({ shape }) => shape),
        what,
      ).toEqual(out.map(({ shape }) => shape))
      out.forEach(({ data }, k) => {
        expect(distance(elementsOf(results[k]!), numbers(data)), what).toBeLessThanOrEqual(1e-13 * wider)
      })
      if (expected.grad)
        expect(distance(joined(found.gradient()), flat(expected.grad)), `gradient of ${what}`).toBeLessThanOrEqual(
          1e-12 * wider,
        )
      if (expected.hvp)
        expect(distance(joined(found.hvp()), flat(expected.hvp)), `hvp of ${what}`).toBeLessThanOrEqual(1e-11 * wider)
      if (expected.d3 !== undefined)
        expect(distance([found.third()], [expected.d3]), `d3 of ${what}`).toBeLessThanOrEqual(1e-10 * wider)
    }
  })
})

describe('elementwise', () => {
  const table = tables.elementwise
  // Activations are layers; their golden values belong to the tests of conformable/layers.
  const missing = [
    'cbrt',
    'xlogx',
    'entr',
    'sinc',
    'logit',
    'normal_cdf',
    'log_normal_cdf',
    'normal_quantile',
    'gaussian',
    'bessel_i0e',
    'relu6',
    'leaky_relu',
    'elu',
    'celu_0.5',
    'selu',
    'gelu_exact',
    'gelu_tanh',
    'silu',
    'mish',
    'soft_sign',
    'squareplus',
    'hard_tanh',
    'hard_sigmoid',
    'hard_silu',
    'log_cosh',
  ]

  it('accounts for every operation of the file', () => {
    expect(unaccounted('elementwise', Object.keys(table), missing)).toEqual([])
  })

  it.each(Object.keys(table))('%s', (op) => {
    const [one] = golden<ScalarCase>('elementwise').cases.filter((entry) => entry.op === op)
    const [f, d1, d2, d3] = scalarDerivatives(table[op]!, one!.x)
    const loose = LOOSE.has(op) ? 1e-13 : 1e-15
    expect(
      errors(f!(), one!.f, one!.x, [], (b) => loose * (Math.abs(b) + 0.1)),
      'value',
    ).toEqual([])
    const kinks = one!.convention ?? []
    expect(
      errors(d1!(), one!.d1, one!.x, kinks, (b) => 1e-13 * (1 + Math.abs(b))),
      'first',
    ).toEqual([])
    expect(
      errors(d2!(), one!.d2, one!.x, kinks, (b) => 1e-12 * (1 + Math.abs(b))),
      'second',
    ).toEqual([])
    expect(
      errors(d3!(), one!.d3, one!.x, kinks, (b) => 1e-11 * (1 + Math.abs(b))),
      'third',
    ).toEqual([])
  })
})

const LOOSE = new Set(['erfinv', 'lgamma', 'digamma', 'exp2'])

/** Where two lists differ by more than is allowed. */
function errors(
  found: ArrayLike<number>,
  expected: readonly GoldenNumber[],
  x: readonly number[],
  except: readonly number[],
  allowed: (b: number) => number,
): { x: number; found: number; expected: number }[] {
  return expected.flatMap((entry, i) => {
    const [a, b] = [found[i]!, Number(entry)]
    if (except.includes(i) || Object.is(a, b) || a === b || Math.abs(a - b) <= allowed(b)) return []
    return [{ x: x[i]!, found: a, expected: b }]
  })
}
