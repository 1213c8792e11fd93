/** Wrong results that are known of other frameworks, at length: both precisions, long sums and programs, many networks. The short list: peers.test.ts. */
import type { Tensor } from 'conformable'
import * as c from 'conformable'
import * as layers from 'conformable/layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { referenceDevice } from '../src/backends/reference/backend.ts'

type Scalar = Tensor<readonly [], 'float64'>
type Vector = Tensor<readonly number[], 'float64'>

const dtypes = ['float32', 'float64'] as const

/** Tensors of either float dtype; the types of float64 serve both. */
const scalarOf = (dtype: (typeof dtypes)[number], x: number): Scalar => c.scalar(x, dtype as 'float64')
const vectorOf = (dtype: (typeof dtypes)[number], ...x: number[]): Vector => c.tensor(x, dtype as 'float64')
const epsilon = { float32: 1.2e-7, float64: 2.3e-16 } as const

const numbers = (x: { readSync(): ArrayLike<number> }): number[] => Array.from(x.readSync())
const number = (x: { itemSync(): unknown }): number => x.itemSync() as number

/** f', elementwise, of an elementwise function. */
const slope =
  (f: (x: Vector) => Vector) =>
  (x: Vector): Vector =>
    c.grad((v: Vector) => c.sum(f(v)))(x)

const derivatives = (f: (x: Vector) => Vector): ((x: Vector) => Vector)[] => [
  f,
  slope(f),
  slope(slope(f)),
  slope(slope(slope(f))),
]

/** |a - b| ≤ tolerance · max(1, |b|), for each element. */
function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((x, i) => {
    const b = expected[i]
    expect(Math.abs(x - b) / Math.max(1, Math.abs(b)), `${x} is not ${b} (element ${i})`).toBeLessThanOrEqual(tolerance)
  })
}

beforeAll(() => {
  expect(c.cpu().name).toBe('cpu')
})

describe('long sums', () => {
  it('1e7 × 0.1 in float32, in memory and made on the way', () => {
    const expected = 1e7 * Math.fround(0.1)
    const held = c.fromTypedArray(new Float32Array(1e7).fill(0.1), [1e7])
    const made = c.jit(() => c.sum(c.full([1e7], 0.1)))
    for (const total of [c.sum(held), made()]) expect(Math.abs(number(total) / expected - 1)).toBeLessThan(1e-6)
    expect(Math.abs(number(c.mean(held)) / Math.fround(0.1) - 1)).toBeLessThan(1e-6)
  })

  it('2²⁵ ones in float32', () => {
    expect(number(c.jit(() => c.sum(c.ones([2 ** 25])))())).toBe(2 ** 25)
    expect(number(c.sum(c.ones([2 ** 25])))).toBe(2 ** 25)
  })

  it('over either axis of a long matrix, and inside a matrix product', () => {
    const x = c.full([2 ** 20, 3], 0.1)
    const expected = 2 ** 20 * Math.fround(0.1)
    for (const total of numbers(c.sum(x, 0))) expect(Math.abs(total / expected - 1)).toBeLessThan(1e-6)
    const y = c.reshape(c.full([3 * 2 ** 20], 0.1), [3, 2 ** 20])
    for (const total of numbers(c.sum(y, 1))) expect(Math.abs(total / expected - 1)).toBeLessThan(1e-6)
    // A product adds up in long runs, one for each lane of a register.
    for (const total of numbers(c.matmul(y, c.ones([2 ** 20]))))
      expect(Math.abs(total / expected - 1)).toBeLessThan(1e-3)
  })
})

describe.each(dtypes)('elementary functions in %s', (dtype) => {
  it('full relative accuracy near 0', () => {
    const { tanh, sinh, expm1, log1p, sin, atan, asinh } = c
    const f: Record<string, (x: Vector) => Vector> = { tanh, sinh, expm1, log1p, sin, atan, asinh }
    for (const [name, g] of Object.entries(f)) {
      for (const x of [1e-6, -1e-6, 1e-9, 1e-3]) {
        const at = dtype === 'float32' ? Math.fround(x) : x
        const expected = Math[name as 'tanh'](at)
        const value = numbers(c.jit(g)(vectorOf(dtype, x)))[0]
        expect(Math.abs(value / expected - 1), `${name}(${x}) = ${value}`).toBeLessThan(8 * epsilon[dtype])
      }
    }
    const slope = numbers(c.erf(vectorOf(dtype, 1e-6)))[0] / 1e-6
    expect(Math.abs((slope * Math.sqrt(Math.PI)) / 2 / (1 - 1e-12 / 3) - 1)).toBeLessThan(8 * epsilon[dtype])
  })

  it('transcendental functions have the digits of their dtype', () => {
    expect(Math.abs(number(c.exp(scalarOf(dtype, 1))) / Math.E - 1)).toBeLessThan(2 * epsilon[dtype])
    expect(Math.abs(number(c.log(scalarOf(dtype, 10))) / Math.LN10 - 1)).toBeLessThan(2 * epsilon[dtype])
    expect(Math.abs(number(c.sin(scalarOf(dtype, 2))) / Math.sin(2) - 1)).toBeLessThan(2 * epsilon[dtype])
  })

  const saturating = {
    tanh: c.tanh,
    sigmoid: c.sigmoid,
    softplus: c.softplus,
    elu: layers.elu,
    selu: layers.selu,
    celu: layers.celu,
    silu: layers.silu,
    mish: layers.mish,
    gelu: layers.gelu,
    geluTanh: layers.geluTanh,
    softsign: layers.softsign,
    erf: c.erf,
  } as unknown as Record<string, (x: Vector) => Vector> // all of them are elementwise

  it.each(Object.entries(saturating))('%s has finite derivatives of orders 0 to 3 at ±100 and ±800', (name, f) => {
    const x = vectorOf(dtype, -800, -100, -30, 30, 100, 800)
    derivatives(f).forEach((g, order) => {
      const values = numbers(c.jit(g)(x))
      expect(values.every(Number.isFinite), `${name}, order ${order}: ${values}`).toBe(true)
      if (order > 1 && name !== 'softsign') expect(values.every((y) => Math.abs(y) < 1e-9)).toBe(true)
    })
  })

  it('softmax, logSoftmax and logsumexp of far-apart logits', () => {
    const x = vectorOf(dtype, -1000, 0, 1000)
    expect(numbers(c.softmax(x))).toEqual([0, 0, 1])
    expect(numbers(c.logSoftmax(x))).toEqual([-2000, -1000, 0])
    const total = (v: Vector) => c.logsumexp(v)
    expect(numbers(c.grad(total)(x))).toEqual([0, 0, 1])
    expect(numbers(c.hvp(total)(x, x)).every(Number.isFinite)).toBe(true)
    const same = vectorOf(dtype, 800, 800)
    expect(numbers(c.grad(total)(same))).toEqual([0.5, 0.5])
    expectClose(numbers(c.hvp(total)(same, vectorOf(dtype, 1, 0))), [0.25, -0.25], 4 * epsilon[dtype])
  })
})

describe.each(dtypes)('derivatives in %s', (dtype) => {
  const tolerance = 40 * epsilon[dtype]

  it('prod with one zero, and with two', () => {
    const f = (x: Vector) => c.prod(x)
    expect(numbers(c.grad(f)(vectorOf(dtype, 2, 0, 3)))).toEqual([0, 6, 0])
    expect(numbers(c.grad(f)(vectorOf(dtype, 2, 0, 0)))).toEqual([0, 0, 0])
    expect(numbers(c.hvp(f)(vectorOf(dtype, 2, 0, 0), vectorOf(dtype, 0, 1, 0)))).toEqual([0, 0, 2])
  })

  it('pow(x, 2) at 0, the exponent a number and a tensor', () => {
    const zero = vectorOf(dtype, 0)
    const ways: ((x: Vector) => Vector)[] = [(x) => c.pow(x, 2), (x) => c.pow(x, c.fullLike(x, 2)), c.square]
    for (const f of ways) expect(derivatives(f).map((g) => numbers(c.jit(g)(zero))[0])).toEqual([0, 0, 2, 0])
  })

  it('x tanh(x), 1 / (1 + e⁻ˣ), sigmoid cross-entropy: second derivatives', () => {
    const points = [-1.25, -0.5, 0, 0.75, 2]
    const x = vectorOf(dtype, ...points)
    const tanhTwice = (a: number) => {
      const [y, s] = [Math.tanh(a), 1 - Math.tanh(a) ** 2]
      return 2 * s - 2 * a * y * s
    }
    const s = (a: number) => 1 / (1 + Math.exp(-a))
    const bend = (a: number) => s(a) * (1 - s(a)) * (1 - 2 * s(a))
    const second = (f: (v: Vector) => Vector) => numbers(c.jit(slope(slope(f)))(x))
    expectClose(
      second((v) => c.mul(v, c.tanh(v))),
      points.map(tanhTwice),
      tolerance,
    )
    expectClose(
      second((v) => c.div(1, c.add(1, c.exp(c.neg(v))))),
      points.map(bend),
      tolerance,
    )
    expectClose(second(c.sigmoid), points.map(bend), tolerance)
    expectClose(
      second((v) => c.sub(c.softplus(v), c.mul(v, 0.25))),
      points.map((a) => s(a) * (1 - s(a))),
      tolerance,
    )
  })

  it('where(x > 1, x², x)', () => {
    const f = (x: Vector): Vector => c.where(c.greater(x, 1), c.mul(x, x), x)
    const x = vectorOf(dtype, 0.5, 1, 3)
    expect(numbers(slope(f)(x))).toEqual([1, 1, 6])
    expect(numbers(slope(slope(f))(x))).toEqual([0, 0, 2])
  })

  it('a masked branch in the safe form does not poison the gradient', () => {
    const f = (x: Vector): Vector => {
      const inside = c.greater(x, 0)
      return c.where(inside, c.sqrt(c.where(inside, x, 1)), 0) as Vector
    }
    expect(numbers(slope(f)(vectorOf(dtype, -1, 0, 4)))).toEqual([0, 0, 0.25])
  })

  it.each([0, 1, 2])('cumsum along axis %i', (axis) => {
    const x = c.reshape(vectorOf(dtype, ...Array.from({ length: 12 }, (_, i) => i / 4)), [2, 3, 2])
    const loss = (v: typeof x) => c.sum(c.square(c.cumsum(v, axis as 0)))
    const step = 2 ** -10
    const gradient = numbers(c.grad(loss)(x))
    gradient.forEach((slopeAt, i) => {
      const moved = (by: number) =>
        c.reshape(
          c.tensor(
            numbers(x).map((y, k) => (k === i ? y + by : y)),
            'float64',
          ),
          [2, 3, 2],
        )
      const difference = (number(loss(moved(step) as typeof x)) - number(loss(moved(-step) as typeof x))) / (2 * step)
      expect(slopeAt).toBeCloseTo(difference, dtype === 'float32' ? 3 : 8)
    })
  })

  it('the norm at 0', () => {
    const f = (x: Vector) => c.norm(x)
    expect(numbers(c.grad(f)(vectorOf(dtype, 0, 0, 0)))).toEqual([0, 0, 0])
    expectClose(numbers(c.grad(f)(vectorOf(dtype, 3, 4))), [0.6, 0.8], tolerance)
  })

  it('max: first and second derivatives, ties shared', () => {
    const f = (x: Vector) => c.square(c.max(x)) as Scalar
    expect(numbers(c.grad(f)(vectorOf(dtype, 1, 3, 2)))).toEqual([0, 6, 0])
    expect(numbers(c.hvp(f)(vectorOf(dtype, 1, 3, 2), vectorOf(dtype, 1, 1, 1)))).toEqual([0, 2, 0])
    expect(numbers(c.grad((x: Vector) => c.max(x))(vectorOf(dtype, 3, 3)))).toEqual([0.5, 0.5])
  })

  it('rem and floor under grad; integers beside', () => {
    const f = (x: Scalar, n: Tensor<readonly [], 'int32'>) =>
      c.mul(c.add(c.rem(x, 3), c.floor(x)), c.convert(c.rem(n, 4), dtype as 'float64'))
    expect(number(c.grad(f)(scalarOf(dtype, 7.5), c.scalar(7, 'int32')))).toBe(3)
    expect(numbers(c.rem(c.tensor([7, -7, 8], 'int32'), c.tensor([4, 4, -3], 'int32')))).toEqual([3, -3, 2])
    expect(numbers(c.mod(c.tensor([7, -7, 8], 'int32'), c.tensor([4, 4, -3], 'int32')))).toEqual([3, 1, -1])
  })

  it('softmax cross-entropy by its labels, too', () => {
    const loss = (x: Vector, y: Vector) => c.neg(c.sum(c.mul(y, c.logSoftmax(x))))
    const [x, y] = [vectorOf(dtype, 0.5, -1, 2), vectorOf(dtype, 0.25, 0.5, 0.25)]
    const total = Math.log(Math.exp(0.5) + Math.exp(-1) + Math.exp(2))
    expectClose(numbers(c.grad(loss, 1)(x, y)), [total - 0.5, total + 1, total - 2], tolerance)
  })

  it('a broadcast batched matrix product', () => {
    const [a, b] = [vectorOf(dtype, 1, 2, 3, 4, 5, 6), vectorOf(dtype, 1, -1, 2, 0.5)]
    const loss = (x: Vector, y: Vector) =>
      c.sum(c.square(c.matmul(c.reshape(x, [3, 1, 2]) as never, c.reshape(y, [2, 2]) as never))) as unknown as Scalar
    const expected: { x: number[][]; y: number[] } = { x: [], y: [0, 0, 0, 0] }
    expected.x = [0, 1, 2].map((k) => {
      const [p, q] = [numbers(a)[2 * k], numbers(a)[2 * k + 1]]
      const [u, v] = [p * 1 + q * 2, p * -1 + q * 0.5]
      expected.y = expected.y.map((y, i) => y + 2 * [p * u, p * v, q * u, q * v][i])
      return [2 * (u * 1 + v * -1), 2 * (u * 2 + v * 0.5)]
    })
    expectClose(numbers(c.grad(loss)(a, b)), expected.x.flat(), tolerance)
    expectClose(numbers(c.grad(loss, 1)(a, b)), expected.y, tolerance)
  })

  it('mirrored padding', () => {
    const x = vectorOf(dtype, 1, 2, 4)
    const loss = (v: Vector): Scalar => {
      const row = c.reshape(v, [3])
      return c.sum(c.square(c.pad(row, [[2, 2]], { mode: 'reflect' })))
    }
    // 4 2 1 2 4 2 1: each element's square is counted as often as it stands there
    expect(numbers(c.grad(loss)(x))).toEqual([2 * 2, 3 * 4, 2 * 8])
  })

  it('an affine layer normalisation: third derivatives against a formula of powers', () => {
    const x = vectorOf(dtype, 0.5, -1, 2, 0.25)
    const weights = vectorOf(dtype, 1, -2, 0.5, 3)
    const normal = (v: Vector): Vector => {
      const rest = c.sub(v, c.mean(v)) as Vector
      return c.div(rest, c.sqrt(c.add(c.mean(c.square(rest)), 1e-5))) as Vector
    }
    const powers = (v: Vector): Vector => {
      const centred = c.sub(v, c.mul(c.sum(v), 0.25)) as Vector
      return c.mul(centred, c.pow(c.add(c.mul(c.sum(c.mul(centred, centred)), 0.25), 1e-5), -0.5)) as Vector
    }
    const library = (v: Vector): Vector => {
      const layer = layers.layerNorm(4)
      return layer(layer.init(c.random.key(0), dtype as never) as never, v as never) as unknown as Vector
    }
    const third = (f: (v: Vector) => Vector) => {
      const line = (t: Scalar) => c.sum(c.mul(weights, f(c.add(x, c.mul(t, weights)) as Vector))) as Scalar
      return number(c.jit(c.grad(c.grad(c.grad(line))))(scalarOf(dtype, 0.1)))
    }
    expect(Math.abs(third(normal) / third(powers) - 1)).toBeLessThan(1e4 * epsilon[dtype])
    expect(Math.abs(third(library) / third(powers) - 1)).toBeLessThan(1e4 * epsilon[dtype])
  })
})

describe('parameters that drop out of a derivative', () => {
  it('the last bias in u″ has gradient 0', () => {
    const p = c.componentArray({
      L1: { weight: c.tensor([0.5, -1, 2], 'float64'), bias: c.tensor([0.1, 0.2, -0.3], 'float64') },
      L2: { weight: c.tensor([1, 2, -1], 'float64'), bias: c.scalar(0.7, 'float64') },
    })
    type P = typeof p
    const u = (q: P) => (x: Scalar) =>
      c.add(c.sum(c.mul(q.L2.weight, c.tanh(c.add(c.mul(q.L1.weight, x), q.L1.bias)))), q.L2.bias) as Scalar
    const loss = (q: P) => c.square(c.grad(c.grad(u(q)))(c.scalar(0.4, 'float64'))) as Scalar
    const gradient = c.jit(c.grad(loss))(p)
    expect(number(gradient.L2.bias)).toBe(0)
    expect(numbers(gradient.L1.bias).every((x) => x !== 0)).toBe(true)
  })
})

describe('long programs', () => {
  const chain =
    (length: number) =>
    (x: Scalar): Scalar => {
      let y = x
      for (let i = 0; i < length; i++) y = c.add(c.mul(y, 0.999), i % 10 === 0 ? c.sin(y) : x) as Scalar
      return y
    }

  it.each([500, 50_000])(
    '%i dependent steps of two operations: traced, differentiated, compiled, run',
    (length) => {
      const [value, gradient] = c.jit(c.valueAndGrad(chain(length)))(c.scalar(0.5, 'float64'))
      let [y, dy] = [0.5, 1]
      for (let i = 0; i < length; i++) {
        dy = dy * 0.999 + (i % 10 === 0 ? dy * Math.cos(y) : 1)
        y = y * 0.999 + (i % 10 === 0 ? Math.sin(y) : 0.5)
      }
      expectClose([number(value), number(gradient)], [y, dy], 1e-10)
    },
    300_000,
  )

  it('100 steps of a Runge–Kutta method, unrolled and as a scan: value and gradient; second derivative by the scan', () => {
    const [steps, h] = [100, 0.05]
    const f = (y: Vector, a: Scalar): Vector => {
      const [p, q] = [c.at(y as never, 0) as unknown as Scalar, c.at(y as never, 1) as unknown as Scalar]
      return c.stack([q, c.neg(c.mul(a, c.sin(p)))]) as unknown as Vector
    }
    const step = (y: Vector, a: Scalar): Vector => {
      const k1 = f(y, a)
      const k2 = f(c.add(y, c.mul(k1, h / 2)) as Vector, a)
      const k3 = f(c.add(y, c.mul(k2, h / 2)) as Vector, a)
      const k4 = f(c.add(y, c.mul(k3, h)) as Vector, a)
      return c.add(y, c.mul(c.add(c.add(k1, k4), c.mul(c.add(k2, k3), 2)), h / 6)) as Vector
    }
    const start = c.tensor([1, 0], 'float64') as unknown as Vector
    const unrolled = (a: Scalar): Scalar => {
      let y = start
      for (let i = 0; i < steps; i++) y = step(y, a)
      return c.sum(c.square(y))
    }
    const looped = (a: Scalar): Scalar => c.sum(c.square(c.scanN((y: Vector) => [step(y, a), null], start, steps)[0]))
    const a = c.scalar(1.3, 'float64')
    const all = (g: (a: Scalar) => Scalar) => c.jit(c.valueAndGrad(g))(a).map(number)
    const [one, other] = [all(unrolled), all(looped)]
    expectClose(one, other, 1e-10)
    const slopeAt = (x: number) => number(c.jit(c.grad(looped))(c.scalar(x, 'float64')))
    const bend = number(c.jit(c.grad(c.grad(looped)))(a))
    expect(bend / ((slopeAt(1.3 + 1e-5) - slopeAt(1.3 - 1e-5)) / 2e-5)).toBeCloseTo(1, 6)
    const at = (x: number) => number(c.jit(looped)(c.scalar(x, 'float64')))
    expect(other[1]).toBeCloseTo((at(1.3 + 1e-5) - at(1.3 - 1e-5)) / 2e-5, 6)
  })

  it('a loop that never reads its result keeps every step', () => {
    let x = c.scalar(0, 'float64')
    const times = Array.from({ length: 10 }, () => {
      const start = performance.now()
      for (let i = 0; i < 2000; i++) x = c.add(x, 1) as typeof x
      return performance.now() - start
    })
    expect(number(x)).toBe(20_000)
    // Quadratic slowing would make the last round 19 times as long as the first. Shown, not asserted: no test fails by a clock.
    console.log(
      `last rounds ÷ first rounds: ${(Math.min(...times.slice(7)) / Math.min(...times.slice(0, 3))).toFixed(2)}`,
    )
  })
})

describe('reverse over reverse through networks on WebAssembly', () => {
  const widths = [4, 8, 32]
  const depths = [3, 4]
  const reference = referenceDevice()
  const noise = (count: number, seed: number, size: number) =>
    Float64Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * size)

  it.each(depths.flatMap((depth) => widths.map((width) => [depth, width] as const)))(
    '%i layers of width %i: gradient of the squared gradient',
    (depth, width) => {
      const sizes = [3, ...new Array<number>(depth - 1).fill(width), 2]
      const weights = sizes
        .slice(1)
        .map((out, i) =>
          c.fromTypedArray(noise(out * sizes[i], i + 1, 1 / Math.sqrt(sizes[i])), [out, sizes[i]]),
        ) as unknown as Tensor<readonly [number, number], 'float64'>[]
      const x = c.fromTypedArray(noise(15, 9, 1), [5, 3]) as unknown as Tensor<readonly [number, number], 'float64'>
      type Parameters = typeof weights
      const loss = (p: Parameters, points: typeof x): Scalar => {
        let y = points
        p.forEach((w, i) => {
          const next = c.matmul(y as never, c.transpose(w as never) as never) as unknown as typeof x
          y = i === p.length - 1 ? next : c.tanh(next)
        })
        return c.mean(c.square(y))
      }
      const squared = (p: Parameters, points: typeof x): Scalar =>
        c
          .grad(loss)(p, points)
          .map((g) => c.sum(c.square(g)) as Scalar)
          .reduce((a, b) => c.add(a, b))
      const ours = c.jit(c.grad(squared))(weights, x)
      const theirs = c.grad(squared)(c.to(weights, reference), c.to(x, reference))
      ours.forEach((g, i) => {
        expectClose(numbers(g), numbers(theirs[i]), 1e-12)
      })
    },
  )
})

describe('eager and jitted', () => {
  it('eager and jitted results have the same bits', () => {
    const x = c.fromTypedArray(
      Float32Array.from({ length: 37 }, (_, i) => Math.sin(i) * 3),
      [37],
    )
    const f = (v: typeof x) => c.div(c.exp(c.sub(v, c.max(v))), c.add(1, c.sum(c.mul(c.tanh(v), c.sigmoid(v)))))
    expect(numbers(c.jit(f)(x))).toEqual(numbers(f(x)))
  })
})
