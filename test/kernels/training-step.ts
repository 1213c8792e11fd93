/** A training step as one program: an MLP with softmax cross-entropy over a flat vector of parameters, its gradient, and Adam. */
import { inline } from '../../src/core/bind.ts'
import type { Program } from '../../src/core/program.ts'
import { traceClosed } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, constantLike, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { add, div, max, mul, scale, sub } from '../../src/primitives/elementwise.ts'
import { gather } from '../../src/primitives/indexing.ts'
import { reduceMax } from '../../src/primitives/reduction.ts'
import { view } from '../../src/primitives/segments.ts'
import { reshape } from '../../src/primitives/structural.ts'
import { exp, log, pow, sqrt } from '../../src/primitives/transcendental.ts'
import { gradientProgram } from '../../src/transforms/gradient.ts'

/** Sizes of the layers' inputs and outputs. */
const parameterCount = (sizes: readonly number[]): number =>
  sizes.slice(1).reduce((total, units, i) => total + units * (sizes[i] + 1), 0)

/** Mean cross-entropy of the network's logits: (parameters, images [batch, in], labels int32 [batch]) → scalar. */
function lossProgram(sizes: readonly number[], batch: number): Program {
  return traceClosed('loss', ([p, x, labels]) => [crossEntropy(logits(p, x, sizes), labels)], [
    { shape: [parameterCount(sizes)], dtype: 'float32' },
    { shape: [batch, sizes[0]], dtype: 'float32' },
    { shape: [batch], dtype: 'int32' },
  ])
}

function logits(p: Value, x: Value, sizes: readonly number[]): Value {
  let h = x
  let offset = 0
  for (let i = 1; i < sizes.length; i++) {
    const [inputs, units] = [sizes[i - 1], sizes[i]]
    const weight = view(p, offset, [units, inputs])
    const bias = view(p, offset + units * inputs, [units])
    offset += units * (inputs + 1)
    const z = dot(h, weight, [[1], [1]])
    h = add(z, broadcast(bias, z.shape, [1]))
    if (i < sizes.length - 1) h = max(h, constantLike(h, 0))
  }
  return h
}

function crossEntropy(z: Value, labels: Value): Value {
  const [batch] = z.shape
  const top = reduceMax(z, [1])
  const shifted = sub(z, broadcast(top, z.shape, [0]))
  const logSum = log(sum(exp(shifted), [1]))
  const chosen = reshape(gather(shifted, reshape(labels, [batch, 1]), 1, 1), [batch])
  return scale(sum(sub(logSum, chosen), [0]), 1 / batch)
}

/** (parameters, first moment, second moment, steps, images, labels) → (parameters, moments, steps, loss). */
export function trainingStep(sizes: readonly number[], batch: number): Program {
  const loss = lossProgram(sizes, batch)
  const { program } = gradientProgram(loss, [true, false, false])
  const [parameters, images, labels] = loss.inputs
  const steps = { shape: [], dtype: 'int32' } as const
  return traceClosed(
    'step',
    ([p, m, v, t, x, y]) => {
      const [value, gradient] = inline(program, [p, x, y])
      const next = add(t, constantLike(t, 1))
      const [firstMoment, secondMoment] = [average(m, gradient, 0.9), average(v, mul(gradient, gradient), 0.999)]
      const [first, second] = [corrected(firstMoment, next, 0.9), corrected(secondMoment, next, 0.999)]
      const change = div(scale(first, 1e-3), add(sqrt(second), constantLike(second, 1e-8)))
      return [sub(p, change), firstMoment, secondMoment, next, value]
    },
    [parameters, parameters, parameters, steps, images, labels],
  )
}

const average = (old: Value, now: Value, decay: number): Value => add(scale(old, decay), scale(now, 1 - decay))

function corrected(moment: Value, steps: Value, decay: number): Value {
  const power = pow(constantLike({ shape: [], dtype: moment.dtype }, decay), convert(steps, moment.dtype))
  const factor = sub(constantLike(power, 1), power)
  return div(moment, broadcast(factor, moment.shape, []))
}
