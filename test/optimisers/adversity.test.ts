/** Every rule against gradients, parameters and options that are hard to bear. */
import { componentArray, flat, fromTypedArray, leavesOf, scalar, tensor, zeros } from 'conformable'
import {
  adaBelief,
  adam,
  adamax,
  adamW,
  amsgrad,
  chain,
  clipByBlock,
  clipByGlobalNorm,
  lion,
  momentum,
  nadam,
  radam,
  rmsProp,
  sgd,
  yogi,
} from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import { type AnyRule, any, type Row } from './row.ts'
import { rules } from './table.ts'

const measured = { value: scalar(1) }

/** All numbers of the parameters and of the state after some steps. */
function walked<P>(rule: AnyRule, start: P, gradient: P, count: number): { readonly x: P; readonly state: number[] } {
  let [x, state] = [start, rule.init(start)]
  for (let i = 0; i < count; i++) [x, state] = rule.step(gradient, state, x, measured)
  return { x, state: leavesOf(state).flatMap((leaf) => [...leaf.readSync()] as number[]) }
}

describe.each(Object.entries(rules))('%s', (name, row: Row) => {
  it('stays finite where all gradients are 0', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const { x } = walked(row.make(), zeros([3], dtype), zeros([3], dtype), 30)
      expect([...x.readSync()].every(Number.isFinite)).toBe(true)
    }
  })

  it('hides no NaN: a number with a NaN for its gradient becomes NaN or does not move', () => {
    const { x } = walked(row.make(), tensor([1, 2]), tensor([Number.NaN, 0.5]), 1)
    expect([Number.NaN, 1]).toContainEqual(x.readSync()[0])
    if (name === 'skipNonFinite') expect([...x.readSync()]).toEqual([1, 2])
  })

  it('keeps the NaN of one tensor from another, unless it takes the norm of all', () => {
    if (name === 'clipByGlobalNorm') return
    const params = { a: tensor([1, 2]), b: tensor([3]) }
    const { x } = walked(row.make(), params, { a: tensor([Number.NaN, 1]), b: tensor([0.5]) }, 1)
    expect(Number.isFinite(x.b.readSync()[0])).toBe(true)
  })

  it('takes one number, and a scalar', () => {
    const whole = walked(row.make(), tensor([1.5]), tensor([0.5]), 4)
    const { x } = walked(row.make(), scalar(1.5), scalar(0.5), 4)
    expect(x.itemSync()).toBe(whole.x.itemSync())
    expect(x.itemSync()).not.toBe(1.5)
  })

  it('takes a million numbers', () => {
    const large = fromTypedArray(
      Float32Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i)),
      [1_000_000],
    )
    const { x } = walked(row.make(), large, large, 1)
    expect(x.readSync().every(Number.isFinite)).toBe(true)
  })

  it('takes both float dtypes in one tree', () => {
    const params = { a: tensor([1, 2]), b: tensor([3], 'float64') }
    const { x } = walked(row.make(), params, params, 4)
    expect([x.a.dtype, x.b.dtype]).toEqual(['float32', 'float64'])
    expect([...x.a.readSync(), ...x.b.readSync()].every(Number.isFinite)).toBe(true)
  })

  it('takes parameters with empty parts', () => {
    const params = componentArray({ a: zeros([0]), b: tensor([1, 2]), c: zeros([3, 0]) })
    const { x } = walked(row.make(), params, params, 2)
    expect([...flat(x).readSync()].every(Number.isFinite)).toBe(true)
  })
})

describe('extreme options', () => {
  const relatives = { adam, adamW, adamax, nadam, radam, amsgrad, adaBelief, yogi }
  it.each(Object.entries(relatives))('%s bears them', (_, make) => {
    for (const [firstDecay, secondDecay] of [
      [0, 0],
      [0, 0.999999],
      [0.999999, 0],
      [1 - 1e-12, 1 - 1e-12],
    ] as const) {
      const { x } = walked(
        any(make({ firstDecay, secondDecay })),
        tensor([1, -2], 'float64'),
        tensor([0.1, 30], 'float64'),
        5,
      )
      expect([...x.readSync()].every(Number.isFinite)).toBe(true)
    }
    const [still] = [walked(any(make({ learningRate: 1e-30 })), tensor([1]), tensor([3]), 3)]
    expect(still.x.itemSync()).toBe(1)
    const far = walked(any(make({ learningRate: 1e30 })), tensor([1], 'float64'), tensor([3], 'float64'), 2)
    expect(Math.abs(far.x.itemSync())).toBeGreaterThan(1e29)
  })

  it('tiny and huge gradients make steps of the size of the learning rate', () => {
    for (const size of [1e-12, 1, 1e15]) {
      const { x } = walked(any(adam({ learningRate: 0.1, epsilon: 1e-20 })), tensor([1]), tensor([size]), 1)
      expect(x.itemSync()).toBeCloseTo(0.9, 5)
      const signs = walked(any(lion({ learningRate: 0.1 })), tensor([1]), tensor([size]), 1)
      expect(signs.x.itemSync()).toBeCloseTo(0.9, 6)
    }
  })

  it('a gradient beyond the range of squares is no NaN', () => {
    for (const rule of [adam(), rmsProp(), chain(clipByGlobalNorm(1), sgd()), chain(clipByBlock(1), momentum())]) {
      const { x } = walked(any(rule), tensor([1]), tensor([1e30]), 2)
      expect(Number.isNaN(x.itemSync())).toBe(false)
    }
  })

  it('centred RMSProp takes a constant gradient, whose variance is 0 up to rounding', () => {
    const { x } = walked(any(rmsProp({ centred: true })), tensor([1]), tensor([1234.567]), 200)
    expect(Number.isFinite(x.itemSync())).toBe(true)
  })
})
