/** Layer normalisation and softmax against golden values and derivatives to third order, where a well-known library is wrong. */
import { layerNorm, logSoftmax, softmax } from '../../layers/index.ts'
import { componentArray } from '../../src/index.ts'
import { compareCases } from '../helpers/cases.ts'

const overLast = ({ attrs = {} }: { readonly attrs?: Readonly<Record<string, unknown>> }): boolean =>
  [attrs.axis].flat().join() === '-1'

compareCases(
  'norm',
  1e-13,
  {
    layer_norm: ([x, weight, bias], { eps }) => {
      const norm = layerNorm(4, { epsilon: eps as number })
      const params = componentArray({ weight: weight as never, bias: bias as never })
      return [norm(params as never, x as never) as never]
    },
    softmax: ([x]) => [softmax(x as never) as never],
    log_softmax: ([x]) => [logSoftmax(x as never) as never],
  },
  overLast,
)
