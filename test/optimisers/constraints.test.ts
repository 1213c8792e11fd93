/** Bounds, equalities and inequalities: published problems of Hock and Schittkowski (1981), and what is refused. */
import { describe, expect, it } from 'vitest'
import {
  augmentedLagrangian,
  bfgs,
  boundedLbfgs,
  lbfgs,
  type MinimiseOptions,
  minimiseSync,
} from '../../optimisers/index.ts'
import {
  add,
  at,
  type ComponentArray,
  componentArray,
  exp,
  mul,
  sin,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import { objectiveOf, problems, startOf } from './problems.ts'

type X = Tensor<readonly [number], 'float64'>
type S = Tensor<readonly [], 'float64'>
const doubles = (...x: number[]): X => tensor(x, 'float64')
const parts = (x: X) => Array.from({ length: x.shape[0] }, (_, i) => at(x as Tensor<any, 'float64'>, i) as S)

interface Constrained {
  readonly name: string
  readonly start: readonly number[]
  readonly objective: (x: X) => S
  readonly options: MinimiseOptions<X>
  readonly minimum: number
  readonly at: readonly number[]
}

const rosenbrock = (x: X): S => {
  const [a, b] = parts(x) as [S, S]
  return add(mul(square(sub(b, square(a))), 100), square(sub(1, a)))
}

/** By their numbers in the collection. */
const collection: readonly Constrained[] = [
  {
    name: 'HS1: a bound that does not matter',
    start: [-2, 1],
    objective: rosenbrock,
    options: { lower: doubles(Number.NEGATIVE_INFINITY, -1.5) },
    minimum: 0,
    at: [1, 1],
  },
  {
    name: 'HS3: the minimum lies on a bound',
    start: [10, 1],
    objective: (x) => {
      const [a, b] = parts(x) as [S, S]
      return add(b, mul(square(sub(b, a)), 1e-5))
    },
    options: { lower: doubles(Number.NEGATIVE_INFINITY, 0) },
    minimum: 0,
    at: [0, 0],
  },
  {
    name: 'HS5: bounds on both sides',
    start: [0, 0],
    objective: (x) => {
      const [a, b] = parts(x) as [S, S]
      return add(add(sin(add(a, b)), square(sub(a, b))), add(sub(mul(b, 2.5), mul(a, 1.5)), 1))
    },
    options: { lower: doubles(-1.5, -3), upper: doubles(4, 3) },
    minimum: -Math.sqrt(3) / 2 - Math.PI / 3,
    at: [0.5 - Math.PI / 3, -0.5 - Math.PI / 3],
  },
  {
    name: 'HS6: an equality',
    start: [-1.2, 1],
    objective: (x) => square(sub(1, parts(x)[0]!)),
    options: { equalities: (x) => mul(sub(parts(x)[1]!, square(parts(x)[0]!)), 10) },
    minimum: 0,
    at: [1, 1],
  },
  {
    name: 'HS10: an inequality',
    start: [-10, 10],
    objective: (x) => sub(parts(x)[0]!, parts(x)[1]!),
    options: {
      inequalities: (x) => {
        const [a, b] = parts(x) as [S, S]
        return add(sub(sub(mul(mul(a, b), 2), mul(square(a), 3)), square(b)), 1)
      },
    },
    minimum: -1,
    at: [0, 1],
  },
  {
    name: 'HS28: a plane',
    start: [-4, 1, 1],
    objective: (x) => {
      const [a, b, c] = parts(x) as [S, S, S]
      return add(square(add(a, b)), square(add(b, c)))
    },
    options: { equalities: (x) => sub(add(add(parts(x)[0]!, mul(parts(x)[1]!, 2)), mul(parts(x)[2]!, 3)), 1) },
    minimum: 0,
    at: [0.5, -0.5, 0.5],
  },
  {
    name: 'HS35: an inequality and bounds',
    start: [0.5, 0.5, 0.5],
    objective: (x) => {
      const [a, b, c] = parts(x) as [S, S, S]
      const linear = sub(sub(sub(9, mul(a, 8)), mul(b, 6)), mul(c, 4))
      const squares = add(add(mul(square(a), 2), mul(square(b), 2)), square(c))
      return add(add(linear, squares), add(mul(mul(a, b), 2), mul(mul(a, c), 2)))
    },
    options: { lower: 0, inequalities: (x) => sub(sub(sub(3, parts(x)[0]!), parts(x)[1]!), mul(parts(x)[2]!, 2)) },
    minimum: 1 / 9,
    at: [4 / 3, 7 / 9, 4 / 9],
  },
  {
    name: 'HS71: an equality, an inequality and bounds',
    start: [1, 5, 5, 1],
    objective: (x) => {
      const [a, b, c, d] = parts(x) as [S, S, S, S]
      return add(mul(mul(a, d), add(add(a, b), c)), c)
    },
    options: {
      lower: 1,
      upper: 5,
      equalities: (x) => sub(sum(square(x)), 40),
      inequalities: (x) => {
        const [a, b, c, d] = parts(x) as [S, S, S, S]
        return sub(mul(mul(a, b), mul(c, d)), 25)
      },
    },
    minimum: 17.0140173,
    at: [1, 4.7429994, 3.8211503, 1.3794082],
  },
]

describe('constraints', () => {
  it.each(collection)('$name', ({ start, objective, options, minimum, at: solution }) => {
    const constrained = options.equalities !== undefined || options.inequalities !== undefined
    const optimiser = constrained ? augmentedLagrangian() : boundedLbfgs()
    const answer = minimiseSync(objective, doubles(...start), optimiser, { ...options, gradientTolerance: 1e-6 })
    expect(answer.result, answer.message).toBe('converged')
    expect(answer.objective).toBeCloseTo(minimum, 5)
    const x = answer.parameters.readSync()
    solution.forEach((value, i) => {
      expect(x[i]).toBeCloseTo(value, 3)
    })
  })

  it('without bounds they are the minima of the unconstrained problems', () => {
    const named = ['Beale', 'Bard', 'Wood', 'Extended Rosenbrock 100']
    for (const problem of problems.filter(({ name }) => named.includes(name))) {
      const wide = { lower: -1e9, upper: 1e9 }
      const answer = minimiseSync(objectiveOf(problem), startOf(problem), boundedLbfgs(), wide)
      expect(answer.result).toBe('converged')
      expect(answer.objective).toBeCloseTo(problem.minima[0]!, 9)
    }
  })

  it('never leaves the box, and begins inside', () => {
    type P = ComponentArray<{ a: [2]; b: [1] }, 'float64'>
    const start: P = componentArray({ a: tensor([5, 5], 'float64'), b: tensor([0.5], 'float64') })
    const lower: P = componentArray({ a: tensor([0, 1], 'float64'), b: tensor([0], 'float64') })
    const upper: P = componentArray({ a: tensor([2, 2], 'float64'), b: tensor([1], 'float64') })
    const inside = (p: P) => add(sum(exp(p.a)), square(at(sub(p.b, 3), 0)))
    const { parameters, result } = minimiseSync(inside, start, boundedLbfgs(), {
      lower,
      upper,
      callback: ({ parameters: { a } }) => {
        const [first, second] = a.readSync()
        expect(first! >= 0 && first! <= 2 && second! >= 1 && second! <= 2).toBe(true)
      },
    })
    expect(result).toBe('converged')
    expect([...parameters.a.readSync(), ...parameters.b.readSync()]).toEqual([0, 1, 1])
  })

  it('takes another inner optimiser, in float32, and says when nothing can meet the constraints', () => {
    const start = tensor([1, 1])
    const options = { equalities: (x: Tensor<readonly [2]>) => sub(sum(x), 1) }
    const circle = minimiseSync((x) => sum(square(x)), start, augmentedLagrangian({ inner: lbfgs() }), options)
    expect(circle.parameters.readSync()[0]).toBeCloseTo(0.5, 3)
    const impossible = { equalities: (x: Tensor<readonly [2]>) => add(sum(square(x)), 1), maxIterations: 2000 }
    const none = minimiseSync((x) => sum(square(x)), start, augmentedLagrangian(), impossible)
    expect(none.result).toBe('infeasible')
    const several = { inequalities: (x: X) => [sub(1, x), stack([sum(x)] as never) as unknown as X] }
    const box = minimiseSync((x: X) => sum(square(sub(x, 2))), doubles(0, 0), augmentedLagrangian(), several)
    expect([...box.parameters.readSync()].every((x) => Math.abs(x - 1) < 1e-6)).toBe(true)
  })

  it('is refused where it cannot be respected', () => {
    const f = (x: X) => sum(square(x))
    expect(() => minimiseSync(f, doubles(1), bfgs(), { equalities: (x) => x })).toThrow(
      'bfgs cannot respect constraints; augmentedLagrangian() does.',
    )
    expect(() => minimiseSync(f, doubles(1), augmentedLagrangian())).toThrow(
      'augmentedLagrangian needs constraints; give equalities or inequalities.',
    )
    const unbounded = augmentedLagrangian({ inner: lbfgs() })
    expect(() => minimiseSync(f, doubles(1), unbounded, { lower: 0, equalities: (x) => x })).toThrow(
      'augmentedLagrangian cannot respect bounds',
    )
  })
})
