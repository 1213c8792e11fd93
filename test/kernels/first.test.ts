import { describe, expect, it } from 'vitest'
import { broadcast, full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { add, div, lt, max, mul, neg, select, sub } from '../../src/primitives/elementwise.ts'
import { reduceMax } from '../../src/primitives/reduction.ts'
import { concat, iota, pad, reshape, reverse, slice, transpose } from '../../src/primitives/structural.ts'
import { exp, tanh } from '../../src/primitives/transcendental.ts'
import { check, programOf } from './check.ts'

const f32 = (...shape: number[]) => ({ shape, dtype: 'float32' as const })

describe('first programs', () => {
  it('elementwise', () => {
    const p = check(programOf([f32(5, 7), f32(5, 7)], (x, y) => [tanh(add(mul(x, y), x)), neg(x)]))
    expect(p.routine.steps.length).toBe(1)
  })
  it('transposes and slices', () => {
    check(programOf([f32(5, 7)], (x) => [add(transpose(x, [1, 0]), full([7, 5], 'float32', 2))]))
    check(programOf([f32(5, 7)], (x) => [reverse(slice(x, [1, 2], [5, 7], [2, 2]), [1])]))
    check(programOf([f32(6, 4)], (x) => [mul(reshape(tanh(x), [4, 6]), reshape(x, [4, 6]))]))
    check(programOf([f32(6, 4)], (x) => [mul(reshape(transpose(tanh(x), [1, 0]), [2, 3, 4]), reshape(x, [2, 3, 4]))]))
    check(programOf([f32(6, 4)], (x) => [add(x, iota([6, 4], 'float32', 1))]))
  })
  it('reductions', () => {
    check(programOf([f32(5, 7)], (x) => [sum(mul(x, x), [0, 1]), sum(x, [0]), sum(exp(x), [1]), reduceMax(x, [1])]))
    check(programOf([f32(0, 7)], (x) => [sum(mul(x, x), [0, 1]), sum(x, [0]), sum(exp(x), [1])]))
  })
  it('softmax', () => {
    const p = check(
      programOf([f32(5, 7)], (x) => {
        const e = exp(sub(x, broadcast(reduceMax(x, [1]), [5, 7], [0])))
        return [div(e, broadcast(sum(e, [1]), [5, 7], [0]))]
      }),
    )
    expect(p.routine.steps.length).toBe(2)
  })
  it('dots', () => {
    const p = check(
      programOf([f32(5, 7), f32(4, 7), f32(4)], (x, w, b) => [
        max(add(dot(x, transpose(w, [1, 0]), [[1], [0]]), broadcast(b, [5, 4], [1])), full([5, 4], 'float32', 0)),
      ]),
    )
    expect(p.routine.steps.map((s) => s.kind)).toEqual(['contract', 'kernel'])
    check(programOf([f32(3, 5, 7), f32(3, 7, 2)], (x, w) => [dot(x, w, [[2], [1]], [[0], [0]])]))
    check(programOf([f32(3, 0), f32(0, 7)], (x, w) => [dot(x, w, [[1], [0]])]))
    check(programOf([f32(7), f32(7)], (x, w) => [dot(x, w, [[0], [0]])]))
    const i32 = (...shape: number[]) => ({ shape, dtype: 'int32' as const })
    check(programOf([i32(3, 5), i32(5, 4)], (x, w) => [dot(x, w, [[1], [0]])]))
  })
  it('concat and pad', () => {
    check(programOf([f32(2, 3), f32(4, 3)], (x, y) => [concat([tanh(x), y, x], 0)]))
    check(programOf([f32(3, 2), f32(3, 4)], (x, y) => [concat([tanh(x), y, x], 1), select(lt(x, tanh(x)), x, neg(x))]))
    check(programOf([f32(3, 2), f32()], (x, v) => [pad(tanh(x), v, [1, 2], [0, 1], [1, 2])]))
  })
})
