/**
 * Remainder of a division, exact for all operands.
 *
 * A turn takes a multiple q b 2^j from a: 2^j makes the quotient short, so that q times each half of b 2^j is exact and so are
 * the differences. A quotient of moderate size takes one turn, the largest about 100.
 */
import type { Expression } from '../code/assembler.ts'
import { type BinaryMaths, compute, type Variable, type Vector, type VectorDType } from './context.ts'
import { normalised, wholeToFloat } from './logarithm.ts'

/** Bits of the quotient that a turn removes: one less than what half a significand leaves for a factor. */
const bitsPerTurn: Readonly<Record<VectorDType, number>> = { float32: 10, float64: 20 }

/** a - b trunc(a/b) with the sign of a; NaN for infinite a and zero b, a for infinite b. */
export const rem: BinaryMaths = (context, aOperand, bOperand) =>
  compute(context, (v) => {
    const a = v.bind(aOperand)
    const b = v.bind(v.abs(bOperand))
    const infinity = v.constant(Number.POSITIVE_INFINITY)
    const valid = v.bind(v.and(v.lt(v.abs(a), infinity), v.gt(b, v.constant(0))))
    const rest = v.variable(v.and(v.abs(a), valid))
    const divisor = v.bind(v.select(valid, b, infinity)) // invalid lanes stop at once
    const divisorExponent = v.bind(exponentOf(v, divisor))
    const unfinished = (): Expression => v.ge(rest.value, divisor)
    v.whenAny(unfinished(), () =>
      v.repeatWhileAny(() => {
        reduceOnce(v, rest, divisor, divisorExponent)
        return unfinished()
      }),
    )
    return v.select(valid, v.withSign(rest.value, a), v.constant(Number.NaN))
  })

/** rest := rest - q b 2^j where that is possible. */
function reduceOnce(v: Vector, rest: Variable, b: Expression, exponent: Expression): void {
  const excess = v.sub(exponentOf(v, rest.value), v.add(exponent, v.constant(bitsPerTurn[v.dtype])))
  const multiple = v.bind(scaledBy(v, b, v.bind(v.greater(excess, 0))))
  const head = v.bind(v.head(multiple))
  const quotient = v.bind(v.trunc(v.div(rest.value, multiple)))
  const partial = v.fnma(quotient, head, rest.value)
  const reduced = v.bind(v.fnma(quotient, v.sub(multiple, head), partial))
  // a quotient that was rounded up
  const corrected = v.add(reduced, v.and(multiple, v.lt(reduced, v.constant(0))))
  rest.set(v.select(v.ge(rest.value, b), corrected, rest.value))
}

/** floor(log₂ x) of a positive x as a float. */
function exponentOf(v: Vector, x: Expression): Expression {
  const { number, scale } = normalised(v, x)
  return v.sub(wholeToFloat(v, v.shiftRight(number, v.format.fractionBits), v.format.bias), scale)
}

/** b 2^j for whole j ≥ 0, in three steps, since 2^j alone may be too large. */
function scaledBy(v: Vector, b: Expression, j: Expression): Expression {
  const third = v.bind(v.trunc(v.mul(j, v.constant(1 / 3))))
  const power = v.bind(powerOf(v, third))
  return v.mul(v.mul(v.mul(b, power), power), powerOf(v, v.sub(v.sub(j, third), third)))
}

/** 2^k for whole k, the result a normal number. */
const powerOf = (v: Vector, k: Expression): Expression =>
  v.powerOfTwo(v.add(k, v.constant(v.format.shifter + v.format.bias)))
