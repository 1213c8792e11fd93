/** Schedules: golden values, formulas of their own, both dtypes, inside a rule, refusals. */
import { assertMaxTraces, convert, type FloatDType, jit, type Scalar, scalar } from 'conformable'
import * as door from 'conformable/optimisers'
import {
  adam,
  constant,
  cosine,
  exponential,
  inverseSquareRoot,
  joined,
  linear,
  oneCycle,
  piecewiseConstant,
  piecewiseLinear,
  polynomial,
  type Schedule,
  sgd,
  warmRestarts,
  warmUp,
} from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import { distance, golden } from '../helpers/golden.ts'
import { thrown } from '../helpers/thrown.ts'
import { scheduleNames } from './table.ts'

interface ScheduleCase {
  readonly op: string
  readonly value: readonly number[]
}

const { cases } = golden<ScheduleCase>('schedule')

/** A schedule and what it should be: a golden case, or a formula in plain numbers. */
interface Row {
  readonly schedule: Schedule
  readonly expected: string | ((t: number) => number)
}

const half = (t: number, steps: number): number => (1 + Math.cos((Math.PI * t) / steps)) / 2

/** Cycles of 3, 6, 12 … steps. */
function restarting(t: number): number {
  let [start, length] = [0, 3]
  while (t >= start + length) [start, length] = [start + length, 2 * length]
  return 0.1 + 0.4 * half(t - start, length)
}

const rows: Readonly<Record<string, Row>> = {
  constant: { schedule: constant(0.125), expected: 'constant' },
  linear: { schedule: linear({ initial: 0, final: 0.5, steps: 8 }), expected: 'linear' },
  polynomial: {
    schedule: polynomial({ initial: 0.5, final: 0.1, power: 2, steps: 10, begin: 3 }),
    expected: 'polynomial',
  },
  exponential: { schedule: exponential({ initial: 0.5, steps: 5, rate: 0.7 }), expected: 'exponential' },
  'exponential, staircase': {
    schedule: exponential({ initial: 0.5, steps: 5, rate: 0.7, staircase: true }),
    expected: 'exponential_staircase',
  },
  'exponential, with an end': {
    schedule: exponential({ initial: 0.5, steps: 5, rate: 0.7, final: 0.3 }),
    expected: (t) => Math.max(0.3, 0.5 * 0.7 ** (t / 5)),
  },
  cosine: { schedule: cosine({ initial: 0.5, steps: 15, final: 0.05 }), expected: 'cosine' },
  warmUp: {
    schedule: warmUp({ steps: 5 }, cosine({ initial: 0.5, steps: 12, final: 0.05 })),
    expected: 'warmup_cosine',
  },
  'warmUp, from a value': {
    schedule: warmUp({ steps: 5, initial: 0.1 }, linear({ initial: 0.5, steps: 10 })),
    expected: (t) => (t < 5 ? 0.1 + (0.4 * t) / 5 : 0.5 * Math.max(0, 1 - (t - 5) / 10)),
  },
  piecewiseConstant: {
    schedule: piecewiseConstant({ boundaries: [4, 10], values: [0.5, 0.25, 0.025] }),
    expected: 'piecewise_constant',
  },
  piecewiseLinear: {
    schedule: piecewiseLinear({ steps: [2, 6, 10], values: [0.1, 0.5, 0] }),
    expected: (t) => (t < 2 ? 0.1 : t < 6 ? 0.1 * (t - 1) : t < 10 ? 0.125 * (10 - t) : 0),
  },
  'piecewiseLinear, by cosines': {
    schedule: piecewiseLinear({ steps: [0, 10], values: [0.5, 0.1], between: 'cosine' }),
    expected: (t) => 0.1 + 0.4 * half(Math.min(t, 10), 10),
  },
  oneCycle: { schedule: oneCycle({ steps: 20, peak: 0.5 }), expected: 'cosine_onecycle' },
  'oneCycle, linear': {
    schedule: oneCycle({ steps: 10, peak: 0.5, rise: 0.4, divisor: 5, finalDivisor: 10, shape: 'linear' }),
    expected: (t) => (t < 4 ? 0.1 + 0.1 * t : 0.5 - (0.49 * (Math.min(t, 10) - 4)) / 6),
  },
  warmRestarts: { schedule: warmRestarts({ initial: 0.5, final: 0.1, steps: 3, growth: 2 }), expected: restarting },
  'warmRestarts, equal cycles': {
    schedule: warmRestarts({ initial: 0.5, steps: 3 }),
    expected: (t) => 0.5 * half(t % 3, 3),
  },
  inverseSquareRoot: {
    schedule: inverseSquareRoot({ peak: 0.5, warmUp: 4 }),
    expected: (t) => 0.5 * Math.min((t + 1) / 4, Math.sqrt(4 / (t + 1))),
  },
  joined: {
    schedule: joined({
      boundaries: [5, 8],
      schedules: [constant(0.5), linear({ initial: 0.5, steps: 3 }), constant(0.1)],
    }),
    expected: (t) => (t < 5 ? 0.5 : t < 8 ? 0.5 * (1 - (t - 5) / 3) : 0.1),
  },
}

const dtypes: readonly (readonly [FloatDType, number])[] = [
  ['float64', 1e-15],
  ['float32', 2e-7],
]

/** The values at steps 0, 1, …. */
const valuesOf = ({ expected }: Row): readonly number[] =>
  typeof expected === 'string'
    ? cases.find(({ op }) => op === expected)!.value
    : Array.from({ length: 30 }, (_, t) => expected(t))

describe('the table', () => {
  it('has a row for each schedule of the door', () => {
    expect(scheduleNames.filter((name) => !(name in rows))).toEqual([])
    expect(scheduleNames.filter((name) => !(name in door))).toEqual([])
  })

  it('uses every golden case', () => {
    const used = Object.values(rows).map(({ expected }) => expected)
    expect(cases.filter(({ op }) => !used.includes(op)).map(({ op }) => op)).toEqual([])
  })
})

describe.each(Object.entries(rows))('%s', (_, row) => {
  it.each(dtypes)('has its values in %s', (dtype, tolerance) => {
    const values = valuesOf(row).map((_, t) => row.schedule(scalar(t, dtype)).itemSync())
    expect(distance(values, valuesOf(row))).toBeLessThanOrEqual(tolerance)
  })

  it('moves the learning rate of a rule, compiled or not, in one trace', () => {
    const rule = sgd({ learningRate: row.schedule })
    for (const step of [rule.step, jit(assertMaxTraces(rule.step, 1)) as typeof rule.step]) {
      let x = scalar(0, 'float64')
      let state = rule.init(x)
      for (let t = 0; t < 20; t++) {
        const before = x.itemSync()
        ;[x, state] = step(scalar(1, 'float64'), state, x)
        expect(before - x.itemSync()).toBeCloseTo(valuesOf(row)[t]!, 12)
      }
    }
  })

  it('is the same under jit, bit for bit, and far beyond its end a number', () => {
    const compiled = jit(row.schedule as (t: Scalar) => Scalar)
    for (const t of [0, 1, 7, 1e6]) expect(compiled(scalar(t)).itemSync()).toBe(row.schedule(scalar(t)).itemSync())
    expect(row.schedule(scalar(1e7)).itemSync()).toBeGreaterThanOrEqual(0)
  })
})

describe('a schedule', () => {
  it('may be any function of the step', () => {
    const rule = adam({ learningRate: (t) => convert(t, t.dtype) })
    const x = scalar(1)
    expect(rule.step(scalar(1), rule.init(x), x)[0].itemSync()).toBe(1)
  })

  it('restarts at the first step of each cycle, thousands of steps on', () => {
    const schedule = warmRestarts({ initial: 1, steps: 7, growth: 2 })
    for (let start = 0, length = 7; start < 500_000; start += length, length *= 2) {
      expect(schedule(scalar(start)).itemSync()).toBe(1)
      if (start > 0) expect(schedule(scalar(start - 1)).itemSync()).toBeLessThan(0.25)
    }
  })

  const refusals: readonly (readonly [sentence: string, call: () => unknown])[] = [
    [
      'cosine: initial must be greater than 0, got 0; steps must be a whole number, got 1.5; final must be at least 0, got -1.',
      () => cosine({ initial: 0, steps: 1.5, final: -1 }),
    ],
    [
      'cosine: initial must be a finite number, got nothing; steps must be a finite number, got nothing.',
      () => cosine({} as never),
    ],
    ['linear: initial must be a finite number, got NaN.', () => linear({ initial: Number.NaN, steps: 3 })],
    ['polynomial: power must be greater than 0, got 0.', () => polynomial({ initial: 1, steps: 3, power: 0 })],
    ['exponential: rate must be greater than 0, got 0.', () => exponential({ initial: 1, steps: 3, rate: 0 })],
    [
      "exponential: there is no option 'decay'; it takes initial, rate, steps, staircase, final.",
      () => exponential({ initial: 1, steps: 3, rate: 0.5, decay: 1 } as never),
    ],
    [
      'piecewiseConstant: 2 values are needed, one for each piece, got 1.',
      () => piecewiseConstant({ boundaries: [3], values: [1] }),
    ],
    ['piecewiseConstant: boundaries must ascend.', () => piecewiseConstant({ boundaries: [3, 3], values: [1, 1, 1] })],
    [
      'piecewiseLinear: 1 values are needed, one for each piece, got 2.',
      () => piecewiseLinear({ steps: [3], values: [1, 2] }),
    ],
    ['joined: 1 schedules are needed, one for each piece, got 0.', () => joined({ boundaries: [], schedules: [] })],
    ['joined: schedules.0 must be a schedule.', () => joined({ boundaries: [], schedules: [0.1 as never] })],
    ['warmUp: steps must be greater than 0, got 0.', () => warmUp({ steps: 0 }, constant(1))],
    ['oneCycle: steps must be at least 2, got 1.', () => oneCycle({ peak: 1, steps: 1 })],
    ['oneCycle: rise must be less than 1, got 1.', () => oneCycle({ peak: 1, steps: 9, rise: 1 })],
    ['warmRestarts: growth must be at least 1, got 0.5.', () => warmRestarts({ initial: 1, steps: 3, growth: 0.5 })],
    ['inverseSquareRoot: warmUp must be greater than 0, got 0.', () => inverseSquareRoot({ peak: 1, warmUp: 0 })],
  ]
  it.each(refusals)('refuses: %s', (sentence, call) => {
    expect(thrown(call)).toBe(sentence)
  })
})
