/** What programs cost the compilers that users have: instantiations, which do not depend on the machine, at the published doors. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, bench, type Compiler } from './compilers.ts'

const imports = `
import { add, concat, einsum, matmul, permute, random, reshape, slice, softmax, sum, tanh, transpose, zeros, type Tensor } from 'conformable'
import { chain, conv2d, dense, flatten, input, maxPool2d, relu } from 'conformable/layers'
declare const key: ReturnType<typeof random.key>
declare function named<const S extends readonly (string | number)[]>(shape: S): Tensor<S>
`

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

/** Eight operations a round, all of distinct shapes. */
const operations = (i: number): string => `
const a${i} = matmul(named(['batch', ${64 + i}]), zeros([${64 + i}, ${128 + 2 * i}]))
const b${i} = tanh(add(a${i}, zeros([${128 + 2 * i}])))
const c${i} = reshape(b${i}, ['batch', 2, -1])
const d${i} = permute(c${i}, [1, 2, 0])
const e${i} = sum(d${i}, -1, true)
const f${i} = concat([e${i}, e${i}], 1)
const g${i} = einsum('abc,abd->cd', d${i}, d${i})
const h${i} = slice(softmax(transpose(d${i})), 2, 1, ${40 + i})
export const out${i} = [f${i}, g${i}, h${i}]`

const network = (count: number): string => `
const model = chain(${lines(count, (i) => (i % 2 === 0 ? `dense(${100 + i}, ${102 + i}),` : 'relu,'))})
export const y = model(model.init(key), named(['batch', 100]))`

/** Thirteen convolutions, as the VGG network of sixteen layers has them; 0 is a pooling. */
const CHANNELS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]

function vgg(): string {
  let before = 3
  const convolutions = CHANNELS.map((channels) => {
    if (channels === 0) return 'maxPool2d(2),'
    const layer = `conv2d(${before}, ${channels}, 3, { padding: 1 }), relu,`
    before = channels
    return layer
  })
  return `
const model = chain(input('batch', 224, 224, 3), ${convolutions.join(' ')} flatten, dense(25088, 4096), relu, dense(4096, 1000))
export const y = model(model.init(key), zeros([8, 224, 224, 3]))
export const shape: readonly [8, 1000] = y.shape`
}

const programs = [
  { name: '200 mixed operations', source: lines(25, operations), budget: 150_000 },
  { name: 'a chain of 30 layers', source: network(30), budget: 50_000 },
  { name: 'VGG, 34 layers and more', source: vgg(), budget: 80_000 },
]

describe.each<Compiler>(['7.0', '5.9'])('TypeScript %s', (compiler) => {
  let place: Bench
  beforeAll(() => {
    place = bench()
  }, 120_000)
  afterAll(() => place.remove())

  it.each(programs)(
    '$name: at most $budget instantiations',
    ({ source, budget }) => {
      const { diagnostics, instantiations } = place.compile(compiler, { 'program.ts': imports + source })
      expect(diagnostics.map(({ text }) => text.join('\n'))).toEqual([])
      expect(instantiations).toBeGreaterThan(1000)
      expect(instantiations).toBeLessThanOrEqual(budget)
    },
    120_000,
  )
})

describe('published declarations', () => {
  it('of a network are short', () => {
    const place = bench()
    const model = place.declare(
      `${imports}export const model = chain(dense(784, 128), relu, dense(128, 10))\nexport const y = model(model.init(key), named(['batch', 784]))`,
    )
    place.remove()
    expect(model).toContain('export declare const y: Tensor<readonly ["batch", 10], "float32">;')
    expect(model).not.toContain('any')
    expect(model.length).toBeLessThan(1500)
  }, 120_000)
})
