/** Normalisations against golden values and derivatives to third order, where a well-known library is silently wrong. */
import { batchNorm, groupNorm, instanceNorm, testMode } from '../../layers/index.ts'
import { componentArray, permute, random, type Tensor } from '../../src/index.ts'
import { compareCases, type Operation } from '../helpers/cases.ts'

type Any = Tensor<any, any>

/** [n, channels, …] → [n, …, channels] and back. */
const last = (x: Any): Any => permute(x, [0, ...x.shape.slice(1, -1).map((_: number, i: number) => i + 2), 1])
const first = (x: Any): Any => permute(x, [0, -1, ...x.shape.slice(1, -1).map((_: number, i: number) => i + 1)])

/** The layer of C channels that `make` makes, called with a scale and a shift; the file has channels first. */
const normalised =
  (make: (channels: number, attributes: any) => any, call: (layer: any, params: any, x: Any) => Any): Operation =>
  ([x, weight, bias], attributes) => {
    const layer = make(x.shape[1], attributes)
    const begun = layer.init(random.key(0), 'float64')
    const params = weight === undefined ? begun : componentArray({ weight: weight as never, bias: bias as never })
    return [first(call(layer, params, last(x as never))) as never]
  }

const plain = (layer: any, params: any, x: Any): Any => layer(params, x)

compareCases('norm', 1e-13, {
  batch_norm_train: normalised(
    (channels, { eps }) => batchNorm(channels, { epsilon: eps }),
    (layer, params, x) => layer(params, x, layer.initState(random.key(0), 'float64'))[0],
  ),
  batch_norm_eval: ([x, mean, variance, weight, bias], { eps }) => {
    const layer = batchNorm(2, { epsilon: eps as number })
    const params = componentArray({ weight: weight as never, bias: bias as never })
    const state = testMode({ mean: mean as never, variance: variance as never, training: true })
    return [layer(params as never, x as never, state as never)[0] as never]
  },
  group_norm: normalised((channels, { groups, eps }) => groupNorm(groups, channels, { epsilon: eps }), plain),
  instance_norm: normalised((channels, { eps }) => instanceNorm(channels, { epsilon: eps }), plain),
})
