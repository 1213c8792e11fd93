/** Operations of the golden files said with the public door: by file, the name of the file → the function. */
import * as c from 'conformable'
import type { Loose, Said } from './derivatives.ts'

type Table = Readonly<Record<string, Said>>
type Unary = (x: Loose) => Loose
type Binary = (a: Loose, b: Loose) => Loose

const unary =
  (f: Unary): Said =>
  ([x]) =>
    f(x!)
const binary =
  (f: Binary): Said =>
  ([a, b]) =>
    f(a!, b!)
/** A tensor whose rank the compiler is not told either. */
const loose = (x: unknown): Loose => x as Loose

/** A reduction with `axis` (null: all) and `keepdims`. */
const over =
  (f: (x: Loose, axes: any, keepDims: boolean) => Loose): Said =>
  ([x], { axis, keepdims = false }) =>
    f(x!, axis ?? undefined, keepdims)

export const elementwise: Table = {
  abs: unary(c.abs),
  neg: unary(c.neg),
  sign: unary(c.sign),
  square: unary(c.square),
  reciprocal: unary(c.reciprocal),
  sqrt: unary(c.sqrt),
  rsqrt: unary(c.rsqrt),
  exp: unary(c.exp),
  exp2: unary(c.exp2),
  expm1: unary(c.expm1),
  log: unary(c.log),
  log2: unary(c.log2),
  log10: unary(c.log10),
  log1p: unary(c.log1p),
  sin: unary(c.sin),
  cos: unary(c.cos),
  tan: unary(c.tan),
  asin: unary(c.asin),
  acos: unary(c.acos),
  atan: unary(c.atan),
  sinh: unary(c.sinh),
  cosh: unary(c.cosh),
  tanh: unary(c.tanh),
  asinh: unary(c.asinh),
  acosh: unary(c.acosh),
  atanh: unary(c.atanh),
  erf: unary(c.erf),
  erfc: unary(c.erfc),
  erfinv: unary(c.erfInverse),
  lgamma: unary(c.logGamma),
  digamma: unary(c.digamma),
  floor: unary(c.floor),
  ceil: unary(c.ceil),
  round: unary(c.round),
  trunc: unary(c.trunc),
  pow2: unary((x) => c.pow(x, 2)),
  pow3: unary((x) => c.pow(x, 3)),
  powm2: unary((x) => c.pow(x, -2)),
  'pow2.5': unary((x) => c.pow(x, 2.5)),
  sigmoid: unary(c.sigmoid),
  softplus: unary(c.softplus),
  log_sigmoid: unary((x) => c.neg(c.softplus(c.neg(x)))),
  relu: unary((x) => c.maximum(x, 0)),
  clip: unary((x) => c.clip(x, -1, 2)),
}

export const pairs: Table = {
  add: binary(c.add),
  sub: binary(c.sub),
  mul: binary(c.mul),
  div: binary(c.div),
  pow: binary(c.pow),
  atan2: binary(c.atan2),
  hypot: binary(c.hypot),
  logaddexp: binary(c.logaddexp),
  squared_difference: binary(c.squaredDifference),
  lerp: ([a, b, t]) => c.lerp(a!, b!, t!),
  maximum: binary(c.maximum),
  minimum: binary(c.minimum),
  mod: binary(c.mod),
  fmod: binary(c.rem),
  where: ([condition, a, b]) => c.where(condition!, a!, b!),
  addcmul: ([a, b, t]) => c.add(a!, c.mul(c.mul(b!, t!), 0.5)),
}

export const reductions: Table = {
  sum: over(c.sum),
  mean: over(c.mean),
  max: over(c.max),
  min: over(c.min),
  prod: over(c.prod),
  var: over(c.variance),
  var_unbiased: over((x, axes, keep) => c.variance(x, axes, keep, { correction: 1 })),
  std: over(c.std),
  logsumexp: over(c.logsumexp),
  norm2: over(c.norm),
  norm1: over((x, axes, keep) => c.norm(x, axes, keep, 1)),
  argmax: over(c.argmax),
  argmin: over(c.argmin),
  cumsum: ([x], { axis }) => c.cumsum(x!, axis),
  cumprod: ([x], { axis }) => c.cumprod(x!, axis),
  cummax: ([x], { axis }) => c.cummax(x!, axis),
  cumlogsumexp: ([x], { axis }) => c.cumlogsumexp(x!, axis),
}

export const products: Table = {
  matmul: binary(c.matmul),
  matmul_tA: ([a, b]) => c.matmul(c.transpose(a!), b!),
  matmul_tB: ([a, b]) => c.matmul(a!, c.transpose(b!)),
  outer: binary(c.outer),
  kron: binary(c.kron),
  tensordot: ([a, b], { axes }) => {
    const rank = a!.shape.length as number
    const count = Array.from({ length: axes }, (_, i) => i)
    const pairs = [count.map((i) => rank - axes + i), count] as const
    return c.tensorDot(a!, b!, pairs)
  },
  linear: ([x, w, b]) => c.linear(x!, loose(c.transpose(w!)), b!),
  bilinear: ([x, w, y]) => c.einsum('bi,oij,bj->bo', x!, w!, y!),
  cross: binary(c.cross),
  einsum: (inputs, { spec }) => c.einsum(spec, ...inputs),
}

/** True in the rows that the indices name. */
const rowsNamed = (indices: Loose, like: Loose): Loose =>
  c.greater(c.expandDims(c.scatterAdd(indices, c.onesLike(indices), like.shape[0]), 1), 0)

const scattered = (x: Loose, indices: Loose, updates: Loose): Loose => c.scatterAdd(indices, updates, x.shape[0])

export const indexing: Table = {
  take: ([x, indices], { axis }) => c.take(x!, indices!, axis),
  take_along_axis: ([x, indices], { axis }) => c.takeAlongAxis(x!, indices!, axis),
  scatter_add: ([x, i, u]) => c.add(x!, scattered(x!, i!, u!)),
  scatter_set: ([x, i, u]) => c.where(rowsNamed(i!, x!), scattered(x!, i!, u!), x!),
  scatter_max: ([x, i, u]) => c.where(rowsNamed(i!, x!), c.maximum(x!, scattered(x!, i!, u!)), x!),
  scatter_mul: ([x, i, u]) => c.mul(x!, c.where(rowsNamed(i!, x!), scattered(x!, i!, u!), 1)),
  segment_sum: ([x, i], { segments }) => c.scatterAdd(i!, x!, segments),
  slice: ([x], { start, end, stride }) =>
    start.reduce((v: Loose, first: number, axis: number) => c.slice(v, axis, first, end[axis], stride[axis]), x),
  flip: ([x], { axis }) => c.flip(x!, axis),
  dynamic_slice: ([x, start], { size }) => c.dynamicSlice(x!, [loose(c.at(start!, 0)), loose(c.at(start!, 1))], size),
  dynamic_update_slice: ([x, update, start]) =>
    c.dynamicUpdateSlice(x!, update!, [loose(c.at(start!, 0)), loose(c.at(start!, 1))]),
  pad: ([x], { widths, mode, value = 0 }) => c.pad(x!, widths, { mode, value }),
  concat: (inputs, { axis }) => c.concat(inputs, axis),
  stack: (inputs, { axis }) => c.stack(inputs, axis),
  split: ([x], { at, axis }) => [0, ...at].map((first: number, i) => c.slice(x!, axis, first, at[i] ?? x!.shape[axis])),
  sort: ([x], { axis }) => c.sort(x!, axis),
  argsort: ([x], { axis }) => c.argsort(x!, axis),
  top_k: ([x], { k }) => c.topK(c.transpose(x!), k)[0],
  roll: ([x], { shift, axis }) => c.roll(x!, shift, axis),
  tile: ([x], { reps }) => c.tile(x!, reps),
  repeat: ([x], { repeats, axis }) => c.repeat(x!, repeats, axis),
  broadcast_to: ([x], { shape }) => c.broadcastTo(x!, shape),
  transpose: ([x], { perm }) => c.permute(x!, perm),
  reshape: ([x], { shape }) => c.reshape(x!, shape),
  tril: ([x], { k }) => c.tril(x!, k),
  triu: ([x], { k }) => c.triu(x!, k),
  diag: unary(c.diag),
  diagonal: unary(c.diagonal),
  one_hot: ([i], { classes }) => c.oneHot(i!, classes),
  cumsum_reverse: ([x], { axis }) => c.cumsum(x!, axis, true),
  diff: ([x], { axis }) => c.diff(x!, axis),
  meshgrid: (inputs) => c.meshgrid(...inputs),
  trace: unary(c.trace),
  masked_fill: ([x, mask], { value }) => c.where(mask!, value, x!),
}

/** a + shift I. */
const shifted = (a: Loose, shift = 0): Loose => {
  const n = a.shape[a.shape.length - 1]
  return c.add(a, c.mul(c.eye(n, n, a.dtype), shift))
}

/** a aᵀ + I. */
const definite = (a: Loose): Loose => shifted(c.matmul(a, c.transpose(a)), 1)

export const linear: Table = {
  solve: ([a, b], { shift }) => c.solve(shifted(a!, shift), b!),
  inv: ([a], { shift }) => c.inverse(shifted(a!, shift)),
  det: ([a], { shift }) => c.determinant(shifted(a!, shift)),
  slogdet: ([a], { shift }) => c.logDeterminant(shifted(a!, shift)),
  slogdet_negative: ([a], { shift }) => c.logDeterminant(shifted(a!, -shift)),
  cholesky: ([a]) => c.cholesky(definite(a!)),
  cholesky_solve: ([a, b]) => c.choleskySolve(definite(a!), b!),
  logdet_spd: ([a]) => c.mul(c.sum(c.log(c.diagonal(c.cholesky(definite(a!))))), 2),
  triangular_solve: ([a, b], { shift, lower, trans = false, unit_diagonal = false }) => {
    const t = c.tril(shifted(a!, shift))
    const matrix: Loose = lower ? t : c.transpose(t)
    return c.triangularSolve(matrix, b!, { lower, transpose: trans, unitDiagonal: unit_diagonal })
  },
  matrix_power: ([a], { n, shift }) => {
    const base: Loose = n < 0 ? c.inverse(shifted(a!, shift)) : shifted(a!, shift)
    return Array.from({ length: Math.abs(n) - 1 }).reduce((power: Loose) => c.matmul(power, base), base)
  },
  norm_fro: unary(c.norm),
  multi_dot: ([a, b, d]) => c.matmul(c.matmul(a!, b!), d!),
  gaussian_logpdf: ([a, x]) => {
    const factor = c.cholesky(definite(a!))
    const z: Loose = c.triangularSolve(factor, x!)
    const logarithm = c.sum(c.log(c.diagonal(factor)))
    return c.sub(c.mul(c.sum(c.square(z)), -0.5), c.add(logarithm, (x!.shape[0] * Math.log(2 * Math.PI)) / 2))
  },
}
