/** Every nesting of the public transforms up to depth 3 gives the same derivative on the CPU, and the one that differences give. */
import type { Tensor } from 'conformable'
import * as c from 'conformable'
import { describe, expect, it } from 'vitest'
import { cumsum } from '../src/primitives/reduction.ts'
import { sort } from '../src/primitives/sorting.ts'
import { typed, untyped } from '../src/typed.ts'
import { richardson } from './transforms/operators.ts'

type Scalar = Tensor<readonly [], 'float64'>
type Vector = Tensor<readonly [5], 'float64'>
type Curve = (t: Scalar) => Scalar

const scalar = (x: number): Scalar => c.scalar(x, 'float64')
const one = scalar(1)

/** Ways to the derivative of a function of one number; each must give the same. */
const operators: Readonly<Record<string, (f: Curve) => Curve>> = {
  grad: (f) => c.grad(f),
  jvp: (f) => (t) => c.jvp(f, [t], [one])[1],
  'jit of grad': (f) => c.jit(c.grad(f)),
  'vmap of grad': (f) => (t) => c.mean(c.vmap(c.grad(f))(c.stack([t, t]))),
}

/** Further ways, at the outside only. */
const outermost: typeof operators = {
  vjp: (f) => (t) => c.vjp(f, t)[1](one)[0],
  linearise: (f) => (t) => c.linearise(f, t)[1](one),
  'jit of vmap of jvp': (f) =>
    c.jit((t) => c.sum(c.vmap((s: Scalar) => c.jvp(f, [s], [one])[1])(c.broadcastTo(c.mul(t, 1), [1])))),
  'grad of jit': (f) => c.grad(c.jit(f)),
  jacfwd: (f) => (t) => typed<Scalar>(c.jacfwd(f)(t)),
  jacrev: (f) => (t) => typed<Scalar>(c.jacrev(f)(t)),
}

const noise = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed))

const points = c.fromTypedArray(noise(12, 3), [4, 3])
const [w1, d1] = [c.fromTypedArray(noise(15, 1), [5, 3]), c.fromTypedArray(noise(15, 2), [5, 3])]
const [w2, d2] = [c.fromTypedArray(noise(10, 4), [2, 5]), c.fromTypedArray(noise(10, 5), [2, 5])]
const bias = c.fromTypedArray(noise(5, 6), [5])

/** Parameters on a line, as a ComponentArray made inside the differentiated function. */
const parameters = (t: Scalar) =>
  c.componentArray({
    L1: { weight: c.add(w1, c.mul(d1, t)), bias: c.mul(bias, t) },
    L2: { weight: c.add(w2, c.mul(d2, c.sin(t))), bias: c.broadcastTo(t, [2]) },
  })

const loss = ({ L1, L2 }: ReturnType<typeof parameters>): Scalar =>
  c.mean(c.square(c.linear(c.tanh(c.linear(points, L1.weight, L1.bias)), L2.weight, L2.bias)))

const spread = (t: Scalar): Vector => c.add(c.tensor([0.1, -0.7, 0.9, 0.4, -0.2], 'float64'), c.mul(t, bias))

/** sin with a derivative of its own, written in another way. */
const ownSine = c.customJvp(
  (x: Scalar) => c.sin(x),
  ([x], [v]) => c.mul(v, c.sub(1, c.mul(2, c.square(c.sin(c.mul(x, 0.5)))))),
)

const functions: Readonly<Record<string, Curve>> = {
  'a network on a ComponentArray': (t) => loss(parameters(t)),
  'the length of its gradient': (t) => c.sum(c.square(c.flat(c.grad(loss)(parameters(t))))),
  'Runge–Kutta in a scan': (t) => {
    const f = (y: Vector): Vector => c.sub(c.mul(c.sin(c.roll(y, 1, 0)), t), c.mul(y, 0.3))
    const step = (y: Vector): Vector => {
      const k1 = f(y)
      const k2 = f(c.add(y, c.mul(k1, 0.05)))
      const k3 = f(c.add(y, c.mul(k2, 0.05)))
      const k4 = f(c.add(y, c.mul(k3, 0.1)))
      return c.add(y, c.mul(c.add(c.add(k1, k4), c.mul(c.add(k2, k3), 2)), 0.1 / 6))
    }
    const [last, path] = c.scanN((y: Vector) => [step(y), c.sum(y)], spread(t), 7)
    return c.add(c.sum(c.square(last)), c.mean(path))
  },
  'a backward scan over rows': (t) => {
    const rows = c.mul(c.fromTypedArray(noise(6, 8), [6]), t)
    const [last, ys] = c.scan((y: Scalar, x: Scalar) => [c.tanh(c.add(c.mul(y, t), x)), c.mul(y, x)], t, rows, {
      reverse: true,
    })
    return c.add(last, c.sum(c.square(ys)))
  },
  'two conditionals': (t) => {
    const inner = c.cond(
      c.less(t, 0.2),
      (x: Scalar) => c.exp(x),
      (x) => c.mul(c.sin(x), t),
      c.square(t),
    )
    return c.cond(
      c.greater(inner, -10),
      (x: Scalar) => c.mul(x, c.cos(c.mul(t, 2))),
      (x) => c.neg(x),
      inner,
    )
  },
  'a loop as long as the data say': (t) => {
    const loop = c.whileLoop(
      ({ y }: { y: Scalar; n: Scalar }) => c.less(y, 3),
      ({ y, n }) => ({ y: c.add(c.mul(y, 1.5), c.mul(c.square(t), 0.3)), n: c.add(n, t) }),
      { y: t, n: c.mul(t, t) },
    )
    return c.mul(loop.y, c.sin(loop.n))
  },
  'a derivative of its own': (t) => c.mul(ownSine(c.mul(t, t)), c.exp(ownSine(t))),
  'a checkpoint in a checkpoint': (t) => {
    const inner = c.checkpoint((x: Scalar) => c.tanh(c.mul(c.sin(x), t)))
    return c.checkpoint((x: Scalar) => c.mul(inner(x), c.exp(inner(c.mul(x, 0.5)))))(t)
  },
  'sorted, added up, taken, chosen': (t) => {
    const sorted = sort([untyped(spread(c.sin(t)), 'sort')])[0]
    const running = typed<Vector>(cumsum(sorted, 0))
    const taken = c.take(running, c.tensor([4, 0, 0, 2, -1], 'int32'))
    const chosen = c.where(c.greater(taken, -0.5), c.square(taken), c.mul(taken, -2))
    return c.sum(c.mul(c.softmax(c.mul(chosen, t)), running))
  },
}

const at = 0.37

const sequences = (depth: number): string[][] =>
  depth === 0 ? [[]] : sequences(depth - 1).flatMap((rest) => Object.keys(operators).map((name) => [...rest, name]))

const applied = (names: readonly string[], f: Curve): Curve => names.reduce((g, name) => operators[name](g), f)

/** All ways to the derivative of that order, by name. */
function ways(f: Curve, order: number): [string, Curve][] {
  const inside = sequences(order).map((names): [string, Curve] => [names.join(', then '), applied(names, f)])
  const grads = applied(new Array<string>(order - 1).fill('grad'), f)
  return [
    ...inside,
    ...Object.entries(outermost).map(([name, way]): [string, Curve] => [`${name} of grad`, way(grads)]),
  ]
}

describe.each(Object.entries(functions))('%s', (_, f) => {
  it('runs on the CPU, eager and compiled alike', () => {
    expect(c.cpu().name).toBe('cpu')
    expect(c.jit(f)(scalar(at)).itemSync()).toBe(f(scalar(at)).itemSync())
  })

  it.each([1, 2, 3])('order %i', (order) => {
    const lower = c.jit(applied(new Array<string>(order - 1).fill('grad'), f))
    const expected = richardson((x) => lower(scalar(x)).itemSync(), at)
    for (const [name, way] of ways(f, order)) {
      const value = way(scalar(at)).itemSync()
      const error = Math.abs(value - expected) / Math.max(1, Math.abs(expected))
      expect(error, `${name}: ${value}, not ${expected}`).toBeLessThan(1e-8)
    }
  })
})
