/** Limits for gradients: by element, by the norm of each parameter, by the norm of all. A NaN stays a NaN. */
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
} from '../../src/index.ts'
import type { StateFunction, Transformation } from '../../types/optimiser.ts'
import { defineTransformation, dtypeOf, type Leaf, mapFloatParameters, mapFloats } from '../rules/rule.ts'

/** No state. */
export interface StatelessFunction extends StateFunction {
  readonly state: null
}

/**
 * Scales the whole gradient down to a norm: g · c / max(‖g‖₂, c), over all parameters together. One NaN or ∞ anywhere makes
 * the whole gradient NaN (`skipNonFinite` leaves such steps out). Squares of float32 overflow above 1e19: a gradient that
 * large becomes 0.
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
export function clipByGlobalNorm(norm: number): Transformation<StatelessFunction> {
  requirePositive('clipByGlobalNorm', 'norm', norm)
  return stateless((gradient) => {
    const length = globalNorm(gradient)
    if (length === null) return gradient
    const factor = div(norm, maximum(length, norm))
    return mapFloats((g) => mul(g, convert(factor, g.dtype)), gradient)
  })
}

/**
 * Scales the gradient of each parameter down to a norm by itself: g · c / max(‖g‖₂, c). Of a ComponentArray each view is a
 * parameter.
 * @param norm c, the largest norm allowed; positive.
 * @throws ArgumentError if the norm is not a positive number.
 * @example
 * import { tensor } from 'conformable'
 * import { chain, clipByBlock, sgd } from 'conformable/optimisers'
 * const rule = chain(clipByBlock(1), sgd({ learningRate: 0.1 }))
 * const x = { a: tensor([1, 1]), b: tensor([1]) }
 * console.log(rule.step({ a: tensor([30, 40]), b: tensor([0.5]) }, rule.init(x), x)[0]) // a [0.94, 0.92], b [0.95]
 */
export function clipByBlock(norm: number): Transformation<StatelessFunction> {
  requirePositive('clipByBlock', 'norm', norm)
  const clipped = (_: string, g: Leaf): Leaf => mul(g, div(norm, maximum(sqrt(sum(square(g))), norm)))
  return stateless((gradient) => mapFloatParameters(clipped, gradient))
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
export function clipByValue(limit: number): Transformation<StatelessFunction> {
  requirePositive('clipByValue', 'limit', limit)
  return stateless((gradient) => mapFloats((g) => clip(g, -limit, limit), gradient))
}

const stateless = (change: <P>(gradient: P) => P): Transformation<StatelessFunction> =>
  defineTransformation<StatelessFunction>({ init: () => null, update: (gradient) => [change(gradient), null] })

/** ‖g‖₂ over all float tensors of a tree, in float64 if one of them is; null if there are none. */
function globalNorm(tree: unknown): Leaf | null {
  const dtype = dtypeOf(tree)
  const squares = leavesOf(tree)
    .filter(isFloatTensor)
    .map((leaf): Leaf => convert(sum(square(leaf)), dtype))
  return squares.length === 0 ? null : sqrt(squares.reduce((total, part) => add(total, part)))
}

function requirePositive(name: string, what: string, value: number): void {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return
  throw new ArgumentError(`${name}: the ${what} must be a positive number, got ${String(value)}.`)
}
