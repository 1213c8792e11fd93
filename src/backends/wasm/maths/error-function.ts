/**
 * The error function: a series in x² for |x| ≤ 1, and 1 - e^(L(|x|)) beyond, L a polynomial for ln erfc. And its complement:
 * erfc(|x|) = e^(-x²) P(u)/(|x| + c), u = (|x| - c)/(|x| + c), a form of Shepherd and Laframboise (1981).
 */
import { type BinaryMaths, compute, estrin, evenOdd, type Numbers, type UnaryMaths } from './context.ts'
import { normalExponential } from './exponential.ts'

/** erf(x)/x - 1 in x², |x| ≤ 1, relative to erf: 2^-29.4 and 2^-56.3. */
const near: Numbers = {
  float32: [0.128379166, -0.37612626, 0.112835787, -0.0268533472, 0.0051871622, -0.00079978531, 7.80690389e-5],
  float64: [
    0.1283791670955126, -0.376126389031841, 0.11283791670971152, -0.026866170648052475, 0.0052239776530100855,
    -0.0008548328560355659, 0.00012055387317370487, -1.4926913896502495e-5, 1.6481664691819045e-6,
    -1.6564439666736766e-7, 1.606820935354886e-8, -1.6699041747386172e-9, 1.4775480901232756e-10,
  ],
}

/** ln erfc(x) in x, 1 ≤ x ≤ 4 and 6, weighted by erfc/erf: 2^-35.4 and 2^-62.2. */
const far: Numbers = {
  float32: [
    0.000188458915, -1.12958026, -0.6332165, -0.108422011, 0.0252103135, -0.00420529163, 0.000441478478, -2.169857e-5,
  ],
  float64: [
    -2.7827373842986216e-8, -1.1283789154636104, -0.6366207354130302, -0.10277081207590967, 0.019128037195786703,
    0.00020231625281844255, -0.0016749785715082933, 0.00055237234590029, 2.200039625341791e-5, -0.0001107797044279276,
    6.47594365488834e-5, -2.427965069944574e-5, 6.783961132007084e-6, -1.469657144321133e-6, 2.481288273449816e-7,
    -3.219302417258487e-8, 3.107971977128794e-9, -2.1050860136154988e-10, 8.927893716838054e-12,
    -1.7836555009978193e-13,
  ],
}

/** From here on erf is 1 to the last bit. */
const saturation = { float32: 4, float64: 6 } as const

/** erf(x) = 2/√π ∫₀ˣ e^(-t²) dt. */
export const erf: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const magnitude = v.bind(v.abs(x))
    const z = v.bind(v.mul(x, x))
    const small = v.fma(x, estrin(v, z, near), x)
    const logarithm = v.bind(estrin(v, v.bind(v.lesser(magnitude, saturation[v.dtype])), far))
    const large = v.sub(v.constant(1), normalExponential(v, logarithm))
    return v.withSign(v.select(v.gt(magnitude, v.constant(1)), large, small), x)
  })

/** e^(x²) erfc(x) (x + c) in (x - c)/(x + c), from 0 to where erfc is 0: 2^-28.9 and 2^-60.9. */
const scaledComplement: Numbers = {
  float32: [
    1.07400691, -0.883394485, 0.590228305, -0.310466046, 0.119528967, -0.0268395884, -0.00122581981, 0.00308006529,
    -0.000484371578, -0.000325951896,
  ],
  float64: [
    1.095995661000491, -0.976548729080882, 0.7732087022652373, -0.540853831313235, 0.33085158787799585,
    -0.17401093723993036, 0.07638151490981682, -0.0263700533404876, 0.006112055647919028, -0.00028095886363839744,
    -0.00045505261676216104, 0.00017681280996263344, -3.6355284599436046e-6, -1.8860881459970555e-5, 4.6956358506177e-6,
    1.424299350307046e-6, -8.489220854531552e-7, -7.600004966581071e-8, 1.2799342877321404e-7, 1.8126220062386757e-9,
    -1.857787358767303e-8, -8.343519839720593e-10, 2.096065727242621e-9, 4.1372406130030806e-10,
  ],
}

/** Their c. */
const centre = { float32: 3, float64: 4 } as const

/** From here on erfc is 0, or 2, to the last bit. */
const nothing = { float32: 10.1, float64: 27.3 } as const

/** erfc(x), given e^(-x²): what stands beside it there; |2 - erfc(|x|)| below 0. */
export const erfc: BinaryMaths = (context, operand, gaussian) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const magnitude = v.bind(v.lesser(v.abs(x), nothing[v.dtype]))
    const c = v.constant(centre[v.dtype])
    const inverse = v.bind(v.div(v.constant(1), v.add(magnitude, c)))
    const u = v.bind(v.mul(v.sub(magnitude, c), inverse))
    const scaled = v.mul(evenOdd(v, u, scaledComplement), inverse)
    return v.abs(v.sub(v.twoIfNegative(x), v.mul(scaled, gaussian)))
  })
