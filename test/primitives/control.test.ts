import { describe, expect, it } from 'vitest'
import { run } from '../../src/core/bind.ts'
import { checkProgram } from '../../src/core/check.ts'
import type { Program } from '../../src/core/program.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { tap } from '../../src/primitives/control/tap.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { add, gt, lt, mul, scale } from '../../src/primitives/elementwise.ts'
import { view } from '../../src/primitives/segments.ts'
import { exp, sin, tanh } from '../../src/primitives/transcendental.ts'
import { gradientProgram } from '../../src/transforms/gradient.ts'
import { jvpProgram, lineariseProgram, transposeProgram } from '../../src/transforms/index.ts'
import { noise } from '../transforms/functions.ts'
import type { Fn } from '../transforms/operators.ts'
import {
  apply,
  device,
  grad,
  number,
  numbers,
  programOf,
  richardson,
  scalar,
  tensor,
  vmap,
} from '../transforms/operators.ts'
import { choose, recomputed, repeatWhile, scanOver } from './loops.ts'

import { all, bodyOf, constant, expectClose, expectSameDerivatives } from './nested.ts'

const parameters = tensor(noise(10))
const direction = tensor(noise(10, 2))

const field = (p: Value) => (y: Value) =>
  dot(view(p, 0, [2, 2]), tanh(add(dot(view(p, 4, [2, 2]), y, [[1], [0]]), view(p, 8, [2]))), [[1], [0]])

function rungeKutta(f: (y: Value) => Value, y: Value, h: number): Value {
  const k1 = f(y)
  const k2 = f(add(y, scale(k1, h / 2)))
  const k3 = f(add(y, scale(k2, h / 2)))
  const k4 = f(add(y, scale(k3, h)))
  return add(y, scale(add(add(k1, k4), scale(add(k2, k3), 2)), h / 6))
}

const start = tensor([0.5, -0.3])
const solved: Fn = (p) => {
  const step = ([y]: readonly Value[]) => {
    const next = rungeKutta(field(p!), y!, 0.2)
    return { carry: [next], rows: [next] }
  }
  const { carries, rows } = scanOver(step, [start], [], 5)
  return add(sum(mul(carries[0]!, carries[0]!), [0]), sum(sin(rows[0]!), [0, 1]))
}

describe('scan', () => {
  it('is its unrolled loop in values and derivatives of orders 1 to 3: Runge–Kutta steps with a flat vector', () => {
    const unrolled: Fn = (p) => {
      let y: Value = start
      let total = constant(sum(y, [0]), 0)
      for (let i = 0; i < 5; i++) {
        y = rungeKutta(field(p!), y, 0.2)
        total = add(total, sum(sin(y), [0]))
      }
      return add(sum(mul(y, y), [0]), total)
    }
    expectSameDerivatives(solved, unrolled, parameters, direction)
  })

  it('goes forward in one scan, and backward in a second', () => {
    const program = programOf(solved, parameters)
    expect(all(jvpProgram(program, [true, false]).program, 'scan')).toHaveLength(1)
    const gradient = gradientProgram(program, [true, false]).program
    checkProgram(gradient)
    expect(all(gradient, 'scan')).toHaveLength(2)
    expect(all(gradient, 'scan').map((equation) => bodyOf(equation).reverse)).toEqual([false, true])
  })

  it('collects the gradient of a captured vector in one carry for each of its segments', () => {
    const gradient = gradientProgram(programOf(solved, parameters), [true, false]).program
    const backward = all(gradient, 'scan')[1]!
    expect(all(bodyOf(backward).body, 'assemble')).toHaveLength(0)
    expect(bodyOf(backward).carries).toBe(1 + 3)
  })

  it('keeps what does not change once, and rows as they are', () => {
    const f: Fn = (x, rows) => {
      const step = ([y]: readonly Value[], [row]: readonly Value[]) => ({
        carry: [add(y!, mul(exp(sin(x!)), mul(row!, row!)))],
      })
      return scanOver(step, [x!], [rows!], 4).carries[0]!
    }
    const { program } = trace('f', (x, rows) => [f(x!, rows!)], [scalar(1), tensor(noise(4))])
    const { forward, linear } = lineariseProgram(program, [true, true])
    expect(bodyOf(all(forward, 'scan')[0]!).body.outputs).toHaveLength(2)
    expect(bodyOf(all(linear, 'scan')[0]!).constants).toBeGreaterThan(1)
    const gradient = run(gradientProgram(program, [true, true]).program, [scalar(0.3), tensor([1, 2, 3, 4])])
    const factor = Math.exp(Math.sin(0.3))
    expectClose(numbers(gradient[1]!), [1 + factor * Math.cos(0.3) * 30])
    expectClose(
      numbers(gradient[2]!),
      [2, 4, 6, 8].map((x) => factor * x),
    )
  })

  it('is transposed with carries that are not linear: their values are computed forwards first', () => {
    const f: Fn = (x) => {
      const step = ([y, i]: readonly Value[]) => ({
        carry: [add(scale(y!, 0.5), mul(x!, convert(i!, 'float64'))), add(i!, constant(i!, 2))],
      })
      return scanOver(step, [constant(x!, 0), full([], 'int32', 1)], [], 4).carries[0]!
    }
    const { program } = transposeProgram(programOf(f, scalar(1)), [true], [true])
    checkProgram(program)
    expect(number(run(program, [scalar(3)])[0]!)).toBe(3 * (((1 * 0.5 + 3) * 0.5 + 5) * 0.5 + 7))
  })

  it('stacks what it needs twice only once', () => {
    const f: Fn = (x) => {
      const { rows } = scanOver(
        ([y]) => {
          const next = exp(mul(y!, x!))
          return { carry: [next], rows: [next] }
        },
        [x!],
        [],
        3,
      )
      return sum(rows[0]!, [0])
    }
    const { forward } = lineariseProgram(programOf(f, scalar(1)), [true])
    const [kept] = all(forward, 'scan')
    expect(new Set(bodyOf(kept!).body.outputs.slice(1)).size).toBe(kept!.outputs.length - 1)
    expectClose(numbers(grad(grad(f))(scalar(0.3))), [richardson((x) => number(grad(f)(scalar(x))), 0.3)], 8)
  })

  it('makes only as many steps as it is told', () => {
    const f = (x: Value, count: Value) =>
      scanOver(([y]) => ({ carry: [mul(y!, x)], rows: [y!] }), [constant(x, 1)], [], 5, { count })
    const count = device.upload({ shape: [], dtype: 'int32' }, Int32Array.of(3))
    const { program } = trace('f', (x, n) => [f(x!, n!).carries[0]!, f(x!, n!).rows[0]!], [scalar(1), count])
    expect(run(program, [scalar(2), count]).map(numbers)).toEqual([[8], [1, 2, 4, 0, 0]])
    expect(number(run(gradientProgram(program, [true, false]).program, [scalar(2), count])[2]!)).toBe(12)
  })

  it('refuses a carry that changes its type, rows of another length, operands of another type', () => {
    const changing = () => scanOver(([x]) => ({ carry: [sum(x!, [0])] }), [parameters], [], 3)
    expect(changing).toThrow('carry 0 goes into the body as float64[10] and comes out as float64[]')
    const short = () => scanOver(([x], [row]) => ({ carry: [add(x!, row!)] }), [scalar(0)], [tensor([1, 2])], 3)
    expect(short).toThrow('float64[2] does not have 3 rows')
  })
})

describe('cond', () => {
  const branches = [(x: Value) => [mul(sin(x), exp(mul(x, x)))], (x: Value) => [mul(mul(x, x), x)]]
  const f: Fn = (x) => choose(gt(x!, constant(x!, 1)), branches, [x!])[0]!
  const [low, high]: Fn[] = branches.map((branch) => (x) => branch(x!)[0]!)

  it('has the derivatives of the branch that is taken', () => {
    for (const [x, taken] of [
      [0.4, low!],
      [1.7, high!],
    ] as const) {
      for (const d of [grad, (g: Fn) => grad(grad(g)), (g: Fn) => grad(grad(grad(g)))])
        expectClose(numbers(d(f)(scalar(x))), numbers(d(taken)(scalar(x))))
    }
  })

  it('shares places for residuals of equal type', () => {
    const { forward, residuals } = lineariseProgram(programOf(f, scalar(1)), [true])
    const [taken] = all(forward, 'cond')
    const sizes = (taken!.params as { branches: readonly Program[] }).branches.map(({ outputs }) => outputs.length)
    expect(sizes).toEqual([1 + residuals - 1, 1 + residuals - 1])
    expect(residuals).toBeLessThan(6)
  })

  it('chooses in each lane where the choice is mapped', () => {
    const points = [0.2, 1.2, 0.9, 3]
    const expected = points.map((x) => number(grad(x > 1 ? high! : low!)(scalar(x))))
    expectClose(numbers(vmap(grad(f))(tensor(points))), expected)
  })

  it('clamps a number of a branch', () => {
    const three = [0, 1, 2].map((k) => (x: Value) => [scale(x, k)])
    const taken = [-3, 0, 1, 2, 9].map((k) => {
      const choice = device.upload({ shape: [], dtype: 'int32' }, Int32Array.of(k))
      return number(choose(choice, three, [scalar(10)])[0]!)
    })
    expect(taken).toEqual([0, 0, 10, 20, 20])
  })

  it('refuses branches that differ, and choices that are not scalars', () => {
    const differing = [(x: Value) => [x], (x: Value) => [sum(x, [0])]]
    const predicate = apply((x) => gt(sum(x!, [0]), full([], 'float64', 0)), parameters)
    expect(() => choose(predicate, differing, [parameters])).toThrow(
      'branch 0 gives (float64[10]), but branch 1 gives (float64[])',
    )
    expect(() => choose(parameters, branches, [scalar(1)])).toThrow('is float64[10]; give an int32 scalar')
  })
})

describe('dead code inside', () => {
  const only = (k: number, results: (x: Value, y: Value) => readonly Value[]): Program =>
    trace('f', (x, y) => [results(x!, y!)[k]!], [scalar(1), scalar(2)]).program

  it('of a scan: carries and rows that nobody needs', () => {
    const f = (x: Value, y: Value) => {
      const step = ([a, b, c]: readonly Value[]) => ({
        carry: [mul(a!, x), add(b!, a!), mul(c!, y)],
        rows: [sin(c!), exp(a!)],
      })
      const { carries, rows } = scanOver(step, [x, y, y], [], 3)
      return [...carries, ...rows]
    }
    const parts = [0, 1, 2, 3, 4].map((k) => all(only(k, f), 'scan')[0]!)
    expect(parts.map((equation) => bodyOf(equation).carries)).toEqual([1, 2, 1, 1, 1])
    expect(parts.map((equation) => bodyOf(equation).constants)).toEqual([1, 1, 1, 1, 1])
    expect(parts.map(({ outputs }) => outputs.length)).toEqual([1, 2, 1, 2, 2])
    for (const k of [0, 1, 2, 3, 4]) {
      checkProgram(only(k, f))
      const whole = trace('f', (x, y) => f(x!, y!), [scalar(1), scalar(1)]).program
      const operands = [scalar(0.5), scalar(0.7)]
      expect(numbers(run(only(k, f), operands)[0]!)).toEqual(numbers(run(whole, operands)[k]!))
    }
  })

  it('of a while loop: carries that neither the condition nor a needed carry looks at', () => {
    const f = (x: Value, y: Value) =>
      repeatWhile(
        (a) => lt(a!, constant(a!, 9)),
        (a, b, c) => [mul(a!, constant(a!, 2)), add(b!, a!), mul(c!, y)],
        [x, y, y],
      )
    const parts = [0, 1, 2].map((k) => only(k, f))
    expect(parts.map((program) => all(program, 'whileLoop')[0]!.outputs.length)).toEqual([1, 2, 2])
    expect(parts.map((program) => number(run(program, [scalar(2), scalar(3)])[0]!))).toEqual([16, 17, 81])
  })

  it('of branches and checkpoints: results and operands', () => {
    const chosen = (x: Value, y: Value) => {
      const branches = [(a: Value, b: Value) => [sin(a), b], (a: Value, b: Value) => [a, exp(b)]]
      return choose(gt(x, y), branches, [x, y])
    }
    const saved = (x: Value, y: Value) => recomputed((a, b) => [sin(a!), exp(b!)], [x, y])
    expect(all(only(0, chosen), 'cond')[0]!.inputs).toHaveLength(2)
    expect(all(only(1, saved), 'checkpoint')[0]!.inputs).toHaveLength(1)
    expect(numbers(run(only(1, chosen), [scalar(2), scalar(1)])[0]!)).toEqual([Math.E])
    expect(numbers(run(only(1, saved), [scalar(2), scalar(1)])[0]!)).toEqual([Math.E])
  })

  it('stays where it has an effect', () => {
    const seen: number[] = []
    const f = (x: Value, y: Value) => {
      const look = (value: Value) => tap((array) => seen.push(array.data[0]!), [value])[0]!
      return scanOver(([a, b]) => ({ carry: [mul(a!, x), look(add(b!, y))] }), [x, y], [], 2).carries
    }
    run(only(0, f), [scalar(1), scalar(2)])
    expect(seen).toEqual([4, 6])
  })
})

describe('checkpoint', () => {
  const plain: Fn = (p) => {
    const y = tanh(dot(view(p!, 0, [3, 3]), sin(view(p!, 3, [3])), [[1], [0]]))
    return sum(mul(y, exp(y)), [0])
  }
  const saved: Fn = (p) => recomputed((q) => [plain(q!)], [p!])[0]!

  it('is the plain function in values and derivatives of orders 1 to 3', () => {
    expectSameDerivatives(saved, plain, parameters, direction)
  })

  it('keeps nothing but its operands', () => {
    const { forward, residuals } = lineariseProgram(programOf(saved, parameters), [true])
    expect(residuals).toBe(1)
    expect(forward.outputs[1]).toBe(forward.inputs[0])
  })
})
