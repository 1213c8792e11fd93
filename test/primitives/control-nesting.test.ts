import { describe, expect, it } from 'vitest'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, constantLike, full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { customJvp } from '../../src/primitives/control/custom.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { add, gt, integerPower, lt, mul, neg, scale, sub } from '../../src/primitives/elementwise.ts'
import { view } from '../../src/primitives/segments.ts'
import { iota } from '../../src/primitives/structural.ts'
import { exp, sin, tanh } from '../../src/primitives/transcendental.ts'
import { noise } from '../transforms/functions.ts'
import { disagreement, type Fn, grad, tensor } from '../transforms/operators.ts'
import { choose, recomputed, repeatWhile, scanOver } from './loops.ts'

const parameters = tensor(noise(10))
const direction = tensor(noise(10, 2))
const rows = tensor(noise(8, 4), [4, 2])

const along = (t: Value): Value => add(parameters, mul(direction, broadcast(t, [10], [])))
const constant = (x: Value, value: number): Value => constantLike(x, value)

/** The field of a small network with its parameters in a flat vector: y' = A tanh(B y + c). */
const field = (p: Value) => (y: Value) =>
  dot(view(p, 0, [2, 2]), tanh(add(dot(view(p, 4, [2, 2]), y, [[1], [0]]), view(p, 8, [2]))), [[1], [0]])

function rungeKutta(f: (y: Value) => Value, y: Value, h: number): Value {
  const k1 = f(y)
  const k2 = f(add(y, scale(k1, h / 2)))
  const k3 = f(add(y, scale(k2, h / 2)))
  const k4 = f(add(y, scale(k3, h)))
  return add(y, scale(add(add(k1, k4), scale(add(k2, k3), 2)), h / 6))
}

const square = (x: Value): Value =>
  sum(
    mul(x, x),
    x.shape.map((_, i) => i),
  )

/** Loops that must be differentiated alike by every nesting of transforms. */
const loops: Readonly<Record<string, Fn>> = {
  'Runge–Kutta steps in a scan': (t) => {
    const p = along(t!)
    const step = (carry: readonly Value[]) => {
      const next = rungeKutta(field(p), carry[0]!, 0.2)
      return { carry: [next], rows: [mul(next, next)] }
    }
    const { carries, rows: path } = scanOver(step, [tensor([0.5, -0.3])], [], 4)
    return add(square(carries[0]!), sum(path[0]!, [0, 1]))
  },
  'a scan over rows, backwards, with a carry that is an integer': (t) => {
    const scaled = mul(rows, broadcast(sin(t!), [4, 2], []))
    const step = ([x, i]: readonly Value[], [row]: readonly Value[]) => ({
      carry: [add(mul(x!, t!), square(row!)), add(i!, constant(i!, 1))],
      rows: [mul(row!, broadcast(mul(x!, convert(i!, 'float64')), [2], []))],
    })
    const { carries, rows: out } = scanOver(step, [exp(t!), full([], 'int32', 1)], [scaled], 4, { reverse: true })
    return add(mul(carries[0]!, t!), square(out[0]!))
  },
  'a scan in a scan': (t) => {
    const inner = (x: Value) => scanOver(([y]) => ({ carry: [mul(sin(add(y!, t!)), x)] }), [x], [], 3).carries[0]!
    return scanOver(([x]) => ({ carry: [add(inner(x!), t!)] }), [t!], [], 3).carries[0]!
  },
  'a while loop': (t) =>
    repeatWhile(
      (y) => lt(y!, constant(y!, 10)),
      (y) => [mul(y!, add(t!, constant(y!, 2)))],
      [add(t!, constant(t!, 1))],
    )[0]!,
  'a while loop with a bound': (t) =>
    repeatWhile(
      (y) => lt(y!, constant(y!, 100)),
      (y) => [mul(y!, exp(t!))],
      [add(t!, constant(t!, 1))],
      5,
    )[0]!,
  'a while loop that makes no step': (t) =>
    mul(
      t!,
      repeatWhile(
        (y) => lt(y!, constant(y!, 0)),
        (y) => [mul(y!, y!)],
        [sin(t!)],
      )[0]!,
    ),
  'while loops in a scan': (t) => {
    const grown = (x: Value) =>
      repeatWhile(
        (y) => lt(y!, constant(y!, 5.2)),
        (y) => [mul(y!, add(t!, constant(y!, 1.5)))],
        [x],
      )[0]!
    const step = ([x]: readonly Value[]) => ({ carry: [scale(grown(x!), 0.3)], rows: [grown(scale(x!, 0.5))] })
    const { carries, rows: out } = scanOver(step, [add(t!, constant(t!, 0.2))], [], 3)
    return add(carries[0]!, square(out[0]!))
  },
  'a scan in a while loop': (t) => {
    const inner = (x: Value) => scanOver(([y]) => ({ carry: [add(sin(y!), x)] }), [x], [], 2).carries[0]!
    return repeatWhile(
      (y) => lt(y!, constant(y!, 2.6)),
      (y) => [mul(inner(y!), add(t!, constant(t!, 1)))],
      [t!],
    )[0]!
  },
  'a while loop in a while loop': (t) => {
    const grown = (x: Value) =>
      repeatWhile(
        (y) => lt(y!, x),
        (y) => [mul(y!, add(t!, constant(y!, 2)))],
        [t!],
      )[0]!
    return repeatWhile(
      (y) => lt(y!, constant(y!, 20)),
      (y) => [add(mul(y!, t!), grown(y!))],
      [add(t!, constant(t!, 1))],
    )[0]!
  },
  'a choice in a scan': (t) => {
    const step = ([x]: readonly Value[], [row]: readonly Value[]) => {
      const branches = [(y: Value) => [mul(y, exp(y))], (y: Value) => [mul(sin(y), t!)]]
      const first = sum(row!, [0])
      return { carry: choose(gt(first, constant(first, 0)), branches, [add(x!, first)]) }
    }
    return scanOver(step, [t!], [rows], 4).carries[0]!
  },
  'a choice among three': (t) => {
    const branches = [
      (x: Value) => [mul(x, x), t!],
      (x: Value) => [integerPower(x, 3), exp(x)],
      () => [constant(t!, 2), mul(t!, t!)],
    ]
    const step = ([x]: readonly Value[], [i]: readonly Value[]) => {
      const [a, b] = choose(i!, branches, [x!])
      return { carry: [add(sin(a!), b!)] }
    }
    return scanOver(step, [t!], [iota([3], 'int32', 0)], 3).carries[0]!
  },
  'a custom rule in a scan': (t) => {
    const logistic = (x: Value) => {
      const f = (y: Value) => integerPower(add(exp(neg(y)), constant(y, 1)), -1)
      const { program } = trace('f', (y) => [f(y!)], [x])
      const rule = trace('rule', (y, dy) => [mul(mul(f(y!), sub(constant(y!, 1), f(y!))), dy!)], [x, x])
      return customJvp(program, rule.program, [x])[0]!
    }
    return scanOver(([x]) => ({ carry: [mul(logistic(x!), exp(t!))] }), [t!], [], 3).carries[0]!
  },
  'a derivative in a scan, by a captured variable': (t) => {
    const slope = (y: Value) => grad((z) => mul(sin(mul(z!, t!)), mul(z!, y)))(y)
    return scanOver(([y]) => ({ carry: [mul(slope(y!), t!)] }), [add(t!, constant(t!, 1))], [], 3).carries[0]!
  },
  'a derivative of a while loop in a while loop': (t) => {
    const grown: Fn = (x) =>
      repeatWhile(
        (y) => lt(y!, constant(y!, 5)),
        (y) => [mul(y!, add(x!, t!))],
        [x!],
      )[0]!
    return repeatWhile(
      (y) => lt(y!, constant(y!, 30)),
      (y) => [add(y!, grad(grown)(add(constant(y!, 1), t!)))],
      [t!],
    )[0]!
  },
  'a checkpointed step in a scan': (t) => {
    const step = ([x]: readonly Value[]) => ({ carry: recomputed((y) => [mul(sin(mul(y!, t!)), exp(y!))], [x!]) })
    return scanOver(step, [t!], [], 3).carries[0]!
  },
  'a checkpointed scan': (t) =>
    recomputed((x) => scanOver(([y]) => ({ carry: [sin(mul(y!, x!))] }), [t!], [], 3).carries, [exp(t!)])[0]!,
}

describe.each(Object.entries(loops))('%s', (_, f) => {
  it.each([1, 2, 3])('derivatives of order %i agree in every nesting, and with differences', (order) => {
    expect(disagreement(f, order)).toBeLessThan(1e-8)
  })
})
