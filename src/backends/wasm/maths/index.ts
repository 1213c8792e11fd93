/**
 * Every function that has no instruction of its own, for four float32 or two float64 at once.
 *
 * An entry writes its code where it is used; functions of their own are `[v128, …] → v128` with the same code. Results do not
 * depend on the lane nor on what stands in the other lanes.
 */
import type { Expression } from '../code/assembler.ts'
import { atan2 } from './arctangent.ts'
import type { ShortMaths, VectorContext } from './context.ts'
import { erf, erfc } from './error-function.ts'
import { erfInverse } from './error-function-inverse.ts'
import { exp, expm1, gaussian, logistic } from './exponential.ts'
import { digamma, logGamma } from './gamma.ts'
import { tanh } from './hyperbolic.ts'
import { log, log1p, shortLog } from './logarithm.ts'
import { pow } from './power.ts'
import { rem } from './remainder.ts'
import { cos, shortCos, shortSin, shortTan, sin, tan } from './trigonometric.ts'

export type { VectorContext, VectorDType } from './context.ts'

/** The name of a vector function. */
export type MathsName =
  | 'exp'
  | 'gaussian'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'atan2'
  | 'tanh'
  | 'logistic'
  | 'erf'
  | 'erfc'
  | 'erfInverse'
  | 'pow'
  | 'rem'
  | 'logGamma'
  | 'digamma'

/** A vector function: how many operands it takes, and its code for a context and as many operands. */
export interface MathsFunction {
  readonly arity: 1 | 2
  readonly generate: (context: VectorContext, ...operands: Expression[]) => Expression
  /** For code in place, where the function itself is long because of rare operands. */
  readonly short?: ShortMaths
}

/** Vector functions by name; operands in the order of the primitives: `atan2` is (y, x), `pow` (base, exponent), `erfc` (x, e^(-x²)). */
export const maths: Readonly<Record<MathsName, MathsFunction>> = {
  exp: { arity: 1, generate: exp },
  gaussian: { arity: 1, generate: gaussian },
  expm1: { arity: 1, generate: expm1 },
  log: { arity: 1, generate: log, short: shortLog },
  log1p: { arity: 1, generate: log1p },
  sin: { arity: 1, generate: sin, short: shortSin },
  cos: { arity: 1, generate: cos, short: shortCos },
  tan: { arity: 1, generate: tan, short: shortTan },
  atan2: { arity: 2, generate: atan2 },
  tanh: { arity: 1, generate: tanh },
  logistic: { arity: 1, generate: logistic },
  erf: { arity: 1, generate: erf },
  erfc: { arity: 2, generate: erfc },
  erfInverse: { arity: 1, generate: erfInverse },
  pow: { arity: 2, generate: pow },
  rem: { arity: 2, generate: rem },
  logGamma: { arity: 1, generate: logGamma },
  digamma: { arity: 1, generate: digamma },
}
