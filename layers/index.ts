/** The door `conformable/layers`: layers and how to make them, activations, losses, initialisers, batches of data. */
export type { ChainDomain, ChainFunction, ChainSpec, ChainStateSpec } from '../types/chain.ts'
export type {
  Activation,
  AnyLayer,
  Apply,
  Empty,
  Layer,
  LayerStateOf,
  ParamsOf,
  PureLayer,
  SameShape,
  ShapeFunction,
  StatefulLayer,
} from '../types/layer.ts'
export type { ParallelFunction, SkipFunction } from '../types/layer-branches.ts'
export type {
  ChannelsFunction,
  Conv1dFunction,
  Conv2dFunction,
  ConvTranspose2dFunction,
  DenseFunction,
  DepthwiseFunction,
  EmbeddingFunction,
  FeaturesFunction,
  FlattenFunction,
  GlobalPoolFunction,
  InputFunction,
  LastFunction,
  LayerNormFunction,
  Pool1dFunction,
  Pool2dFunction,
  SequenceFunction,
  SignatureFunction,
} from '../types/layer-shapes.ts'
export type { LayerState, StateSpec } from '../types/state.ts'
export {
  activation,
  celu,
  celuOf,
  elu,
  eluOf,
  gelu,
  geluTanh,
  hardTanh,
  identity,
  leakyRelu,
  leakyReluOf,
  logSoftmax,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  tanh,
} from './activations.ts'
export { type MultiHeadAttentionOptions, type MultiHeadAttentionSpec, multiHeadAttention } from './attention.ts'
export { type BatchNormOptions, type BatchNormState, batchNorm } from './batch-norm.ts'
export { parallel, skip } from './branches.ts'
export { chain, repeat } from './chain.ts'
export {
  type Conv1dLayerOptions,
  type Conv2dLayerOptions,
  type ConvSpec,
  type ConvTranspose2dLayerOptions,
  conv1d,
  conv2d,
  convTranspose2d,
  type DepthwiseLayerOptions,
  depthwiseConv2d,
} from './convolution.ts'
export { type CrossEntropyOptions, klDivergence, sigmoidCrossEntropy, softmaxCrossEntropy } from './cross-entropy.ts'
export { type BatchList, type BatchOf, type BatchOptions, batches, splitData } from './data.ts'
export { type DenseOptions, type DenseSpec, dense } from './dense.ts'
export { type DropoutState, dropout } from './dropout.ts'
export { type EmbeddingOptions, embedding } from './embedding.ts'
export { type GroupNormOptions, groupNorm, instanceNorm, type ScaleAndShift } from './group-norm.ts'
export type { Initialiser } from './initialisers.ts'
export * as initialisers from './initialisers.ts'
export { defineLayer, type Initialise, type Initialisers, type LayerDefinition, type Leaf, layer } from './layer.ts'
export { type LayerNormOptions, layerNorm } from './layer-norm.ts'
export { cosineSimilarity, type HuberOptions, hinge, huber, mae, mse } from './losses.ts'
export { accuracy, confusionMatrix } from './metrics.ts'
export { testMode, trainMode } from './mode.ts'
export { avgPool1d, avgPool2d, globalAveragePool, maxPool1d, maxPool2d } from './pooling.ts'
export {
  type LearnedEncodingOptions,
  learnedEncoding,
  rotaryEncoding,
  sinusoidalEncoding,
  type WaveOptions,
} from './positions.ts'
export { type GatedSpec, type GruSpec, gru, lstm, type RecurrentOptions, rnn } from './recurrent.ts'
export { type RmsNormOptions, rmsNorm } from './rms-norm.ts'
export { flatten, input } from './shape.ts'
