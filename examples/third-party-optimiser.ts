/**
 * An optimiser that the library does not have, through public doors alone: the steps of Barzilai and Borwein (1988), without any
 * line search. x ← x − t g with t = sᵀs / |sᵀy|, where s is the last step and y the change of the gradient. The objective may rise on
 * the way. It compiles, runs, stops and reports as the library's own do.
 * Run it with `npm run example examples/third-party-optimiser.ts`.
 */
import { abs, add, clip, div, fullLike, max, mul, scalar, square, sub, sum, type Tensor, tensor } from 'conformable'
import { type Iterate, minimise, type Optimiser, type Real, type Vector } from 'conformable/optimisers'

/** Limits of t, without which a flat place would throw it far away. */
const [SHORTEST, LONGEST] = [1e-5, 0.1]

interface SpectralState extends Iterate {
  readonly gradient: Vector
  /** The next step t. */
  readonly length: Real
}

export const barzilaiBorwein = (firstStep = 1e-3): Optimiser<SpectralState> => ({
  name: 'barzilaiBorwein',
  init(problem, x) {
    const [value, gradient] = problem.valueAndGradient(x)
    const known = { gradientNorm: max(abs(gradient)), evaluations: scalar(1, 'int32'), status: scalar(0, 'int32') }
    return { x, value, gradient, ...known, length: fullLike(value, firstStep) }
  },
  step(problem, state) {
    const x = sub(state.x, mul(state.gradient, state.length))
    const [value, gradient] = problem.valueAndGradient(x)
    const s = sub(x, state.x)
    const curvature = abs(sum(mul(s, sub(gradient, state.gradient))))
    return {
      x,
      value,
      gradient,
      gradientNorm: max(abs(gradient)),
      evaluations: add(state.evaluations, 1),
      status: state.status,
      length: clip(div(sum(square(s)), curvature), SHORTEST, LONGEST),
    }
  },
})

type Pair = { readonly x: Tensor<readonly [], 'float64'>; readonly y: Tensor<readonly [], 'float64'> }
const rosenbrock = ({ x, y }: Pair) => add(mul(square(sub(y, square(x))), 100), square(sub(1, x)))
const start: Pair = { x: tensor(-1.2, 'float64'), y: tensor(1, 'float64') }

const solution = await minimise(rosenbrock, start, barzilaiBorwein(), { gradientTolerance: 1e-6 })
console.log(solution.message)
console.log(`${solution.evaluations} evaluations:`, solution.parameters)
if (solution.result !== 'converged') throw new Error('Barzilai and Borwein have not found the minimum.')
