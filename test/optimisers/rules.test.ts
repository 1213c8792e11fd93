/** Every exported rule: golden trajectory, an independent reference, jit = eager, refusals, resuming, empty gradients. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  componentArray,
  deviceOfTensor,
  type FloatDType,
  flat,
  fromFlat,
  fromTypedArray,
  inspect,
  jit,
  leavesOf,
  load,
  type Scalar,
  save,
  scalar,
  stack,
  type Tensor,
  tensor,
  to,
  vmap,
  zeros,
} from 'conformable'
import * as door from 'conformable/optimisers'
import { adam } from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import { arrayOfInput, distance, type GoldenInput, golden } from '../helpers/golden.ts'
import { thrown } from '../helpers/thrown.ts'
import { recorder } from './recorder.ts'
import type { AnyRule, Row } from './row.ts'
import { others, rules, scheduleNames } from './table.ts'

/** As the README of the golden files has it; float32 rounds each of the steps. */
const TOLERANCE = { float64: 1e-12, float32: 1e-5 } as const

const dtypes: readonly FloatDType[] = ['float64', 'float32']

/** A tensor of these numbers. */
const vector = (data: readonly number[], dtype: FloatDType) =>
  dtype === 'float64'
    ? fromTypedArray(Float64Array.from(data), [data.length])
    : fromTypedArray(Float32Array.from(data), [data.length])

/** Parameters after each of `count` steps; `gradient` takes and gives plain numbers. */
function trajectory(
  rule: AnyRule,
  start: readonly number[],
  gradient: (x: readonly number[]) => number[],
  count: number,
  dtype: FloatDType,
): number[][] {
  let x = vector(start, dtype)
  let state = rule.init(x)
  return Array.from({ length: count }, () => {
    ;[x, state] = rule.step(vector(gradient([...x.readSync()]), dtype), state, x, measured)
    return [...x.readSync()]
  })
}

/** The loss of every step here. */
const measured = { value: scalar(1) }

/** A gradient with signs, sizes and zeros of all kinds. */
const wavy = (x: readonly number[]): number[] => x.map((value, i) => Math.sin(3 * value) * 10 ** (i - 2) + 0.1 * value)
const start = [1.5, -0.7, 0.25, -2, 0]

/** The quadratic of the golden file, f(x) = x·A x / 2 − b·x. */
const problem = golden('optimiser') as unknown as {
  readonly A: readonly number[]
  readonly b: GoldenInput
  readonly x0: GoldenInput
  readonly cases: readonly { readonly op: string; readonly x: readonly number[] }[]
}
const b = [...arrayOfInput(problem.b).data]
const x0 = [...arrayOfInput(problem.x0).data]

/** All numbers of a tree. */
const numbersOf = (tree: unknown): number[][] => leavesOf(tree).map((leaf) => [...leaf.readSync()] as number[])

describe('the table', () => {
  it('has a row for each rule of the door', () => {
    const values = Object.keys(door).filter((name) => ![...others, ...scheduleNames].includes(name))
    expect(Object.keys(rules).sort()).toEqual(values.sort())
  })
})

describe.each(Object.entries(rules))('%s', (_, row: Row) => {
  const goldens = Object.entries(row.golden ?? {}).flatMap(([op, make]) =>
    dtypes.map((dtype) => [op, dtype, make] as const),
  )
  it.each(goldens)('walks the golden trajectory %s in %s', (op, dtype, make) => {
    const { x } = problem.cases.find((entry) => entry.op === op)!
    const n = b.length
    const gradient = (at: readonly number[]): number[] =>
      b.map((_, i) => at.reduce((sum, value, j) => sum + problem.A[i * n + j]! * value, -b[i]!))
    const path = trajectory(make(), x0, gradient, x.length / n, dtype)
    expect(distance(path.flat(), x)).toBeLessThanOrEqual(TOLERANCE[dtype])
  })

  it.each(dtypes)('is its formula for 50 steps in %s', (dtype) => {
    const path = trajectory(row.make(), start, wavy, 50, dtype)
    const memory = Array.from({ length: 4 }, () => start.map(() => 0))
    let x = [...start]
    for (let t = 1; t <= 50; t++) {
      x = row.reference(x, wavy(x), t, memory)
      expect(distance(path[t - 1]!, x)).toBeLessThanOrEqual(TOLERANCE[dtype])
    }
  })

  it.each(dtypes)('gives the same numbers under jit in %s', (dtype) => {
    const rule = row.make()
    const compiled = jit(rule.step) as AnyRule['step']
    const path = (step: AnyRule['step']): readonly number[][] => trajectory({ ...rule, step }, start, wavy, 5, dtype)
    expect(path(compiled)).toEqual(path(rule.step))
  })

  it('takes a ComponentArray and a tree as it takes a vector, its state named alike', () => {
    const rule = row.make()
    const [a, c] = [tensor([1.5, -0.7, 0.25]), tensor([[-2, 0.5]])]
    const [ga, gc] = [tensor([0.3, -4, 0.001]), tensor([[0, 0.02]])]
    const twice = <P>(x: P, g: P): P => {
      const [next, state] = rule.step(g, rule.init(x), x, measured)
      return rule.step(g, state, next, measured)[0]
    }
    const names = twice(componentArray({ a, c }), componentArray({ a: ga, c: gc }))
    const tree = twice({ a, deep: [c] }, { a: ga, deep: [gc] })
    const parts = [...tree.a.readSync(), ...tree.deep[0]!.readSync()]
    expect(distance(flat(names).readSync(), parts)).toBeLessThanOrEqual(1e-6)
    if (row.perParameter) return
    const whole = twice(tensor([1.5, -0.7, 0.25, -2, 0.5]), tensor([0.3, -4, 0.001, 0, 0.02])).readSync()
    expect(distance(parts, whole)).toBeLessThanOrEqual(1e-6)
  })

  it('goes on after saving and loading as if it had not stopped', async () => {
    const rule = row.make()
    const fresh = componentArray({ w: tensor([1.5, -0.7]), v: tensor([0.25, -2]) })
    const walk = <P>(from: readonly [P, unknown], count: number): readonly [P, unknown] => {
      let [x, state] = from
      for (let i = 0; i < count; i++) [x, state] = rule.step(x, state as never, x, measured)
      return [x, state]
    }
    const folder = await mkdtemp(join(tmpdir(), 'rules-'))
    try {
      const half = walk([fresh, rule.init(fresh)], 5)
      await save(join(folder, 'half'), half)
      const loaded = await load(join(folder, 'half'), half)
      const straight = walk([fresh, rule.init(fresh)], 10)
      expect(numbersOf(walk(loaded, 5))).toEqual(numbersOf(straight))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('steps in donated memory as in its own', () => {
    const rule = row.make()
    const walk = (step: AnyRule['step']): number[][] => {
      const fresh = () => componentArray({ w: tensor([[1.5, -0.7]]), v: tensor([0.25, -2]) })
      let [x, state] = [fresh(), rule.init(fresh())]
      for (let i = 0; i < 5; i++) [x, state] = step(fresh(), state, x, { value: scalar(1) })
      return numbersOf([x, state])
    }
    expect(walk(jit(rule.step, { donate: [1, 2] }) as AnyRule['step'])).toEqual(walk(jit(rule.step) as AnyRule['step']))
  })

  it('trains several models at once under vmap', () => {
    const rule = row.make()
    const models = [1, -2].map((k) => componentArray({ w: tensor([[1.5 * k, -0.7]]), v: tensor([0.25, k]) }))
    const twice = (p: (typeof models)[0]) => {
      const [next, state] = rule.step(p, rule.init(p), p, measured)
      return rule.step(p, state, next, measured)[0]
    }
    const together = vmap((vector: Tensor<[4]>) => flat(twice(fromFlat(vector, models[0]!))))
    const alone = models.map((p) => [...flat(twice(p)).readSync()])
    const both = together(stack(models.map((p) => flat(p))) as Tensor<[2, 4]>)
    expect(distance([...both.readSync()], alone.flat())).toBeLessThanOrEqual(1e-6)
  })

  it('takes parameters without numbers, and trees without tensors', () => {
    const rule = row.make()
    const empty = zeros([0])
    expect(rule.step(empty, rule.init(empty), empty, measured)[0].shape).toEqual([0])
    expect(rule.step({}, rule.init({}), {}, measured)[0]).toEqual({})
  })

  it('leaves integers as they are', () => {
    const rule = row.make()
    const params = { w: tensor([1]), count: tensor([3], 'int32') }
    let [next, state] = rule.step(params, rule.init(params), params, measured)
    for (let i = 0; i < 3; i++) [next, state] = rule.step(params, state, next, measured)
    expect([...next.count.readSync()]).toEqual([3])
    expect(next.w.readSync()[0]).not.toBe(1)
  })

  it('is one kernel for all parameters, beside one for scalars, unless it takes norms', () => {
    const rule = row.make()
    const params = componentArray({ L1: { w: zeros([64, 64]), b: zeros([64]) }, L2: { w: zeros([64]) } })
    const step = (p: typeof params, s: unknown, value: Scalar) => rule.step(p, s, p, { value })
    const { kernelCount } = inspect(step, params, rule.init(params), scalar(1))
    expect(kernelCount).toBeLessThanOrEqual(row.kernels ?? 2)
  })

  it('refuses a gradient and a state of another model', () => {
    const rule = row.make()
    const [params, other] = [{ w: zeros([3]) }, { w: zeros([1]) }]
    expect(thrown(() => rule.step(other as never, rule.init(params), params, measured))).toBe(
      "ShapeError: rule: the gradient of 'w' is float32[1], the parameter is float32[3]. Gradient, state and parameters belong to one model: rule.init(params) makes its state.",
    )
    expect(() => rule.step({ v: zeros([3]) } as never, rule.init(params), params, measured)).toThrow(
      "the gradient of 'w' is missing",
    )
    if (numbersOf(rule.init(params)).every((numbers) => numbers.length < 3)) return // it keeps nothing of the parameters' shapes
    for (const foreign of [
      { w: zeros([1]) },
      { w: zeros([2]) },
      { v: zeros([3]) },
      componentArray({ w: zeros([4]) }),
    ]) {
      const sentence = thrown(() => rule.step(params, rule.init(foreign), params, measured))
      expect(sentence).toMatch(/^ShapeError: rule: the state .* for these parameters it is .* belong to one model/)
    }
  })

  it.each(row.refused.map(([call, sentence]) => [sentence, call] as const))('refuses: %s', (sentence, call) => {
    expect(thrown(call)).toBe(sentence)
  })
})

describe('models with equally many numbers', () => {
  it('are told apart by their names', () => {
    const [mine, theirs] = [componentArray({ w: zeros([4]) }), componentArray({ w: zeros([2]), b: zeros([2]) })]
    const rule = adam()
    expect(thrown(() => rule.step(mine, rule.init(theirs) as never, mine))).toBe(
      "ShapeError: rule: the state 'firstMoment.w' is float32[2], for these parameters it is float32[4]. Gradient, state and parameters belong to one model: rule.init(params) makes its state.",
    )
    expect(thrown(() => rule.step(theirs as never, rule.init(mine), mine))).toContain(
      "the gradient of 'w' is float32[2]",
    )
  })
})

describe('a rule under jit', () => {
  it('runs the same program whatever the learning rate', () => {
    const device = recorder()
    const x = to(tensor([1, 2]), device)
    const steps = [0.1, 0.0375].map((learningRate) => {
      const rule = adam({ learningRate })
      const [next] = jit(rule.step)(x, rule.init(x), x)
      return { program: device.programs.at(-1), value: next.readSync()[0] }
    })
    expect(steps[0]!.program).toBe(steps[1]!.program)
    expect(steps[0]!.value).not.toBe(steps[1]!.value)
  })

  it('keeps its state where the parameters live', () => {
    const device = recorder()
    const x = to(tensor([1, 2]), device)
    for (const { make } of Object.values(rules)) {
      for (const leaf of leavesOf(make().init(x))) expect(deviceOfTensor(leaf)).toBe(device)
    }
  })
})
