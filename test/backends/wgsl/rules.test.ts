/** Every rule of the optimisers on WebGPU: state that is updated where it lies has the bits of state that is not, and those of the CPU nearly. */
import {
  add,
  type ComponentArray,
  componentArray,
  cpu,
  type Device,
  flat,
  jit,
  leavesOf,
  mul,
  random,
  type Scalar,
  sin,
  square,
  sum,
  to,
  valueAndGrad,
} from 'conformable'
import { expect, it } from 'vitest'
import { gpu } from '../../helpers/webgpu.ts'
import type { AnyRule } from '../../optimisers/row.ts'
import { rules } from '../../optimisers/rules-table.ts'

type P = ComponentArray<{ weight: [7, 5]; bias: [7] }>
const start = (): P =>
  componentArray({ weight: random.normal(random.key(1), [7, 5]), bias: random.normal(random.key(2), [7]) })
const loss = ({ weight, bias }: P): Scalar => add(sum(square(sin(weight))), sum(mul(square(bias), 0.5)))

/** Parameters and state after four steps. */
async function after(rule: AnyRule, device: Device, donate: readonly number[]): Promise<ArrayLike<number>[]> {
  const step = jit(
    (p: P, s: object) => {
      const [value, gradient] = valueAndGrad(loss)(p)
      const [next, state] = rule.step(gradient, s, p, { value })
      return { p: next as P, s: state as object } // like the start
    },
    { donate },
  )
  let run = { p: to(start(), device), s: to(rule.init(start()) as object, device) }
  for (let i = 0; i < 4; i++) run = step(run.p, run.s)
  return Promise.all([flat(run.p), ...leavesOf(run.s)].map((leaf) => leaf.read()))
}

it.each(Object.keys(rules))('%s', async (name) => {
  const [device, rule] = [await gpu(), rules[name]!.make()]
  const [inPlace, apart, here] = [
    await after(rule, device, [0, 1]),
    await after(rule, device, []),
    await after(rule, cpu(), [0, 1]),
  ]
  expect(inPlace).toEqual(apart)
  here.forEach((expected, i) => {
    for (let j = 0; j < expected.length; j++) {
      const [a, b] = [inPlace[i]![j]!, expected[j]!]
      expect(Math.abs(a - b), `${i}, ${j}: ${a} and ${b}`).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(b)))
    }
  })
})
