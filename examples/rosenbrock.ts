/**
 * The banana valley of Rosenbrock in 100 dimensions, by seven optimisers: one argument differs.
 * Run it with `npm run example examples/rosenbrock.ts`.
 */
import { add, fromTypedArray, mul, slice, square, sub, sum, type Tensor } from 'conformable'
import {
  adam,
  bfgs,
  conjugateGradient,
  lbfgs,
  lift,
  minimise,
  newtonCG,
  type Optimiser,
  trustRegion,
} from 'conformable/optimisers'

type X = Tensor<readonly [100], 'float64'>

/** Σ 100 (x₂ᵢ − x₂ᵢ₋₁²)² + (1 − x₂ᵢ₋₁)². */
const rosenbrock = (x: X) => {
  const odd = slice(x, 0, 0, 100, 2)
  const even = slice(x, 0, 1, 100, 2)
  return add(mul(sum(square(sub(even, square(odd)))), 100), sum(square(sub(1, odd))))
}

const start: X = fromTypedArray(
  Float64Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? -1.2 : 1)),
  [100],
)

const optimisers: readonly Optimiser[] = [
  bfgs(),
  lbfgs(),
  conjugateGradient(),
  newtonCG(),
  trustRegion(),
  lift(adam({ learningRate: 0.02 }), 'adam'),
]

console.log('optimiser          iterations  evaluations     objective   gradient     time')
for (const optimiser of optimisers) {
  const { result, iterations, evaluations, objective, gradientNorm, seconds } = await minimise(
    rosenbrock,
    start,
    optimiser,
    { gradientTolerance: 1e-6, maxIterations: 20_000 },
  )
  const numbers = [
    String(iterations).padStart(10),
    String(evaluations).padStart(12),
    objective.toExponential(2).padStart(13),
    gradientNorm.toExponential(1).padStart(10),
    `${(1000 * seconds).toFixed(0)} ms`.padStart(8),
  ]
  console.log(optimiser.name.padEnd(18), ...numbers, result === 'converged' ? '' : result)
  if (objective > 1e-8) throw new Error(`${optimiser.name} has not found the minimum.`)
}
