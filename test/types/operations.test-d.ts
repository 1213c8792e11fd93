/**
 * Contracts at calls: what is inferred without `as const`, and that a mistake is an error at the argument that made it.
 */
import { test } from 'vitest'
import type { Dim, Shape, Tensor } from '../../types/index.ts'
import * as T from './declared.ts'
import { zeros } from './declared.ts'
import { is } from './equal.ts'

declare const x: Tensor<readonly ['batch', 784]>
declare const n: number

test('creation', () => {
  is<Tensor<readonly [784, 128]>>()(zeros([784, 128]))
  is<Tensor<readonly [2], 'int32'>>()(zeros([2], 'int32'))
  is<Tensor<readonly [number, 784]>>()(zeros([n, 784]))
  is<Tensor<readonly [2, 2]>>()(
    T.tensor([
      [1, 2],
      [3, 4],
    ]),
  )
  is<Tensor<readonly []>>()(T.tensor(3))
  is<Tensor<readonly [number]>>()(T.tensor(new Array<number>(3)))
  is<Tensor<readonly [7], 'int32'>>()(T.arange(3, 10))
  // @ts-expect-error tensor: row 0 has shape [2] but row 1 has shape [1]
  T.tensor([[1, 2], [3]])
})

test('a network', () => {
  const h = T.relu(T.add(T.matmul(x, zeros([784, 128])), zeros([128])))
  is<Tensor<readonly ['batch', 128]>>()(h)
  const image = T.reshape(x, ['batch', 28, 28, -1])
  is<Tensor<readonly ['batch', 28, 28, 1]>>()(image)
  const c = T.conv2d(image, zeros([3, 3, 1, 8]), { stride: 1, padding: 'same' })
  is<Tensor<readonly ['batch', 28, 28, 8]>>()(c)
  const p = T.maxPool2d(c, 2)
  is<Tensor<readonly ['batch', 14, 14, 8]>>()(p)
  is<Tensor<readonly ['batch', 1568]>>()(T.flatten(p, 1))
})

test('movement', () => {
  is<Tensor<readonly ['batch', 12, 't', 64]>>()(
    T.rearrange(zeros(['batch', 't', 768]), 'b t (h d) -> b h t d', { h: 12 }),
  )
  is<Tensor<readonly ['b', 2, 4]>>()(T.einsum('bij,bjk->bik', zeros(['b', 2, 3]), zeros(['b', 3, 4])))
  is<Tensor<readonly [6, 3]>>()(T.concat([zeros([2, 3]), zeros([4, 3])], 0))
  is<Tensor<readonly [2, 'b', 3]>>()(T.stack([zeros(['b', 3]), zeros(['b', 3])]))
  const [q, k, v] = T.split(zeros(['b', 't', 2304]), 3, -1)
  is<Tensor<readonly ['b', 't', 768]>>()(v)
  is<Tensor<readonly ['b', 't', 768]>>()(T.attention(q, k, v))
  is<Tensor<readonly [5, 4]>>()(T.slice(zeros([10, 4]), 0, 2, 7))
  is<Tensor<readonly [4]>>()(T.at(zeros([10, 4]), -1))
  is<Tensor<readonly ['b', 't', 768]>>()(T.take(zeros([50257, 768]), zeros(['b', 't'], 'int32'), 0))
  is<Tensor<readonly ['b', 't', 10]>>()(T.oneHot(zeros(['b', 't'], 'int32'), 10))
  is<Tensor<readonly [784, 'batch']>>()(T.transpose(x))
  is<Tensor<readonly [784, 'batch']>>()(T.permute(x, [1, 0]))
  is<Tensor<readonly ['batch', 1, 784]>>()(T.expandDims(x, 1))
  is<Tensor<readonly ['batch', 784]>>()(T.squeeze(T.expandDims(x, 1), 1))
  is<Tensor<readonly [3, 'batch', 784]>>()(T.broadcastTo(x, [3, 'batch', 784]))
})

test('reductions', () => {
  is<Tensor<readonly ['batch', 1]>>()(T.sum(x, -1, true))
  is<Tensor<readonly []>>()(T.sum(x))
  is<Tensor<readonly [784]>>()(T.mean(x, 0))
  is<Tensor<readonly []>>()(T.mean(x, [0, 1]))
  is<Tensor<readonly ['batch'], 'int32'>>()(T.argmax(x, -1))
})

test('a wide number is left to run time', () => {
  is<Tensor<readonly [number, 128]>>()(T.matmul(zeros([n, 784]), zeros([784, 128])))
  is<Tensor<Shape>>()(T.sum(x, n))
})

test('mistakes are errors at the argument', () => {
  T.matmul(
    x,
    // @ts-expect-error matmul: inner dimensions differ: 784 vs 64
    zeros([64, 10]),
  )
  T.add(
    zeros([32, 10]),
    // @ts-expect-error add: cannot broadcast [32, 10] with [7]: 10 vs 7
    zeros([7]),
  )
  T.reshape(
    zeros([32, 784]),
    // @ts-expect-error reshape: 25088 elements vs 24192
    [32, 28, 27],
  )
  T.permute(
    zeros([2, 3, 4]),
    // @ts-expect-error permute: not a permutation
    [0, 2, 2],
  )
  T.sum(
    zeros([2, 3]),
    // @ts-expect-error sum: axis 2 is out of range
    2,
  )
  T.conv2d(
    zeros([1, 28, 28, 4]),
    // @ts-expect-error conv2d: input has 4 channels but the kernel expects 1
    zeros([3, 3, 1, 8]),
  )
  T.einsum(
    // @ts-expect-error einsum: index 'j' is both 3 and 5
    'ij,jk->ik',
    zeros([2, 3]),
    zeros([5, 4]),
  )
  T.rearrange(
    zeros(['b', 't', 768]),
    // @ts-expect-error rearrange: 768 is not divisible by 10 in (h d)
    'b t (h d) -> b h t d',
    { h: 10 },
  )
  T.add(
    zeros([3], 'float32'),
    // @ts-expect-error no implicit promotion
    zeros([3], 'float64'),
  )
  T.at(
    zeros([3]),
    // @ts-expect-error at: index 3 is out of range
    3,
  )
  // @ts-expect-error a union of shapes has no product
  T.matmul(n > 0 ? zeros([2, 3]) : zeros([4, 3]), zeros([3, 5]))
})

test('after a mistake nothing more is reported', () => {
  // @ts-expect-error matmul: inner dimensions differ
  const broken = T.matmul(x, zeros([64, 10]))
  T.relu(T.add(broken, zeros([7])))
})

test('functions of symbolic dimensions are checked once, in their body', () => {
  const classify = <B extends Dim>(
    input: Tensor<readonly [B, 784]>,
    weight: Tensor<readonly [784, 10]>,
    bias: Tensor<readonly [10]>,
  ): Tensor<readonly [B, 10]> => {
    const y = T.add(T.matmul(input, weight), bias)
    return T.softmax(T.sub(y, T.mean(y, -1, true)))
  }
  is<Tensor<readonly ['batch', 10]>>()(classify(x, zeros([784, 10]), zeros([10])))
  is<Tensor<readonly [32, 10]>>()(classify(zeros([32, 784]), zeros([784, 10]), zeros([10])))

  const block = <B extends Dim, N extends Dim>(
    input: Tensor<readonly [B, N, 768]>,
    weight: Tensor<readonly [768, 768]>,
  ) => {
    const heads = T.rearrange(T.matmul(input, weight), 'b t (h d) -> b h t d', { h: 12 })
    return T.add(input, T.rearrange(T.attention(heads, heads, heads), 'b h t d -> b t (h d)'))
  }
  is<Tensor<readonly ['b', 128, 768]>>()(block(zeros(['b', 128, 768]), zeros([768, 768])))
})

test('functions of any rank use structural signatures', () => {
  const twice = <S extends Shape>(input: Tensor<S>): Tensor<S> => T.relu(T.add(input, input))
  is<Tensor<readonly ['batch', 784]>>()(twice(x))
  const residual = <P extends Shape, I extends Dim, H extends Dim>(
    input: Tensor<readonly [...P, I]>,
    up: Tensor<readonly [I, H]>,
    down: Tensor<readonly [H, I]>,
  ): Tensor<readonly [...P, I]> => T.add(input, T.linear(T.relu(T.linear(input, up)), down))
  is<Tensor<readonly ['b', 't', 8]>>()(residual(zeros(['b', 't', 8]), zeros([8, 32]), zeros([32, 8])))
  is<Tensor<readonly ['b', 't', 10]>>()(T.linear(zeros(['b', 't', 784]), zeros([784, 10])))
  T.linear(
    zeros(['b', 't', 784]),
    // @ts-expect-error 784 and 783
    zeros([783, 10]),
  )
})
