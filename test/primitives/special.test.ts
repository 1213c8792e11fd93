import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { digamma, erf, erfc, erfInverse, logGamma, polygamma } from '../../src/primitives/special.ts'

type Scalar = (x: number) => number
type Rows = readonly (readonly [x: number, truth: number])[]

/** Rounded from 60 digits. Points beside zeros, beside the ends of the fits, in the tails and below 0. */
const truths: readonly (readonly [name: string, f: Scalar, rows: Rows])[] = [
  [
    'erf',
    erf,
    [
      [1e-300, 1.1283791670955126e-300],
      [1e-8, 1.1283791670955126e-8],
      [0.3, 0.3286267594591274],
      [0.84375, 0.7672256612323416],
      [0.9999999999999999, 0.8427007929497148],
      [1.0000000000000002, 0.842700792949715],
      [-1.7, -0.9837904585907745],
      [3.2, 0.9999939742388483],
      [5.9, 0.9999999999999999],
    ],
  ],
  [
    'erfc',
    erfc,
    [
      [-5, 1.9999999999984626],
      [-0.7, 1.6778011938374184],
      [1e-17, 1],
      [0.4999999999999999, 0.47950012218695354],
      [0.5000000000000001, 0.47950012218695337],
      [1, 0.15729920705028513],
      [2.5, 0.0004069520174449589],
      [6, 2.1519736712498913e-17],
      [10.292366826639345, 5.380797291763354e-48],
      [20, 5.395865611607901e-176],
      [26.5, 2.2109076642637343e-307],
      [27.2, 1e-323],
    ],
  ],
  [
    'erfInverse',
    erfInverse,
    [
      [1e-300, 8.86226925452758e-301],
      [1e-9, 8.86226925452758e-10],
      [0.2, 0.1791434546212917],
      [-0.5, -0.4769362762044699],
      [0.7, 0.7328690779592167],
      [0.99, 1.8213863677184494],
      [-0.99966, -2.53338462976064],
      [0.9999999, 3.7665625816384707],
      [0.999999999999, 5.042031898572696],
      [0.9999999999999999, 5.8635847487551676],
    ],
  ],
  [
    'logGamma',
    logGamma,
    [
      [1e-310, 713.8013788281542],
      [1e-9, 20.723265836369194],
      [0.3, 1.0957979948180756],
      [0.9999999999, 5.7721571274281786e-11],
      [1.0000000001, -5.772157125783244e-11],
      [1.4616321449683622, -0.12148629053584961],
      [1.9999999999, -4.2278437004755317e-11],
      [2.0000000001, 4.2278437011204657e-11],
      [3.3, 0.9870985778947344],
      [8.4999, 9.549059248843433],
      [8.5001, 9.549475267006944],
      [171.5, 709.1431630309282],
      [1e10, 220258509288.81058],
      [1e305, 7.012884533631839e307],
      [-0.3, 1.4648400508576025],
      [-2.7, -0.07140708531564569],
      [-1e-30, 69.07755278982137],
    ],
  ],
  [
    'digamma',
    digamma,
    [
      [1e-9, -1000000000.5772156],
      [0.2, -5.289039896592188],
      [0.9999, -0.5773801703298691],
      [1, -0.5772156649015329],
      [1.4616321, -4.3514636958769774e-8],
      [1.4616321449683622, -9.241265521729427e-17],
      [1.4616321449683625, 1.2245374622004068e-16],
      [2.0001, 0.4228488264846654],
      [9.9999, 2.2517420723779034],
      [10.0001, 2.2517631056450407],
      [1e15, 34.538776394910684],
      [-0.3, 2.113309779635399],
      [-1.5, 0.7031566406452432],
      [-7.25, 5.189977214956288],
    ],
  ],
  [
    'trigamma',
    (x) => polygamma(1, x),
    [
      [1e-5, 10000000001.644909],
      [0.7, 2.834049156694611],
      [3.5, 0.3303577561002349],
      [30, 0.033895060357739946],
      [1e8, 1.000000005e-8],
      [-0.5, 8.934802200544679],
      [-3.3, 14.817739525515929],
    ],
  ],
  [
    'tetragamma',
    (x) => polygamma(2, x),
    [
      [1e-5, -2000000000000002],
      [0.7, -6.4349928741909235],
      [3.5, -0.1082040516417274],
      [30, -0.0011487652037286],
      [1e8, -1.00000001e-16],
      [-0.6, -22.979869364319093],
      [-3.3, 68.76944547748523],
    ],
  ],
  [
    'polygamma(10, ·)',
    (x) => polygamma(10, x),
    [
      [0.01, -3.628799999999999e28],
      [0.7, -183531159.5257871],
      [3.5, -4.026693041232995],
      [30, -7.232051034585708e-10],
      [-0.6, -85517195214.29504],
    ],
  ],
]

/** Relative; erfc(27.2) is denormal and has one digit only. */
const tolerance = 2e-15

describe('values', () => {
  test.each(truths)('%s', (_, f, rows) => {
    for (const [x, truth] of rows) {
      const bound = tolerance * Math.abs(truth) + 5e-324
      expect(Math.abs(f(x) - truth), `f(${x}) = ${f(x)}, truth ${truth}`).toBeLessThanOrEqual(bound)
    }
  })

  test('odd functions are odd, zeros keep their sign', () => {
    for (const f of [erf, erfInverse]) {
      for (const x of [0, 1e-310, 0.1, 0.9, 1]) expect(f(-x)).toBe(-f(x))
      expect(f(-0)).toBe(-0)
    }
  })
})

const infinity = Number.POSITIVE_INFINITY

test.each<readonly [string, Scalar, number, number]>([
  ['erf', erf, infinity, 1],
  ['erf', erf, -infinity, -1],
  ['erfc', erfc, infinity, 0],
  ['erfc', erfc, -infinity, 2],
  ['erfc', erfc, 28, 0],
  ['erfInverse', erfInverse, 1, infinity],
  ['erfInverse', erfInverse, -1, -infinity],
  ['erfInverse', erfInverse, 1.0000000000000002, Number.NaN],
  ['erfInverse', erfInverse, infinity, Number.NaN],
  ['logGamma', logGamma, 0, infinity],
  ['logGamma', logGamma, -3, infinity],
  ['logGamma', logGamma, 1, 0],
  ['logGamma', logGamma, 2, 0],
  ['logGamma', logGamma, infinity, infinity],
  ['logGamma', logGamma, -infinity, infinity],
  ['digamma', digamma, 0, -infinity],
  ['digamma', digamma, -0, infinity],
  ['digamma', digamma, -2, Number.NaN],
  ['digamma', digamma, infinity, infinity],
  ['digamma', digamma, -infinity, Number.NaN],
  ['trigamma', (x) => polygamma(1, x), 0, infinity],
  ['trigamma', (x) => polygamma(1, x), infinity, 0],
  ['trigamma', (x) => polygamma(1, x), -2, Number.NaN],
  ['tetragamma', (x) => polygamma(2, x), 0, -infinity],
  ['tetragamma', (x) => polygamma(2, x), -0, infinity],
])('%s special value', (_, f, x, expected) => {
  expect(f(x)).toBe(expected)
})

test.each(truths)('%s of NaN is NaN', (_, f) => {
  expect(f(Number.NaN)).toBeNaN()
})

test('polygamma refuses an order that is no whole number', () => {
  expect(() => polygamma(1.5, 2)).toThrow('polygamma: the order is 1.5; it must be a whole number, at least 0.')
  expect(() => polygamma(-1, 2)).toThrow('the order is -1')
  expect(polygamma(0, 3)).toBe(digamma(3))
})

interface GoldenCase {
  readonly op: string
  readonly x: readonly number[]
  readonly f: readonly (number | string)[]
  readonly d1: readonly (number | string)[]
  readonly d2: readonly (number | string)[]
  readonly d3: readonly (number | string)[]
}

/** What the golden file says of each function: its values and, for digamma and logGamma, derivatives. */
const golden: readonly (readonly [op: string, field: 'f' | 'd1' | 'd2' | 'd3', f: Scalar])[] = [
  ['erf', 'f', erf],
  ['erfc', 'f', erfc],
  ['erfinv', 'f', erfInverse],
  ['lgamma', 'f', logGamma],
  ['lgamma', 'd1', digamma],
  ['lgamma', 'd2', (x) => polygamma(1, x)],
  ['lgamma', 'd3', (x) => polygamma(2, x)],
  ['digamma', 'f', digamma],
  ['digamma', 'd1', (x) => polygamma(1, x)],
  ['digamma', 'd2', (x) => polygamma(2, x)],
  ['digamma', 'd3', (x) => polygamma(3, x)],
]

test.each(golden)('golden %s %s', (op, field, f) => {
  // the file is ours and its format is described in test/golden/README.md
  const { cases } = JSON.parse(readFileSync(new URL('../golden/elementwise.json', import.meta.url), 'utf8')) as {
    cases: readonly GoldenCase[]
  }
  const found = cases.find((entry) => entry.op === op)!
  expect(found.x.length).toBeGreaterThan(5)
  for (const [i, x] of found.x.entries()) {
    const truth = Number(found[field][i])
    const bound = tolerance * Math.abs(truth) + 1e-300
    expect(Math.abs(f(x) - truth), `f(${x}) = ${f(x)}, truth ${truth}`).toBeLessThanOrEqual(bound)
  }
})
