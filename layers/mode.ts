/** Whether layers with state behave as in training or as in use: the entries called `training` of their states. */

/**
 * The state with every `training` true, however deep: dropout drops, batch normalisation looks at the batch.
 * @example
 * import { random } from 'conformable'
 * import { chain, dense, dropout, testMode, trainMode } from 'conformable/layers'
 * const state = chain(dense(4, 4), dropout(0.5)).initState(random.key(0))
 * trainMode(testMode(state)).layer_1.training // true
 */
export const trainMode = <S>(state: S): S => withMode(state, true)

/**
 * The state with every `training` false, however deep: dropout is the identity, batch normalisation uses what it has seen.
 * @example
 * import { random } from 'conformable'
 * import { dropout, testMode } from 'conformable/layers'
 * testMode(dropout(0.5).initState(random.key(0))).training // false
 */
export const testMode = <S>(state: S): S => withMode(state, false)

function withMode<S>(state: S, training: boolean): S {
  if (!isRecord(state)) return state
  const entries = Object.entries(state).map(([name, entry]) => [
    name,
    name === 'training' && typeof entry === 'boolean' ? training : withMode(entry, training),
  ])
  return Object.fromEntries(entries) as S // the same names, with entries of the same types
}

function isRecord(x: unknown): x is Readonly<Record<string, unknown>> {
  return typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype
}
