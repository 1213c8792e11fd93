import { describe, expect, it } from 'vitest'
import { run } from '../../src/core/bind.ts'
import { checkProgram } from '../../src/core/check.ts'
import { full, sum } from '../../src/primitives/broadcast.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { abs, add, div, gt, integerPower, le, lt, mul, scale, sub } from '../../src/primitives/elementwise.ts'
import { specialise, TapeOverflow, usesTape } from '../../src/rewrite/specialise.ts'
import { gradientProgram, vjpPrograms } from '../../src/transforms/gradient.ts'
import { noise } from '../transforms/functions.ts'
import type { Fn } from '../transforms/operators.ts'
import { apply, device, grad, number, numbers, programOf, scalar, tensor, vmap } from '../transforms/operators.ts'
import { repeatWhile } from './loops.ts'

import { constant, expectClose } from './nested.ts'

const parameters = tensor(noise(10))

/** √x by Newton's iteration until the square is right. */
const root: Fn = (x) =>
  repeatWhile(
    (y) => gt(abs(sub(mul(y!, y!), x!)), constant(y!, 1e-14)),
    (y) => [scale(add(y!, div(x!, y!)), 0.5)],
    [add(scale(x!, 0.5), constant(x!, 0.5))],
    null,
  )[0]!

describe('whileLoop', () => {
  it('gives the derivatives of a square root by the iteration that computes it', () => {
    // One more step makes the derivatives of the last iterate as exact as its value.
    const refined: Fn = (x) => {
      let y = root(x!)
      for (let i = 0; i < 3; i++) y = scale(add(y, div(x!, y)), 0.5)
      return y
    }
    const x = 7.3
    const [slope, curvature, third] = [grad(refined), grad(grad(refined)), grad(grad(grad(refined)))]
    expectClose(
      [slope, curvature, third].map((f) => number(f(scalar(x)))),
      [0.5 * x ** -0.5, -0.25 * x ** -1.5, 0.375 * x ** -2.5],
    )
  })

  it('records as many steps as there are: the tape grows', () => {
    const power: Fn = (x) =>
      repeatWhile(
        (_, i) => lt(i!, constant(i!, 1000)),
        (y, i) => [mul(y!, x!), add(i!, constant(i!, 1))],
        [constant(x!, 1), full([], 'int32', 0)],
      )[0]!
    const program = gradientProgram(programOf(power, scalar(1)), [true]).program
    expect(usesTape(program)).toBe(true)
    const x = 1.001
    expectClose(numbers(run(program, [scalar(x)])[1]!), [1000 * x ** 999])
    expect(() => device.execute(specialise(program, 64), [scalar(x)])).toThrow(TapeOverflow)
    expect(usesTape(specialise(program, 64))).toBe(false)
    expect(specialise(program, 64)).toBe(specialise(program, 64))
    checkProgram(specialise(program, 1024))
    expectClose(numbers(grad(grad(power))(scalar(x))), [1000 * 999 * x ** 998])
  })

  it('replaces the length of the tape, and no other -1', () => {
    const f: Fn = (x) =>
      repeatWhile(
        (y) => lt(y!, constant(y!, 10)),
        (y) => [add(y!, mul(integerPower(x!, -1), constant(y!, -1)))],
        [constant(x!, 0)],
      )[0]!
    const slope = number(grad(f)(scalar(-0.5)))
    expect(slope).toBe(5 / 0.25)
  })

  it('makes no step where the condition fails at once', () => {
    const f: Fn = (x) =>
      mul(
        x!,
        repeatWhile(
          (y) => lt(y!, constant(y!, 0)),
          (y) => [mul(y!, y!)],
          [mul(x!, x!)],
        )[0]!,
      )
    expect([apply(f, scalar(2)), grad(f)(scalar(2)), grad(grad(f))(scalar(2))].map(number)).toEqual([8, 12, 12])
  })

  it('stops at its bound, with static shapes only', () => {
    const f: Fn = (x) =>
      repeatWhile(
        () => full([], 'bool', 1),
        (y) => [mul(y!, x!)],
        [constant(x!, 1)],
        5,
      )[0]!
    expect([apply(f, scalar(2)), grad(f)(scalar(2))].map(number)).toEqual([32, 80])
    expect(usesTape(gradientProgram(programOf(f, scalar(2)), [true]).program)).toBe(false)
  })

  it('runs each lane as long as it must; lanes that are done keep their values', () => {
    const doubled: Fn = (x) =>
      repeatWhile(
        (y) => le(y!, constant(y!, 100)),
        (y) => [mul(y!, add(x!, constant(y!, 1)))],
        [x!],
      )[0]!
    const points = [1, 2, 30, 200]
    const singly = (f: Fn) => points.map((x) => number(f(scalar(x))))
    expectClose(
      numbers(vmap(doubled)(tensor(points))),
      singly((x) => apply(doubled, x!)),
    )
    expectClose(numbers(vmap(grad(doubled))(tensor(points))), singly(grad(doubled)))
    expectClose(numbers(vmap(grad(grad(doubled)))(tensor(points))), singly(grad(grad(doubled))))
    const total: Fn = (xs) => sum(vmap(doubled)(xs!), [0])
    expectClose(numbers(grad(total)(tensor(points))), singly(grad(doubled)))
  })

  it('takes a pullback of its own, with the tape that was recorded', () => {
    const program = programOf(root, scalar(7))
    const { forward, residuals, pullback } = vjpPrograms(program, [true])
    const results = run(forward, [scalar(9)])
    expect(results).toHaveLength(1 + residuals)
    expectClose(numbers(run(pullback, [...results.slice(1), scalar(1)])[0]!), [1 / 6], 6)
  })

  it('refuses a condition that is not a bool scalar, and carries that change', () => {
    expect(() =>
      repeatWhile(
        (x) => x!,
        (x) => [x!],
        [scalar(1)],
      ),
    ).toThrow('the condition gives float64[]')
    expect(() =>
      repeatWhile(
        (x) => gt(sum(x!, [0]), full([], 'float64', 0)),
        (x) => [convert(x!, 'float32')],
        [parameters],
      ),
    ).toThrow('carry 0 goes into the body as float64[10] and comes out as float32[10]')
  })
})
