/** Hyperbolic tangent: with e = e^(2|x|) - 1, tanh |x| = e/(e + 2), which keeps all digits near 0. */
import { compute, type UnaryMaths } from './context.ts'
import { positiveExpm1 } from './exponential.ts'

/** From here on tanh(x/2) is 1 to the last bit. */
const saturation = { float32: 20, float64: 40 } as const

/** tanh x. */
export const tanh: UnaryMaths = (context, operand) =>
  compute(context, (v) => {
    const x = v.bind(operand)
    const magnitude = v.bind(v.abs(x))
    const doubled = v.bind(v.lesser(v.add(magnitude, magnitude), saturation[v.dtype]))
    const e = v.bind(positiveExpm1(v, doubled))
    return v.withSign(v.div(e, v.add(e, v.constant(2))), x)
  })
