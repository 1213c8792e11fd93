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
  chain,
  dense,
  dropout,
  embedding,
  flatten,
  input,
  layer,
  layerNorm,
  parallel,
  relu,
  repeat,
  rmsNorm,
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
  ...activations().map(([name, f]) => row(name, f, [5, 4], [5, 4], 0)),
]

/** The activations of the door: layers without parameters that are functions of a tensor. */
export function activations(): readonly (readonly [name: string, f: layers.Activation])[] {
  return Object.entries(layers)
    .filter(([name, entry]) => typeof entry === 'function' && 'spec' in entry && name !== 'flatten')
    .map(([name, entry]) => [name, entry as layers.Activation]) // no other export has a spec
}

/** What the door exports besides layers; a new export is in the table of layers or here. */
export const others: readonly string[] = [
  ...['activation', 'celuOf', 'eluOf', 'leakyReluOf', 'defineLayer', 'initialisers', 'testMode', 'trainMode'],
  ...['mse', 'mae', 'huber', 'hinge', 'cosineSimilarity', 'softmaxCrossEntropy', 'sigmoidCrossEntropy', 'klDivergence'],
  ...['batches', 'splitData', 'accuracy', 'confusionMatrix'],
]
