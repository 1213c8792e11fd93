/**
 * Special functions of one float64 number that `Math` lacks: erf and its relatives, ln|Γ| and its derivatives.
 *
 * They are the reference of all back ends, so accuracy goes before speed. Polynomials are minimax fits of our own (Remez
 * exchange in 45 digits, weighted for relative error); the interval and the error before rounding stand beside each.
 */

/**
 * Error function 2/√π ∫₀ˣ e^(-t²) dt: odd, from -1 to 1; NaN for NaN. Within 1 ulp.
 */
export function erf(x: number): number {
  const magnitude = Math.abs(x)
  if (magnitude > 1) return Math.sign(x) * (1 - erfc(magnitude))
  return x + x * polynomial(erfCoefficients, x * x)
}

/** 1 - erf(x) without cancellation: full relative accuracy up to x = 26.5, then the denormals, 0 from 27.3 on. */
export function erfc(x: number): number {
  if (x < 0.5) return x < -1 ? 2 - erfc(-x) : 1 - erf(x)
  return x > 28 ? 0 : gaussian(x) * scaledErfc(x)
}

/**
 * Inverse of erf: ±infinity at ±1, NaN beyond. A fit of 20 bits in w = -ln(1 - x²) (after Giles, "Approximating the erfinv
 * function", GPU Computing Gems 2, 2011), then one step of Halley's method, which triples the digits.
 */
export function erfInverse(x: number): number {
  const magnitude = Math.abs(x)
  if (!(magnitude < 1)) return magnitude === 1 ? x / 0 : Number.NaN
  const y = magnitude * erfInverseRatio(-Math.log1p(-magnitude * magnitude))
  const excess = magnitude < 0.5 ? erf(y) - magnitude : 1 - magnitude - erfc(y)
  const step = excess * (0.5 * Math.sqrt(Math.PI)) * Math.exp(y * y)
  return Math.sign(x) * (y - step / (1 + y * step)) || x
}

/** ln|Γ(x)|: relative accuracy also beside the zeros at 1 and 2; +infinity at 0, the negative integers and ±infinity. */
export function logGamma(x: number): number {
  if (x <= 0) return logGammaReflected(-x)
  if (x < 0.5) return logGammaBeyondTwo(x) - Math.log(x * (x + 1))
  if (x < 1.5) return logGammaBeyondTwo(x - 1) - Math.log(x)
  if (x >= 8.5) return stirling(x)
  let product = 1
  let base = x
  while (base > 2.5) product *= --base
  return logGammaBeyondTwo(base - 2) + Math.log(product)
}

/** ψ(x) = d/dx ln|Γ(x)|: relative accuracy also beside the positive zero; ∓infinity at ±0, NaN at the negative integers. */
export function digamma(x: number): number {
  if (x <= 0) return digammaReflected(-x)
  if (x >= 10) return digammaAsymptotic(x)
  if (x < 1) return digammaNearZero(x + 1, x - digammaZero + 1) - 1 / x
  let base = x
  let sum = 0
  while (base > 2) sum += 1 / --base
  return digammaNearZero(base, base - digammaZero) + sum
}

/**
 * The n-th derivative of ψ, n = `order` = 0, 1, 2 …: n = 1 is the trigamma function. For x > 0 all terms have one sign; below
 * 0 by reflection, NaN at the poles there. Source: Abramowitz and Stegun, 6.4.6, 6.4.7 and 6.4.11.
 */
export function polygamma(order: number, x: number): number {
  if (!Number.isInteger(order) || order < 0) {
    throw new RangeError(`polygamma: the order is ${order}; it must be a whole number, at least 0.`)
  }
  if (order === 0) return digamma(x)
  if (x === 0) return order % 2 === 1 ? Number.POSITIVE_INFINITY : -1 / x
  if (x === Number.POSITIVE_INFINITY) return 0
  return x < 0 ? polygammaReflected(order, x) : polygammaPositive(order, x)
}

/** Σ c_k x^k. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k]!
  return sum
}

// ---- error functions

/** erf(x)/x - 1 in x², |x| ≤ 1: 2^-62.7. */
const erfCoefficients = [
  0.1283791670955126, -0.376126389031841, 0.11283791670971152, -0.026866170648052475, 0.0052239776530100855,
  -0.0008548328560355659, 0.00012055387317370487, -1.4926913896502495e-5, 1.6481664691819045e-6, -1.6564439666736766e-7,
  1.606820935354886e-8, -1.6699041747386172e-9, 1.4775480901232756e-10,
]

/** (1 + 2x) e^(x²) erfc(x) in (x - 3)/(x + 3), 0.5 ≤ x ≤ 27.3: 2^-62.3. Form: Shepherd and Laframboise (1981). */
const erfcCoefficients = [
  1.2530080582697296, -0.13562110612458095, -0.047562294353430394, 0.12964515870272222, -0.11927366341685146,
  0.06830802734597037, -0.023770514872996473, 0.0025293917674361877, 0.001888689665317818, -0.0007798316043314098,
  -0.00010515363695838599, 0.00012509371301249708, 4.915311459058002e-6, -2.00699088048534e-5, -6.096462560646234e-7,
  3.363196556867652e-6, 7.722710599218471e-8, -3.6352518361683546e-7, 2.576044962028926e-7, -2.653236155908974e-7,
  -2.8139304104325175e-7, 2.8919358822476575e-7, 1.0561123782378039e-7, -1.0696471838203236e-7,
]

/** erfInverse(x)/x in w - 2.5, w = -ln(1 - x²) ≤ 5: 2^-23.3. */
const erfInverseNear = [
  1.5014094215810376, 0.2466407262773829, -0.0041777078241985455, -0.0012537076834280897, 0.00021860220904948208,
  -4.396733716067042e-6, -3.528854932858106e-6, 3.4372302671321336e-7, 2.8533975010945076e-8,
]

/** erfInverse(x)/x in √w - 4, 5 ≤ w ≤ 37: 2^-19.8. */
const erfInverseFar = [
  3.8397814733562505, 1.0095109449105417, 0.0012929084567389465, -0.0009421011295500647, 0.0002562934535632254,
  -2.7690288632573802e-5, 9.051044999124878e-5, -7.89168013339309e-5, 1.782400633732668e-5,
]

/** e^(-x²), x² split so that its rounding does not count. */
export function gaussian(x: number): number {
  if (Math.abs(x) > 28) return 0
  const high = Math.fround(x)
  return Math.exp(-high * high) * Math.exp((high - x) * (high + x))
}

/** e^(x²) erfc(x). */
const scaledErfc = (x: number): number => polynomial(erfcCoefficients, (x - 3) / (x + 3)) / (1 + 2 * x)

const erfInverseRatio = (w: number): number =>
  w < 5 ? polynomial(erfInverseNear, w - 2.5) : polynomial(erfInverseFar, Math.sqrt(w) - 4)

// ---- gamma functions

/** ln Γ(2 + t)/t, |t| ≤ 1/2: 2^-62.5. */
const logGammaCoefficients = [
  0.42278433509846713, 0.3224670334241132, -0.06735230105319814, 0.020580808427784925, -0.007385551028668395,
  0.0028905103307136797, -0.001192753911991131, 0.0005096695256872917, -0.00022315475094884156, 9.945749519517266e-5,
  -4.49263487492813e-5, 2.0507409006646817e-5, -9.43847470579199e-6, 4.373503448394402e-6, -2.04485687066788e-6,
  9.610538872601038e-7, -4.3049089650589414e-7, 1.9667210911396336e-7, -1.3400815984072532e-7, 6.916035584297285e-8,
]

/** x times the remainder of Stirling's formula, in 1/x², x ≥ 8.5: 2^-70.6. */
const stirlingCoefficients = [
  0.08333333333333333, -0.002777777777767842, 0.0007936507871290662, -0.0005952361194441137, 0.0008414323091034464,
  -0.001889075367720036, 0.005053179365591263,
]

/** ψ(x)/(x - zero) in x - 3/2, 1 ≤ x ≤ 2: 2^-61.1. */
const digammaCoefficients = [
  0.9510558760318328, -0.42362742128146047, 0.24054248424078736, -0.14840492305391834, 0.09498872445282866,
  -0.06192213327158108, 0.04076083394471128, -0.026975796847935118, 0.017907248193249164, -0.011908215074691177,
  0.007927024118882072, -0.0052800194199851295, 0.0035180794811070235, -0.002344633313299549, 0.0015635724237617794,
  -0.0010423767896839407, 0.0006899503912424354, -0.00045944637170531645, 0.00032687065089822664,
  -0.00021931951918322825, 9.162615578773828e-5, -5.882974592482762e-5, 0.00012238823494177257, -8.315992484635643e-5,
]

/** (ln x - 1/2x - ψ(x)) x² in 1/x², x ≥ 10: 2^-71.1. */
const digammaAsymptoticCoefficients = [
  0.08333333333333331, -0.008333333333292317, 0.003968253936620679, -0.004166654894865929, 0.007573380560786954,
  -0.0208244511005941, 0.0671175481948168,
]

/** The positive zero of ψ, and what its rounding left. */
const digammaZero = 1.4616321449683622
const digammaZeroRest = 9.549995429965697e-17

/** Bernoulli numbers B₂, B₄, … */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
]

/** ln Γ(2 + t). */
const logGammaBeyondTwo = (t: number): number => t * polynomial(logGammaCoefficients, t)

/** (x - 1/2)(ln x - 1) + (ln 2π - 1)/2 + …, that is Stirling's (x - 1/2) ln x - x + ln(2π)/2 + … */
function stirling(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x
  const constant = 0.4189385332046727 // (ln 2π - 1)/2
  return (x - 0.5) * (Math.log(x) - 1) + (constant + polynomial(stirlingCoefficients, 1 / (x * x)) / x)
}

/** ln|Γ(-x)| for x ≥ 0, from Γ(x) Γ(-x) = -π/(x sin πx). */
function logGammaReflected(x: number): number {
  if (x === Math.floor(x)) return Number.POSITIVE_INFINITY
  if (x < 1e-20) return -Math.log(x)
  return Math.log(Math.PI / (x * Math.abs(sinePi(x)))) - logGamma(x)
}

/** sin πx up to its sign; x - round(x) is exact. */
const sinePi = (x: number): number => Math.sin(Math.PI * (x - Math.round(x)))

/** cot πx. Beside the odd multiples of 1/2 the distance to them is exact, too. */
function cotangentPi(x: number): number {
  const rest = x - Math.round(x)
  if (Math.abs(rest) <= 0.25) return 1 / Math.tan(Math.PI * rest)
  return Math.tan(Math.PI * (Math.sign(rest) * 0.5 - rest))
}

/** ψ(x) for 1 ≤ x ≤ 2, given x minus the rounded zero. */
const digammaNearZero = (x: number, distance: number): number =>
  (distance - digammaZeroRest) * polynomial(digammaCoefficients, x - 1.5)

function digammaAsymptotic(x: number): number {
  const z = 1 / (x * x)
  return Math.log(x) - (0.5 / x + z * polynomial(digammaAsymptoticCoefficients, z))
}

/** ψ(-x) for x ≥ 0: ψ(x) + 1/x + π cot πx. */
function digammaReflected(x: number): number {
  if (x === 0) return 1 / x // x is the negated argument
  if (x === Math.floor(x)) return Number.NaN
  return digamma(x) + (1 / x + Math.PI * cotangentPi(x))
}

/** (-1)^(n+1) n! (Σ_k (x + k)^-(n+1) + tail), the tail by the formula of Euler and Maclaurin. */
function polygammaPositive(order: number, x: number): number {
  let sum = 0
  let base = x
  for (; base < order + 12; base++) sum += base ** -(order + 1)
  const sign = order % 2 === 0 ? -1 : 1
  return sign * factorial(order) * (sum + zetaTail(order + 1, base))
}

/** ζ(s, x) = x^(1-s)/(s-1) + x^-s/2 + Σ_k B_2k s(s+1)…(s+2k-2)/(2k)! x^(1-s-2k). */
function zetaTail(s: number, x: number): number {
  let sum = x / (s - 1) + 0.5
  let factor = s / (2 * x) // s(s+1)…(s+2k-2)/(2k)! x^(1-2k)
  for (let k = 1; k <= bernoulli.length; k++) {
    sum += bernoulli[k - 1]! * factor
    factor *= ((s + 2 * k - 1) * (s + 2 * k)) / ((2 * k + 1) * (2 * k + 2) * x * x)
  }
  return sum * x ** -s
}

function factorial(n: number): number {
  let product = 1
  for (let k = 2; k <= n; k++) product *= k
  return product
}

/** ψⁿ(x) = (-1)ⁿ ψⁿ(1 - x) - π dⁿ/dxⁿ cot πx; that derivative is πⁿ q(cot πx) with q' ↦ -(1 + c²) q'(c) at each order. */
function polygammaReflected(order: number, x: number): number {
  if (x === Math.floor(x)) return Number.NaN
  let q = [0, 1]
  for (let k = 0; k < order; k++) q = derivativeInCotangent(q)
  const mirrored = polygammaPositive(order, 1 - x)
  const reflection = Math.PI ** (order + 1) * polynomial(q, cotangentPi(x))
  return (order % 2 === 0 ? mirrored : -mirrored) - reflection
}

/** Coefficients of -(1 + c²) q'(c). */
function derivativeInCotangent(q: readonly number[]): number[] {
  const result: number[] = Array(q.length + 1).fill(0)
  for (let k = 1; k < q.length; k++) {
    result[k - 1]! -= k * q[k]!
    result[k + 1]! -= k * q[k]!
  }
  return result
}
