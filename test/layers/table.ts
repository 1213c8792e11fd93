/** One row for each kind of layer: a layer, an input shape, the output shape and the number of parameters. */

import * as layers from '../../layers/index.ts'
import { add, matmul, type Tensor } from '../../src/index.ts'

/** A layer as the laws see it. */
export type AnyLayerFunction = {
  (params: unknown, x: unknown, state?: unknown): unknown
  readonly spec: object
  readonly stateSpec: object
  readonly name: string
  init(key: unknown, dtype?: string): object
  initState(key: unknown, dtype?: string): object
}

export interface Row {
  /** The export that the row is about. */
  readonly of: string
  readonly layer: AnyLayerFunction
  readonly input: readonly number[]
  readonly output: readonly number[]
  readonly count: number
  /** The input holds indices below this number. */
  readonly indices?: number
}

const {
  avgPool1d,
  avgPool2d,
  batchNorm,
  chain,
  conv1d,
  conv2d,
  convTranspose2d,
  dense,
  depthwiseConv2d,
  dropout,
  embedding,
  flatten,
  globalAveragePool,
  groupNorm,
  gru,
  input,
  instanceNorm,
  layer,
  layerNorm,
  learnedEncoding,
  lstm,
  maxPool1d,
  maxPool2d,
  multiHeadAttention,
  parallel,
  relu,
  repeat,
  rmsNorm,
  rnn,
  rotaryEncoding,
  sinusoidalEncoding,
  skip,
  tanh,
} = layers

const row = (
  of: string,
  made: unknown,
  input: readonly number[],
  output: readonly number[],
  count: number,
  indices?: number,
): Row => ({ of, layer: made as AnyLayerFunction, input, output, count, ...(indices === undefined ? {} : { indices }) })

const gate = dense(3, 3)

/** Layers of the door that are no functions of their own, yet do something to shapes. */
const structural: readonly string[] = ['flatten', 'globalAveragePool']

export const rows: readonly Row[] = [
  row('dense', dense(4, 3), [5, 4], [5, 3], 15),
  row('dense', dense(4, 3, { bias: false }), [2, 5, 4], [2, 5, 3], 12),
  row('dense', dense(4, 3), [4], [3], 15),
  row('layerNorm', layerNorm(4), [5, 4], [5, 4], 8),
  row('rmsNorm', rmsNorm(4), [5, 4], [5, 4], 4),
  row('embedding', embedding(7, 3), [2, 5], [2, 5, 3], 21, 7),
  row('dropout', dropout(0.25), [5, 4], [5, 4], 0),
  row('flatten', flatten, [5, 2, 3], [5, 6], 0),
  row('input', input('b', 4), [5, 4], [5, 4], 0),
  row('chain', chain(dense(4, 6), tanh, dense(6, 2)), [5, 4], [5, 2], 44),
  row('chain', chain(chain(dense(4, 6), dropout(0.5)), layerNorm(6), dropout(0.5)), [5, 4], [5, 6], 42),
  row('chain', chain(embedding(7, 4), skip(layerNorm(4))), [3], [3, 4], 36, 7),
  row('chain', chain(relu, flatten), [5, 2, 2], [5, 4], 0),
  row('repeat', repeat(3, dense(4, 4)), [5, 4], [5, 4], 60),
  row('parallel', parallel(dense(4, 3), tanh, chain(dense(4, 2), dropout(0.5))), [5, 4], [5, 9], 25),
  row('skip', skip(chain(dense(4, 6), tanh, dense(6, 4))), [5, 4], [5, 4], 58),
  row('skip', skip(chain(layerNorm(4), dropout(0.5))), [5, 4], [5, 4], 8),
  row(
    'layer',
    layer({ weight: [4, 3] }, (p, x: Tensor<['n', 4]>) => matmul(x, p.weight)),
    [5, 4],
    [5, 3],
    12,
  ),
  row(
    'layer',
    layer({ gate: gate.spec, shift: [3] }, (p, x: Tensor<['n', 3]>) => add(gate(p.gate, x), p.shift)),
    [5, 3],
    [5, 3],
    15,
  ),
  row('conv1d', conv1d(2, 3, 3, { stride: 2, padding: 'same' }), [2, 7, 2], [2, 4, 3], 21),
  row('conv2d', conv2d(1, 2, 3), [2, 5, 4, 1], [2, 3, 2, 2], 20),
  row('conv2d', conv2d(2, 4, [2, 3], { groups: 2, bias: false, stride: [3, 2] }), [1, 5, 5, 2], [1, 2, 2, 4], 24),
  row('conv2d', conv2d(1, 2, 2, { dilation: 2, padding: [[0, 1], 2] }), [1, 4, 3, 1], [1, 3, 5, 2], 10),
  row('depthwiseConv2d', depthwiseConv2d(2, 3, { padding: 1, multiplier: 2 }), [1, 3, 4, 2], [1, 3, 4, 4], 40),
  row('convTranspose2d', convTranspose2d(2, 3, 3, { stride: 2, padding: 'same' }), [1, 2, 3, 2], [1, 4, 6, 3], 57),
  row(
    'convTranspose2d',
    convTranspose2d(2, 4, 2, { groups: 2, outputPadding: 1, stride: 2 }),
    [1, 2, 2, 2],
    [1, 5, 5, 4],
    20,
  ),
  row('maxPool1d', maxPool1d(2), [2, 5, 2], [2, 2, 2], 0),
  row('maxPool2d', maxPool2d(3, { stride: 2, padding: 1 }), [1, 5, 4, 2], [1, 3, 2, 2], 0),
  row('avgPool1d', avgPool1d(3, { stride: 1, padding: 'same' }), [2, 5, 2], [2, 5, 2], 0),
  row('avgPool2d', avgPool2d([2, 1]), [1, 4, 4, 2], [1, 2, 4, 2], 0),
  row('globalAveragePool', globalAveragePool, [2, 3, 4, 2], [2, 2], 0),
  row('batchNorm', batchNorm(2), [3, 2, 2], [3, 2, 2], 4),
  row('batchNorm', batchNorm(3), [5, 3], [5, 3], 6),
  row('groupNorm', groupNorm(2, 4), [2, 3, 4], [2, 3, 4], 8),
  row('instanceNorm', instanceNorm(2), [2, 3, 2, 2], [2, 3, 2, 2], 4),
  row(
    'chain',
    chain(conv2d(1, 2, 3), relu, maxPool2d(2), batchNorm(2), flatten, dense(4, 3)),
    [2, 6, 5, 1],
    [2, 3],
    39,
  ),
  row('multiHeadAttention', multiHeadAttention(4, 2, { causal: true }), [2, 3, 4], [2, 3, 4], 80),
  row('multiHeadAttention', multiHeadAttention(4, 1, { bias: false, rotary: true }), [3, 4], [3, 4], 64),
  row('sinusoidalEncoding', sinusoidalEncoding(4), [2, 3, 4], [2, 3, 4], 0),
  row('rotaryEncoding', rotaryEncoding(4, { base: 100 }), [2, 3, 4], [2, 3, 4], 0),
  row('learnedEncoding', learnedEncoding(5, 4), [2, 3, 4], [2, 3, 4], 20),
  row('rnn', rnn(2, 3), [2, 4, 2], [2, 4, 3], 18),
  row('rnn', rnn(2, 3, { last: true, reverse: true }), [4, 2], [3], 18),
  row('lstm', lstm(2, 3), [2, 4, 2], [2, 4, 3], 72),
  row('lstm', lstm(2, 3, { last: true }), [2, 4, 2], [2, 3], 72),
  row('gru', gru(2, 3), [2, 4, 2], [2, 4, 3], 57),
  row('gru', gru(2, 3, { last: true, reverse: true }), [2, 4, 2], [2, 3], 57),
  row(
    'chain',
    chain(embedding(7, 4), learnedEncoding(3, 4), skip(multiHeadAttention(4, 2)), gru(4, 2, { last: true })),
    [2, 3],
    [2, 2],
    164,
    7,
  ),
  ...activations().map(([name, f]) => row(name, f, [5, 4], [5, 4], 0)),
]

/** The activations of the door: layers without parameters that are functions of a tensor. */
export function activations(): readonly (readonly [name: string, f: layers.Activation])[] {
  return Object.entries(layers)
    .filter(([name, entry]) => typeof entry === 'function' && 'spec' in entry && !structural.includes(name))
    .map(([name, entry]) => [name, entry as layers.Activation]) // no other export has a spec
}

/** What the door exports besides layers; a new export is in the table of layers or here. */
export const others: readonly string[] = [
  ...['activation', 'celuOf', 'eluOf', 'leakyReluOf', 'defineLayer', 'initialisers', 'testMode', 'trainMode'],
  ...['mse', 'mae', 'huber', 'hinge', 'cosineSimilarity', 'softmaxCrossEntropy', 'sigmoidCrossEntropy', 'klDivergence'],
  ...['batches', 'splitData', 'accuracy', 'confusionMatrix'],
]
