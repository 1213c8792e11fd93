/**
 * What other frameworks get wrong (each case was met in one of them), as regression tests of ours. Derivatives are taken in
 * float64 unless a case is about float32.
 */
import { inspect } from 'node:util'
import * as c from 'conformable'
import { describe, expect, it } from 'vitest'
import { thrown } from './helpers/thrown.ts'

type F64 = c.Scalar<'float64'>
type Function1 = (x: F64) => F64
type Vector = c.Tensor<readonly [number], 'float64'>

const f64 = (x: number): F64 => c.scalar(x, 'float64')
const vector = (...x: readonly number[]): Vector => c.tensor(x, 'float64')
const derivative = (f: Function1): Function1 => c.grad(f)

/** [f, f′, f″, f‴] at a point. */
const orders = (f: Function1, x: number): number[] => {
  const second = derivative(derivative(f))
  return [f, derivative(f), second, derivative(second)].map((g) => g(f64(x)).itemSync())
}

const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void => {
  expect(actual.length).toBe(expected.length)
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!), `${x} for ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i]!)),
    )
  })
}

const numbers = (x: { readSync(): ArrayLike<number> }): number[] => Array.from(x.readSync())

describe('second derivatives that come out wrong elsewhere', () => {
  const x = 0.7
  const t = Math.tanh(x)
  const s = 1 / (1 + Math.exp(-x))

  it('x tanh x', () => {
    close(orders((v) => c.mul(v, c.tanh(v)), x).slice(0, 3), [
      x * t,
      t + x * (1 - t * t),
      (1 - t * t) * (2 - 2 * x * t),
    ])
  })

  it('1 / (1 + e^-x)', () => {
    const logistic: Function1 = (v) => c.reciprocal(c.add(c.exp(c.neg(v)), 1))
    close(orders(logistic, x).slice(0, 3), [s, s * (1 - s), s * (1 - s) * (1 - 2 * s)])
  })

  it('sigmoid cross-entropy', () => {
    const entropy: Function1 = (v) => c.sub(c.softplus(v), c.mul(v, 0.25))
    close(orders(entropy, x).slice(1, 3), [s - 0.25, s * (1 - s)])
  })

  it('tanh, sigmoid, exp, softmax and max have one', () => {
    close([orders(c.tanh, x)[2]!], [-2 * t * (1 - t * t)])
    close([orders(c.sigmoid, x)[2]!], [s * (1 - s) * (1 - 2 * s)])
    close([orders(c.exp, x)[2]!], [Math.exp(x)])
    const first: Function1 = (v) => c.at(c.softmax(c.stack([v, f64(0)])), 0)
    close([orders(first, x)[2]!], [s * (1 - s) * (1 - 2 * s)])
    close([orders((v) => c.max(c.stack([c.square(v), f64(0)])), x)[2]!], [2])
  })

  it('the kernel of a convolution has one', () => {
    const x = c.tensor([[[1], [2], [3]]], 'float64')
    const w = c.tensor([[[0.5]], [[-1]]], 'float64')
    const f = (k: typeof w) => c.sum(c.square(c.conv1d(x, k)))
    // The Hessian is 2 Σ over windows of x xᵀ: [1, 2] and [2, 3].
    close(numbers(c.hvp(f)(w, c.tensor([[[1]], [[10]]], 'float64'))), [2 * (5 + 80), 2 * (8 + 130)])
  })

  it('a parameter that drops out of a derivative has gradient 0', () => {
    const slope = (bias: F64): F64 => derivative((v) => c.add(c.square(v), bias))(f64(3))
    expect(c.grad(slope)(f64(1)).itemSync()).toBe(0)
  })
})

describe('first derivatives that come out wrong or are missing elsewhere', () => {
  it('where(x > 1, x², x)', () => {
    const f = (v: Vector) => c.sum(c.where(c.greater(v, 1), c.square(v), v))
    expect(numbers(c.grad(f)(vector(0.5, 3)))).toEqual([1, 6])
  })

  it('a mirrored border', () => {
    const f = (v: Vector) =>
      c.sum(c.mul(c.pad(v, [[2, 1]], { mode: 'reflect' }), vector(1, 10, 100, 1000, 10000, 100000)))
    expect(numbers(c.grad(f)(vector(1, 2, 3)))).toEqual([100, 101010, 10001])
  })

  it('the average of windows of a bordered sequence', () => {
    const weigh = c.tensor([[[1], [10], [100]]], 'float64')
    const f = (v: c.Tensor<[1, 3, 1], 'float64'>) =>
      c.sum(c.mul(c.avgPool1d(v, 3, { stride: 1, padding: 'same' }), weigh))
    const ends = [1 / 2, 100 / 2]
    close(numbers(c.grad(f)(c.ones([1, 3, 1], 'float64'))), [
      ends[0]! + 10 / 3,
      ends[0]! + 10 / 3 + ends[1]!,
      10 / 3 + ends[1]!,
    ])
  })

  it('an image made larger, with the centres of pixels at halves', () => {
    const weigh = c.tensor([[[[1], [10], [100], [1000]]]], 'float64')
    const f = (v: c.Tensor<[1, 1, 2, 1], 'float64'>) => c.sum(c.mul(c.resize(v, [1, 4]), weigh))
    close(numbers(c.grad(f)(c.ones([1, 1, 2, 1], 'float64'))), [1 + 7.5 + 25, 2.5 + 75 + 1000])
  })

  it('a convolution with stride (3, 2), and a dilated one', () => {
    const x = c.ones([1, 4, 5, 1], 'float64')
    const w = c.ones([1, 2, 1, 1], 'float64')
    const strided = (v: typeof w) => c.sum(c.conv2d(x, v, { stride: [3, 2] }))
    expect(numbers(c.grad(strided)(w))).toEqual([4, 4])
    const dilated = (v: typeof x) => c.sum(c.conv2d(v, w, { dilation: [1, 3] }))
    expect(numbers(c.grad(dilated)(x)).slice(0, 5)).toEqual([1, 1, 0, 1, 1])
  })

  it('softmax cross-entropy with respect to the labels', () => {
    const f = (labels: Vector) => c.neg(c.sum(c.mul(labels, c.logSoftmax(vector(0, 0)))))
    close(numbers(c.grad(f)(vector(0.3, 0.7))), [Math.LN2, Math.LN2])
  })

  it('the floor of a quotient', () => {
    expect(numbers(c.grad((v: Vector) => c.sum(c.floor(c.div(v, 2))))(vector(3, 5)))).toEqual([0, 0])
  })

  it('broadcast batched matmul, cumsum along axis 0, einsum', () => {
    const a = c.ones([2, 1, 2, 3], 'float64')
    const b = c.ones([4, 3, 2], 'float64')
    expect(numbers(c.grad((v: typeof b) => c.sum(c.matmul(a, v)))(b))).toEqual(new Array(24).fill(4))
    const x = c.ones([3, 2], 'float64')
    expect(numbers(c.grad((v: typeof x) => c.sum(c.cumsum(v, 0)))(x))).toEqual([3, 3, 2, 2, 1, 1])
    expect(numbers(c.grad((v: typeof x) => c.sum(c.einsum('ij,kj->', v, v)))(x))).toEqual(new Array(6).fill(6))
  })

  it('the product with a zero, and with two', () => {
    expect(numbers(c.grad((v: Vector) => c.prod(v))(vector(2, 0, 3)))).toEqual([0, 6, 0])
    expect(numbers(c.grad((v: Vector) => c.prod(v))(vector(2, 0, 0)))).toEqual([0, 0, 0])
  })

  it('x² at 0, the norm at 0', () => {
    expect(orders((v) => c.pow(v, 2), 0)).toEqual([0, 0, 2, 0])
    expect(numbers(c.grad((v: Vector) => c.norm(v))(vector(0, 0)))).toEqual([0, 0])
  })

  it('the determinant of a singular matrix', () => {
    const f = (v: Vector) => {
      const matrix = c.tensor([[1, 2], [2, 4]], 'float64') // biome-ignore format: a matrix
      return c.determinant(c.add(matrix, c.outer(v, vector(1, -1)))) as F64
    }
    close(numbers(c.grad(f)(vector(0, 0))), [6, -3])
  })

  it('a hard sigmoid has a second derivative', () => {
    expect(orders((v) => c.clip(c.add(c.div(v, 6), 0.5), 0, 1), 1).slice(1)).toEqual([1 / 6, 0, 0])
  })
})

describe('no NaN far from 0', () => {
  const silu: Function1 = (v) => c.mul(v, c.sigmoid(v))
  const mish: Function1 = (v) => c.mul(v, c.tanh(c.softplus(v)))
  const elu: Function1 = (v) => c.where(c.greater(v, 0), v, c.expm1(c.minimum(v, 0)))
  const gelu: Function1 = (v) =>
    c.mul(c.mul(v, 0.5), c.add(c.tanh(c.mul(c.add(v, c.mul(c.pow(v, 3), 0.044715)), Math.sqrt(2 / Math.PI))), 1))

  it.each([
    ['softplus at 100', c.softplus, 100, [100, 1, 0, 0]],
    ['sigmoid at −100', c.sigmoid, -100, [0, 0, 0, 0]],
    ['silu at −100', silu, -100, [0, 0, 0, 0]],
    ['silu at 100', silu, 100, [100, 1, 0, 0]],
    ['mish at 100', mish, 100, [100, 1, 0, 0]],
    ['mish at 800', mish, 800, [800, 1, 0, 0]],
    ['elu at 100', elu, 100, [100, 1, 0, 0]],
    ['elu at −100', elu, -100, [-1, 0, 0, 0]],
    ['gelu (tanh) at 100', gelu, 100, [100, 1, 0, 0]],
    ['gelu (tanh) at −100', gelu, -100, [0, 0, 0, 0]],
    ['logaddexp(x, 0) at 800', (v: F64) => c.logaddexp(v, 0), 800, [800, 1, 0, 0]],
    ['logaddexp(x, x) at 800', (v: F64) => c.logaddexp(v, v), 800, [800 + Math.LN2, 1, 0, 0]],
  ] as const)('%s, to the third derivative', (_, f, x, expected) => {
    close(orders(f, x), expected, 1e-13)
  })

  it('cumlogsumexp, to the third derivative', () => {
    const last: Function1 = (v) => c.at(c.cumlogsumexp(c.stack([v, f64(0), f64(-800)]), 0), 2)
    expect(orders(last, -800).every(Number.isFinite)).toBe(true)
    const s = 1 / (1 + Math.exp(-0.3))
    close(orders(last, 0.3).slice(1, 3), [s, s * (1 - s)])
  })

  it('tanh′(20) is right to 2e-17', () => {
    expect(Math.abs(orders(c.tanh, 20)[1]! - 1.6993417021166355e-17)).toBeLessThan(2e-17)
  })
})

describe('digits', () => {
  it('tanh(1e-6) has them all, in both precisions', () => {
    expect(Math.abs(c.tanh(c.scalar(1e-6)).itemSync() / 1e-6 - 1)).toBeLessThan(2e-7)
    expect(Math.abs(c.tanh(f64(1e-6)).itemSync() / Math.tanh(1e-6) - 1)).toBeLessThan(1e-15)
  })

  it.each([
    ['exp', c.exp, Math.exp],
    ['log', c.log, Math.log],
    ['sin', c.sin, Math.sin],
    ['tanh', c.tanh, Math.tanh],
  ] as const)('%s of float64 is computed in float64', (_, f, exact) => {
    expect(Math.abs(f(f64(0.7)).itemSync() / exact(0.7) - 1)).toBeLessThan(1e-15)
  })

  it('float32 sums of many terms', () => {
    const tenths = c.sum(c.full([10_000_000], 0.1)).itemSync()
    expect(Math.abs(tenths / 1e6 - 1)).toBeLessThan(1e-6)
    expect(c.sum(c.ones([2 ** 25])).itemSync()).toBe(2 ** 25)
  })
})

describe('what is silently taken elsewhere is said', () => {
  it('a traced value as a condition', () => {
    const f: Function1 = (v) => ((v as unknown as number) > 0 ? v : c.neg(v))
    expect(thrown(() => c.grad(f)(f64(1)))).toMatch(/used as a JavaScript number or condition.*use where or cond/)
  })

  it('int32 times 1.5', () => {
    expect(thrown(() => c.mul(c.tensor([2], 'int32'), 1.5))).toBe(
      "DTypeError: mul: the number 1.5 meets an int32 tensor, which holds whole numbers; convert it first: convert(x, 'float32')",
    )
  })

  it('integers under grad count as constants', () => {
    const i = c.tensor([5, -5], 'int32')
    const f = (v: Vector) => c.sum(c.mul(v, c.convert(c.rem(i, 3), 'float64')))
    expect(numbers(c.grad(f)(vector(1, 1)))).toEqual([2, -2])
  })

  it('console.log shows the numbers', () => {
    expect(inspect(c.tensor([1.5, 2]))).toContain('[1.5, 2]')
  })
})

describe('long programs', () => {
  it('reverse over reverse of a network of three layers is forward over reverse', () => {
    const key = c.random.split(c.random.key(3), 3)
    const weights = key.map((k) => c.random.normal(k, [4, 4], { dtype: 'float64' }))
    const x = c.random.normal(c.random.key(9), [4], { dtype: 'float64' })
    type W = typeof x
    const network = (v: W) => c.sum(weights.reduce((h: W, w) => c.tanh(c.matmul(w, h)), v))
    const v = c.ones([4], 'float64')
    const forward = c.hvp(network)(x, v)
    const reverse = c.grad((p: W) => c.sum(c.mul(c.grad(network)(p), v)))(x)
    close(numbers(reverse), numbers(forward))
  })

  it('a jitted chain of 1000 dependent operations', () => {
    const chain = c.jit((x: c.Scalar) => {
      let y = x
      for (let i = 0; i < 1000; i++) y = c.add(c.mul(y, 0.5), 1)
      return y
    })
    expect(chain(c.scalar(0)).itemSync()).toBe(2)
  })

  it('eager and jitted results are the same bits', () => {
    const f = (x: c.Tensor<readonly [3]>) => c.exp(c.sin(x))
    const x = c.tensor([0.1, 1, 10])
    expect(numbers(c.jit(f)(x))).toEqual(numbers(f(x)))
  })

  it('the gradient through 100 steps of Runge–Kutta', () => {
    const step = (y: F64): F64 => {
      const h = 0.01
      const rate = (v: F64): F64 => c.neg(c.mul(v, v))
      const k1 = rate(y)
      const k2 = rate(c.add(y, c.mul(k1, h / 2)))
      const k3 = rate(c.add(y, c.mul(k2, h / 2)))
      const k4 = rate(c.add(y, c.mul(k3, h)))
      return c.add(y, c.mul(c.add(c.add(k1, c.mul(k2, 2)), c.add(c.mul(k3, 2), k4)), h / 6))
    }
    const end: Function1 = (y) => {
      let state = y
      for (let i = 0; i < 100; i++) state = step(state)
      return state
    }
    // y′ = −y² gives y(1) = y₀ / (1 + y₀), with derivative 1 / (1 + y₀)².
    close(orders(end, 1).slice(0, 2), [0.5, 0.25], 1e-8)
  })

  it('third derivatives through a normalisation', () => {
    const normalised: Function1 = (v) => {
      const x = c.stack([v, f64(0.5), c.square(v), f64(-1)])
      const y = c.div(c.sub(x, c.mean(x)), c.sqrt(c.add(c.variance(x), 1e-5)))
      return c.sum(c.mul(y, vector(1, -2, 0.5, 3) as c.Tensor<readonly [4], 'float64'>))
    }
    const second = derivative(derivative(normalised))
    const h = 1e-4
    const difference = (second(f64(0.3 + h)).itemSync() - second(f64(0.3 - h)).itemSync()) / (2 * h)
    close([orders(normalised, 0.3)[3]!], [difference], 1e-6)
  })
})
