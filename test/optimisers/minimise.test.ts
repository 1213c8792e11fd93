/** Laws of every optimiser, and what `minimise` promises whatever the optimiser. */
import { describe, expect, it } from 'vitest'
import {
  bfgs,
  lbfgs,
  leastSquares,
  leastSquaresSync,
  levenbergMarquardt,
  lift,
  type MinimiseOptions,
  minimise,
  minimiser,
  minimiseSync,
  sgd,
} from '../../optimisers/index.ts'
import {
  add,
  type ComponentArray,
  componentArray,
  exp,
  flat,
  fromTypedArray,
  log,
  matmul,
  mean,
  mul,
  neg,
  pow,
  reshape,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import type { Optimiser, Solution } from '../../types/index.ts'
import { optimiserNames } from './names.ts'
import { optimisers } from './optimisers.ts'

type Vector64 = Tensor<readonly [number], 'float64'>
const doubles = (...x: number[]): Vector64 => tensor(x, 'float64')

const rows = Object.entries(optimisers).map(([name, row]) => ({ name, iterations: 200, ...row }))

/** Minimises a sum of squares, by residuals if the optimiser needs them. */
function solved<P>(
  row: { readonly make: () => Optimiser; readonly residuals?: true },
  residuals: (p: P) => Tensor<any, any>,
  start: P,
  options: MinimiseOptions<P> = {},
): Solution<P> {
  if (row.residuals) return leastSquaresSync(residuals, start, row.make(), options) as Solution<P>
  const objective = (p: P) => mul(sum(square(residuals(p))), 0.5) as Tensor<readonly [], 'float64'>
  return minimiseSync(objective as never, start, row.make(), options) as Solution<P>
}

describe.each(rows)('$name', (row) => {
  const { iterations } = row

  it('finds the minimum of a valley', () => {
    const valley = (x: Vector64) => sub(mul(x, doubles(1, 3, 0.5)), doubles(1, -2, 0.25))
    const options = { maxIterations: iterations, gradientTolerance: 1e-6 }
    const solution = solved(row, valley, doubles(4, 4, 4), options)
    expect(solution.result).toBe('converged')
    const x = solution.parameters.readSync()
    ;[1, -2 / 3, 0.5].forEach((value, i) => {
      expect(x[i]).toBeCloseTo(value, 4)
    })
    expect(solution.objective).toBeLessThan(1e-9)
    expect(solution.gradientNorm).toBeLessThanOrEqual(1e-6)
    expect(solution.evaluations).toBeGreaterThanOrEqual(solution.iterations)
  })

  it('works in float32, on one parameter, and answers with the structure of the start', () => {
    const residuals = ({
      a,
      inner: { b },
    }: {
      a: Tensor<readonly []>
      inner: { b: Tensor<readonly [2, 1]>; n: unknown }
    }) => add(mul(reshape(b, [2]), 2), sub(a, tensor([3, 5])))
    const start = { a: scalar(2), inner: { b: tensor([[0], [0]]), n: tensor([7], 'int32') } }
    const { parameters, result } = solved(row, residuals, start, { maxIterations: iterations })
    expect(['converged', 'precision']).toContain(result)
    expect(parameters.a.shape).toEqual([])
    expect(parameters.inner.b.shape).toEqual([2, 1])
    expect((parameters.inner.n as Tensor<readonly [1], 'int32'>).readSync()[0]).toBe(7)
    const one = solved(row, (x: Tensor<readonly []>) => sub(x, 3), scalar(0), { maxIterations: iterations })
    expect(one.parameters.readSync()[0]).toBeCloseTo(3, 3)
  })

  it('stops at once where the gradient is zero or not finite', () => {
    const still = solved(row, (x: Vector64) => sub(x, 1), doubles(1, 1))
    if (row.derivativeFree !== true)
      expect(still).toMatchObject({ result: 'converged', iterations: 0, evaluations: 1, objective: 0 })
    const broken = solved(row, (x: Vector64) => log(x), doubles(-1, 1))
    expect(broken).toMatchObject({ result: 'nonFinite', iterations: 0 })
    expect([...broken.parameters.readSync()]).toEqual([-1, 1])
  })

  it('steps around a wall of NaN, or keeps the best point', () => {
    const walled = (x: Vector64) => add(log(x), mul(sub(x, 2), 0.1))
    const { parameters, objective } = solved(row, walled, doubles(3, 0.2), { maxIterations: iterations })
    expect(Number.isFinite(objective)).toBe(true)
    expect([...parameters.readSync()].every((x) => x > 0)).toBe(true)
    expect(objective).toBeLessThan(0.5 * (Math.log(3) + 0.1) ** 2 + 0.5 * (Math.log(0.2) - 0.18) ** 2)
  })

  it('does the same in slices', () => {
    const residuals = (x: Vector64) => sub(square(x), doubles(2, 3))
    const whole = solved(row, residuals, doubles(1, 1), { maxIterations: 12 })
    const sliced = solved(row, residuals, doubles(1, 1), { maxIterations: 12, trace: true })
    expect(sliced.parameters.readSync()).toEqual(whole.parameters.readSync())
    expect({ ...sliced, trace: 0, seconds: 0, parameters: 0, inverseHessian: 0, covariance: 0 }).toEqual({
      ...whole,
      trace: 0,
      seconds: 0,
      parameters: 0,
      inverseHessian: 0,
      covariance: 0,
    })
    expect(sliced.trace.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: whole.iterations + 1 }, (_, i) => i),
    )
  })

  // A sum of squares has a minimum.
  if (!row.residuals)
    it('does not hang where there is no minimum', () => {
      const ramp = minimiseSync((x: Vector64) => sum(x), doubles(1, 2), row.make(), { maxIterations: 400 })
      expect(['unbounded', 'maxIterations']).toContain(ramp.result)
      expect(ramp.objective).toBeLessThan(3)
      const steep = minimiseSync((x: Vector64) => neg(sum(exp(x))), doubles(1, 2), row.make(), { maxIterations: 400 })
      expect(['unbounded', 'maxIterations', 'nonFinite', 'precision', 'noDescent']).toContain(steep.result)
      expect(Number.isFinite(steep.objective)).toBe(true)
    })
})

it('every optimiser of the door is in the table', () => {
  const named = new Set(Object.keys(optimisers).map((name) => name.split('.')[0]))
  // constraints.test.ts is about augmentedLagrangian, which cannot do without them
  expect(optimiserNames.filter((name) => !named.has(name))).toEqual(['augmentedLagrangian'])
})

describe('minimise', () => {
  type P = ComponentArray<{ L1: { weight: [2, 2]; bias: [2] }; scale: [1] }, 'float64'>
  const start: P = componentArray({
    L1: { weight: tensor([[1, 0], [0, 1]], 'float64'), bias: doubles(0, 0) as Tensor<readonly [2], 'float64'> },
    scale: tensor([1], 'float64'),
  }) // biome-ignore format: a matrix
  const inputs = tensor([[1, 2], [3, -1], [0, 1], [-2, 0.5]], 'float64') // biome-ignore format: rows
  const goals = tensor([[2, 1], [0, 0], [1, 1], [3, -3]], 'float64') // biome-ignore format: rows
  const loss = (p: P, x: typeof inputs, y: typeof goals) => {
    const outputs = mul(add(matmul(x, p.L1.weight), p.L1.bias), p.scale)
    return add(mean(square(sub(outputs, y))), mul(sum(square(flat(p))), 0.01))
  }

  it('keeps names, and hands out the inverse Hessian by name', async () => {
    const solution = await minimise((p: P) => loss(p, inputs, goals), start, bfgs())
    expect(solution.result).toBe('converged')
    expect(solution.parameters.L1.weight.shape).toEqual([2, 2])
    const { inverseHessian } = solution
    expect(inverseHessian!.L1.weight.L1.bias.shape).toEqual([2, 2, 2])
    expect(inverseHessian!.scale.scale.shape).toEqual([1, 1])
    const across = inverseHessian!.L1.bias.scale.readSync()
    const back = inverseHessian!.scale.L1.bias.readSync()
    across.forEach((value, i) => {
      expect(value).toBeCloseTo(back[i]!, 9)
    })
    expect((await minimise((p: P) => loss(p, inputs, goals), start, lbfgs())).inverseHessian).toBeNull()
  })

  it('gives the inverse of the Hessian of a parabola', () => {
    const matrix = tensor([[4, 1], [1, 3]], 'float64') // biome-ignore format: a matrix
    const parabola = (x: Vector64) => mul(sum(mul(x, matmul(matrix, x) as Vector64)), 0.5)
    const { inverseHessian } = minimiseSync(parabola, doubles(1, 2), bfgs(), { gradientTolerance: 1e-14 })
    const expected = [3 / 11, -1 / 11, -1 / 11, 4 / 11]
    ;(inverseHessian as Tensor<any, 'float64'>).readSync().forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i]!, 4)
    })
  })

  it('runs again from other starts and with other data without tracing', () => {
    let traces = 0
    const counted = (p: P, x: typeof inputs, y: typeof goals) => {
      traces++
      return loss(p, x, y)
    }
    const again = minimiser(counted, bfgs())
    const first = again.runSync(start, inputs, goals)
    again.runSync(start, inputs, goals)
    const before = traces
    const other = again.runSync(start, goals, inputs)
    expect(traces).toBe(before)
    expect(other.objective).not.toBe(first.objective)
    expect(again.runSync(start, inputs, goals).objective).toBe(first.objective)
  })

  it('gives the same as async', async () => {
    const now = minimiseSync((p: P) => loss(p, inputs, goals), start, bfgs())
    const later = await minimise((p: P) => loss(p, inputs, goals), start, bfgs())
    expect(flat(later.parameters).readSync()).toEqual(flat(now.parameters).readSync())
    expect(later.evaluations).toBe(now.evaluations)
  })

  it('calls back after each iteration, and stops when told', async () => {
    const seen: number[] = []
    const callback = ({
      iteration,
      objective,
      parameters,
    }: {
      iteration: number
      objective: number
      parameters: P
    }) => {
      expect(loss(parameters, inputs, goals).itemSync()).toBeCloseTo(objective, 12)
      seen.push(iteration)
      return iteration === 3
    }
    const solution = await minimise((p: P) => loss(p, inputs, goals), start, bfgs(), { callback })
    expect(seen).toEqual([1, 2, 3])
    expect(solution.result).toBe('stopped')
    expect(solution.message).toBe('Stopped by the caller after 3 iterations.')
  })

  it('stops at its limits, and says so', async () => {
    const f = (p: P) => loss(p, inputs, goals)
    expect(minimiseSync(f, start, bfgs(), { maxIterations: 2 })).toMatchObject({
      result: 'maxIterations',
      iterations: 2,
    })
    const few = minimiseSync(f, start, bfgs(), { maxEvaluations: 5 })
    expect(few.result).toBe('maxEvaluations')
    expect(few.evaluations).toBeGreaterThanOrEqual(5)
    expect(few.message).toMatch(/raise maxEvaluations/)
    expect(
      minimiseSync(f, start, lift(sgd({ learningRate: 1e-6 })), { maxSeconds: 0.02, maxIterations: 1e9 }).result,
    ).toBe('maxSeconds')
    expect(minimiseSync(f, start, bfgs(), { stepTolerance: 0.1 }).result).toBe('smallStep')
    expect(minimiseSync(f, start, bfgs(), { objectiveTolerance: 0.1 }).result).toBe('smallChange')
    const abort = new AbortController()
    abort.abort()
    expect((await minimise(f, start, bfgs(), { signal: abort.signal })).result).toBe('stopped')
    expect(minimiseSync(f, start, bfgs(), { maxIterations: 0 })).toMatchObject({ iterations: 0, evaluations: 1 })
  })

  it('lets others run while it works', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const slow = (x: Vector64) => sum(square(sub(x, 1e6)))
    const solution = await minimise(slow, doubles(...new Array(1000).fill(0)), lift(sgd({ learningRate: 1e-9 })), {
      maxSeconds: 0.3,
      maxIterations: 1e9,
    })
    clearInterval(timer)
    expect(solution.result).toBe('maxSeconds')
    expect(ticks).toBeGreaterThan(1)
  })

  it('keeps the best parameters of a rule that runs away', () => {
    const runaway = minimiseSync((x: Vector64) => sum(pow(x, 4)), doubles(1, 2), lift(sgd({ learningRate: 0.2 })))
    expect(runaway.result).toBe('nonFinite')
    expect([...runaway.parameters.readSync()].every(Number.isFinite)).toBe(true)
    expect(runaway.objective).toBeLessThanOrEqual(17)
  })

  it('refuses what it cannot do, with a sentence', async () => {
    const f = (x: Vector64) => sum(square(x))
    expect(() => minimiseSync(f, doubles(1), bfgs(), { lower: 0 })).toThrow(
      'minimise: bfgs cannot respect bounds; boundedLbfgs() does.',
    )
    expect(() => minimiseSync(f, doubles(1), levenbergMarquardt())).toThrow(
      'minimise: levenbergMarquardt needs residuals; call leastSquares',
    )
    expect(() => minimiseSync(f, doubles(1), bfgs(), { maxIteration: 3 } as never)).toThrow(
      "minimise: there is no option 'maxIteration'",
    )
    expect(() => minimiseSync(f, doubles(1), bfgs(), { gradientTolerance: -1 })).toThrow('gradientTolerance')
    expect(() => minimiseSync(f as never, { n: tensor([1], 'int32') }, bfgs())).toThrow(
      'minimise: the start holds no float number to change.',
    )
    expect(() => minimiseSync(f as never, { a: tensor([1]), b: doubles(1) }, bfgs())).toThrow(
      "minimise: 'a' of the start is float32 and 'b' is float64",
    )
    expect(() => minimiseSync(((x: Vector64) => x) as never, doubles(1, 2), bfgs())).toThrow(/scalar/)
    const wide = fromTypedArray(new Float32Array(101_770), [101_770])
    expect(() => minimiseSync((x) => sum(square(x)), wide, bfgs())).toThrow(
      'bfgs: the inverse Hessian of 101770 parameters would take 41.4 GB; lbfgs() keeps none.',
    )
    expect(() => bfgs({ lineSearch: 3 as never })).toThrow(
      'bfgs: lineSearch must be a line search, such as strongWolfe()',
    )
  })

  it('takes a million parameters', () => {
    const n = 1_000_000
    const weights = fromTypedArray(
      Float32Array.from({ length: n }, (_, i) => 1 + (i % 10)),
      [n],
    )
    const f = (x: Tensor<readonly [number]>) => mean(mul(weights as Tensor<readonly [number]>, square(sub(x, 1))))
    const start = fromTypedArray(new Float32Array(n), [n]) as unknown as Tensor<readonly [number]>
    const solution = minimiseSync(f, start, lbfgs({ memory: 4 }), { gradientTolerance: 1e-9, maxIterations: 30 })
    expect(solution.objective).toBeLessThan(1e-4)
    expect(start.readSync()[0]).toBe(0)
  })
})

describe('leastSquares', () => {
  const t = doubles(0, 1, 2, 3, 4)
  const y = doubles(2.02, 1.19, 0.76, 0.43, 0.29)
  const start = { scale: scalar(1, 'float64'), rate: scalar(-0.1, 'float64') }
  const residuals = ({ scale, rate }: typeof start) => sub(mul(exp(mul(t, rate)), scale), y)

  it('fits a curve and tells the covariance by name', async () => {
    const solution = await leastSquares(residuals, start, levenbergMarquardt())
    expect(solution.result).toBe('converged')
    expect(solution.evaluations).toBeLessThan(12)
    // σ² (JᵀJ)⁻¹ by hand
    const [a, b] = [solution.parameters.scale.itemSync(), solution.parameters.rate.itemSync()]
    const rows = [0, 1, 2, 3, 4].map((ti) => [Math.exp(b * ti), a * ti * Math.exp(b * ti)] as const)
    const dot = (i: 0 | 1, j: 0 | 1) => rows.reduce((total, row) => total + row[i] * row[j], 0)
    const variance = (2 * solution.objective) / 3
    const determinant = dot(0, 0) * dot(1, 1) - dot(0, 1) ** 2
    expect(solution.covariance.scale.scale.itemSync()).toBeCloseTo((variance * dot(1, 1)) / determinant, 10)
    expect(solution.covariance.scale.rate.itemSync()).toBeCloseTo((-variance * dot(0, 1)) / determinant, 10)
    expect(solution.covariance.rate.rate.itemSync()).toBeCloseTo((variance * dot(0, 0)) / determinant, 10)
  })

  it('takes optimisers of scalars, and lists of residuals', () => {
    const one = leastSquaresSync(residuals, start, levenbergMarquardt())
    const two = leastSquaresSync((p) => [residuals(p), mul(residuals(p), 0)], start, bfgs())
    expect(two.parameters.rate.itemSync()).toBeCloseTo(one.parameters.rate.itemSync(), 7)
    expect(two.objective).toBeCloseTo(one.objective, 12)
  })
})
