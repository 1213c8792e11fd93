/**
 * Division of 32-bit integers without traps: x / 0 = 0, the least int32 / -1 wraps to itself, x rem y = x - y (x / y).
 *
 * WebAssembly has no vector division of integers, but the quotient of two 32-bit integers, taken in float64 and cut off, is
 * exact: it errs by less than 2⁻²² / |y|, and a quotient that is not whole is at least 1 / |y| away from a whole number.
 */
import type { Expression } from '../code/assembler.ts'
import { choose, extractLane, i32, i32x4, op, share, shuffle } from '../code/instructions.ts'
import { type Application, type Code, constantOf, type Row } from './row.ts'

const isSigned = ({ dtype }: Application): boolean => dtype === 'int32'

/** Halves [0, 1] of the quotients, in the low half; the divisor is not 0. */
function halfQuotient(application: Application, a: Expression, b: Expression): Expression {
  if (isSigned(application)) {
    const quotient = op('f64x2.div', op('f64x2.convert_low_i32x4_s', a), op('f64x2.convert_low_i32x4_s', b))
    return op('i32x4.trunc_sat_f64x2_s_zero', quotient)
  }
  const quotient = op('f64x2.div', op('f64x2.convert_low_i32x4_u', a), op('f64x2.convert_low_i32x4_u', b))
  return op('i32x4.trunc_sat_f64x2_u_zero', quotient)
}

const upper = (vector: Expression): Expression => shuffle(vector, vector, [2, 3, 2, 3])

const vectorQuotient: Code = ([a, b], application) => {
  const low = halfQuotient(application, a!, b!)
  const all =
    application.width === 2 ? low : shuffle(low, halfQuotient(application, upper(a!), upper(b!)), [0, 1, 4, 5])
  const whole = op('v128.and', all, op('i32x4.ne', b!, i32x4(0)))
  if (!isSigned(application)) return whole
  return op('v128.bitselect', op('i32x4.neg', a!), whole, op('i32x4.eq', b!, i32x4(-1)))
}

const scalarQuotient: Code = ([a, b], application) => {
  const name = isSigned(application) ? 'i32.div_s' : 'i32.div_u'
  const divisor = constantOf(application, 1)
  if (divisor !== undefined && divisor !== 0 && divisor !== -1) return op(name, a!, b!)
  const safe = isSigned(application)
    ? choose('i32', op('i32.eq', b!, i32(-1)), op('i32.sub', i32(0), a!), op(name, a!, b!))
    : op(name, a!, b!)
  return choose('i32', op('i32.eqz', b!), i32(0), safe)
}

/** a / b, towards zero. */
export const quotient: Row = { vector: vectorQuotient, scalar: scalarQuotient }

/** a - b (a / b). */
export const remainder: Row = {
  vector: ([a, b], application) =>
    share('v128', vectorQuotient([a!, b!], application), (whole) => op('i32x4.sub', a!, op('i32x4.mul', whole, b!))),
  scalar: ([a, b], application) => {
    const divisor = constantOf(application, 1)
    if (divisor !== undefined && divisor !== 0) return op(isSigned(application) ? 'i32.rem_s' : 'i32.rem_u', a!, b!)
    return op('i32.sub', a!, op('i32.mul', scalarQuotient([a!, b!], application), b!))
  },
}

const shift =
  (signed: 'i32x4.shl' | 'i32x4.shr_s', unsigned: 'i32x4.shl' | 'i32x4.shr_u'): Code =>
  ([a, b], application) => {
    const name = isSigned(application) ? signed : unsigned
    const count = constantOf(application, 1)
    return count === undefined ? shiftEachLane(name, a!, b!, application) : op(name, a!, i32(count | 0))
  }

/** The vector shift has one count for all lanes, so each lane is taken from a shift of its own. */
function shiftEachLane(
  name: 'i32x4.shl' | 'i32x4.shr_s' | 'i32x4.shr_u',
  a: Expression,
  b: Expression,
  { width }: Application,
): Expression {
  const shifted = (lane: number): Expression => op(name, a, extractLane('i32x4.extract_lane', b, lane))
  const low = shuffle(shifted(0), shifted(1), [0, 5, 0, 5])
  return width === 2 ? low : shuffle(low, shuffle(shifted(2), shifted(3), [2, 7, 2, 7]), [0, 1, 4, 5])
}

/** a shifted left by b modulo 32. */
export const shiftLeft: Row = { vector: shift('i32x4.shl', 'i32x4.shl'), scalar: ([a, b]) => op('i32.shl', a!, b!) }

/** a shifted right by b modulo 32; int32 keeps its sign. */
export const shiftRight: Row = {
  vector: shift('i32x4.shr_s', 'i32x4.shr_u'),
  scalar: ([a, b], application) => op(isSigned(application) ? 'i32.shr_s' : 'i32.shr_u', a!, b!),
}
