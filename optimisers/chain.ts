/** Rules one after the other, and rules that change a gradient before another rule takes it. */
import {
  ArgumentError,
  add,
  clip,
  convert,
  div,
  isFloatTensor,
  leavesOf,
  maximum,
  mul,
  sqrt,
  square,
  sum,
} from '../src/index.ts'
import type { Rule, StateFor, StateFunction } from '../types/optimiser.ts'
import { defineRule, type Leaf, mapFloats } from './rule.ts'

/** The states of the links, in order. */
export type ChainState<Fs extends readonly StateFunction[], P> = { readonly [I in keyof Fs]: StateFor<Fs[I], P> }

interface ChainFunction<Fs extends readonly StateFunction[]> extends StateFunction {
  readonly state: ChainState<Fs, this['params']>
}

/** No state. */
interface StatelessFunction extends StateFunction {
  readonly state: null
}

/**
 * Rules one after the other: the update of each is the gradient of the next. `chain()` passes the gradient through, and chains of
 * chains are chains (a monoid).
 * @example
 * import { adam, chain, clipByGlobalNorm } from 'conformable/optimisers'
 * import { tensor } from 'conformable'
 * const rule = chain(clipByGlobalNorm(1), adam({ learningRate: 0.1 }))
 * const x = tensor([1, 1])
 * console.log(rule.step(tensor([30, 40]), rule.init(x), x)[0]) // [0.9, 0.9]
 */
export function chain<const Fs extends readonly StateFunction[]>(
  ...rules: { readonly [I in keyof Fs]: Rule<Fs[I]> }
): Rule<ChainFunction<Fs>> {
  // The tuple of rules, seen as a list whose states are handed back to the rule they came from.
  const links = rules as unknown as readonly Rule<StateFunction>[]
  return defineRule<ChainFunction<Fs>>({
    // One state for each rule, in order: what ChainState says, which no type can follow through a map.
    init: (params) => links.map((rule) => rule.init(params)) as never,
    update(gradient, states, params) {
      let update = gradient
      const next = links.map((rule, i) => {
        // The i-th state is the one that the i-th rule made.
        const [changed, state] = rule.update(update, (states as readonly unknown[])[i] as never, params)
        update = changed
        return state
      })
      return [update, next as never]
    },
  })
}

/**
 * Scales the whole gradient down to a norm: g · c / max(‖g‖₂, c), over all parameters together. Squares of float32 overflow
 * above 1e19: a gradient that large becomes 0.
 *
 * Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, arXiv:1211.5063.
 * @param norm c, the largest norm allowed; positive.
 * @throws ArgumentError if the norm is not a positive number.
 * @example
 * import { tensor } from 'conformable'
 * import { chain, clipByGlobalNorm, sgd } from 'conformable/optimisers'
 * const rule = chain(clipByGlobalNorm(1), sgd({ learningRate: 0.1 }))
 * const x = tensor([1, 1])
 * console.log(rule.step(tensor([30, 40]), rule.init(x), x)[0]) // [0.94, 0.92]
 */
export function clipByGlobalNorm(norm: number): Rule<StatelessFunction> {
  requirePositive('clipByGlobalNorm', 'norm', norm)
  return defineRule<StatelessFunction>({
    init: () => null,
    update(gradient) {
      const length = globalNorm(gradient)
      if (length === null) return [gradient, null]
      const factor = div(norm, maximum(length, norm))
      return [mapFloats((g) => mul(g, convert(factor, g.dtype)), gradient), null]
    },
  })
}

/**
 * Clips every element of the gradient to [−limit, limit].
 * @throws ArgumentError if the limit is not a positive number.
 * @example
 * import { tensor } from 'conformable'
 * import { chain, clipByValue, sgd } from 'conformable/optimisers'
 * const rule = chain(clipByValue(0.5), sgd({ learningRate: 0.1 }))
 * const x = tensor([1, 1])
 * console.log(rule.step(tensor([30, 0.2]), rule.init(x), x)[0]) // [0.95, 0.98]
 */
export function clipByValue(limit: number): Rule<StatelessFunction> {
  requirePositive('clipByValue', 'limit', limit)
  return defineRule<StatelessFunction>({
    init: () => null,
    update: (gradient) => [mapFloats((g) => clip(g, -limit, limit), gradient), null],
  })
}

/** ‖g‖₂ over all float tensors of a tree, in float64 if one of them is; null if there are none. */
function globalNorm(tree: unknown): Leaf | null {
  const floats = leavesOf(tree).filter(isFloatTensor)
  const dtype = floats.some((leaf) => leaf.dtype === 'float64') ? 'float64' : 'float32'
  const squares = floats.map((leaf): Leaf => convert(sum(square(leaf)), dtype))
  return squares.length === 0 ? null : sqrt(squares.reduce((total, part) => add(total, part)))
}

function requirePositive(name: string, what: string, value: number): void {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return
  throw new ArgumentError(`${name}: the ${what} must be a positive number, got ${String(value)}.`)
}
