/**
 * Reduction of arguments of any size by π/2, for sine, cosine and tangent (Payne and Hanek, "Radian reduction for
 * trigonometric functions", SIGNUM Newsletter 18, 1983).
 *
 * x = A 2^e with A whole. Of the bits of 2/π only 192 can reach x · 2/π mod 4 above its 130th bit: those from 2^(1-e) down. They
 * are found in a table by `i8x16.swizzle` (an index outside of its 16 bytes gives 0), multiplied by A in limbs of 32 bits,
 * and what is left above 2^192 is whole turns. Two bits of the rest are the quadrant, the others the fraction of a quarter
 * turn. A double comes no nearer to a multiple of π/2 than 2^-61 of it, so that all digits are right.
 */
import type { Expression } from '../code/assembler.ts'
import { op, shuffle } from '../code/instructions.ts'
import { inDouble, literal, type Vector } from './context.ts'
import { wholeToFloat } from './logarithm.ts'

/** x = (quadrant + 4 n) π/2 + rest, |rest| ≤ π/4; the quadrant stands in the low bits of a lane. */
export interface Reduced {
  readonly rest: Expression
  readonly quadrant: Expression
}

/** The first 1280 bits of 2/π after the point. */
const twoOverPi =
  'a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f5' +
  '2ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d' +
  '7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361d'

/** Rows of 16 bytes of the table that arguments of each dtype can reach. */
const rowsNeeded = { float32: 3, float64: 10 } as const

/** The reduction of a bound, finite x, |x| ≥ 1; lanes that hold something else get arbitrary results. */
export function reduceHuge(v: Vector, x: Expression): Reduced {
  if (v.dtype === 'float64') return reduceDouble(v, x, rowsNeeded.float64)
  const wide = inDouble(v)
  const halves = [x, shuffle(x, x, [1, 0])].map((half) => {
    const doubled = wide.bind(op('f64x2.promote_low_f32x4', half))
    const { rest, quadrant } = reduceDouble(wide, doubled, rowsNeeded.float32)
    return { rest: wide.bind(op('f32x4.demote_f64x2_zero', rest)), quadrant: wide.bind(quadrant) }
  }) as [Reduced, Reduced] // map keeps the length
  return {
    rest: shuffle(halves[0].rest, halves[1].rest, [0, 2]),
    quadrant: shuffle(halves[0].quadrant, halves[1].quadrant, [0, 2, 4, 6]),
  }
}

function reduceDouble(v: Vector, x: Expression, rows: number): Reduced {
  const { multiplier, window } = aligned(v, x, rows)
  const product = multiply(v, multiplier, window)
  const top = product[5]!
  const rounded = v.bind(v.shiftRight(v.integerAdd(top, v.bits(1n << 29n)), 30))
  const negative = v.bind(v.negative(x))
  const rest = quarterTurns(v, v.fnma(toFloat(v, rounded), v.constant(2 ** 30), toFloat(v, top)), product)
  return {
    rest: v.xor(rest, v.signOf(x)),
    quadrant: v.integerSub(v.xor(rounded, negative), negative),
  }
}

/** A < 2^60 and six limbs of 2/π, the highest first, so that x · 2/π = A · limbs · 2^-190 mod 4 (but for the sign). */
function aligned(v: Vector, x: Expression, rows: number) {
  const { fractionBits, exponentMask } = v.format
  const fractionMask = (1n << BigInt(fractionBits)) - 1n
  const exponent = v.shiftRight(v.and(x, v.bits(exponentMask)), fractionBits)
  // x = m 2^(exponent - 1075), m of 53 bits; the window begins at byte floor((exponent - 1077) / 8), and 1077 = 8 · 135 - 3
  const position = v.bind(v.integerAdd(exponent, v.bits(3n)))
  const byte = v.integerSub(v.shiftRight(position, 3), v.bits(135n))
  const significand = v.or(v.and(x, v.bits(fractionMask)), v.bits(1n << BigInt(fractionBits)))
  const powers = literal(Uint8Array.of(1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0))
  const power = v.and(op('i8x16.swizzle', powers, v.and(position, v.bits(7n))), v.bits(0xffn))
  return {
    multiplier: v.bind(op('i64x2.mul', significand, power)),
    window: windowOf(v, byte, rows),
  }
}

/** 192 bits of 2/π from the byte that each lane says, as limbs of 32 bits, the highest first. */
function windowOf(v: Vector, byte: Expression, rows: number): Expression[] {
  const everyByte = literal(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8))
  const bigEndian = literal(Uint8Array.of(7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0))
  const indices = v.bind(op('i8x16.add', op('i8x16.swizzle', byte, everyByte), bigEndian))
  return [0, 8, 16].flatMap((offset) => {
    const word = v.bind(lookUp(v, indices, offset, rows))
    return [v.bind(v.shiftRight(word, 32)), v.bind(lowHalf(v, word))]
  })
}

/** Bytes of the table at indices + offset; 0 before its begin. */
function lookUp(v: Vector, indices: Expression, offset: number, rows: number): Expression {
  const found = Array.from({ length: rows }, (_, row) => {
    const shift = literal(new Uint8Array(16).fill(offset - 16 * row))
    return op('i8x16.swizzle', literal(tableRow(row)), op('i8x16.add', indices, shift))
  })
  return found.reduce((a, b) => v.or(a, b))
}

const tableRow = (row: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(twoOverPi.slice(2 * (16 * row + i)).slice(0, 2), 16))

/** The low 192 bits of A · window as limbs of 32 bits in 64-bit lanes, the lowest first. */
function multiply(v: Vector, multiplier: Expression, window: readonly Expression[]): Expression[] {
  const limbs = [...window].reverse()
  const factors = [v.bind(lowHalf(v, multiplier)), v.bind(v.shiftRight(multiplier, 32))]
  const products = factors.map((factor) => limbs.map((limb) => v.bind(op('i64x2.mul', factor, limb))))
  const result: Expression[] = []
  let carry = v.bits(0n)
  for (let place = 0; place < limbs.length; place++) {
    const terms = [carry]
    for (const [shift, row] of products.entries()) {
      const low = row[place - shift]
      const high = row[place - shift - 1]
      if (low) terms.push(lowHalf(v, low))
      if (high) terms.push(v.shiftRight(high, 32))
    }
    const sum = v.bind(terms.reduce((a, b) => v.integerAdd(a, b)))
    result.push(v.bind(lowHalf(v, sum)))
    carry = v.bind(v.shiftRight(sum, 32))
  }
  return result
}

/** π/2 times top 2^-30 + limb₄ 2^-62 + limb₃ 2^-94 + limb₂ 2^-126, |top| ≤ 2^29; the leading terms may cancel. */
function quarterTurns(v: Vector, top: Expression, limbs: readonly Expression[]): Expression {
  const term = (place: number): Expression => v.mul(toFloat(v, limbs[place]!), v.constant(2 ** (32 * place - 190)))
  const leading = v.bind(v.mul(top, v.constant(2 ** -30)))
  const next = v.bind(term(4))
  const high = v.bind(v.add(leading, next))
  const low = v.bind(v.add(v.sub(next, v.sub(high, leading)), v.add(term(3), term(2))))
  const sum = v.bind(v.add(high, low))
  const lost = v.sub(low, v.sub(sum, high))
  const [first, second] = [1.5707963267948966, 6.123233995736766e-17] as const
  const small = v.fma(sum, v.constant(second), v.mul(lost, v.constant(first)))
  return v.fma(sum, v.constant(first), small)
}

const toFloat = (v: Vector, whole: Expression): Expression => wholeToFloat(v, whole, 0)

const lowHalf = (v: Vector, a: Expression): Expression => v.and(a, v.bits(0xffffffffn))
