/** Scalar functions of a scalar that pass through many primitives: what every nesting of transforms must differentiate alike. */
import { broadcast, constantLike, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { add, div, gt, integerPower, max, mul, neg, scale, select, sub } from '../../src/primitives/elementwise.ts'
import { cumsum, reduceMax } from '../../src/primitives/reduction.ts'
import { view } from '../../src/primitives/segments.ts'
import { concat, reshape, slice, transpose } from '../../src/primitives/structural.ts'
import { exp, log1p, sin, sqrt, tanh } from '../../src/primitives/transcendental.ts'
import type { Fn } from './operators.ts'
import { tensor } from './operators.ts'

/** Numbers without a pattern, in (-1, 1). */
export const noise = (count: number, seed = 1): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed))

const parameters = tensor(noise(29))
const direction = tensor(noise(29, 2))
const points = tensor(noise(12, 3), [4, 3])

/** Along a line through parameter space: p + t v. */
const along: Fn = (t) => add(parameters, mul(direction, broadcast(t!, [29], [])))

/** 3 → 4 → 2 → mean square, parameters in one flat vector. */
const network: Fn = (p) => {
  const hidden = tanh(add(dot(points, view(p!, 0, [4, 3]), [[1], [1]]), broadcast(view(p!, 12, [4]), [4, 4], [1])))
  const output = add(dot(hidden, view(p!, 16, [2, 4]), [[1], [1]]), broadcast(view(p!, 24, [2]), [4, 2], [1]))
  return add(scale(sum(mul(output, output), [0, 1]), 0.25), sum(mul(view(p!, 26, [3]), view(p!, 25, [3])), [0]))
}

const spread = (t: Parameters<Fn>[number]) => add(broadcast(t, [5], []), tensor([0.1, -0.7, 0.9, 0.4, -0.2]))

/** Name → function; each is smooth at the points where it is tested. */
export const functions: Readonly<Record<string, Fn>> = {
  'products of elementary functions': (t) => mul(sin(mul(t!, t!)), exp(tanh(t!))),
  quotient: (t) => div(log1p(exp(t!)), sqrt(add(constantLike(t!, 1), mul(t!, t!)))),
  'integer powers': (t) => sub(integerPower(t!, 5), integerPower(add(t!, constantLike(t!, 2)), -2)),
  'a network in a flat vector': (t) => network(along(t!)),
  'softmax and a largest element': (t) => {
    const x = mul(spread(t!), spread(sin(t!)))
    const shifted = exp(sub(x, broadcast(reduceMax(x, [0]), [5], [])))
    return sum(mul(div(shifted, broadcast(sum(shifted, [0]), [5], [])), x), [0])
  },
  'choices and rearrangements': (t) => {
    const x = spread(t!)
    const y = select(gt(x, constantLike(x, 0.6)), mul(x, x), max(neg(x), sin(x)))
    const z = cumsum(concat([slice(y, [1], [4], [1]), slice(x, [0], [3], [1])], 0), 0)
    const m = reshape(z, [2, 3])
    return sum(mul(transpose(m, [1, 0]), dot(transpose(m, [1, 0]), dot(m, m, [[1], [1]]), [[1], [0]])), [0, 1])
  },
}
