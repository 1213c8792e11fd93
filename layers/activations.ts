/**
 * Activations: functions of each element, both `relu(x)` and a layer in `chain(dense(784, 128), relu)`. Their forms keep values
 * and derivatives of all orders finite and precise far from 0: what would overflow or cancel is never computed.
 */
import {
  abs,
  add,
  customJvp,
  div,
  erfc,
  expm1,
  greater,
  jit,
  less,
  lessEqual,
  logSoftmax as logSoftmaxOf,
  maximum,
  minimum,
  mul,
  sigmoid as sigmoidOf,
  softmax as softmaxOf,
  softplus as softplusOf,
  square,
  tanh as tanhOf,
  where,
} from '../src/index.ts'
import type { Activation } from '../types/layer.ts'
import { defineLayer, type Leaf } from './layer.ts'

/**
 * Makes an activation of a function that keeps the shape.
 * @example
 * import { mul, sigmoid } from 'conformable'
 * import { activation } from 'conformable/layers'
 * const swish = activation('swish', (x) => mul(x, sigmoid(mul(x, 1.5))))
 */
export function activation(name: string, f: (x: Leaf) => Leaf): Activation {
  Object.defineProperty(f, 'name', { value: name })
  const compiled = jit(f)
  return defineLayer<Activation>({
    name,
    spec: {},
    call: (first, second) => compiled(second ?? first), // called as f(x), or by a chain as f(params, x)
  })
}

/**
 * max(x, 0). Its derivative at 0 is 0.
 * @example
 * import { tensor } from 'conformable'
 * import { relu } from 'conformable/layers'
 * console.log(relu(tensor([-1, 2]))) // [0, 2]
 */
export const relu: Activation = /* @__PURE__ */ activation('relu', (x) => where(lessEqual(x, 0), 0, x))

/**
 * x where x ≥ 0, else 0.01 x (the slope of `leakyRelu`, as in PyTorch and JAX). Its derivative at 0 is 1.
 * @example
 * import { tensor } from 'conformable'
 * import { leakyRelu } from 'conformable/layers'
 * console.log(leakyRelu(tensor([-1, 2]))) // [-0.01, 2]
 */
export const leakyRelu: Activation = /* @__PURE__ */ leakyReluOf(0.01)

/**
 * x where x ≥ 0, else slope · x.
 * @example
 * import { tensor } from 'conformable'
 * import { leakyReluOf } from 'conformable/layers'
 * console.log(leakyReluOf(0.2)(tensor([-1, 2]))) // [-0.2, 2]
 */
export function leakyReluOf(slope: number): Activation {
  return activation(slope === 0.01 ? 'leakyRelu' : `leakyReluOf(${slope})`, (x) => where(less(x, 0), mul(x, slope), x))
}

/**
 * x where x > 0, else eˣ − 1. Clevert, Unterthiner, Hochreiter (2015), arXiv:1511.07289.
 * @example
 * import { tensor } from 'conformable'
 * import { elu } from 'conformable/layers'
 * console.log(elu(tensor([-1, 2]))) // [-0.6321205, 2]
 */
export const elu: Activation = /* @__PURE__ */ eluOf(1)

/**
 * x where x > 0, else α (eˣ − 1).
 * @example
 * import { tensor } from 'conformable'
 * import { eluOf } from 'conformable/layers'
 * console.log(eluOf(0.5)(tensor([-1, 2]))) // [-0.3160603, 2]
 */
export function eluOf(alpha: number): Activation {
  return activation(alpha === 1 ? 'elu' : `eluOf(${alpha})`, (x) => exponentialUnit(x, alpha, 1))
}

/**
 * λ elu_α(x) with α = 1.6733, λ = 1.0507, which keep mean 0 and variance 1. Klambauer et al. (2017), arXiv:1706.02515.
 * @example
 * import { tensor } from 'conformable'
 * import { selu } from 'conformable/layers'
 * console.log(selu(tensor([-1, 2]))) // [-1.111331, 2.101402]
 */
export const selu: Activation = /* @__PURE__ */ activation('selu', (x) =>
  mul(exponentialUnit(x, 1.6732632423543772, 1), 1.0507009873554805),
)

/**
 * x where x > 0, else α (e^(x/α) − 1) with α = 1. Barron (2017), arXiv:1704.07483.
 * @example
 * import { tensor } from 'conformable'
 * import { celu } from 'conformable/layers'
 * console.log(celu(tensor([-1, 2]))) // [-0.6321205, 2]
 */
export const celu: Activation = /* @__PURE__ */ celuOf(1)

/**
 * x where x > 0, else α (e^(x/α) − 1): its derivative is continuous for each α.
 * @example
 * import { tensor } from 'conformable'
 * import { celuOf } from 'conformable/layers'
 * console.log(celuOf(0.5)(tensor([-1, 2]))) // [-0.4323324, 2]
 */
export function celuOf(alpha: number): Activation {
  return activation(alpha === 1 ? 'celu' : `celuOf(${alpha})`, (x) => exponentialUnit(x, alpha, alpha))
}

/**
 * x Φ(x), exact, with Φ the normal distribution function; JAX's default is `geluTanh`.
 * Hendrycks and Gimpel (2016), arXiv:1606.08415.
 * @example
 * import { tensor } from 'conformable'
 * import { gelu } from 'conformable/layers'
 * console.log(gelu(tensor([-1, 2]))) // [-0.1586552, 1.9545]
 */
export const gelu: Activation = /* @__PURE__ */ activation('gelu', (x) => mul(mul(x, 0.5), erfc(mul(x, -Math.SQRT1_2))))

/**
 * The tanh form of `gelu`: x/2 (1 + tanh u) = x σ(2u) with u = √(2/π) (x + 0.044715 x³); within 5e-4 of the exact one.
 * @example
 * import { tensor } from 'conformable'
 * import { geluTanh } from 'conformable/layers'
 * console.log(geluTanh(tensor([-1, 2]))) // [-0.158808, 1.954598]
 */
export const geluTanh: Activation = /* @__PURE__ */ activation('geluTanh', (x) => {
  const cubic = mul(x, add(mul(mul(x, x), 0.044715), 1))
  return mul(x, sigmoidOf(mul(cubic, 2 * Math.sqrt(2 / Math.PI))))
})

/**
 * x σ(x), also called swish. Elfwing, Uchibe, Doya (2017), arXiv:1702.03118.
 * @example
 * import { tensor } from 'conformable'
 * import { silu } from 'conformable/layers'
 * console.log(silu(tensor([-1, 2]))) // [-0.2689414, 1.761594]
 */
export const silu: Activation = /* @__PURE__ */ activation('silu', (x) => mul(x, sigmoidOf(x)))

/**
 * x tanh(softplus(x)). Misra (2019), arXiv:1908.08681.
 * @example
 * import { tensor } from 'conformable'
 * import { mish } from 'conformable/layers'
 * console.log(mish(tensor([-1, 2]))) // [-0.3034015, 1.943959]
 */
export const mish: Activation = /* @__PURE__ */ activation('mish', (x) => mul(x, tanhOf(softplusOf(x))))

/**
 * ln(1 + eˣ): the operation of `conformable`, as a layer.
 * @example
 * import { tensor } from 'conformable'
 * import { softplus } from 'conformable/layers'
 * console.log(softplus(tensor([-1, 2]))) // [0.3132617, 2.126928]
 */
export const softplus: Activation = /* @__PURE__ */ activation('softplus', (x) => softplusOf(x))

/**
 * 1/(1 + e⁻ˣ): the operation of `conformable`, as a layer.
 * @example
 * import { tensor } from 'conformable'
 * import { sigmoid } from 'conformable/layers'
 * console.log(sigmoid(tensor([-1, 2]))) // [0.2689414, 0.880797]
 */
export const sigmoid: Activation = /* @__PURE__ */ activation('sigmoid', (x) => sigmoidOf(x))

/**
 * tanh x: the operation of `conformable`, as a layer.
 * @example
 * import { tensor } from 'conformable'
 * import { tanh } from 'conformable/layers'
 * console.log(tanh(tensor([-1, 2]))) // [-0.7615942, 0.9640276]
 */
export const tanh: Activation = /* @__PURE__ */ activation('tanh', (x) => tanhOf(x))

/**
 * x limited to [−1, 1]. Its derivative is 1 at the limits and 0 beyond.
 * @example
 * import { tensor } from 'conformable'
 * import { hardTanh } from 'conformable/layers'
 * console.log(hardTanh(tensor([-1, 2]))) // [-1, 1]
 */
export const hardTanh: Activation = /* @__PURE__ */ activation('hardTanh', (x) =>
  where(greater(abs(x), 1), minimum(maximum(x, -1), 1), x),
)

/**
 * x / (1 + |x|). Its derivative is 1/(1 + |x|)², with all digits far from 0.
 * @example
 * import { tensor } from 'conformable'
 * import { softsign } from 'conformable/layers'
 * console.log(softsign(tensor([-1, 2]))) // [-0.5, 0.6666667]
 */
export const softsign: Activation = /* @__PURE__ */ activation(
  'softsign',
  /* @__PURE__ */ customJvp(
    (x: Leaf) => div(x, add(abs(x), 1)),
    ([x], [dx]) => mul(dx, square(div(1, add(abs(x), 1)))),
  ),
)

/**
 * x itself.
 * @example
 * import { tensor } from 'conformable'
 * import { identity } from 'conformable/layers'
 * console.log(identity(tensor([-1, 2]))) // [-1, 2]
 */
export const identity: Activation = /* @__PURE__ */ activation('identity', (x) => x)

/**
 * eˣ / Σ eˣ along the last axis: the operation of `conformable`, as a layer.
 * @example
 * import { tensor } from 'conformable'
 * import { softmax } from 'conformable/layers'
 * console.log(softmax(tensor([0, 1]))) // [0.2689414, 0.7310586]
 */
export const softmax: Activation = /* @__PURE__ */ activation('softmax', (x) => softmaxOf(x))

/**
 * ln softmax(x) along the last axis: the operation of `conformable`, as a layer.
 * @example
 * import { tensor } from 'conformable'
 * import { logSoftmax } from 'conformable/layers'
 * console.log(logSoftmax(tensor([0, 1]))) // [-1.313262, -0.3132617]
 */
export const logSoftmax: Activation = /* @__PURE__ */ activation('logSoftmax', (x) => logSoftmaxOf(x))

/** x where x > 0, else α (e^(x/β) − 1); the exponential never sees a positive number. */
function exponentialUnit(x: Leaf, alpha: number, width: number): Leaf {
  const positive = greater(x, 0)
  const below = where(positive, 0, x)
  return where(positive, x, mul(expm1(width === 1 ? below : div(below, width)), alpha))
}
