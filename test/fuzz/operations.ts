/** What random programs are made of: operations of the public door, and primitives that it does not show. */

import { sizeOf } from '../../src/core/abstract.ts'
import type { Value } from '../../src/core/value.ts'
import * as door from '../../src/index.ts'
import { dynamicSlice, dynamicUpdate } from '../../src/primitives/dynamic-slice.ts'
import { gather, scatterAdd } from '../../src/primitives/indexing.ts'
import { cumsum, cumulativeMax } from '../../src/primitives/reduction.ts'
import { view } from '../../src/primitives/segments.ts'
import { sort } from '../../src/primitives/sorting.ts'
import { sliceAxis } from '../../src/primitives/structural.ts'
import type { Draw } from './draw.ts'

/** An operation applied to what it draws. */
export type Operation = (draw: Draw) => Value | readonly Value[]

type Untyped = Readonly<Record<string, (...operands: unknown[]) => Value>>

// Random shapes are unknown to the compiler; the run-time checks of the door remain.
export const open = door as unknown as Untyped

const { add, mul, sub, div, reshape, broadcastTo } = open

/** x in another shape: reshaped, cut, or its sum repeated. */
export function fitted(x: Value, shape: readonly number[]): Value {
  const [have, want] = [sizeOf(x.shape), sizeOf(shape)]
  if (have === want) return reshape(x, shape)
  const flat = reshape(x, [have])
  return have > want ? reshape(sliceAxis(flat, 0, 0, want), shape) : broadcastTo(open.sum(flat), shape)
}

/** Another float that broadcasts with x: of x's shape, of a part of its axes, or a scalar. */
function partner(draw: Draw, x: Value): Value {
  const y = draw.float()
  const kept = draw.below(3)
  if (kept === 0) return fitted(y, x.shape)
  if (kept === 1) return fitted(y, x.shape.slice(draw.below(x.shape.length + 1)))
  const thin = draw.some(x.shape.length)
  return fitted(
    y,
    x.shape.map((dim, axis) => (thin.includes(axis) ? 1 : dim)),
  )
}

const both =
  (f: (x: Value, y: Value) => Value): Operation =>
  (draw) => {
    const x = draw.float()
    const y = partner(draw, x)
    return draw.below(2) === 0 ? f(x, y) : f(y, x)
  }

const each =
  (f: (x: Value) => Value): Operation =>
  (draw) =>
    f(draw.float())

const overAxes =
  (name: string): Operation =>
  (draw) => {
    const x = draw.float()
    return open[name](x, draw.below(3) === 0 ? undefined : draw.some(x.shape.length), draw.below(2) === 1)
  }

/** 1 + x²: where a positive number is needed. */
const positive = (x: Value): Value => add(1, mul(x, x))

/** A place inside an axis, from the end at times. */
const axisOf = (draw: Draw, x: Value): number => {
  const axis = draw.below(x.shape.length)
  return draw.below(2) === 0 ? axis : axis - x.shape.length
}

/** An int32 value with entries that are places of an axis of that size, a few out of range. */
const places = (draw: Draw, size: number): Value => open.rem(draw.whole(), Math.max(1, size + 1))

const scalarPlace = (draw: Draw, size: number): Value => fitted(places(draw, size), [])

/** A square matrix. */
const square = (draw: Draw): Value => {
  const n = draw.between(1, 4)
  return fitted(draw.float(), [n, n])
}

/** A positive definite matrix of condition below 40 from any matrix: 2 + t tᵀ / n with t = tanh x. */
function definite(x: Value): Value {
  const t = open.tanh(x)
  const [n] = x.shape
  return add(mul(open.matmul(t, open.transpose(t)), 1 / n), mul(open.eye(n, n, x.dtype), 2))
}

const isOdd = (x: Value): Value => open.notEqual(open.rem(x, 2), 0)

/** Operations with derivatives of every order wherever they are used. */
export const smooth: Readonly<Record<string, Operation>> = {
  add: both(add),
  sub: both(sub),
  mul: both(mul),
  'div by 1 + y²': both((x, y) => div(x, positive(y))),
  'pow of 1 + x²': both((x, y) => open.pow(positive(x), open.tanh(y))),
  'atan2 to the right': both((x, y) => open.atan2(x, positive(y))),
  scale: (draw) => mul(draw.float(), (draw.between(-6, 6) + 0.5) / 4),
  square: each(open.square),
  cube: each((x) => open.pow(x, 3)),
  sin: each(open.sin),
  cos: each(open.cos),
  tanh: each(open.tanh),
  sigmoid: each(open.sigmoid),
  softplus: each(open.softplus),
  'exp of tanh': each((x) => open.exp(open.tanh(x))),
  'log of 1 + x²': each((x) => open.log(positive(x))),
  'sqrt of 1 + x²': each((x) => open.sqrt(positive(x))),
  erf: each(open.erf),
  'logGamma of 1 + x²': each((x) => open.logGamma(positive(open.sin(x)))),
  sum: overAxes('sum'),
  mean: (draw) => overAxes('mean')(draw),
  prod: (draw) => open.tanh(overAxes('prod')(draw)),
  logsumexp: overAxes('logsumexp'),
  variance: overAxes('variance'),
  softmax: (draw) => {
    const x = draw.float(1)
    return open.softmax(x, axisOf(draw, x))
  },
  cumsum: (draw) => {
    const x = draw.float(1)
    return cumsum(x, draw.below(x.shape.length), draw.below(2) === 1)
  },
  cumprod: (draw) => {
    const x = open.tanh(draw.float(1))
    return open.cumprod(x, axisOf(draw, x))
  },
  cumlogsumexp: (draw) => {
    const x = draw.float(1)
    return open.cumlogsumexp(x, axisOf(draw, x))
  },
  logaddexp: both(open.logaddexp),
  'hypot of 1 + x²': both((x, y) => open.hypot(positive(x), y)),
  tril: (draw) => open[draw.below(2) === 0 ? 'tril' : 'triu'](square(draw), draw.between(-1, 1)),
  diagonal: (draw) => open.diagonal(square(draw)),
  diff: (draw) => {
    const x = draw.float(1)
    const axis = draw.below(x.shape.length)
    return x.shape[axis] < 2 ? x : open.diff(x, axis)
  },
  determinant: (draw) => open.determinant(definite(square(draw))),
  logDeterminant: (draw) => open.logDeterminant(definite(square(draw))),
  inverse: (draw) => open.inverse(definite(square(draw))),
  solve: (draw) => {
    const a = definite(square(draw))
    return open.solve(a, fitted(draw.float(), draw.below(2) === 0 ? [a.shape[0]] : [a.shape[0], 2]))
  },
  cholesky: (draw) => open.cholesky(definite(square(draw))),
  einsum: (draw) => {
    const [i, j, k] = [draw.between(0, 3), draw.between(1, 3), draw.between(1, 3)]
    const formula = draw.one(['ij,jk->ik', 'ij,jk->ki', 'ij,jk->i', 'ij,jk->', 'ij,jk->ijk'])
    return open.einsum(formula, fitted(draw.float(), [i, j]), fitted(draw.float(), [j, k]))
  },
  takeAlongAxis: (draw) => {
    const x = draw.float(1)
    const last = x.shape.length - 1
    if (sizeOf(x.shape) === 0) return x
    const index = open.mod(fitted(draw.whole(), x.shape), x.shape[last])
    return open.takeAlongAxis(x, index, last)
  },
  matmul: (draw) => {
    const x = draw.float(1)
    const inner = x.shape[x.shape.length - 1]
    return open.matmul(x, fitted(draw.float(), draw.below(2) === 0 ? [inner] : [inner, draw.between(0, 4)]))
  },
  'batched matmul': (draw) => {
    const [b, m, k, n] = [draw.between(0, 2), draw.between(0, 3), draw.between(0, 3), draw.between(1, 3)]
    return open.matmul(fitted(draw.float(), [b, m, k]), fitted(draw.float(), draw.below(2) === 0 ? [b, k, n] : [k, n]))
  },
  linear: (draw) => {
    const x = draw.float(1)
    const [inner, outer] = [x.shape[x.shape.length - 1], draw.between(1, 5)]
    return open.linear(x, fitted(draw.float(), [outer, inner]), fitted(draw.float(), [outer]))
  },
  reshape: (draw) => {
    const x = draw.float()
    const size = sizeOf(x.shape)
    const divisors = [1, 2, 3, 4, 5].filter((d) => size % d === 0)
    const first = draw.one(divisors)
    return reshape(x, draw.below(2) === 0 ? [first, size / first] : [size / first, 1, first])
  },
  permute: (draw) => {
    const x = draw.float()
    return open.permute(x, draw.order(x.shape.length))
  },
  slice: (draw) => {
    const x = draw.float(1)
    const axis = draw.below(x.shape.length)
    const from = draw.below(x.shape[axis] + 1)
    const to = draw.between(from, x.shape[axis])
    return to > from ? open.slice(x, axis, from, to, draw.between(1, 3)) : sliceAxis(x, axis, from, to)
  },
  concat: (draw) => {
    const x = draw.float(1)
    const axis = draw.below(x.shape.length)
    const wide = draw.between(0, 3)
    const y = fitted(
      draw.float(),
      x.shape.map((dim, i) => (i === axis ? wide : dim)),
    )
    return open.concat(draw.below(2) === 0 ? [x, y] : [y, x, x], axis)
  },
  stack: (draw) => {
    const x = draw.float()
    return open.stack([x, fitted(draw.float(), x.shape)], draw.below(x.shape.length + 1))
  },
  pad: (draw) => {
    const x = draw.float()
    return open.pad(
      x,
      x.shape.map(() => [draw.below(3), draw.below(3)]),
      { value: draw.below(2) },
    )
  },
  flip: (draw) => {
    const x = draw.float(1)
    return open.flip(x, axisOf(draw, x))
  },
  roll: (draw) => {
    const x = draw.float(1)
    const axis = draw.below(x.shape.length)
    return open.roll(x, draw.between(-4, 4), axis)
  },
  broadcast: (draw) => {
    const x = draw.float()
    return broadcastTo(x, [draw.between(0, 3), ...x.shape])
  },
  'broadcast of single rows': (draw) => {
    const x = draw.float()
    const y = fitted(x, [draw.between(1, 3), 1])
    return broadcastTo(y, [y.shape[0], draw.between(0, 5)])
  },
  view: (draw) => {
    const x = draw.float()
    const flat = reshape(x, [sizeOf(x.shape)])
    const [rows, columns] = [draw.between(0, 2), draw.between(1, 2)]
    if (rows * columns > flat.shape[0]) return view(flat, 0, [flat.shape[0]])
    return view(flat, draw.below(flat.shape[0] - rows * columns + 1), [rows, columns])
  },
  'two views': (draw) => {
    const x = draw.float()
    const n = sizeOf(x.shape)
    const flat = reshape(x, [n])
    const half = Math.floor(n / 2)
    return add(view(flat, draw.below(2) === 0 ? 0 : n - half, [half]), open.sin(view(flat, n - half, [half])))
  },
  take: (draw) => {
    const x = draw.float(1)
    const axis = draw.below(x.shape.length)
    if (x.shape[axis] === 0) return x
    return open.take(x, places(draw, x.shape[axis]), axis)
  },
  'gather, scatter': (draw) => {
    const x = draw.float(1)
    if (x.shape[0] === 0) return x
    const flat = places(draw, x.shape[0])
    const index = reshape(flat, [sizeOf(flat.shape)])
    return scatterAdd(index, gather(x, index, 0), 0, draw.between(1, 4))
  },
  dynamicSlice: (draw) => {
    const x = draw.float(1)
    const starts = x.shape.map((dim) => scalarPlace(draw, dim))
    if (sizeOf(x.shape) === 0) return x
    return dynamicSlice(
      x,
      starts,
      x.shape.map((dim) => draw.between(0, dim)),
    )
  },
  dynamicUpdate: (draw) => {
    const x = draw.float(1)
    if (sizeOf(x.shape) === 0) return x
    const starts = x.shape.map((dim) => scalarPlace(draw, dim))
    const part = fitted(
      draw.float(),
      x.shape.map((dim) => draw.between(0, dim)),
    )
    return dynamicUpdate(x, part, starts)
  },
  'where odd': (draw) => {
    const x = draw.float()
    return open.where(isOdd(fitted(draw.whole(), x.shape)), x, partnerOfShape(draw, x))
  },
  'float of int32': (draw) => mul(open.convert(draw.whole(), draw.float().dtype), 0.25),
}

const partnerOfShape = (draw: Draw, x: Value): Value => fitted(draw.float(), x.shape)

const wholeBoth =
  (f: (x: Value, y: Value) => Value): Operation =>
  (draw) => {
    const x = draw.whole()
    return f(x, fitted(draw.whole(), draw.below(2) === 0 ? x.shape : []))
  }

/** Operations with kinks, steps, poles and ties; and of whole numbers. */
export const rough: Readonly<Record<string, Operation>> = {
  div: both(div),
  maximum: both(open.maximum),
  minimum: both(open.minimum),
  rem: both(open.rem),
  mod: both(open.mod),
  pow: both(open.pow),
  atan2: both(open.atan2),
  abs: each(open.abs),
  sign: each(open.sign),
  floor: each(open.floor),
  ceil: each(open.ceil),
  round: each(open.round),
  exp: each(open.exp),
  expm1: each(open.expm1),
  log: each(open.log),
  log1p: each(open.log1p),
  sqrt: each(open.sqrt),
  rsqrt: each(open.rsqrt),
  reciprocal: each(open.reciprocal),
  tan: each(open.tan),
  asin: each(open.asin),
  acosh: each(open.acosh),
  atanh: each(open.atanh),
  sinh: each(open.sinh),
  cosh: each(open.cosh),
  erfInverse: each(open.erfInverse),
  logGamma: each(open.logGamma),
  digamma: each(open.digamma),
  clip: each((x) => open.clip(x, -0.5, 0.75)),
  max: nonEmptyReduction('max'),
  min: nonEmptyReduction('min'),
  norm: overAxes('norm'),
  std: overAxes('std'),
  median: (draw) => open.median(fitted(draw.float(), [draw.between(1, 5)])),
  topK: (draw) => {
    const x = draw.float(1)
    const size = x.shape[x.shape.length - 1]
    return size === 0 ? x : [open.topK(x, draw.between(1, size))].flat()
  },
  argsort: (draw) => open.argsort(draw.float(1)),
  cummax: (draw) => {
    const x = draw.float(1)
    return open.cummax(x, axisOf(draw, x))
  },
  sort: (draw) => sort([draw.float(1)])[0],
  'sort with a payload': (draw) => {
    const x = draw.float(1)
    return sort([x, fitted(draw.float(), x.shape)])
  },
  cumulativeMax: (draw) => {
    const x = draw.float(1)
    return cumulativeMax(x, draw.below(x.shape.length), draw.below(2) === 1)
  },
  argmax: (draw) => {
    const x = draw.float(1)
    const axis = draw.below(x.shape.length)
    return x.shape[axis] === 0 ? x : open[draw.below(2) === 0 ? 'argmax' : 'argmin'](x, axis)
  },
  'where greater': (draw) => {
    const x = draw.float()
    return open.where(open.greater(x, partnerOfShape(draw, x)), x, partnerOfShape(draw, x))
  },
  stopGradient: (draw) => open.stopGradient(draw.float()),
  'int32 of float': (draw) => open.convert(mul(draw.float(), 3), 'int32'),
  'int32 add': wholeBoth(add),
  'int32 sub': wholeBoth(sub),
  'int32 mul': wholeBoth(mul),
  'int32 div': wholeBoth(div),
  'int32 rem': wholeBoth(open.rem),
  'int32 mod': wholeBoth(open.mod),
  'int32 maximum': wholeBoth(open.maximum),
  'int32 abs': (draw) => open.abs(draw.whole()),
  'int32 sum': (draw) => open.sum(draw.whole()),
  'int32 cumsum': (draw) => cumsum(draw.whole(1), 0),
  'int32 sort': (draw) => sort([draw.whole(1)])[0],
  'int32 max': (draw) => {
    const x = draw.whole()
    return sizeOf(x.shape) === 0 ? x : open.max(x)
  },
}

function nonEmptyReduction(name: string): Operation {
  return (draw) => {
    const x = draw.float()
    return sizeOf(x.shape) === 0 ? x : open[name](x, draw.below(2) === 0 ? undefined : draw.some(x.shape.length))
  }
}
