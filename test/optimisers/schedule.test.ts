/** Schedules: golden values, both dtypes, inside a rule, refusals. */
import { convert, type FloatDType, jit, scalar } from 'conformable'
import { adam, constant, cosine, type Schedule, sgd } from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import { distance, golden } from '../helpers/golden.ts'
import { thrown } from '../helpers/thrown.ts'

interface ScheduleCase {
  readonly op: string
  readonly value: readonly number[]
}

const { cases } = golden<ScheduleCase>('schedule')

/** Golden case → the schedule with its attributes. */
const schedules: Readonly<Record<string, Schedule>> = {
  constant: constant(0.125),
  cosine: cosine({ initial: 0.5, steps: 15, final: 0.05 }),
}

const dtypes: readonly (readonly [FloatDType, number])[] = [
  ['float64', 1e-15],
  ['float32', 1e-7],
]

describe.each(Object.entries(schedules))('%s', (op, schedule) => {
  it.each(dtypes)('has the golden values in %s', (dtype, tolerance) => {
    const { value } = cases.find((entry) => entry.op === op)!
    const values = value.map((_, t) => schedule(scalar(t, dtype)).itemSync())
    expect(distance(values, value)).toBeLessThanOrEqual(tolerance)
  })

  it('moves the learning rate of a rule, compiled or not', () => {
    const rule = sgd({ learningRate: schedule })
    for (const step of [rule.step, jit(rule.step) as typeof rule.step]) {
      let x = scalar(0, 'float64')
      let state = rule.init(x)
      for (let t = 0; t < 20; t++) {
        const before = x.itemSync()
        ;[x, state] = step(scalar(1, 'float64'), state, x)
        expect(before - x.itemSync()).toBeCloseTo(schedule(scalar(t, 'float64')).itemSync(), 12)
      }
    }
  })
})

describe('a schedule', () => {
  it('may be any function of the step', () => {
    const rule = adam({ learningRate: (t) => convert(t, t.dtype) })
    const x = scalar(1)
    expect(rule.step(scalar(1), rule.init(x), x)[0].itemSync()).toBe(1)
  })

  it('refuses options that mean nothing', () => {
    expect(thrown(() => cosine({ initial: 0, steps: 1.5, final: -1 }))).toBe(
      'cosine: initial must be greater than 0, got 0; steps must be a whole number, got 1.5; final must be at least 0, got -1.',
    )
    expect(thrown(() => cosine({} as never))).toBe(
      'cosine: initial must be a finite number, got nothing; steps must be a finite number, got nothing.',
    )
  })
})
