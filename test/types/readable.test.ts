/** What an editor shows of a value, and what a module is published as: the compiler prints both in the same words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, bench } from './compilers.ts'

const head = `
import { grad, hessian, jacrev, matmul, mul, random, softmax, sum, vmap, zeros, type Dim, type Tensor } from 'conformable'
import { chain, dense, relu } from 'conformable/layers'
declare const key: ReturnType<typeof random.key>
declare const images: Tensor<['batch', 784]>
`

/** Thirty layers, half of them with parameters. */
const deep = `chain(${Array.from({ length: 15 }, (_, i) => `dense(${100 + i}, ${101 + i}), relu`).join(', ')})`

const tensors: readonly (readonly [source: string, shown: string])[] = [
  ['matmul(images, zeros([784, 10]))', 'Tensor<readonly ["batch", 10], "float32">'],
  [`zeros([2], 'float64')`, 'Tensor<readonly [2], "float64">'],
  ['sum(images)', 'Tensor<readonly [], "float32">'],
  ['vmap((x: Tensor<[3]>) => sum(x))(zeros([4, 3]))', 'Tensor<readonly [4], "float32">'],
  [
    '<B extends Dim>(x: Tensor<readonly [B, 784]>) => softmax(matmul(x, zeros([784, 10])))',
    '<B extends Dim>(x: Tensor<readonly [B, 784]>) => Tensor<readonly [B, 10], "float32">',
  ],
  ['grad((x: Tensor<[3]>) => sum(mul(x, x)))', '(x: Tensor<[3], "float32">) => Tensor<[3], "float32">'],
  ['jacrev((x: Tensor<[3]>) => mul(x, x))', '(x: Tensor<[3], "float32">) => Tensor<readonly [3, 3], "float32">'],
  ['hessian((x: Tensor<[3]>) => sum(mul(x, x)))', '(x: Tensor<[3], "float32">) => Tensor<readonly [3, 3], "float32">'],
]

describe('types as an editor shows them', () => {
  let place: Bench
  beforeAll(() => {
    place = bench()
  }, 120_000)
  afterAll(() => place.remove())

  const shown = (source: string): string => place.declare(head + source)

  it('tensors, and functions of them, take one short line', () => {
    const lines = shown(tensors.map(([source], i) => `export const value${i} = ${source}`).join('\n')).split('\n')
    expect(lines.filter((line) => line.startsWith('export declare'))).toEqual(
      tensors.map(([, type], i) => `export declare const value${i}: ${type};`),
    )
  }, 120_000)

  it('parameters are their names and sizes', () => {
    const text = shown('export const p = chain(dense(784, 128), relu, dense(128, 10)).init(key)')
    expect(text.slice(text.indexOf('export')).replace(/\s+/g, ' ')).toContain(
      'ComponentArray<{ readonly layer_0: { readonly weight: readonly [128, 784]; readonly bias: readonly [128]; };' +
        ' readonly layer_2: { readonly weight: readonly [10, 128]; readonly bias: readonly [10]; }; }, "float32">;',
    )
  }, 120_000)

  it('a chain costs what its layers cost', () => {
    const [model, parameters] = [shown(`export const model = ${deep}`), shown(`export const p = ${deep}.init(key)`)]
    // about 380 bytes for each of the fifteen layers with parameters, 120 of them for its parameters
    expect(model.length).toBeLessThan(6000)
    expect(parameters.length).toBeLessThan(2000)
    expect(model + parameters).not.toMatch(/\bany\b|\.\.\. \d+ more/)
  }, 120_000)

  it('every part of a model or rule has a name at a door, so that modules which export them can be declared', () => {
    const text = place.declare(`
import * as l from 'conformable/layers'
import * as o from 'conformable/optimisers'
export const images = l.chain(l.input('n', 8, 8, 3), l.conv2d(3, 4, 3), l.batchNorm(4), l.relu, l.maxPool2d(2), l.groupNorm(2, 4), l.flatten, l.dropout(0.5))
export const words = l.chain(l.embedding(10, 4), l.lstm(4, 8), l.layerNorm(8), l.skip(l.dense(8, 8)), l.multiHeadAttention(8, 2), l.rmsNorm(8))
export const others = [l.convTranspose2d(3, 4, 2), l.conv1d(3, 4, 2), l.avgPool1d(2), l.globalAveragePool, l.instanceNorm(3)] as const
export const rules = [o.adam(), o.sgd(), o.momentum(), o.muon(), o.rmsProp(), o.adagrad(), o.adadelta(), o.adafactor(), o.adan(), o.rProp()] as const
export const combined = [o.chain(o.clipByGlobalNorm(1), o.adam()), o.skipNonFinite(o.accumulate(2, o.adam())), o.lookahead({}, o.adam())] as const
export const watched = o.reduceOnPlateau({ patience: 3 }, o.amsgrad())
export const searches = [o.lift(o.adam()), o.trustRegion(), o.bfgs(), o.augmentedLagrangian()] as const`)
    expect(text.match(/import\("\.[^)]*\)\.\w+/g) ?? []).toEqual([])
  }, 120_000)
})
