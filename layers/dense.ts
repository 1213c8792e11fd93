/**
 * The dense (fully connected, linear) layer: y = x weightᵀ + bias over the last dimension.
 * The weight is [out, in] as in PyTorch, so that its checkpoints load as they are.
 */

import { linear, ShapeError } from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Empty, Layer } from '../types/layer.ts'
import type { DenseFunction } from '../types/layer-shapes.ts'
import { sentence } from '../types/sentence.ts'
import { featuresDiffer, inputScalar } from '../types/sentences/layers.ts'
import type { Shape } from '../types/shape.ts'
import type { Tensor } from '../types/tensor.ts'
import { glorotUniform, type Initialiser, zeros } from './initialisers.ts'
import { assemble, type Leaf } from './layer.ts'
import { initialiserSchema, parseOptional, requireSize } from './options.ts'

/** Options of `dense`. */
export interface DenseOptions<Bias extends boolean = boolean> {
  /** Whether a bias is added; true by default. */
  readonly bias?: Bias
  /** `glorotUniform` by default, as Keras and Lux (PyTorch: uniform with bound 1/√in). */
  readonly weightInitialiser?: Initialiser
  /** Zeros by default. */
  readonly biasInitialiser?: Initialiser
}

/** The parameters of `dense`. */
export type DenseSpec<I extends number, O extends number, Bias extends boolean> = Bias extends false
  ? { readonly weight: readonly [O, I] }
  : { readonly weight: readonly [O, I]; readonly bias: readonly [O] }

const optionsSchema = () =>
  z.strictObject({
    bias: z.optional(z.boolean()),
    weightInitialiser: initialiserSchema(),
    biasInitialiser: initialiserSchema(),
  })

/**
 * y = x weightᵀ + bias: `[…, in] → […, out]`; weight [out, in], bias [out].
 * @throws ShapeError if the last dimension of the input is not `inputs`; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { dense } from 'conformable/layers'
 * const model = dense(784, 10)
 * console.log(model(model.init(random.key(0)), zeros([32, 784])).shape) // [32, 10]
 */
export function dense<const I extends number, const O extends number, const Bias extends boolean = true>(
  inputs: I,
  outputs: O,
  options?: DenseOptions<Bias>,
): Layer<DenseFunction<I, O>, DenseSpec<I, O, Bias>, Empty, readonly ['batch', I]> {
  const name = `dense(${inputs}, ${outputs})`
  const {
    bias = true,
    weightInitialiser = glorotUniform,
    biasInitialiser = zeros,
  } = parseOptional(name, optionsSchema, options)
  requireSize(name, inputs)
  requireSize(name, outputs)
  return assemble({
    name,
    input: 'parameters',
    spec: { weight: [outputs, inputs], ...(bias ? { bias: [outputs] } : {}) },
    initialisers: { weight: weightInitialiser, ...(bias ? { bias: biasInitialiser } : {}) },
    call(params, x: Tensor<readonly [...Shape, number], any>) {
      requireFeatures(name, x, inputs)
      return linear(x, params.weight, params.bias)
    },
  })
}

/** Refuses an input whose last dimension is not the number of features. */
export function requireFeatures(name: string, { shape }: Leaf, features: number): void {
  if (shape.length === 0) throw new ShapeError(sentence(inputScalar, { layer: name }))
  const given = shape[shape.length - 1]
  if (given === features) return
  throw new ShapeError(sentence(featuresDiffer, { layer: name, expected: features, given: given!, x: shape }))
}
