/**
 * Test problems of Moré, Garbow and Hillstrom (1981), Testing unconstrained optimization software, ACM TOMS 7, as residuals whose
 * sum of squares is minimised, with the evaluations that SciPy 1.17.1 needs for a gradient of 1e-8.
 */
import {
  add,
  arange,
  at,
  atan,
  concat,
  convert,
  cos,
  div,
  exp,
  fromTypedArray,
  less,
  mul,
  sin,
  slice,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts'

export type X = Tensor<readonly [number], 'float64'>

/** One problem. */
export interface TestProblem {
  readonly name: string
  readonly start: readonly number[]
  readonly residuals: (x: X) => X
  /** Minima: the best known first; local ones count, too. */
  readonly minima: readonly number[]
  /** Evaluations of SciPy: BFGS, L-BFGS-B, trust-exact, least_squares. */
  readonly scipy: readonly [bfgs: number, lbfgs: number, trust: number, lm: number]
  /** Columns in which SciPy missed the minimum or ran astray, and so is no measure. */
  readonly unfair: readonly number[]
}

const parts = (x: X, count: number) => Array.from({ length: count }, (_, i) => at(x as Tensor<any, 'float64'>, i))
const vector = (...elements: unknown[]): X => stack(elements as never) as unknown as X
const numbers = (...list: readonly number[]): X => tensor([...list], 'float64')
const join = (...list: readonly X[]): X => concat(list as never, 0 as never) as unknown as X
const range = (from: number, to: number): X => convert(arange(from, to), 'float64') as unknown as X
const power = (x: any, n: number): any => (n === 1 ? x : mul(x, power(x, n - 1)))

const rosenbrock = (x: X): X => {
  const n = x.shape[0]
  const odd = slice(x, 0, 0, n, 2) as X
  const even = slice(x, 0, 1, n, 2) as X
  return join(mul(sub(even, square(odd)), 10), sub(1, odd))
}

const freudensteinRoth = (x: X): X => {
  const [a, b] = parts(x, 2) as any[]
  return vector(
    add(add(a, -13), mul(sub(mul(sub(5, b), b), 2), b)),
    add(add(a, -29), mul(sub(mul(add(b, 1), b), 14), b)),
  )
}

const powellBadlyScaled = (x: X): X => {
  const [a, b] = parts(x, 2) as any[]
  return vector(sub(mul(mul(a, b), 1e4), 1), sub(add(exp(mul(a, -1)), exp(mul(b, -1))), 1.0001))
}

const brownBadlyScaled = (x: X): X => {
  const [a, b] = parts(x, 2) as any[]
  return vector(sub(a, 1e6), sub(b, 2e-6), sub(mul(a, b), 2))
}

const beale = (x: X): X => {
  const [a, b] = parts(x, 2) as any[]
  return vector(...[1.5, 2.25, 2.625].map((y, i) => sub(y, mul(a, sub(1, power(b, i + 1))))))
}

const helicalValley = (x: X): X => {
  const [a, b, c] = parts(x, 3) as any[]
  const turn = add(div(atan(div(b, a) as X) as any, 2 * Math.PI), mul(convert(less(a, 0), 'float64'), 0.5))
  return vector(mul(sub(c, mul(turn, 10)), 10), mul(sub(sqrt(add(square(a), square(b))), 1), 10), c)
}

const bardData = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39]
const bard = (x: X): X => {
  const [a, b, c] = parts(x, 3) as any[]
  const u = bardData.map((_, i) => i + 1)
  const v = u.map((i) => 16 - i)
  const w = u.map((i, k) => Math.min(i, v[k]!))
  const bottom = add(mul(numbers(...v), b), mul(numbers(...w), c)) as X
  return sub(numbers(...bardData), add(div(numbers(...u), bottom), a) as X)
}

const gaussianData = [
  0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175, 0.0044, 0.0009,
]
const gaussian = (x: X): X => {
  const [a, b, c] = parts(x, 3) as any[]
  const t = numbers(...gaussianData.map((_, i) => (7 - i) / 2))
  return sub(mul(exp(mul(mul(square(sub(t, c)), b), -0.5)), a) as X, numbers(...gaussianData))
}

const tenths = (count: number): X => numbers(...Array.from({ length: count }, (_, i) => (i + 1) / 10))
const decay = (t: X, rate: any): X => exp(mul(mul(t, rate), -1)) as X

const box = (x: X): X => {
  const [a, b, c] = parts(x, 3) as any[]
  const t = tenths(10)
  return sub(sub(decay(t, a), decay(t, b)), mul(sub(decay(t, 1), decay(t, 10)), c) as X)
}

const powellSingular = (x: X): X => {
  const [a, b, c, d] = parts(x, 4) as any[]
  return vector(
    add(a, mul(b, 10)),
    mul(sub(c, d), Math.sqrt(5)),
    square(sub(b, mul(c, 2))),
    mul(square(sub(a, d)), Math.sqrt(10)),
  )
}

const wood = (x: X): X => {
  const [a, b, c, d] = parts(x, 4) as any[]
  return vector(
    mul(sub(b, square(a)), 10),
    sub(1, a),
    mul(sub(d, square(c)), Math.sqrt(90)),
    sub(1, c),
    mul(sub(add(b, d), 2), Math.sqrt(10)),
    mul(sub(b, d), 1 / Math.sqrt(10)),
  )
}

const kowalikY = [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]
const kowalikU = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]
const kowalikOsborne = (x: X): X => {
  const [a, b, c, d] = parts(x, 4) as any[]
  const u = numbers(...kowalikU)
  const top = mul(add(square(u), mul(u, b)), a)
  return sub(numbers(...kowalikY), div(top, add(add(square(u), mul(u, c)), d)) as X)
}

const biggs = (x: X): X => {
  const [a, b, c, d, e, f] = parts(x, 6) as any[]
  const t = tenths(13)
  const y = add(sub(decay(t, 1), mul(decay(t, 10), 5)), mul(decay(t, 4), 3))
  return sub(add(sub(mul(decay(t, a), c), mul(decay(t, b), d)), mul(decay(t, e), f)) as X, y)
}

const penalty = (x: X): X => join(mul(sub(x, 1), Math.sqrt(1e-5)), vector(sub(sum(square(x)), 0.25)))

const trigonometric = (x: X): X => {
  const n = x.shape[0]
  const i = range(1, n + 1)
  return add(sub(n, sum(cos(x))) as any, sub(mul(i, sub(1, cos(x))), sin(x))) as X
}

const variablyDimensioned = (x: X): X => {
  const n = x.shape[0]
  const weighted = sum(mul(range(1, n + 1), sub(x, 1)))
  return join(sub(x, 1), vector(weighted, square(weighted)))
}

const chebyquad = (x: X): X => {
  const n = x.shape[0]
  const y = sub(mul(x, 2), 1) as X
  let [before, now] = [mul(y, 0) as X, y]
  before = add(before, 1)
  const terms: unknown[] = []
  for (let i = 1; i <= n; i++) {
    const integral = i % 2 === 0 ? -1 / (i * i - 1) : 0
    terms.push(sub(div(sum(now), n), integral))
    ;[before, now] = [now, sub(mul(mul(y, 2), now), before) as X]
  }
  return vector(...terms)
}

const count = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i + 1))

/** The problems, in the order of the publication. */
export const problems: readonly TestProblem[] = [
  { name: 'Rosenbrock', start: [-1.2, 1], residuals: rosenbrock, minima: [0], scipy: [41, 46, 26, 21], unfair: [] },
  {
    name: 'Freudenstein-Roth',
    start: [0.5, -2],
    residuals: freudensteinRoth,
    minima: [0, 48.98425368],
    scipy: [11, 22, 9, 27],
    unfair: [],
  },
  {
    name: 'Powell badly scaled',
    start: [0, 1],
    residuals: powellBadlyScaled,
    minima: [0],
    scipy: [191, 97, 115, 19],
    unfair: [1],
  },
  {
    name: 'Brown badly scaled',
    start: [1, 1],
    residuals: brownBadlyScaled,
    minima: [0],
    scipy: [27, 27, 1010, 16],
    unfair: [2],
  },
  { name: 'Beale', start: [1, 1], residuals: beale, minima: [0], scipy: [18, 17, 9, 10], unfair: [] },
  {
    name: 'Helical valley',
    start: [-1, 0, 0],
    residuals: helicalValley,
    minima: [0],
    scipy: [37, 34, 10, 12],
    unfair: [],
  },
  { name: 'Bard', start: [1, 1, 1], residuals: bard, minima: [8.214877307e-3], scipy: [25, 27, 15, 13], unfair: [] },
  {
    name: 'Gaussian',
    start: [0.4, 1, 0],
    residuals: gaussian,
    minima: [1.12793277e-8],
    scipy: [6, 11, 3, 5],
    unfair: [],
  },
  { name: 'Box 3D', start: [0, 10, 20], residuals: box, minima: [0], scipy: [31, 40, 17, 8], unfair: [] },
  {
    name: 'Powell singular',
    start: [3, -1, 0, 1],
    residuals: powellSingular,
    minima: [0],
    scipy: [67, 59, 22, 55],
    unfair: [],
  },
  { name: 'Wood', start: [-3, -1, -3, -1], residuals: wood, minima: [0], scipy: [108, 116, 44, 70], unfair: [] },
  {
    name: 'Kowalik-Osborne',
    start: [0.25, 0.39, 0.415, 0.39],
    residuals: kowalikOsborne,
    minima: [3.075056038e-4],
    scipy: [37, 38, 10, 44],
    unfair: [],
  },
  {
    name: 'Biggs EXP6',
    start: [1, 2, 1, 1, 1, 1],
    residuals: biggs,
    minima: [0, 5.65565e-3],
    scipy: [48, 45, 41, 48],
    unfair: [],
  },
  {
    name: 'Penalty I 4',
    start: count(4, (i) => i),
    residuals: penalty,
    minima: [2.249977501e-5],
    scipy: [76, 72, 46, 50],
    unfair: [],
  },
  {
    name: 'Penalty I 10',
    start: count(10, (i) => i),
    residuals: penalty,
    minima: [7.087651467e-5],
    scipy: [130, 71, 48, 125],
    unfair: [],
  },
  {
    name: 'Extended Rosenbrock 100',
    start: count(100, (i) => (i % 2 === 1 ? -1.2 : 1)),
    residuals: rosenbrock,
    minima: [0],
    scipy: [573, 49, 27, 21],
    unfair: [],
  },
  {
    name: 'Trigonometric 10',
    start: count(10, () => 0.1),
    residuals: trigonometric,
    minima: [0, 2.795056122e-5],
    scipy: [31, 34, 13, 52],
    unfair: [],
  },
  {
    name: 'Variably dimensioned 10',
    start: count(10, (i) => 1 - i / 10),
    residuals: variablyDimensioned,
    minima: [0],
    scipy: [23, 20, 15, 11],
    unfair: [],
  },
  {
    name: 'Chebyquad 10',
    start: count(10, (i) => i / 11),
    residuals: chebyquad,
    minima: [4.772713696e-3, 6.503954801e-3],
    scipy: [35, 35, 18, 41],
    unfair: [],
  },
]

/** The sum of squares of a problem. */
export const objectiveOf =
  ({ residuals }: TestProblem) =>
  (x: X) =>
    sum(square(residuals(x)))

/** Its start as a tensor. */
export const startOf = ({ start }: TestProblem): X => fromTypedArray(Float64Array.from(start), [start.length])

/** Is the value one of the minima, to the digits of the publication? */
export const isMinimum = ({ minima }: TestProblem, value: number): boolean =>
  minima.some((minimum) => Math.abs(value - minimum) <= 1e-11 + 1e-6 * minimum)
