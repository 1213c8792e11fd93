/**
 * A pre-norm transformer block: width 128, 4 heads, 64 positions, batch 8, causal; network of 512 units with GELU (its tanh
 * form): the peers' workload, forward, and the gradient of the mean square.
 */

import { geluTanh } from '../../layers/index.ts'
import {
  add,
  arange,
  componentArray,
  div,
  einsum,
  fromTypedArray,
  jit,
  lessEqual,
  matmul,
  mean,
  mul,
  ones,
  reshape,
  softmax,
  sqrt,
  square,
  sub,
  type Tensor,
  valueAndGrad,
  variance,
  where,
  zeros,
} from '../../src/index.ts'
import { type Case, milliseconds, noise, once } from './harness.ts'

const [batch, length, width, heads] = [8, 64, 128, 4] as const
const units = 4 * width
const depth = width / heads

const random = <const S extends readonly number[]>(shape: S, seed: number, scale: number): Tensor<S> =>
  // the noise has as many elements as the shape
  fromTypedArray(
    noise(
      shape.reduce((size, extent) => size * extent, 1),
      seed,
      scale,
    ),
    shape,
  ) as Tensor<S>

const parameters = () =>
  componentArray({
    g1: ones([width]),
    o1: zeros([width]),
    g2: ones([width]),
    o2: zeros([width]),
    wq: random([width, width], 1, 0.1),
    wk: random([width, width], 2, 0.1),
    wv: random([width, width], 3, 0.1),
    wo: random([width, width], 4, 0.1),
    w1: random([width, units], 5, 0.1),
    b1: zeros([units]),
    w2: random([units, width], 6, 0.05),
    b2: zeros([width]),
  })
type P = ReturnType<typeof parameters>
type Rows = Tensor<readonly [typeof batch, typeof length, typeof width]>

function normalised(x: Rows, gain: Tensor<readonly [128]>, offset: Tensor<readonly [128]>): Rows {
  const centred = sub(x, mean(x, -1, true))
  return add(mul(div(centred, sqrt(add(variance(x, -1, true), 1e-5))), gain), offset)
}

function attention(x: Rows, { wq, wk, wv, wo }: P): Rows {
  const split = (w: Tensor<readonly [128, 128]>) => reshape(matmul(x, w), [batch, length, heads, depth])
  const scores = mul(einsum('bqhd,bkhd->bhqk', split(wq), split(wk)), 1 / Math.sqrt(depth))
  const positions = arange(length)
  const isPast = lessEqual(reshape(positions, [1, length]), reshape(positions, [length, 1]))
  const weights = softmax(where(isPast, scores, Number.NEGATIVE_INFINITY))
  const mixed = einsum('bhqk,bkhd->bqhd', weights, split(wv))
  return matmul(reshape(mixed, [batch, length, width]), wo)
}

/** The block: parameters and `[batch, length, width]` to the same shape. */
export function block(p: P, x: Rows): Rows {
  const y = add(x, attention(normalised(x, p.g1, p.o1), p))
  const hidden = geluTanh(add(matmul(normalised(y, p.g2, p.o2), p.w1), p.b1))
  return add(y, add(matmul(hidden, p.w2), p.b2))
}

/** The mean square of the block's result, and its gradient. */
export const gradient = (p: P, x: Rows) => valueAndGrad((q: P, z: Rows) => mean(square(block(q, z))))(p, x)

/** The operands. */
export const operands = (): readonly [P, Rows] => [parameters(), random([batch, length, width], 7, 1)]

const timed = (name: string, call: () => void): Case => ({
  name,
  run(emit) {
    emit(`${name}-first-call`, once(call), 'ms')
    emit(name, milliseconds(call, 3), 'ms')
  },
})

/** Milliseconds of a call, and of the first one. */
export const transformer: readonly Case[] = [
  timed('transformer-forward', calling(jit(block))),
  timed('transformer-forward+backward', calling(jit(gradient))),
]

/** Calls a function of the operands, which are made at the first call. */
function calling(compiled: (p: P, x: Rows) => unknown): () => void {
  let known: readonly [P, Rows] | undefined
  return () => {
    known ??= operands()
    compiled(...known)
  }
}
