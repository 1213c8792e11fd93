/**
 * Dropout: while training, each element is set to 0 with probability `rate` and the others are divided by 1 − rate, so that the
 * expectation stays (inverted scaling). Srivastava et al. (2014), JMLR 15.
 */
import { ArgumentError, div, type Key, random, where } from '../src/index.ts'
import type { Empty, Layer, SameShape } from '../types/layer.ts'
import { defineLayer, type Leaf } from './layer.ts'

/** The state of `dropout`: the key of the next mask, and whether one is drawn at all. */
export type DropoutState = {
  readonly key: { readonly shape: readonly [2]; readonly dtype: 'uint32' }
  readonly training: boolean
}

/**
 * Sets elements to 0 at random while its state is in training mode, where it begins; `testMode(state)` makes it the identity.
 * Each call gives a state with a new key.
 * @param rate the probability of a zero, in [0, 1).
 * @throws ArgumentError if the rate is out of range.
 * @example
 * import { ones, random } from 'conformable'
 * import { dropout, testMode } from 'conformable/layers'
 * const model = dropout(0.5)
 * const state = model.initState(random.key(0))
 * const [y, next] = model(model.init(random.key(1)), ones([4]), testMode(state)) // y = [1, 1, 1, 1]
 */
export function dropout(rate: number): Layer<SameShape, Empty, DropoutState> {
  if (!(rate >= 0 && rate < 1)) throw new ArgumentError(`dropout: the rate is in [0, 1), got ${rate}.`)
  return defineLayer({
    name: `dropout(${rate})`,
    spec: {},
    stateSpec: { key: { shape: [2], dtype: 'uint32' }, training: true },
    initState: (key) => ({ key, training: true }),
    call(_, x: Leaf, state?: { readonly key: Key; readonly training: boolean }) {
      if (state === undefined) throw new ArgumentError('dropout: the state is missing; make it with initState(key).')
      if (!state.training) return [x, state]
      const [next, now] = random.split(state.key)
      const kept = random.bernoulli(now, x.shape as readonly number[], 1 - rate)
      return [where(kept, div(x, 1 - rate), 0), { ...state, key: next }]
    },
  })
}
