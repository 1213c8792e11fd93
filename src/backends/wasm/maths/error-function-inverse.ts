/**
 * Inverse of the error function: x P(w) with w = -ln(1 - x²), and polynomials in √w where w is large. Source of the form: Giles,
 * "Approximating the erfinv function", GPU Computing Gems 2 (2011); the fits are our own.
 * The constant term of each stands in two parts, the second added to the rest, which is smaller and so loses less.
 */
import type { Expression } from '../code/assembler.ts'
import { compute, estrin, type Numbers, type UnaryMaths, type Vector } from './context.ts'
import { normalLogarithm } from './logarithm.ts'

/** erfInverse(x)/x in w - 2.5, w ≤ 5: 2^-25.5 (float32); in w - 3.125, w ≤ 6.25: 2^-54.2 (float64). */
const centre: Numbers = {
  float32: [
    1.50140941, -5.21450936e-8, 0.24664028, -0.00417738687, -0.0012527419, 0.000218344445, -4.9633436e-6,
    -3.46270576e-6, 4.66169411e-7, 2.32327242e-8, -8.79095197e-9,
  ],
  float64: [
    1.6536545626831027, 6.873022834708568e-18, 0.24015818242558826, -0.006033670871427755, -0.0007407025341539553,
    0.0001867342080242578, -1.3882523395790218e-5, -1.3654691844363311e-6, 4.234788190760504e-7, -2.9070382773960746e-8,
    -4.112661976844547e-9, 1.051218398078758e-9, -5.414239031901726e-11, -1.2976958207274223e-11, 2.630354660184602e-12,
    -8.117009731027799e-14, -3.9989793119875816e-14, 6.594700805235217e-15, -4.286399832644298e-17,
    -1.300391027989972e-16, 1.5759667058606233e-17, 1.1444118566136688e-18, -3.575454678237465e-19,
    -1.009068931464402e-21, 3.3756742387862762e-21,
  ],
}

/** erfInverse(x)/x in √w - 3, 5 ≤ w ≤ 16: 2^-27.2 (float32); in √w - 3.25, 6.25 ≤ w ≤ 16: 2^-54.6 (float64). */
const tail: Numbers = {
  float32: [
    2.83297682, -1.7744199e-8, 1.00167525, 0.00944538042, -0.00764266727, 0.00568687031, -0.00356788258, 0.00147820031,
    -0.000118032687, -0.00028231382, 0.000158979965, -2.67721844e-5,
  ],
  float64: [
    3.0838856104922208, -1.3140982633435714e-16, 1.0052589676941657, 0.00537091455357091, -0.0037512085082629936,
    0.0024914420970183243, -0.0016882755342512087, 0.0009532893630751412, -0.0003550378308282535, 2.4031263134398427e-5,
    6.82872487680151e-5, -4.73190155834718e-5, 1.2464433351507644e-5, 2.925824206489023e-6, -3.98407798957705e-6,
    1.4985458646457524e-6, -3.0264683033299335e-8, -2.7118643887804407e-7, 1.3394117255918962e-7, 6.341945862472807e-10,
    -1.618703294705663e-8,
  ],
}

/** erfInverse(x)/x in √w - 5, 16 ≤ w ≤ 36.2: 2^-55.0. No float32 below 1 has so large a w. */
const farTail: Numbers = {
  float32: [],
  float64: [
    4.849906401408584, -7.790918426709442e-17, 1.0103004648645453, -0.00013871931838044485, -0.00021503011982871396,
    7.599527810251914e-5, -1.9681770685623497e-5, 4.5260524877715656e-6, -9.930295036876112e-7, 2.290529185121613e-7,
    -6.75556772566785e-8, 2.9018612052604963e-8, -1.5256318258649726e-8, 7.821096345280845e-9, -3.4696803864402607e-9,
    1.3167111318428018e-9, -4.386730293186809e-10, 6.898410545815473e-11, 4.316733144568034e-11,
    -2.0216924050153202e-11,
  ],
}

/** Where the first fit ends, and the middles of the fits. */
const pieces = {
  float32: { end: 5, middle: 2.5, tailMiddle: 3 },
  float64: { end: 6.25, middle: 3.125, tailMiddle: 3.25 },
} as const

/** erf⁻¹(x): ±infinity at ±1, NaN beyond. */
export const erfInverse: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const one = v.constant(1)
    const magnitude = v.bind(v.abs(x))
    const w = v.bind(v.neg(normalLogarithm(v, v.bind(v.mul(v.sub(one, magnitude), v.add(one, magnitude))))))
    const { constant, rest } = ratio(v, w)
    const inside = v.withSign(v.fma(x, rest, v.mul(x, constant)), x) // also of -0
    const atEnd = v.select(v.eq(magnitude, one), v.mul(x, v.constant(Number.POSITIVE_INFINITY)), v.constant(Number.NaN))
    return v.select(v.lt(magnitude, one), inside, atEnd)
  })

/** erfInverse(x)/x = constant + rest; the tails are evaluated only if a lane is there. */
function ratio(v: Vector, w: Expression): { constant: Expression; rest: Expression } {
  const { end, middle, tailMiddle } = pieces[v.dtype]
  const constant = v.variable(v.constant(centre[v.dtype][0]!))
  const rest = v.variable(withoutConstant(v, v.sub(w, v.constant(middle)), centre))
  const replace = (mask: Expression, x: Expression, fit: Numbers): void => {
    constant.set(v.select(mask, v.constant(fit[v.dtype][0]!), constant.value))
    rest.set(v.select(mask, withoutConstant(v, x, fit), rest.value))
  }
  const beyond = v.bind(v.gt(w, v.constant(end)))
  v.whenAny(beyond, () => {
    const root = v.bind(v.sqrt(w))
    replace(beyond, v.sub(root, v.constant(tailMiddle)), tail)
    if (v.dtype === 'float32') return
    const far = v.bind(v.gt(w, v.constant(16)))
    v.whenAny(far, () => replace(far, v.sub(root, v.constant(5)), farTail))
  })
  return { constant: constant.value, rest: rest.value }
}

/** Σ c_k x^k over the coefficients after the first, c₀ being the second. */
function withoutConstant(v: Vector, x: Expression, fit: Numbers): Expression {
  return estrin(v, v.bind(x), { float32: fit.float32.slice(1), float64: fit.float64.slice(1) })
}
