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
}
