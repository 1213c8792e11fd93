/**
 * The language in which vector functions are written: lanes of float32 or float64, their bits as integers of the same
 * width, multiply-add (fused where the target says so), constants, bound values.
 *
 * A function is written once for both widths. `relaxed_madd` may round once or twice, as the machine likes, so no function
 * relies on either: where a product must be exact, its operands are short.
 */
import type { Expression, FunctionBuilder } from '../code/assembler.ts'
import { brIf, i32, local, loop, newLabel, op, pooled, when } from '../code/instructions.ts'

/** The element types that have vector functions. */
export type VectorDType = 'float32' | 'float64'

/** What a vector function is generated for. */
export interface VectorContext {
  readonly dtype: VectorDType
  /** Whether `relaxed_madd` may be used; see `supportsRelaxedSimd`. */
  readonly fma: boolean
}

/** A vector function of one operand. */
export type UnaryMaths = (context: VectorContext, x: Expression) => Expression

/** A vector function of two operands. */
export type BinaryMaths = (context: VectorContext, x: Expression, y: Expression) => Expression

/** A shorter form of a function, for code in place: what it does not cover is left to `whole`, a call of the function. */
export type ShortMaths = (context: VectorContext, whole: (x: Expression) => Expression, x: Expression) => Expression

/** Numbers for each dtype: coefficients with the lowest power first, or the parts of a constant with the largest first. */
export type Numbers = Readonly<Record<VectorDType, readonly number[]>>

/** The IEEE 754 format of a dtype. */
interface FloatFormat {
  /** Bits after the point of a significand. */
  readonly fractionBits: number
  /** What is added to the exponent in the bits of a number. */
  readonly bias: number
  /** 1.5 · 2^fractionBits: adding it rounds to a whole number, which then stands in the low bits. */
  readonly shifter: number
  readonly smallestNormal: number
  readonly largest: number
  /** The bits of -0. */
  readonly signBit: bigint
  /** The bits of 1. */
  readonly one: bigint
  /** The bits of infinity, those of the exponent. */
  readonly exponentMask: bigint
  /** Clears so much of a significand that the product of two that are left is exact. */
  readonly headMask: bigint
}

/** The formats binary32 and binary64. */
const formats: Readonly<Record<VectorDType, FloatFormat>> = {
  float32: {
    fractionBits: 23,
    bias: 127,
    shifter: 1.5 * 2 ** 23,
    smallestNormal: 2 ** -126,
    largest: (2 - 2 ** -23) * 2 ** 127,
    signBit: 0x80000000n,
    one: 0x3f800000n,
    exponentMask: 0x7f800000n,
    headMask: 0xfffff000n,
  },
  float64: {
    fractionBits: 52,
    bias: 1023,
    shifter: 1.5 * 2 ** 52,
    smallestNormal: 2 ** -1022,
    largest: Number.MAX_VALUE,
    signBit: 0x8000000000000000n,
    one: 0x3ff0000000000000n,
    exponentMask: 0x7ff0000000000000n,
    headMask: 0xffffffff00000000n,
  },
}

/** A place that is written more than once. */
export interface Variable {
  readonly value: Expression
  /** Writes the assignment where the code now ends. */
  set(value: Expression): void
}

/** The operations, and the places of the function being written. */
export type Vector = Operations & ReturnType<typeof places>

/**
 * A vector expression written in steps. `body` is run when the expression is emitted: what it binds is written at once, the
 * expression that it answers comes last; its locals are released after that.
 */
export const compute =
  (context: VectorContext, body: (v: Vector) => Expression): Expression =>
  (code) => {
    const kept = places(code)
    body({ ...operationsOf(context), ...kept })(code)
    kept.release()
  }

/** The same places with operations on float64, for halves of a float32 vector. */
export const inDouble = (v: Vector): Vector => ({ ...v, ...operationsOf({ ...v.context, dtype: 'float64' }) })

/** Sixteen constant bytes: the one place where vector functions reach for constants. */
export const literal = (bytes: Uint8Array): Expression => pooled(bytes)

type Operations = ReturnType<typeof operationsOf>

const operationsOf = (context: VectorContext) => ({
  context,
  dtype: context.dtype,
  format: formats[context.dtype],
  ...arithmetic(context),
  ...comparisons(context),
  ...bitwise(context),
})

const floatLanes = (dtype: VectorDType): 'f32x4' | 'f64x2' => (dtype === 'float32' ? 'f32x4' : 'f64x2')

const integerLanes = (dtype: VectorDType): 'i32x4' | 'i64x2' => (dtype === 'float32' ? 'i32x4' : 'i64x2')

const arithmetic = ({ dtype, fma: fused }: VectorContext) => {
  const lanes = floatLanes(dtype)
  const constant = (value: number): Expression => {
    const filled = dtype === 'float32' ? new Float32Array(4).fill(value) : new Float64Array(2).fill(value)
    return literal(new Uint8Array(filled.buffer))
  }
  const add = (a: Expression, b: Expression): Expression => op(`${lanes}.add`, a, b)
  const sub = (a: Expression, b: Expression): Expression => op(`${lanes}.sub`, a, b)
  const mul = (a: Expression, b: Expression): Expression => op(`${lanes}.mul`, a, b)
  /** b < a ? b : a, so that NaN stays in a. */
  const lesser = (a: Expression, b: number): Expression => op(`${lanes}.pmin`, a, constant(b))
  /** a < b ? b : a, so that NaN stays in a. */
  const greater = (a: Expression, b: number): Expression => op(`${lanes}.pmax`, a, constant(b))
  return {
    /** A number in every lane. */
    constant,
    add,
    sub,
    mul,
    lesser,
    greater,
    div: (a: Expression, b: Expression): Expression => op(`${lanes}.div`, a, b),
    neg: (a: Expression): Expression => op(`${lanes}.neg`, a),
    sqrt: (a: Expression): Expression => op(`${lanes}.sqrt`, a),
    trunc: (a: Expression): Expression => op(`${lanes}.trunc`, a),
    nearest: (a: Expression): Expression => op(`${lanes}.nearest`, a),
    /** NaN if either is. */
    min: (a: Expression, b: Expression): Expression => op(`${lanes}.min`, a, b),
    /** NaN if either is. */
    max: (a: Expression, b: Expression): Expression => op(`${lanes}.max`, a, b),
    /** a between two numbers; NaN stays. */
    clamp: (a: Expression, low: number, high: number): Expression => greater(lesser(a, high), low),
    /** a b + c. */
    fma: (a: Expression, b: Expression, c: Expression): Expression =>
      fused ? op(`${lanes}.relaxed_madd`, a, b, c) : add(mul(a, b), c),
    /** c - a b. */
    fnma: (a: Expression, b: Expression, c: Expression): Expression =>
      fused ? op(`${lanes}.relaxed_nmadd`, a, b, c) : sub(c, mul(a, b)),
  }
}

/** Answers are masks: all bits of a lane, or none. */
const comparisons = ({ dtype }: VectorContext) => {
  const lanes = floatLanes(dtype)
  return {
    lt: (a: Expression, b: Expression): Expression => op(`${lanes}.lt`, a, b),
    gt: (a: Expression, b: Expression): Expression => op(`${lanes}.gt`, a, b),
    le: (a: Expression, b: Expression): Expression => op(`${lanes}.le`, a, b),
    ge: (a: Expression, b: Expression): Expression => op(`${lanes}.ge`, a, b),
    eq: (a: Expression, b: Expression): Expression => op(`${lanes}.eq`, a, b),
    ne: (a: Expression, b: Expression): Expression => op(`${lanes}.ne`, a, b),
  }
}

const bitwise = ({ dtype }: VectorContext) => {
  const lanes = integerLanes(dtype)
  const { fractionBits, signBit, headMask } = formats[dtype]
  const width = dtype === 'float32' ? 32 : 64
  const bits = (value: bigint): Expression => {
    const filled = dtype === 'float32' ? new Uint32Array(4).fill(Number(value)) : new BigUint64Array(2).fill(value)
    return literal(new Uint8Array(filled.buffer))
  }
  const and = (a: Expression, b: Expression): Expression => op('v128.and', a, b)
  const or = (a: Expression, b: Expression): Expression => op('v128.or', a, b)
  const shiftLeft = (a: Expression, count: number): Expression => op(`${lanes}.shl`, a, i32(count))
  const signOf = (a: Expression): Expression => and(a, bits(signBit))
  return {
    /** The same bits in every lane. */
    bits,
    and,
    or,
    xor: (a: Expression, b: Expression): Expression => op('v128.xor', a, b),
    /** a, and 0 where the mask is true. */
    unless: (mask: Expression, a: Expression): Expression => op('v128.andnot', a, mask),
    /** a where the mask is true, else b. */
    select: (mask: Expression, a: Expression, b: Expression): Expression => op('v128.bitselect', a, b, mask),
    integerAdd: (a: Expression, b: Expression): Expression => op(`${lanes}.add`, a, b),
    integerSub: (a: Expression, b: Expression): Expression => op(`${lanes}.sub`, a, b),
    integerEq: (a: Expression, b: Expression): Expression => op(`${lanes}.eq`, a, b),
    /** A mask: true where the sign bit is set, as of -0. */
    negative: (a: Expression): Expression => op(`${lanes}.lt_s`, a, bits(0n)),
    shiftLeft,
    /** Zeros come in from above. */
    shiftRight: (a: Expression, count: number): Expression => op(`${lanes}.shr_u`, a, i32(count)),
    signOf,
    /** |a|: V8 makes its constant anew for the instruction of that name. */
    abs: (a: Expression): Expression => and(a, bits(~signBit & (2n ** BigInt(width) - 1n))),
    /** a, at least 0, with the sign of b. */
    withSign: (a: Expression, b: Expression): Expression => or(a, signOf(b)),
    /** 2 where the sign bit is set, else 0. */
    twoIfNegative: (a: Expression): Expression => shiftLeft(op(`${lanes}.shr_u`, a, i32(width - 1)), width - 2),
    /** 2^k from the low bits k + bias. */
    powerOfTwo: (biased: Expression): Expression => shiftLeft(biased, fractionBits),
    /** The leading half of a significand. */
    head: (a: Expression): Expression => and(a, bits(headMask)),
  }
}

const places = (code: FunctionBuilder) => {
  const taken: number[] = []
  const variable = (value: Expression): Variable => {
    const index = code.local('v128')
    taken.push(index)
    local.set(index, value)(code)
    return { value: local.get(index), set: (next) => local.set(index, next)(code) }
  }
  return {
    variable,
    /** Evaluates now; the answer reads the value and is cheap. */
    bind: (value: Expression): Expression => variable(value).value,
    /** What is written by `body` runs if the mask is true in any lane. */
    whenAny: (mask: Expression, body: () => void): void => when(op('v128.any_true', mask), () => body())(code),
    /** What is written by `body` runs as long as the mask that it answers is true in any lane, at least once. */
    repeatWhileAny: (body: () => Expression): void => {
      const turn = newLabel('turn')
      loop(turn, () => brIf(turn, op('v128.any_true', body()))(code))(code)
    },
    /** Gives the locals back. */
    release: (): void => {
      for (const index of taken) code.release(index)
    },
  }
}

/** Σ c_k x^k by Horner's rule: the fewest operations, each waiting for the one before. */
export const horner = (v: Vector, x: Expression, coefficients: Numbers): Expression =>
  byHorner(v, x, coefficients[v.dtype])

const byHorner = (v: Vector, x: Expression, coefficients: readonly number[]): Expression =>
  coefficients.reduceRight<Expression | null>((sum, c) => (sum ? v.fma(sum, x, v.constant(c)) : v.constant(c)), null)!

/** Σ c_k x^k as two sums in x² by Horner's rule: one product more than that needs, and half as long a wait. */
export function evenOdd(v: Vector, x: Expression, coefficients: Numbers): Expression {
  const square = v.bind(v.mul(x, x))
  const every = (first: number) => coefficients[v.dtype].filter((_, k) => k % 2 === first)
  return v.fma(byHorner(v, square, every(1)), x, byHorner(v, square, every(0)))
}

/** Σ c_k x^k by Estrin's scheme: pairs, then pairs of pairs, which need not wait for each other. */
export const estrin = (v: Vector, x: Expression, coefficients: Numbers): Expression =>
  byPairs(v, x, coefficients[v.dtype])

/** `estrin` of coefficients that serve one dtype only. */
export function byPairs(v: Vector, x: Expression, coefficients: readonly number[]): Expression {
  let terms = coefficients.map(v.constant)
  let power = x
  while (terms.length > 1) {
    terms = pairs(terms).map(([low, high]) => (high ? v.fma(high, power, low!) : low!))
    if (terms.length > 1) power = v.bind(v.mul(power, power))
  }
  return terms[0]!
}

const pairs = <T>(items: readonly T[]): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / 2) }, (_, i) => items.slice(2 * i, 2 * i + 2))
