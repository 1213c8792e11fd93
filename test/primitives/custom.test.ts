import { describe, expect, it } from 'vitest'
import { DerivativeError } from '../../src/core/errors.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { sum } from '../../src/primitives/broadcast.ts'
import { customJvp, customVjp } from '../../src/primitives/control/custom.ts'
import { tap } from '../../src/primitives/control/tap.ts'
import { add, gt, lt, mul, scale } from '../../src/primitives/elementwise.ts'
import { sin } from '../../src/primitives/transcendental.ts'
import type { Fn } from '../transforms/operators.ts'
import { apply, grad, number, numbers, push, scalar, tensor, vmap } from '../transforms/operators.ts'
import { choose, recomputed, repeatWhile, scanOver } from './loops.ts'

import { constant, expectClose } from './nested.ts'

describe('derivatives given by the user', () => {
  /** sin, whose derivative is said to be 2 cos: a lie that can be followed through all transforms. */
  const lying: Fn = (x) => {
    const { program } = trace('f', (y) => [sin(y!)], [x!])
    const { program: rule } = trace('rule', (y, t) => [scale(mul(t!, lyingCos(y!)), 2)], [x!, x!])
    return customJvp(program, rule, [x!])[0]!
  }
  const lyingCos: Fn = (x) => {
    const { program } = trace('f', (y) => [sin(add(y!, constant(y!, Math.PI / 2)))], [x!])
    const { program: rule } = trace('rule', (y, t) => [scale(mul(t!, sin(y!)), -2)], [x!, x!])
    return customJvp(program, rule, [x!])[0]!
  }

  it('customJvp serves both modes and both orders', () => {
    const x = 0.6
    const both = [grad(lying), (y: Value) => push(lying)(y, scalar(1))].map((f) => number(f(scalar(x))))
    expectClose(both, [2 * Math.cos(x), 2 * Math.cos(x)])
    const second = [
      grad(grad(lying)),
      (y: Value) => push(grad(lying))(y, scalar(1)),
      grad((y) => push(lying)(y!, constant(y!, 1))),
    ]
    expectClose(
      second.map((f) => number(f(scalar(x)))),
      [1, 2, 3].map(() => -4 * Math.sin(x)),
    )
    expectClose(numbers(vmap(grad(lying))(tensor([0.1, 0.2]))), [2 * Math.cos(0.1), 2 * Math.cos(0.2)])
  })

  /** x y, with the cotangent of x doubled and that of y tripled. */
  const product: Fn = (x, y) => {
    const { program } = trace('f', (a, b) => [mul(a!, b!)], [x!, y!])
    const { program: forward } = trace('forward', (a, b) => [mul(a!, b!), a!, b!], [x!, y!])
    const { program: backward } = trace('backward', (a, b, w) => [scale(mul(w!, b!), 2), scale(mul(w!, a!), 3)], [
      x!,
      y!,
      x!,
    ])
    return customVjp({ program, forward, backward, residuals: 2 }, [x!, y!])[0]!
  }

  it('customVjp is followed in reverse mode, also twice', () => {
    const square: Fn = (x) => product(x!, sin(x!))
    const x = 0.6
    const slope = 2 * Math.sin(x) + 3 * x * Math.cos(x)
    const curvature = 2 * Math.cos(x) + 3 * Math.cos(x) - 3 * x * Math.sin(x)
    expectClose(numbers(grad(square)(scalar(x))), [slope])
    expectClose(numbers(grad(grad(square))(scalar(x))), [curvature])
    expectClose(numbers(push(grad(square))(scalar(x), scalar(1))), [curvature])
  })

  it('customVjp sums the cotangents of an operand that lanes share', () => {
    const shared: Fn = (y, xs) => sum(vmap((x) => product(x!, y!))(xs!), [0])
    expect(number(grad(shared)(scalar(5), tensor([1, 2, 4])))).toBe(21)
    expect(numbers(vmap(grad(product))(tensor([1, 2]), tensor([3, 4])))).toEqual([6, 8])
  })

  it('customVjp inside loops, branches and checkpoints', () => {
    const looped: Fn = (x) => scanOver(([y]) => ({ carry: [product(y!, x!)] }), [constant(x!, 1)], [], 3).carries[0]!
    const unrolled: Fn = (x) => product(product(product(constant(x!, 1), x!), x!), x!)
    const wrapped: Fn = (x) =>
      recomputed((y) => choose(gt(y!, constant(y!, 0)), [(z) => [z], (z) => [looped(z)]], [y!]), [x!])[0]!
    for (const f of [looped, wrapped]) {
      expectClose(numbers(grad(f)(scalar(1.3))), numbers(grad(unrolled)(scalar(1.3))))
      expectClose(numbers(grad(grad(f))(scalar(1.3))), numbers(grad(grad(unrolled))(scalar(1.3))))
    }
  })

  it('customVjp refuses forward mode, and names the way out', () => {
    expect(() => push((x) => product(x!, x!))(scalar(1), scalar(1))).toThrow(DerivativeError)
    expect(() => push((x) => product(x!, x!))(scalar(1), scalar(1))).toThrow('Use customJvp')
  })
})

describe('tap', () => {
  /** Runs f with a tap that writes down what it sees. */
  const seen = (f: (look: (x: Value) => Value) => void): number[][] => {
    const list: number[][] = []
    const write = (array: Ndarray) => {
      list.push(Array.from(array.data))
    }
    f((x) => tap(write, [x])[0]!)
    return list
  }

  it('sees numbers when the program runs, also where nobody uses its result', () => {
    expect(seen((look) => apply((x) => look(mul(x!, x!)), scalar(3)))).toEqual([[9]])
    const unused = (look: (x: Value) => Value) =>
      apply((x) => {
        look(x!)
        scanOver(([i]) => ({ carry: [look(add(i!, x!))] }), [x!], [], 2)
        return x!
      }, scalar(1))
    expect(seen(unused)).toEqual([[1], [2], [3]])
  })

  it('sees values once in derivatives, and all lanes at once in maps', () => {
    const f =
      (look: (x: Value) => Value): Fn =>
      (x) =>
        mul(look(sin(x!)), x!)
    const value = Math.sin(2)
    expect(seen((look) => grad(f(look))(scalar(2)))).toEqual([[value]])
    expect(seen((look) => push(f(look))(scalar(2), scalar(1)))).toEqual([[value]])
    expect(seen((look) => vmap(grad(f(look)))(tensor([2, 0])))).toEqual([[value, 0]])
  })

  it('sees each step of a loop once in reverse mode', () => {
    const f =
      (look: (x: Value) => Value): Fn =>
      (x) =>
        repeatWhile(
          (y) => lt(y!, constant(y!, 10)),
          (y) => [mul(look(y!), x!)],
          [x!],
        )[0]!
    expect(seen((look) => grad(f(look))(scalar(2)))).toEqual([[2], [4], [8]])
  })

  it('passes derivatives through', () => {
    expect(seen((look) => expect(number(grad((x) => look(mul(x!, x!)))(scalar(3)))).toBe(6))).toEqual([[9]])
  })
})
