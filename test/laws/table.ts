/** One row for each primitive: functions and inputs on which the laws are checked. The shapes hold scalars, empty and singleton axes. */
import { Segment } from '../../src/core/primitive.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, constantLike, full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { bitcast, convert, stopGradient } from '../../src/primitives/conversion.ts'
import { dynamicSlice, dynamicUpdate } from '../../src/primitives/dynamic-slice.ts'
import * as e from '../../src/primitives/elementwise.ts'
import { digamma, logGamma, trigamma } from '../../src/primitives/gamma.ts'
import type { PrimitiveName } from '../../src/primitives/index.ts'
import { gather, scatterAdd } from '../../src/primitives/indexing.ts'
import { cholesky, matrixTranspose, triangularSolve } from '../../src/primitives/linalg.ts'
import { threefry } from '../../src/primitives/random.ts'
import * as r from '../../src/primitives/reduction.ts'
import { assemble, view } from '../../src/primitives/segments.ts'
import { argmax, argmin, sort } from '../../src/primitives/sorting.ts'
import * as s from '../../src/primitives/structural.ts'
import * as t from '../../src/primitives/transcendental.ts'
import type { Case, Generator, Row } from './case.ts'
import { apart, bool, fixed, float, fractional, signed, whole } from './case.ts'
import { controlRows } from './control.ts'
import { convolutionRows } from './convolution.ts'

type MakesInput = (shape: readonly number[]) => Generator

/** Shapes for elementwise operations: scalar, empty, one, several, rank 3 with a singleton axis. */
const shapes = [[], [0], [1], [3], [2, 1, 3]] as const

const one = (name: string, f: Case['f'], ...inputs: Generator[]): Case => ({ name, f, inputs })

/** An elementwise function on every shape. */
const pointwise = (f: Case['f'], ...makers: readonly MakesInput[]): Row => ({
  cases: shapes.map((shape) => one(`[${shape}]`, f, ...makers.map((make) => make(shape)))),
})

const also = (row: Row, ...cases: Case[]): Row => ({ ...row, cases: [...row.cases, ...cases] })

const range =
  (lo: number, hi: number): MakesInput =>
  (shape) =>
    float(shape, lo, hi)

const awayFromZero: MakesInput = (shape) => signed(shape, 0.3, 2)
const spreadOut: MakesInput = (shape) => apart(shape, 0.4)
/** Between the numbers of `spreadOut`, and as far apart. */
const between: MakesInput = (shape) => apart(shape, 0.4, 0.2)
const integers: MakesInput = (shape) => whole(shape, -9, 9)
const positive: MakesInput = (shape) => whole(shape, 1, 9)
const words: MakesInput = (shape) => whole(shape, 0, 2 ** 32, 'uint32')
const any = range(-2, 2)

const compared = (f: (a: Value, b: Value) => Value): Row =>
  also(pointwise(f, any, any), one('integers', f, whole([5], -2, 2), whole([5], -2, 2)))

const logical = (f: (a: Value, b: Value) => Value): Row =>
  also(
    pointwise(f, bool, bool),
    one('int32', f, integers([3]), integers([3])),
    one('uint32', f, words([3]), words([3])),
  )

const index = (shape: readonly number[], size: number): Generator => whole(shape, 0, size)

/** A symmetric, well-conditioned positive definite matrix (or a stack) from any matrix. */
const definite = (x: Value): Value => {
  const n = x.shape[x.shape.length - 1]
  const row = s.iota([n, n], 'int32', 0)
  const identity = broadcast(convert(e.eq(row, s.iota([n, n], 'int32', 1)), x.dtype), x.shape, [
    x.shape.length - 2,
    x.shape.length - 1,
  ])
  return e.add(e.scale(e.add(x, matrixTranspose(x)), 0.25), e.scale(identity, 2))
}

const solve =
  (lower: boolean, transposeA: boolean): Case['f'] =>
  (a, b) =>
    triangularSolve(definite(a), b, { lower, transposeA })

const zero = (x: Value): Value => full([], x.dtype, 0)

/** Reverse mode only: their laws are in test/primitives/custom.test.ts. */
export type OneWay = 'customVjp' | 'customTangent'

/** The rows by the primitives' names. */
export const rows: Readonly<Record<Exclude<PrimitiveName, OneWay>, Row>> = {
  neg: also(pointwise(e.neg, any), one('int32', e.neg, integers([3]))),
  abs: also(pointwise(e.abs, awayFromZero), one('int32', e.abs, integers([3]))),
  sign: also(pointwise(e.sign, awayFromZero), one('int32', e.sign, integers([3]))),
  floor: pointwise(e.floor, fractional),
  ceil: pointwise(e.ceil, fractional),
  round: pointwise(e.round, fractional),
  trunc: pointwise(e.trunc, fractional),
  integerPower: {
    cases: [-2, -1, 0, 1, 2, 3, 5]
      .flatMap((exponent) =>
        pointwise((x) => e.integerPower(x, exponent), awayFromZero).cases.map((each) => ({
          ...each,
          name: `${exponent}: ${each.name}`,
        })),
      )
      .concat(
        [1, 2, 3, 4].map((exponent) => one(`${exponent} at 0`, (x) => e.integerPower(x, exponent), fixed([2], 0, 0.5))),
        one('int32', (x) => e.integerPower(x, 3), integers([3])),
      ),
  },
  add: also(
    pointwise(e.add, any, any),
    one('x + x', (x) => e.add(x, x), any([3])),
  ),
  sub: also(
    pointwise(e.sub, any, any),
    one('x - x²', (x) => e.sub(x, e.mul(x, x)), any([3])),
  ),
  mul: also(
    pointwise(e.mul, any, any),
    one('x x', (x) => e.mul(x, x), any([3])),
    one('int32', e.mul, integers([3]), integers([3])),
  ),
  div: also(
    pointwise(e.div, any, awayFromZero),
    one('x / (x + 3)', (x) => e.div(x, e.add(x, constantLike(x, 3))), any([3])),
    one('int32', e.div, integers([3]), positive([3])),
  ),
  rem: also(
    pointwise(
      e.rem,
      (shape) => signed(shape, 2.4, 2.7),
      (shape) => signed(shape, 1, 1.1),
    ),
    one('int32', e.rem, integers([3]), positive([3])),
  ),
  max: also(pointwise(e.max, spreadOut, between), one('int32', e.max, integers([3]), integers([3]))),
  min: also(pointwise(e.min, spreadOut, between), one('int32', e.min, integers([3]), integers([3]))),
  lt: compared(e.lt),
  le: compared(e.le),
  eq: compared(e.eq),
  ne: compared(e.ne),
  and: logical(e.and),
  or: logical(e.or),
  xor: logical(e.xor),
  not: also(pointwise(e.not, bool), one('int32', e.not, integers([3])), one('uint32', e.not, words([3]))),
  shl: also(pointwise(e.shl, words, words), one('int32', e.shl, integers([3]), positive([3]))),
  shr: also(pointwise(e.shr, words, words), one('int32', e.shr, integers([3]), positive([3]))),
  select: also(
    pointwise(e.select, bool, any, any),
    one('between functions', (c, x) => e.select(c, t.sin(x), e.mul(x, x)), bool([4]), any([4])),
    one('integers', e.select, bool([3]), integers([3]), integers([3])),
  ),
  convert: also(
    pointwise((x) => convert(convert(x, 'float32'), 'float64'), any),
    one('to int32', (x) => convert(x, 'int32'), fractional([3])),
    one('from bool', (x) => convert(x, 'float64'), bool([3])),
    one('there and back', (x) => e.mul(x, convert(convert(x, 'int32'), x.dtype)), fractional([4])),
  ),
  bitcast: pointwise((x) => bitcast(x, 'int32'), words),
  stopGradient: {
    ...also(pointwise(stopGradient, any), one('int32', stopGradient, integers([3]))),
    stopped: true,
  },
  exp: pointwise(t.exp, any),
  gaussian: pointwise(t.gaussian, any),
  expm1: pointwise(t.expm1, any),
  log: pointwise(t.log, range(0.3, 3)),
  log1p: pointwise(t.log1p, range(-0.6, 3)),
  sqrt: pointwise(t.sqrt, range(0.3, 3)),
  sin: pointwise(t.sin, any),
  cos: pointwise(t.cos, any),
  tan: pointwise(t.tan, range(-1, 1)),
  tanh: pointwise(t.tanh, any),
  logistic: pointwise(t.logistic, any),
  softplus: pointwise(t.softplus, any),
  erf: pointwise(t.erf, any),
  erfc: pointwise(t.erfc, any),
  erfInverse: pointwise(t.erfInverse, range(-0.8, 0.8)),
  logGamma: also(pointwise(logGamma, range(0.5, 4)), one('below 0', logGamma, float([3], -1.7, -1.3))),
  digamma: also(pointwise(digamma, range(0.5, 4)), one('below 0', digamma, float([3], -1.7, -1.3))),
  pow: also(
    pointwise(t.pow, range(0.4, 2), any),
    one('a negative base', (x) => t.pow(x, constantLike(x, 3)), float([3], -2, -0.4)),
    one('a base of 0', (x) => t.pow(x, constantLike(x, 4)), fixed([2], 0, 1)),
  ),
  atan2: also(
    pointwise(t.atan2, any, range(0.4, 2)),
    one('on the left', t.atan2, signed([3], 0.4, 2), float([3], -2, -0.4)),
  ),
  full: { cases: [one('[2, 3]', () => full([2, 3], 'float64', 0.5)), one('[]', () => full([], 'bool', 1))] },
  iota: { cases: [one('[2, 3]', () => s.iota([2, 3], 'float64', 1)), one('[4]', () => s.iota([4], 'uint32', 0))] },
  broadcast: {
    cases: [
      one('[] to [2, 3]', (x) => broadcast(x, [2, 3], []), any([])),
      one('[3] to [2, 3, 1]', (x) => broadcast(x, [2, 3, 1], [1]), any([3])),
      one('[2, 3] to [2, 4, 3]', (x) => broadcast(x, [2, 4, 3], [0, 2]), any([2, 3])),
      one('[0] to [2, 0]', (x) => broadcast(x, [2, 0], [1]), any([0])),
      one('[3] to [0, 3]', (x) => broadcast(x, [0, 3], [1]), any([3])),
    ],
  },
  reshape: {
    cases: [
      one('[] to [1, 1]', (x) => s.reshape(x, [1, 1]), any([])),
      one('[2, 1, 3] to [3, 2]', (x) => s.reshape(x, [3, 2]), any([2, 1, 3])),
      one('[0, 3] to [5, 0]', (x) => s.reshape(x, [5, 0]), any([0, 3])),
    ],
  },
  transpose: {
    cases: [
      one('[2, 1, 3]', (x) => s.transpose(x, [2, 0, 1]), any([2, 1, 3])),
      one('[2, 3, 4, 2]', (x) => s.transpose(x, [3, 1, 0, 2]), any([2, 3, 4, 2])),
      one('[0, 3]', (x) => s.transpose(x, [1, 0]), any([0, 3])),
      one('moveAxis', (x) => s.moveAxis(x, 2, 0), any([2, 1, 3])),
    ],
  },
  slice: {
    cases: [
      one('[5]', (x) => s.slice(x, [1], [4]), any([5])),
      one('with strides', (x) => s.slice(x, [0, 1], [5, 4], [2, 3]), any([5, 4])),
      one('nothing', (x) => s.slice(x, [2, 0], [2, 3]), any([4, 3])),
      one('of nothing', (x) => s.slice(x, [0, 1], [0, 2]), any([0, 3])),
      one('the last, strided', (x) => s.slice(x, [4, 0, 1], [5, 1, 2], [3, 2, 1]), any([5, 1, 2])),
    ],
  },
  pad: {
    cases: [
      one('around', (x, v) => s.pad(x, v, [1, 0], [2, 1]), any([2, 3]), any([])),
      one('between', (x, v) => s.pad(x, v, [0, 1], [1, 0], [2, 1]), any([2, 3]), any([])),
      one('of one', (x, v) => s.pad(x, v, [1], [0], [3]), any([1]), any([])),
      one('of nothing', (x, v) => s.pad(x, v, [1], [1], [3]), any([0]), any([])),
      one('with zeros', (x) => s.pad(x, zero(x), [1, 0, 0], [0, 2, 0], [0, 1, 1]), any([2, 1, 3])),
      one('int32', (x, v) => s.pad(x, v, [1], [1]), integers([3]), integers([])),
    ],
  },
  reverse: {
    cases: [
      one('[3]', (x) => s.reverse(x, [0]), any([3])),
      one('[2, 1, 3]', (x) => s.reverse(x, [0, 2]), any([2, 1, 3])),
      one('[2, 0]', (x) => s.reverse(x, [0, 1]), any([2, 0])),
    ],
  },
  concat: {
    cases: [
      one('two', (a, b) => s.concat([a, b], 0), any([2]), any([3])),
      one('three along the last axis', (...all) => s.concat(all, 2), any([2, 1, 3]), any([2, 1, 0]), any([2, 1, 1])),
      one('a tensor with itself', (x) => s.concat([x, e.mul(x, x), x], 1), any([2, 2])),
      one('floats with nothing to differentiate', (x) => s.concat([x, constantLike(x, 2)], 0), any([2])),
    ],
  },
  view: {
    cases: [
      one('a matrix', (x) => view(x, 1, [2, 2]), any([7])),
      one('a scalar', (x) => view(x, 6, []), any([7])),
      one('nothing', (x) => view(x, 3, [0, 2]), any([7])),
      one(
        'several, touching and apart',
        (x) => [view(x, 0, [2]), e.mul(view(x, 2, [1, 2]), view(x, 5, [1, 2]))],
        any([7]),
      ),
      one('the same twice', (x) => e.mul(view(x, 1, [3]), view(x, 1, [3])), any([5])),
      one('overlapping', (x) => e.mul(view(x, 0, [3]), view(x, 1, [3])), any([5])),
    ],
  },
  assemble: {
    cases: [
      one(
        'out of order, with gaps',
        (a, b, c) => assemble([new Segment(6, a), new Segment(1, b), new Segment(4, c)], 9),
        any([2]),
        any([1, 3]),
        any([]),
      ),
      one('without gaps', (a, b) => assemble([new Segment(0, a), new Segment(4, b)], 6), any([2, 2]), any([2])),
      one('nothing at a place', (a, b) => assemble([new Segment(2, a), new Segment(2, b)], 5), any([0]), any([2])),
      one(
        'views of what was assembled',
        (a, b) =>
          e.mul(
            view(assemble([new Segment(1, a), new Segment(3, b)], 6), 0, [5]),
            view(assemble([new Segment(0, a)], 5), 0, [5]),
          ),
        any([2]),
        any([2]),
      ),
    ],
  },
  sum: {
    cases: [
      one('all', (x) => sum(x, [0, 1, 2]), any([2, 1, 3])),
      one('the middle', (x) => sum(x, [1]), any([2, 3, 2])),
      one('the ends', (x) => sum(x, [0, 2]), any([2, 3, 2])),
      one('nothing', (x) => sum(x, [0]), any([0, 3])),
      one('of empty lanes', (x) => sum(x, [0]), any([3, 0])),
      one('int32', (x) => sum(x, [0]), integers([3])),
    ],
  },
  reduceMax: extremum(r.reduceMax),
  reduceMin: extremum(r.reduceMin),
  cumsum: {
    cases: [0, 1, 2]
      .flatMap((axis) =>
        [false, true].map((reverse) =>
          one(`axis ${axis}, reverse ${reverse}`, (x) => r.cumsum(x, axis, reverse), any([2, 3, 2])),
        ),
      )
      .concat(one('of nothing', (x) => r.cumsum(x, 0), any([0]))),
  },
  dot: {
    cases: [
      one('vectors', (a, b) => dot(a, b, [[0], [0]]), any([3]), any([3])),
      one('outer', (a, b) => dot(a, b, [[], []]), any([2]), any([3])),
      one('scalars', (a, b) => dot(a, b, [[], []]), any([]), any([])),
      one('a b', (a, b) => dot(a, b, [[1], [0]]), any([2, 3]), any([3, 4])),
      one('aᵀ b', (a, b) => dot(a, b, [[0], [0]]), any([3, 2]), any([3, 4])),
      one('a bᵀ', (a, b) => dot(a, b, [[1], [1]]), any([2, 3]), any([4, 3])),
      one('aᵀ bᵀ', (a, b) => dot(a, b, [[0], [1]]), any([3, 2]), any([4, 3])),
      one('batched', (a, b) => dot(a, b, [[2], [1]], [[0], [0]]), any([2, 1, 3]), any([2, 3, 2])),
      one('batch axes inside', (a, b) => dot(a, b, [[0], [2]], [[2], [1]]), any([3, 1, 2]), any([4, 2, 3])),
      one(
        'two contracted, crossed',
        (a, b) =>
          dot(a, b, [
            [2, 0],
            [0, 1],
          ]),
        any([2, 3, 4]),
        any([4, 2, 3]),
      ),
      one(
        'two batch, crossed',
        (a, b) =>
          dot(
            a,
            b,
            [[0], [2]],
            [
              [2, 1],
              [0, 1],
            ],
          ),
        any([2, 3, 4]),
        any([4, 3, 2]),
      ),
      one('with itself', (a) => dot(a, a, [[1], [1]]), any([2, 3])),
      one('over nothing', (a, b) => dot(a, b, [[1], [0]]), any([2, 0]), any([0, 3])),
      one('int32', (a, b) => dot(a, b, [[1], [0]]), integers([2, 3]), integers([3, 2])),
    ],
  },
  ...convolutionRows,
  gather: {
    cases: [
      one('rows, repeated', (x, i) => gather(x, i, 0), any([4, 3]), index([2, 3], 4)),
      one('columns', (x, i) => gather(x, i, 1), any([4, 3]), index([5], 3)),
      one('one', (x, i) => gather(x, i, 1), any([2, 3, 2]), index([], 3)),
      one('none', (x, i) => gather(x, i, 0), any([2, 3]), index([0], 2)),
      one('batched', (x, i) => gather(x, i, 2, 1), any([2, 3, 4]), index([2, 5], 4)),
      one('batched twice', (x, i) => gather(x, i, 2, 2), any([2, 3, 4, 2]), index([2, 3], 4)),
      one('squared', (x, i) => gather(e.mul(x, x), i, 0), any([4]), index([6], 4)),
    ],
  },
  scatterAdd: {
    cases: [
      one('rows, repeated', (i, u) => scatterAdd(i, u, 0, 3), index([4], 3), any([4, 2])),
      one('columns', (i, u) => scatterAdd(i, u, 1, 4), index([3, 2], 4), any([2, 3, 2])),
      one('one', (i, u) => scatterAdd(i, u, 1, 3), index([], 3), any([2, 2])),
      one('none', (i, u) => scatterAdd(i, u, 0, 3), index([0], 3), any([0, 2])),
      one('batched', (i, u) => scatterAdd(i, u, 2, 4, 1), index([2, 5], 4), any([2, 3, 5])),
      one(
        'multiplied',
        (i, u) => e.mul(scatterAdd(i, u, 0, 3), scatterAdd(i, e.mul(u, u), 0, 3)),
        index([4], 3),
        any([4]),
      ),
    ],
  },
  dynamicSlice: {
    cases: [
      one('a vector', (x, i) => dynamicSlice(x, [i], [2]), any([5]), index([], 4)),
      one('a block', (x, i, j) => dynamicSlice(x, [i, j], [2, 2]), any([4, 3]), whole([], -1, 4), whole([], -1, 3)),
      one('whole rows', (x, i, j) => dynamicSlice(x, [i, j], [1, 3]), any([4, 3]), index([], 4), index([], 2)),
      one('everything', (x, i) => dynamicSlice(x, [i], [3]), any([3]), index([], 3)),
      one('nothing', (x, i) => dynamicSlice(x, [i], [0]), any([3]), index([], 3)),
      one('squared', (x, i) => dynamicSlice(e.mul(x, x), [i], [2]), any([4]), index([], 3)),
    ],
  },
  dynamicUpdate: {
    cases: [
      one('a vector', (x, u, i) => dynamicUpdate(x, u, [i]), any([5]), any([2]), index([], 5)),
      one(
        'a block',
        (x, u, i, j) => dynamicUpdate(x, u, [i, j]),
        any([4, 3]),
        any([2, 2]),
        whole([], -1, 4),
        whole([], -1, 3),
      ),
      one(
        'whole rows',
        (x, u, i, j) => dynamicUpdate(x, u, [i, j]),
        any([4, 3]),
        any([1, 3]),
        index([], 4),
        index([], 2),
      ),
      one('everything', (x, u, i) => dynamicUpdate(x, u, [i]), any([3]), any([3]), index([], 3)),
      one('nothing', (x, u, i) => dynamicUpdate(x, u, [i]), any([3]), any([0]), index([], 3)),
      one(
        'of its own part',
        (x, i) => dynamicUpdate(x, e.mul(s.slice(x, [0], [2]), s.slice(x, [1], [3])), [i]),
        any([4]),
        index([], 4),
      ),
    ],
  },
  sort: {
    cases: [
      one('a vector', (x) => sort([x]), spreadOut([5])),
      one('rows with payloads', (x, y, k) => sort([x, y, k]), spreadOut([2, 4]), any([2, 4]), integers([2, 4])),
      one('nothing', (x) => sort([x]), spreadOut([2, 0])),
      one(
        'squares',
        (x) => sort([e.mul(x, x), t.sin(x)]),
        (seed) => apart([4], 0.3, 2)(seed),
      ),
    ],
  },
  argmax: { cases: [0, 1, 2].map((axis) => one(`axis ${axis}`, (x) => argmax(x, axis), spreadOut([2, 3, 2]))) },
  argmin: { cases: [0, 1, 2].map((axis) => one(`axis ${axis}`, (x) => argmin(x, axis), spreadOut([2, 3, 2]))) },
  cholesky: {
    cases: [
      one('3 × 3', (x) => cholesky(definite(x)), any([3, 3])),
      one('a stack of 2 × 2', (x) => cholesky(definite(x)), any([2, 1, 2, 2])),
      one('1 × 1', (x) => cholesky(definite(x)), range(0.5, 2)([1, 1])),
      one('0 × 0', (x) => cholesky(x), any([0, 0])),
    ],
  },
  triangularSolve: {
    cases: [
      one('lower', solve(true, false), any([3, 3]), any([3, 2])),
      one('upper', solve(false, false), any([3, 3]), any([3, 2])),
      one('lower transposed', solve(true, true), any([3, 3]), any([3, 2])),
      one('upper transposed', solve(false, true), any([3, 3]), any([3, 2])),
      one('a stack', solve(true, false), any([2, 1, 2, 2]), any([2, 1, 2, 1])),
      one('no right-hand side', solve(true, false), any([2, 2]), any([2, 0])),
    ],
  },
  ...controlRows,
  threefry: pointwise((...all) => threefry(all[0], all[1], all[2], all[3]), words, words, words, words),
}

function extremum(reduce: (x: Value, axes: readonly number[]) => Value): Row {
  return {
    cases: [
      one('all', (x) => reduce(x, [0, 1, 2]), spreadOut([2, 1, 3])),
      one('the middle', (x) => reduce(x, [1]), spreadOut([2, 3, 2])),
      one('the ends', (x) => reduce(x, [0, 2]), spreadOut([2, 3, 2])),
      one('of empty lanes', (x) => reduce(x, [0]), spreadOut([3, 0])),
      one('of squares', (x) => reduce(e.mul(x, x), [0]), apart([4], 0.3, 2)),
      one('int32', (x) => reduce(x, [0]), integers([3])),
    ],
  }
}

/** Rows of functions that are not primitives but are offered by this floor, by name. */
export const libraryRows: Readonly<Record<string, Row>> = {
  trigamma: also(pointwise(trigamma, range(0.5, 20)), one('below 0', trigamma, float([3], -1.7, -1.3))),
  gt: compared(e.gt),
  ge: compared(e.ge),
  product: {
    cases: [
      one('all', (x) => r.product(x, [0, 1, 2]), any([2, 1, 3])),
      one('the middle', (x) => r.product(x, [1]), any([2, 3, 2])),
      one('with one zero', (x) => r.product(x, [0]), fixed([5], 0.5, 0, -1.5, 2, 1.25)),
      one('with two zeros', (x) => r.product(x, [0]), fixed([5], 0.5, 0, -1.5, 0, 1.25)),
      one('with three zeros', (x) => r.product(x, [0]), fixed([4], 0, 0, -1.5, 0)),
      one('of nothing', (x) => r.product(x, [0]), any([0, 2])),
    ],
  },
  cumulativeProduct: {
    cases: [
      one('axis 1', (x) => r.cumulativeProduct(x, 1), any([2, 5, 2])),
      one('reverse', (x) => r.cumulativeProduct(x, 0, true), any([4])),
      one('with zeros', (x) => r.cumulativeProduct(x, 0), fixed([5], 0.5, 0, -1.5, 0, 1.25)),
    ],
  },
  cumulativeMax: {
    cases: [
      one('axis 1', (x) => r.cumulativeMax(x, 1), spreadOut([2, 5, 2])),
      one('reverse', (x) => r.cumulativeMax(x, 0, true), spreadOut([4])),
    ],
  },
  reduceAnd: { cases: [one('rows', (x) => r.reduceAnd(x, [1]), bool([2, 3]))] },
  reduceOr: { cases: [one('rows', (x) => r.reduceOr(x, [1]), bool([2, 3]))] },
}
