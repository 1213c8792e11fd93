/**
 * The public door at calls: what is inferred without `as const`, and that a mistake is an error at the argument that made it.
 */

import type { Dim, Key, Scalar, Shape, Tensor } from 'conformable'
import * as c from 'conformable'
import { test } from 'vitest'
import { is } from './equal.ts'

declare const x: Tensor<readonly ['batch', 784]>
declare const w: Tensor<readonly [128, 784]>
declare const labels: Tensor<readonly ['batch'], 'int32'>
declare const d: Tensor<readonly [3], 'float64'>
declare const i: Tensor<readonly [3], 'int32'>
declare const key: Key
declare const n: number

test('creation', () => {
  is<Tensor<readonly [2, 2]>>()(c.tensor([[1, 2], [3, 4]])) // biome-ignore format: a matrix
  is<Tensor<readonly [2], 'bool'>>()(c.tensor([true, false]))
  is<Tensor<readonly [2], 'int32'>>()(c.tensor([1, 2], 'int32'))
  is<Tensor<readonly [number]>>()(c.tensor(new Array<number>(3)))
  is<Scalar>()(c.scalar(1))
  is<Scalar<'float64'>>()(c.scalar(1, 'float64'))
  is<Scalar<'bool'>>()(c.scalar(true))
  is<Tensor<readonly [2, 3]>>()(c.zeros([2, 3]))
  is<Tensor<readonly [2, 3], 'int32'>>()(c.ones([2, 3], 'int32'))
  is<Tensor<readonly [2], 'float64'>>()(c.full([2], 0.5, 'float64'))
  is<Tensor<readonly ['batch', 784]>>()(c.zerosLike(x))
  is<Tensor<readonly [5], 'int32'>>()(c.arange(5))
  is<Tensor<readonly [4], 'int32'>>()(c.arange(3, 10, 2))
  is<Tensor<readonly [2], 'float64'>>()(c.arange(0, 2, 1, 'float64'))
  is<Tensor<readonly [5]>>()(c.linspace(0, 1, 5))
  is<Tensor<readonly [3, 3]>>()(c.eye(3))
  is<Tensor<readonly [3, 4], 'int32'>>()(c.eye(3, 4, 'int32'))
  is<Tensor<readonly [2, 2], 'uint32'>>()(c.fromTypedArray(new Uint32Array(4), [2, 2]))
  is<Tensor<readonly ['batch', 784], 'int32'>>()(c.convert(x, 'int32'))
  // @ts-expect-error tensor: row 0 has shape [2] but row 1 has shape [1]
  c.tensor([[1, 2], [3]])
  // @ts-expect-error a name is no size
  c.zeros(['batch', 784])
})

test('elementwise', () => {
  is<Tensor<readonly ['batch', 784]>>()(c.tanh(x))
  is<Tensor<readonly ['batch', 784]>>()(c.mul(x, 2))
  is<Tensor<readonly ['batch', 784]>>()(c.sub(1, x))
  is<Tensor<readonly ['batch', 784]>>()(c.add(x, c.zeros([784])))
  is<Tensor<readonly ['batch', 784]>>()(c.pow(x, 3))
  is<Tensor<readonly [3], 'float64'>>()(c.maximum(d, 0))
  is<Tensor<readonly [3], 'int32'>>()(c.mod(i, 2))
  is<Tensor<readonly [3], 'int32'>>()(c.bitwiseAnd(i, 1))
  is<Tensor<readonly [3], 'bool'>>()(c.less(d, 0))
  is<Tensor<readonly [3], 'bool'>>()(c.isNaN(d))
  is<Tensor<readonly [3], 'float64'>>()(c.clip(d, 0, 1))
  is<Tensor<readonly [2, 3], 'float64'>>()(c.lerp(c.zeros([2, 1], 'float64'), d, 0.5))
  is<Scalar<'bool'>>()(c.allClose(d, 1))
  // @ts-expect-error add: cannot broadcast [batch, 784] with [7]: 784 vs 7
  c.add(x, c.zeros([7]))
  // @ts-expect-error add: float64 with float32; convert one of them
  c.add(d, c.zeros([3]))
  // @ts-expect-error integers have no exponential
  c.exp(i)
})

test('reductions', () => {
  is<Scalar>()(c.mean(x))
  is<Tensor<readonly ['batch', 1]>>()(c.variance(x, -1, true))
  is<Tensor<readonly ['batch']>>()(c.std(x, 1, false, { correction: 1 }))
  is<Tensor<readonly [784]>>()(c.norm(x, 0))
  is<Scalar>()(c.max(x, [0, 1]))
  is<Tensor<readonly ['batch'], 'int32'>>()(c.argmax(x, -1))
  is<Tensor<readonly ['batch', 784]>>()(c.softmax(x))
  is<Tensor<readonly ['batch', 784]>>()(c.cumsum(x, 1))
  is<Tensor<readonly ['batch']>>()(c.median(x, 1))
  is<Tensor<Shape>>()(c.sum(x, n))
  // @ts-expect-error sum: axis 2 is out of range
  c.sum(x, 2)
  // @ts-expect-error integers have no mean
  c.mean(i)
})

test('shapes', () => {
  is<Tensor<readonly ['batch', 28, 28, 1]>>()(c.reshape(x, [-1, 28, 28, 1]))
  is<Tensor<readonly ['batch', 28, 28]>>()(c.reshape(x, ['batch', 28, 28]))
  is<Tensor<readonly [784, 'batch']>>()(c.transpose(x))
  is<Tensor<readonly [4, 2, 3]>>()(c.moveAxis(c.zeros([2, 3, 4]), -1, 0))
  is<Tensor<readonly [4, 3, 2]>>()(c.swapAxes(c.zeros([2, 3, 4]), 0, -1))
  is<Tensor<readonly ['batch', 1, 784]>>()(c.expandDims(x, 1))
  is<Tensor<readonly [3, 'batch', 784]>>()(c.broadcastTo(x, [3, 'batch', 784]))
  is<Tensor<readonly ['batch', 784]>>()(c.realize(c.zeros([n, 784]), ['batch', 784]))
  is<Tensor<readonly [6, 3]>>()(c.concat([c.zeros([2, 3]), c.zeros([4, 3])], 0))
  is<Tensor<readonly [2, 'batch', 784]>>()(c.stack([x, x]))
  const [q, , v] = c.split(c.zeros([8, 2304]), 3, -1)
  is<Tensor<readonly [8, 768]>>()(q)
  is<Tensor<readonly [8, 768]>>()(v)
  is<Tensor<readonly [4, 4]>>()(c.pad(c.zeros([2, 3]), [[1, 1], [0, 1]])) // biome-ignore format: pairs
  is<Tensor<readonly [4, 3]>>()(c.tile(c.zeros([2, 3]), [2, 1]))
  is<Tensor<readonly [2, 6]>>()(c.repeat(c.zeros([2, 3]), 2, 1))
  // @ts-expect-error reshape: 784 is not divisible by 100
  c.reshape(x, [-1, 100])
  // @ts-expect-error moveAxis: axis 2 is out of range
  c.moveAxis(x, 2, 0)
})

test('indexing', () => {
  is<Tensor<readonly [5, 4]>>()(c.slice(c.zeros([10, 4]), 0, 2, 7))
  is<Tensor<readonly [3, 4]>>()(c.slice(c.zeros([10, 4]), 0, 2, 7, 2))
  is<Tensor<readonly [784]>>()(c.at(x, 0))
  is<Tensor<readonly ['batch', 64]>>()(c.take(c.zeros([50257, 64]), labels))
  is<Tensor<readonly ['batch', 10]>>()(c.oneHot(labels, 10))
  is<Tensor<readonly ['batch', 1]>>()(c.takeAlongAxis(x, c.expandDims(labels, 1), 1))
  is<Tensor<readonly [7, 784]>>()(c.scatterAdd(labels, x, 7))
  is<Tensor<readonly [2, 2]>>()(c.dynamicSlice(c.zeros([4, 3]), [c.scalar(1, 'int32'), 0], [2, 2]))
  is<[Tensor<readonly ['batch', 5]>, Tensor<readonly ['batch', 5], 'int32'>]>()(c.topK(x, 5))
  is<Tensor<readonly ['batch', 784], 'int32'>>()(c.argsort(x))
  is<Tensor<readonly ['batch', 783]>>()(c.diff(x))
  // @ts-expect-error indices are int32
  c.take(x, d)
  // @ts-expect-error at: index 3 is out of range
  c.at(d, 3)
})

test('products', () => {
  is<Tensor<readonly ['batch', 128]>>()(c.matmul(x, c.transpose(w)))
  is<Tensor<readonly ['batch', 128]>>()(c.linear(x, w))
  is<Tensor<readonly ['batch', 128]>>()(c.linear(x, w, c.zeros([128])))
  is<Scalar<'float64'>>()(c.dot(d, d))
  is<Tensor<readonly [3, 3], 'float64'>>()(c.outer(d, d))
  is<Tensor<readonly [2, 5]>>()(c.tensorDot(c.zeros([2, 3, 4]), c.zeros([4, 3, 5]), [[1, 2], [1, 0]])) // biome-ignore format: pairs
  is<Tensor<readonly ['b', 2, 4]>>()(
    c.einsum('bij,bjk->bik', x as never as Tensor<readonly ['b', 2, 3]>, x as never as Tensor<readonly ['b', 3, 4]>),
  )
  is<Tensor<readonly [9]>>()(c.kron(c.zeros([3]), c.zeros([3])))
  is<Tensor<readonly [3], 'float64'>>()(c.solve(c.eye(3, 3, 'float64'), d))
  is<Scalar>()(c.determinant(c.eye(3)))
  is<Tensor<readonly [2]>>()(c.diagonal(c.zeros([2, 3])))
  // @ts-expect-error matmul: inner dimensions differ: 784 vs 128
  c.matmul(x, w)
  // @ts-expect-error 784 and 783
  c.linear(x, c.zeros([128, 783]))
  // @ts-expect-error matmul: float32 with float64
  c.matmul(x, c.zeros([784, 10], 'float64'))
  // @ts-expect-error solve: right-hand sides [3] do not fit [2, 2]
  c.solve(c.eye(2, 2, 'float64'), d)
})

test('randomness', () => {
  is<Tensor<readonly [50, 2]>>()(c.random.normal(key, [50, 2]))
  is<Tensor<readonly [3], 'float64'>>()(c.random.uniform(key, [3], { low: -1, dtype: 'float64' }))
  is<[Key, Key]>()(c.random.split(key))
  is<[Key, Key, Key]>()(c.random.split(key, 3))
  is<Tensor<readonly [4], 'bool'>>()(c.random.bernoulli(key, [4], 0.5))
  is<Tensor<readonly ['batch'], 'int32'>>()(c.random.categorical(key, x))
  is<Tensor<readonly [6, 'batch'], 'int32'>>()(c.random.categorical(key, x, [6]))
  is<Tensor<readonly [8], 'int32'>>()(c.random.permutation(key, 8))
  is<Tensor<readonly ['batch', 784]>>()(c.random.permutation(key, x))
  // @ts-expect-error the dtype is not what the context wishes
  const wrong: Tensor<readonly [3], 'float64'> = c.random.normal(key, [3])
  void wrong
})

test('after a mistake nothing more is reported', () => {
  // @ts-expect-error matmul: inner dimensions differ
  const broken = c.matmul(x, c.zeros([64, 10]))
  c.tanh(c.add(broken, c.zeros([7])))
})

test('functions of any shape are checked once, in their body', () => {
  const layer = <P extends Shape, I extends Dim, O extends Dim>(
    input: Tensor<readonly [...P, I]>,
    weight: Tensor<readonly [O, I]>,
  ): Tensor<readonly [...P, O]> => c.tanh(c.linear(input, weight))
  is<Tensor<readonly ['batch', 128]>>()(layer(x, w))
  const normalised = <B extends Dim>(input: Tensor<readonly [B, 784]>): Tensor<readonly [B, 784]> =>
    c.div(c.sub(input, c.mean(input, -1, true)), c.sqrt(c.add(c.variance(input, -1, true), 1e-5)))
  is<Tensor<readonly ['batch', 784]>>()(normalised(x))
  const twice = <S extends Shape>(input: Tensor<S>): Tensor<S> => c.add(c.square(input), input)
  is<Tensor<readonly ['batch', 784]>>()(twice(x))
})

test('a returned list is a tuple, without `as const`', () => {
  type State = [Scalar, Tensor<[2]>]
  const start: State = [c.scalar(0), c.zeros([2])]
  const [last, rows] = c.scan(([a, b], x) => [[c.add(a, x), c.mul(b, x)], a], start, c.zeros([5]))
  is<Tensor<[2]>>()(last[1])
  is<Tensor<readonly [5]>>()(rows)
  c.scan(([a, b]: State, x: Scalar) => [[c.add(a, x), c.mul(b, x)], null], start, c.zeros([5]))
  c.scan(([a], [p, q]) => [[c.add(a, c.mul(p, c.sum(q)))], a], [c.scalar(0)], [c.zeros([3]), c.zeros([3, 4])])
  // @ts-expect-error the carry changes its order
  c.scan(([a, b]: State, x: Scalar) => [[b, c.add(a, x)], null], start, c.zeros([5]))
  is<Tensor<[2]>>()(c.scanN(([a, b]: State) => [[c.mul(a, 2), b], a], start, 3)[0][1])
  is<Tensor<[2]>>()(
    c.whileLoop(
      ([a]: State) => c.less(a, 3),
      ([a, b]) => [c.add(a, 1), b],
      start,
    )[1],
  )
  const pair = (a: Scalar, b: Tensor<[2]>) => [c.neg(a), c.neg(b)] as const
  is<Tensor<readonly [2]>>()(c.jit(pair)(...start)[1])
  is<Tensor<readonly [2]>>()(c.jit((a: Scalar, b: Tensor<[2]>) => [a, c.neg(b)])(...start)[1])
  is<Tensor<readonly [7, 2]>>()(c.vmap((a: Scalar) => [a, c.mul(a, c.zeros([2]))])(c.zeros([7]))[1])
  is<Tensor<[2]>>()(
    c.cond(
      c.scalar(true),
      (a: Scalar, b: Tensor<[2]>) => [a, b],
      (a, b) => [c.neg(a), b],
      ...start,
    )[1],
  )
  is<Scalar>()(c.checkpoint((a: Scalar, b: Tensor<[2]>) => [a, b])(...start)[0])
  is<Scalar>()(c.vjp((a: Scalar, b: Tensor<[2]>) => [a, b], ...start)[0][0])
})
