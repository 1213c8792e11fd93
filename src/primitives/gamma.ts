/** The gamma function's logarithm and its derivatives, elementwise on floats: ln|Γ|' = ψ, ψ' = `trigamma`. */
import { bindOne } from '../core/bind.ts'
import type { Value } from '../core/value.ts'
import { constantLike, repeat, sum } from './broadcast.ts'
import { add, integerPower, lt, mul, round, scale, select, sub } from './elementwise.ts'
import { none, unary } from './pointwise.ts'
import * as special from './special.ts'
import { iota } from './structural.ts'
import { sin } from './transcendental.ts'

/** Record of `logGamma`: y' = ψ(x) x'. */
export const logGammaPrimitive = unary({
  name: 'logGamma',
  operand: 'float',
  value: special.logGamma,
  tangent: (t, x) => mul(t, digamma(x)),
})
/** ln|Γ(x)|: infinite at 0 and the negative integers. */
export const logGamma = (x: Value): Value => bindOne(logGammaPrimitive, [x], none)

/** Record of `digamma`: y' = ψ'(x) x'. */
export const digammaPrimitive = unary({
  name: 'digamma',
  operand: 'float',
  value: special.digamma,
  tangent: (t, x) => mul(t, trigamma(x)),
})
/** ψ(x), the derivative of ln|Γ(x)|. */
export const digamma = (x: Value): Value => bindOne(digammaPrimitive, [x], none)

/**
 * ψ'(x) = Σ_k 1/(x + k)², written with elementwise operations, so that all higher derivatives follow from their rules: ten terms,
 * then the asymptotic series of the rest; below 0 by reflection, ψ'(x) = π²/sin²(πx) - ψ'(1 - x).
 * Source: Abramowitz and Stegun, 6.4.6, 6.4.7 and 6.4.12.
 */
export function trigamma(x: Value): Value {
  const negative = lt(x, constantLike(x, 0))
  const direct = trigammaOfPositive(select(negative, sub(constantLike(x, 1), x), x))
  // Where it is not used the reflection is taken at 1/2, so that no infinite slope meets a zero cotangent.
  const inside = select(negative, x, constantLike(x, 0.5))
  const phase = scale(sub(inside, round(inside)), Math.PI)
  const reflected = sub(scale(integerPower(sin(phase), -2), Math.PI ** 2), direct)
  return select(negative, reflected, direct)
}

/** Terms summed before the series; from 10 on its error is below 1e-16. */
const TERMS = 10

/** B₂, B₄ … B₁₄: the Bernoulli numbers of the series 1/z + 1/2z² + Σ B₂ₖ/z^(2k+1). */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6] as const

function trigammaOfPositive(x: Value): Value {
  const steps = add(repeat(x, TERMS), iota([TERMS, ...x.shape], x.dtype, 0))
  const reciprocal = integerPower(add(x, constantLike(x, TERMS)), -1)
  const square = mul(reciprocal, reciprocal)
  const series = bernoulli.reduceRight<Value>(
    (rest, number) => add(mul(rest, square), constantLike(x, number)),
    constantLike(x, 0),
  )
  const tail = mul(square, add(constantLike(x, 0.5), mul(reciprocal, series)))
  return add(sum(integerPower(steps, -2), [0]), add(reciprocal, tail))
}
