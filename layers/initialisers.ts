/**
 * How parameters begin: functions `(key, shape, dtype) → tensor`.
 *
 * A weight is [out, in] (dense) or [kernel …, in, out] (images channels-last); its fans are
 *
 *     [out, in]               fan in = in                  fan out = out
 *     [kernel …, in, out]     fan in = ∏kernel · in        fan out = ∏kernel · out
 *     [n], []                 both n, or 1
 */
import {
  ArgumentError,
  add,
  div,
  type FloatDType,
  full,
  type Key,
  matmul,
  mul,
  norm,
  ones as onesOf,
  random,
  reshape,
  scanN,
  sub,
  type Tensor,
  transpose,
  zeros as zerosOf,
} from '../src/index.ts'
import type { Leaf } from './layer.ts'

/** A first value for a parameter of the given shape. */
export type Initialiser = (key: Key, shape: readonly number[], dtype: FloatDType) => Leaf

/**
 * Zeros: what a bias begins with.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.zeros(random.key(0), [3], 'float32')) // [0, 0, 0]
 */
export const zeros: Initialiser = (_, shape, dtype) => zerosOf(shape, dtype)

/**
 * Ones: what a scale begins with.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.ones(random.key(0), [3], 'float32')) // [1, 1, 1]
 */
export const ones: Initialiser = (_, shape, dtype) => onesOf(shape, dtype)

/**
 * One number everywhere.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.constant(0.5)(random.key(0), [3], 'float32')) // [0.5, 0.5, 0.5]
 */
export const constant =
  (value: number): Initialiser =>
  (_, shape, dtype) =>
    full(shape, value, dtype)

/**
 * Uniform in [low, high).
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.uniform(-1, 1)(random.key(0), [2], 'float32').shape) // [2]
 */
export const uniform =
  (low = 0, high = 1): Initialiser =>
  (key, shape, dtype) =>
    random.uniform(key, shape, { low, high, dtype })

/**
 * Normal with the given standard deviation and mean.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.normal(0.02)(random.key(0), [2], 'float32').shape) // [2]
 */
export const normal =
  (deviation = 1, mean = 0): Initialiser =>
  (key, shape, dtype) =>
    add(mul(random.normal(key, shape, { dtype }), deviation), mean)

/**
 * Normal, cut off at two standard deviations. `deviation` is that of the uncut distribution, as in PyTorch's `trunc_normal_`;
 * the result has 0.8796 of it.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.truncatedNormal(0.02)(random.key(0), [2], 'float32').shape) // [2]
 */
export const truncatedNormal =
  (deviation = 1, mean = 0): Initialiser =>
  (key, shape, dtype) =>
    add(mul(random.truncatedNormal(key, shape, { dtype }), deviation), mean)

/**
 * Uniform within ±√(6 / (fan in + fan out)).
 * Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks, PMLR 9.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.glorotUniform(random.key(0), [2, 2], 'float32').shape) // [2, 2]
 */
export const glorotUniform: Initialiser = scaledUniform((fanIn, fanOut) => 6 / (fanIn + fanOut))

/**
 * Normal with variance 2 / (fan in + fan out), not cut off (as PyTorch; Keras and JAX cut it). Glorot and Bengio (2010).
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.glorotNormal(random.key(0), [2, 2], 'float32').shape) // [2, 2]
 */
export const glorotNormal: Initialiser = scaledNormal((fanIn, fanOut) => 2 / (fanIn + fanOut))

/**
 * Uniform within ±√(6 / fan in), for `relu`.
 * He, Zhang, Ren, Sun (2015), Delving deep into rectifiers, arXiv:1502.01852.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.heUniform(random.key(0), [2, 2], 'float32').shape) // [2, 2]
 */
export const heUniform: Initialiser = scaledUniform((fanIn) => 6 / fanIn)

/**
 * Normal with variance 2 / fan in, for `relu`. He et al. (2015), arXiv:1502.01852.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.heNormal(random.key(0), [2, 2], 'float32').shape) // [2, 2]
 */
export const heNormal: Initialiser = scaledNormal((fanIn) => 2 / fanIn)

/**
 * Uniform within ±√(3 / fan in), for `selu`. LeCun, Bottou, Orr, Müller (1998), Efficient backprop.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.lecunUniform(random.key(0), [2, 2], 'float32').shape) // [2, 2]
 */
export const lecunUniform: Initialiser = scaledUniform((fanIn) => 3 / fanIn)

/**
 * Normal with variance 1 / fan in, for `selu`. LeCun et al. (1998).
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.lecunNormal(random.key(0), [2, 2], 'float32').shape) // [2, 2]
 */
export const lecunNormal: Initialiser = scaledNormal((fanIn) => 1 / fanIn)

/** From here on the iteration has converged, unless a singular value began 1e-8 times smaller than the largest. */
const ITERATIONS = 60

/**
 * Rows (of [out, in]; columns where there are fewer of them) that are orthonormal, drawn uniformly. Shapes of more than two
 * dimensions are taken as [all but the last, last].
 *
 * The orthogonal factor of a normal matrix, by Newton and Schulz's iteration X ← 1.5 X − 0.5 X Xᵀ X, which needs only products
 * and so is traced like everything else. Saxe, McClelland, Ganguli (2013), arXiv:1312.6120.
 * @param gain the length of the rows.
 * @throws ArgumentError for shapes of less than two dimensions.
 * @example
 * import { random } from 'conformable'
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.orthogonal()(random.key(0), [2, 2], 'float32').shape) // [2, 2]
 */
export const orthogonal =
  (gain = 1): Initialiser =>
  (key, shape, dtype) => {
    if (shape.length < 2)
      throw new ArgumentError(`orthogonal: a matrix is needed, got the shape [${shape.join(', ')}].`)
    const columns = shape[shape.length - 1]!
    const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1)
    const drawn: Matrix = random.normal(key, [Math.min(rows, columns), Math.max(rows, columns)], { dtype })
    const start: Matrix = div(drawn, norm(drawn))
    const [wide] = scanN(
      (x: Matrix) => [sub(mul(x, 1.5), mul(matmul(matmul(x, transpose(x)), x), 0.5)), null],
      start,
      ITERATIONS,
    )
    return reshape(mul(rows > columns ? transpose(wide) : wide, gain), shape)
  }

type Matrix = Tensor<readonly [number, number], any>

type Variance = (fanIn: number, fanOut: number) => number

/** Uniform within ±√v. */
function scaledUniform(squaredBound: Variance): Initialiser {
  return (key, shape, dtype) => {
    const bound = Math.sqrt(squaredBound(...fans(shape)))
    return random.uniform(key, shape, { low: -bound, high: bound, dtype })
  }
}

function scaledNormal(variance: Variance): Initialiser {
  return (key, shape, dtype) => mul(random.normal(key, shape, { dtype }), Math.sqrt(variance(...fans(shape))))
}

/**
 * Fan in and fan out of a weight.
 * @example
 * import { initialisers } from 'conformable/layers'
 * console.log(initialisers.fans([3, 3, 8, 16])) // [72, 144]
 */
export function fans(shape: readonly number[]): readonly [fanIn: number, fanOut: number] {
  const rank = shape.length
  if (rank < 2) return [shape[0] ?? 1, shape[0] ?? 1]
  if (rank === 2) return [shape[1]!, shape[0]!]
  const kernel = shape.slice(0, -2).reduce((product, size) => product * size, 1)
  return [kernel * shape[rank - 2]!, kernel * shape[rank - 1]!]
}
