/** Every layer obeys the same laws; what is special about one follows below. */
import { describe, expect, it } from 'vitest'
import * as door from '../../layers/index.ts'
import {
  convert,
  flat,
  fromFlat,
  fromTypedArray,
  grad,
  jit,
  labels,
  layoutOf,
  mul,
  random,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts'
import { fill } from '../helpers/golden.ts'
import { type AnyLayerFunction, activations, others, type Row, rows } from './table.ts'

const { chain, dense, dropout, embedding, flatten, input, layer, layerNorm, parallel, relu, repeat, skip } = door

type Any = Tensor<any, any>
const key = random.key(7)
const size = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

/** An input of a row: numbers within ±1, or indices. */
function inputOf({ input: shape, indices }: Row, dtype: 'float32' | 'float64'): Any {
  const numbers = fill(size(shape), 1, -1, 1)
  if (indices !== undefined)
    return fromTypedArray(
      Int32Array.from(numbers, (_, i) => i % indices),
      shape as number[],
    )
  return convert(fromTypedArray(numbers, shape as number[]), dtype)
}

/** The output alone, of a layer with state as well. */
const output = (f: AnyLayerFunction, params: unknown, x: unknown, state: unknown): Any =>
  (Object.keys(f.stateSpec).length > 0 ? (f(params, x, state) as [Any])[0] : f(params, x)) as Any

const bits = (x: Any): number[] => [...x.readSync()]

it('every export is in a table', () => {
  const known = new Set([...rows.map(({ of }) => of), ...others])
  expect(Object.keys(door).filter((name) => !known.has(name))).toEqual([])
  expect([...known].filter((name) => !(name in door))).toEqual([])
})

describe.each(rows.map((row) => [row.layer.name, row] as const))('%s', (_, row) => {
  const f = row.layer
  const state = f.initState(key, 'float64')

  it('counts its parameters and gives the output shape, in both dtypes', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const params = f.init(key, dtype) as never
      expect(flat(params).shape).toEqual([row.count])
      expect(flat(params).dtype).toBe(dtype)
      const y = output(f, params, inputOf(row, dtype), f.initState(key, dtype))
      expect(y.shape).toEqual(row.output)
      expect(y.dtype).toBe(dtype)
    }
  })

  it('begins as the key says', () => {
    const [first, again, other] = [key, key, random.key(8)].map((k) => bits(flat(f.init(k) as never)))
    expect(again).toEqual(first)
    if (first!.some((x) => x !== 0 && x !== 1)) expect(other).not.toEqual(first)
    const compiled = jit((k: typeof key) => f.init(k))(key)
    expect(bits(flat(compiled as never))).toEqual(first)
  })

  it('is compiled to the same function', () => {
    const [params, x] = [f.init(key, 'float64'), inputOf(row, 'float64')]
    const eager = bits(output(f, params, x, state))
    const compiled = bits(jit((p: unknown, v: unknown, s: unknown) => output(f, p, v, s))(params, x, state))
    for (const [i, value] of compiled.entries())
      expect(Math.abs(value - eager[i]!)).toBeLessThanOrEqual(1e-14 * (1 + Math.abs(value)))
  })

  it('has the derivative that differences show', () => {
    const [params, x] = [f.init(key, 'float64') as never, inputOf(row, 'float64')]
    const weights = fromTypedArray(fill(size(row.output), 9, -1, 1), row.output as number[]) as Any
    const loss = (p: unknown, v: Any): Any => sum(mul(output(f, p, v, state), weights) as Any)
    const vector = flat(params)
    const byParams = (v: Any): Any => loss(fromFlat(v, layoutOf(params)), x)
    const n = row.count
    if (n > 0) expectSlope(byParams, vector, fromTypedArray(fill(n, 5, -1, 1), [n]))
    if (row.indices === undefined) {
      expectSlope((v) => loss(params, v), x, fromTypedArray(fill(size(row.input), 6, -1, 1), row.input as number[]))
    }
  })
})

/** ⟨∇f(x), v⟩ against (f(x + hv) − f(x − hv)) / 2h. */
function expectSlope(f: (x: Any) => Any, x: Any, v: Any): void {
  const step = 1e-6
  const [at, direction] = [bits(x), bits(v)]
  const moved = (sign: number): number =>
    f(
      fromTypedArray(
        Float64Array.from(at, (a, i) => a + sign * step * direction[i]!),
        x.shape as number[],
      ),
    ).itemSync() as number
  const difference = (moved(1) - moved(-1)) / (2 * step)
  const slope = bits(grad(f as never)(x as never) as Any).reduce((total, g, i) => total + g * direction[i]!, 0)
  expect(Math.abs(slope - difference)).toBeLessThanOrEqual(1e-7 * (1 + Math.abs(slope)))
}

describe('sentences', () => {
  it.each([
    [
      () => relu.init(key) && dense(64, 10)(dense(64, 10).init(key), zeros([2, 128]) as never),
      'ShapeError: dense(64, 10): expects 64 input features, got 128 (input [2, 128])',
    ],
    [
      () => dense(64, 10)(dense(64, 10).init(key), zeros([]) as never),
      'ShapeError: dense(64, 10): input must have rank >= 1, got []',
    ],
    [
      () => layerNorm(64)(layerNorm(64).init(key), zeros([2, 128]) as never),
      'ShapeError: layerNorm(64): expects 64 input features, got 128 (input [2, 128])',
    ],
    [
      () => input('b', 28)(input('b', 28).init(key), zeros([32, 27]) as never),
      'ShapeError: layer expects [b, 28], got [32, 27]: 28 vs 27',
    ],
    [
      () => input('n', 'n')(input('n', 'n').init(key), zeros([3, 4]) as never),
      "ShapeError: layer expects [n, n], got [3, 4]: 'n' is both 3 and 4",
    ],
    [
      () =>
        (skip as unknown as (layer: unknown) => (params: unknown, x: unknown) => unknown)(dense(3, 4))(
          dense(3, 4).init(key),
          zeros([2, 3]),
        ),
      'ShapeError: skip: the layer gives [2, 4] for [2, 3]; it must keep the shape',
    ],
    [
      () => dense(3, 4)(dense(4, 3).init(key) as never, zeros([2, 3]) as never),
      "params: 'weight' is float32[3, 4], this layer's is float32[4, 3]. Make them with init(key).",
    ],
    [
      () => embedding(9, 2)(embedding(9, 2).init(key), zeros([2]) as never),
      "DTypeError: embedding: the input must be int32, got float32[2]; convert it first: convert(x, 'int32')",
    ],
    [
      () => chain(...([dense(3, 4), Math.tanh] as never[])),
      "chain: argument 1 is the plain function 'tanh', not a layer; make one with layer(spec, f).",
    ],
    [() => dense(0, 4), 'dense(0, 4): sizes are whole numbers from 1, got 0.'],
    [() => dense(3, 4, { biass: false } as never), "dense(3, 4): there is no option 'biass'"],
    [() => dropout(1), 'dropout: the rate is in [0, 1), got 1.'],
    [() => repeat(0, relu), 'repeat: a whole number from 1 is needed, got 0.'],
    [
      () => chain(dropout(0.5))(relu.init(key), zeros([2]), undefined as never),
      'dropout(0.5): its state, layer_0, is missing; make it with initState(key).',
    ],
    [
      () => layer({ weight: [2] }, (p) => p.weight, { wieght: door.initialisers.ones } as never).init(key),
      "layer: an initialiser is given for 'wieght', but the parameters are weight.",
    ],
  ])('%#: %s', (act, sentence) => {
    expect(act).toThrow(sentence)
  })
})

describe('what layers do', () => {
  it('a dense layer has PyTorch’s weight, [out, in]', () => {
    const model = dense(2, 3)
    const params = fromFlat(tensor([1, 2, 3, 4, 5, 6, 10, 20, 30]), layoutOf(model.init(key)))
    expect(bits(model(params, tensor([[1, 10]])))).toEqual([31, 63, 95])
  })

  it('a chain names its parameters by place', () => {
    const model = chain(dense(4, 6), relu, chain(dense(6, 2), relu))
    const names = ['layer_0.weight', 'layer_0.bias', 'layer_2.layer_0.weight', 'layer_2.layer_0.bias']
    expect(labels(model.init(key))).toEqual(names)
  })

  it('every parameter has a key of its own', () => {
    const params = repeat(2, dense(4, 4)).init(key)
    expect(bits(params.layer_0.weight)).not.toEqual(bits(params.layer_1.weight))
    const two = parallel(dense(4, 4), dense(4, 4)).init(key)
    expect(bits(two.layer_0.weight)).not.toEqual(bits(two.layer_1.weight))
  })

  it('inner layers of a user’s layer begin as they do alone', () => {
    const norm = layerNorm(3)
    const outer = layer({ norm: norm.spec }, (p, x: Tensor<['n', 3]>) => norm(p.norm, x))
    expect(bits(flat(outer.init(key)))).toEqual([1, 1, 1, 0, 0, 0])
    const other = layer({ norm: norm.spec, bias: [2] }, (p, x: Tensor<['n', 3]>) => norm(p.norm, x), {
      norm: { weight: door.initialisers.constant(5) },
      bias: door.initialisers.ones,
    })
    expect(bits(flat(other.init(key)))).toEqual([5, 5, 5, 0, 0, 0, 1, 1])
  })

  it('flatten keeps the first dimension', () => {
    expect(flatten(flatten.init(key), zeros([2, 3, 4])).shape).toEqual([2, 12])
  })

  it('an activation is a function and a layer', () => {
    const x = tensor([-1, 2])
    for (const [, f] of activations()) {
      expect(bits(f(f.init(key), x))).toEqual(bits(f(x)))
    }
  })
})

describe('dropout', () => {
  const model = chain(dense(4, 4), dropout(0.25), chain(dropout(0.5), relu))
  const state = model.initState(key)

  it('drops the share it is told, scales the rest, and gives another key', () => {
    const f = dropout(0.25)
    const before = f.initState(key)
    const ones = fromTypedArray(new Float32Array(40_000).fill(1), [40_000])
    const [y, after] = f(f.init(key), ones, before)
    const values = bits(y)
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
    expect(values.filter((v) => v === 0).length / 40_000).toBeCloseTo(0.25, 2)
    expect(bits(after.key)).not.toEqual(bits(before.key))
    expect(bits(f(f.init(key), ones, after)[0])).not.toEqual(values)
    expect(bits(f(f.init(key), ones, before)[0])).toEqual(values)
  })

  it('modes reach nested states', () => {
    const test = door.testMode(state)
    expect([test.layer_1.training, test.layer_2.layer_0.training]).toEqual([false, false])
    expect(bits(test.layer_1.key)).toEqual(bits(state.layer_1.key))
    const train = door.trainMode(test)
    expect([train.layer_1.training, train.layer_2.layer_0.training]).toEqual([true, true])
    const params = model.init(key)
    const plain = chain(dense(4, 4), relu)
    const x = random.normal(key, [3, 4])
    const [y, next] = model(params, x, test)
    const alone = plain(fromFlat(flat(params), layoutOf(plain.init(key))) as never, x as never)
    expect(bits(y)).toEqual(bits(alone as Any))
    expect(bits(next.layer_1.key)).toEqual(bits(test.layer_1.key))
  })

  it('threads its state through compiled steps', () => {
    const params = model.init(key)
    const x = random.normal(key, [3, 4])
    const step = jit((s: typeof state) => model(params, x, s))
    const [first, next] = step(state)
    const [second] = step(next)
    expect(next.layer_1.training).toBe(true)
    expect(bits(second)).not.toEqual(bits(first))
    expect(bits(model(params, x, next)[0])).toEqual(bits(second))
  })
})
