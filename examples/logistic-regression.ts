/**
 * Logistic regression on handwritten digits, by Adam and by L-BFGS. The problem is convex: L-BFGS finds its very minimum, Adam comes
 * near it.
 * Run it with `npm run example examples/logistic-regression.ts`.
 */
import { add, flat, mean, mul, random, slice, square, sum } from 'conformable'
import { accuracy, dense, type ParamsOf, softmaxCrossEntropy } from 'conformable/layers'
import { adam, lbfgs, lift, minimise } from 'conformable/optimisers'
import { readDigits } from './mnist/digits.ts'

const { training, held } = await readDigits()
/** Every ninth digit: a thousand, a hundred of each class. */
const images = slice(training.images, 0, 0, 9000, 9)
const labels = slice(training.labels, 0, 0, 9000, 9)

const model = dense(784, 10)
type P = ParamsOf<typeof model>

/** Cross-entropy, and a little of the squared weights, without which the best weights would be infinite. */
const loss = (p: P) => add(mean(softmaxCrossEntropy(model(p, images), labels)), mul(sum(square(flat(p))), 1e-3))

const start = model.init(random.key(0))
for (const optimiser of [lift(adam({ learningRate: 1e-2 }), 'Adam'), lbfgs()]) {
  const solution = await minimise(loss, start, optimiser, { maxIterations: 150 })
  const share = await accuracy(model(solution.parameters, held.images), held.labels).item()
  console.log(
    `${optimiser.name}: loss ${solution.objective.toFixed(6)} after ${solution.evaluations} evaluations and`,
    `${solution.seconds.toFixed(1)} s, gradient ${solution.gradientNorm.toExponential(1)};`,
    `reads ${(100 * share).toFixed(1)} % of the digits held out`,
  )
  if (share < 0.85) throw new Error(`${optimiser.name} has not learnt to read.`)
}
