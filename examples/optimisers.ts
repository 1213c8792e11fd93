/**
 * One network, one loss, many optimisers: a single argument differs.
 * Run it with `npm run example examples/optimisers.ts`.
 */
import { linspace, mean, mul, random, reshape, sin, type Tensor } from 'conformable'
import { chain, dense, mse, type ParamsOf, tanh } from 'conformable/layers'
import {
  adamW,
  bfgs,
  clipByGlobalNorm,
  fit,
  freeze,
  chain as inOrder,
  lion,
  lookahead,
  minimise,
  muon,
  nesterov,
  oneCycle,
  type Rule,
  radam,
  type StateFunction,
} from 'conformable/optimisers'

const model = chain(dense(1, 32), tanh, dense(32, 32), tanh, dense(32, 1))
type P = ParamsOf<typeof model>

const x: Tensor<[200, 1]> = reshape(linspace(-1, 1, 200), [200, 1])
const y = sin(mul(x, 6))
const loss = (p: P, inputs: typeof x) => mean(mse(model(p, inputs), y))
const start = model.init(random.key(0))
const STEPS = 500

const rules: Readonly<Record<string, Rule<StateFunction>>> = {
  'nesterov, clipped': inOrder(clipByGlobalNorm(1), nesterov({ learningRate: 0.03 })),
  'adamW, one cycle': adamW({ learningRate: oneCycle({ peak: 0.02, steps: STEPS }), weightDecay: 1e-3 }),
  'radam, lookahead': lookahead({ every: 5 }, radam({ learningRate: 0.01 })),
  lion: lion({ learningRate: 1e-3 }),
  muon: muon({ learningRate: 0.02 }, adamW({ learningRate: 0.01 })),
  'adamW, first layer frozen': freeze('layer_0.*', adamW({ learningRate: 0.01 })),
}

for (const [name, rule] of Object.entries(rules)) {
  const { sentence } = await fit(loss, start, rule, [x], { epochs: STEPS, progress: false })
  console.log(`${name.padEnd(26)} ${sentence}`)
}

const { objective, iterations, seconds } = await minimise((p: P) => loss(p, x), start, bfgs(), { maxIterations: STEPS })
console.log(
  `${'bfgs'.padEnd(26)} ${iterations} iterations in ${seconds.toFixed(1)} s: loss ${objective.toPrecision(4)}.`,
)
