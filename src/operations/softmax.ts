/** Softmax and its logarithm, along one axis. The maximum is taken off first, as a constant of differentiation. */
import type { AlongAxis } from '../../types/contract/reduce.ts'
import type { DType } from '../../types/dtype.ts'
import type { Floats } from '../../types/element.ts'
import type { Shape } from '../../types/shape.ts'
import type { Check, Tensor } from '../../types/tensor.ts'
import { traceClosed } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import { operateOne } from '../operation.ts'
import { constantLike, sum } from '../primitives/broadcast.ts'
import { customJvp } from '../primitives/control/custom.ts'
import { div, mul, sub } from '../primitives/elementwise.ts'
import { exp, log } from '../primitives/transcendental.ts'
import { typed } from '../typed.ts'
import { keptDims } from './axes.ts'
import { broadcastTo, normalAxis } from './broadcasting.ts'
import { floatOperand } from './operand.ts'
import { peakOver } from './spread.ts'

/**
 * eˣ / Σ eˣ along an axis (the last, if none is given): positive numbers that add up to 1.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { softmax, tensor } from 'conformable'
 * console.log(softmax(tensor([0, 0, 1000]))) // [0, 0, 1]
 */
export function softmax<S extends Shape, D extends DType, const A extends number = -1>(
  x: Floats<'softmax', S, D>,
  axis?: Check<AlongAxis<S, A, 'softmax'>, A>,
): Tensor<S, D> {
  return along('softmax', floatOperand('softmax', x), axis, weights)
}

/**
 * ln softmax(x) = x − ln Σ eˣ along an axis (the last, if none is given), without underflow.
 * @throws ShapeError if the axis is out of range.
 * @example
 * import { logSoftmax, tensor } from 'conformable'
 * console.log(logSoftmax(tensor([0, 0, 1000]))) // [-1000, -1000, 0]
 */
export function logSoftmax<S extends Shape, D extends DType, const A extends number = -1>(
  x: Floats<'logSoftmax', S, D>,
  axis?: Check<AlongAxis<S, A, 'logSoftmax'>, A>,
): Tensor<S, D> {
  return along('logSoftmax', floatOperand('logSoftmax', x), axis, (v, place) => {
    const rest = lowered(v, place)
    return sub(rest, log(total(exp(rest), place)))
  })
}

function along<R>(name: string, x: Value, given: unknown, body: (x: Value, axis: number) => Value): R {
  const axis = normalAxis(name, (given as number | undefined) ?? -1, x.shape) // what the contract lets through
  return typed<R>(operateOne(name, axis, [x], (v) => body(v, axis)))
}

/** The softmax p with tangents p (t − Σ p t), for which p is all that must be kept. */
function weights(x: Value, axis: number): Value {
  const value = traceClosed('softmax', ([v]) => [shares(v!, axis)], [x])
  const rule = traceClosed(
    'softmax',
    ([v, tangent]) => {
      const p = shares(v!, axis)
      return [mul(p, sub(tangent!, total(mul(p, tangent!), axis)))]
    },
    [x, x],
  )
  return customJvp(value, rule, [x])[0]!
}

/** eˣ (1 / Σ eˣ): the sum is at least 1, so its inverse is finite. */
function shares(x: Value, axis: number): Value {
  const powers = exp(lowered(x, axis))
  const sums = keptDims(sum(powers, [axis]), x.shape, [axis])
  return mul(powers, broadcastTo(div(constantLike(sums, 1), sums), x.shape))
}

/** x less its maximum along the axis. */
const lowered = (x: Value, axis: number): Value => sub(x, broadcastTo(peakOver(x, [axis]), x.shape))

/** The sum along the axis, repeated. */
const total = (x: Value, axis: number): Value => broadcastTo(keptDims(sum(x, [axis]), x.shape, [axis]), x.shape)
