/** Elementwise primitives of one float by the names of the golden file. */
import type { Value } from '../../src/core/value.ts'
import * as e from '../../src/primitives/elementwise.ts'
import { digamma, logGamma } from '../../src/primitives/gamma.ts'
import * as t from '../../src/primitives/transcendental.ts'

export const scalarFunctions: Readonly<Record<string, (x: Value) => Value>> = {
  abs: e.abs,
  neg: e.neg,
  sign: e.sign,
  floor: e.floor,
  ceil: e.ceil,
  round: e.round,
  sqrt: t.sqrt,
  exp: t.exp,
  expm1: t.expm1,
  log: t.log,
  log1p: t.log1p,
  sin: t.sin,
  cos: t.cos,
  tan: t.tan,
  tanh: t.tanh,
  sigmoid: t.logistic,
  softplus: t.softplus,
  erf: t.erf,
  erfinv: t.erfInverse,
  lgamma: logGamma,
  digamma,
  pow2: (x) => e.integerPower(x, 2),
  pow3: (x) => e.integerPower(x, 3),
  powm2: (x) => e.integerPower(x, -2),
}
