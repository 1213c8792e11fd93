/**
 * The network of the digits, fitted by Adam and then polished by L-BFGS; and a small one by BFGS, whose inverse Hessian can be read by
 * name. The loss is the same closure throughout: one argument differs.
 * Run it with `npm run example examples/polish.ts`.
 */
import { mean, random, slice } from 'conformable'
import { accuracy, chain, dense, type ParamsOf, relu, softmaxCrossEntropy, tanh } from 'conformable/layers'
import { adam, bfgs, lbfgs, lift, minimise } from 'conformable/optimisers'
import { readDigits } from './mnist/digits.ts'

const { training } = await readDigits()
/** Every ninth digit: a thousand. */
const images = slice(training.images, 0, 0, 9000, 9)
const labels = slice(training.labels, 0, 0, 9000, 9)

const model = chain(dense(784, 128), relu, dense(128, 10))
type P = ParamsOf<typeof model>
const loss = (p: P) => mean(softmaxCrossEntropy(model(p, images), labels))

const fitted = await minimise(loss, model.init(random.key(0)), lift(adam({ learningRate: 2e-3 })), {
  maxIterations: 40,
})
console.log(`Adam, 40 iterations:    loss ${fitted.objective.toFixed(5)}, ${fitted.seconds.toFixed(1)} s`)
const polished = await minimise(loss, fitted.parameters, lbfgs(), { maxIterations: 60 })
console.log(
  `L-BFGS, ${polished.iterations} iterations:  loss ${polished.objective.toFixed(5)}, ${polished.seconds.toFixed(1)} s`,
)
const share = await accuracy(model(polished.parameters, images), labels).item()
console.log(`It reads ${(100 * share).toFixed(1)} % of these digits.`)
if (!(polished.objective < fitted.objective / 4)) throw new Error('L-BFGS has not polished what Adam began.')

const small = chain(dense(784, 1), tanh, dense(1, 10))
const smallLoss = (p: ParamsOf<typeof small>) => mean(softmaxCrossEntropy(small(p, images), labels))
const reduced = await minimise(smallLoss, small.init(random.key(0)), bfgs(), { maxIterations: 30 })
const { layer_2 } = reduced.inverseHessian!
console.log(
  `BFGS, a network of 805 parameters: loss ${reduced.objective.toFixed(5)}; inverse Hessian of the last biases:`,
)
console.log(layer_2.bias.layer_2.bias)
