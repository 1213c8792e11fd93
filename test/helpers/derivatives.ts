/** Values and derivatives of operations of the public door, in float64 on the reference device, as the golden files define them. */
import { add, grad, jit, jvp, mul, sum, type Tensor } from 'conformable'
import { referenceDevice } from '../../src/backends/reference/backend.ts'
import { sizeOf } from '../../src/core/abstract.ts'
import { allocate } from '../../src/core/dtype.ts'
import type { GoldenInput } from './golden.ts'
import { arrayOfInput, fill } from './golden.ts'

/** A tensor of which the compiler knows nothing: the shapes are data. */
export type Loose = Tensor<any, any>

/** An operation of a golden file, said with functions of the public door. */
export type Said = (inputs: readonly Loose[], attributes: any) => Loose | readonly Loose[]

/** What a golden case asks of an operation. */
export interface Answers {
  readonly out: () => readonly Loose[]
  readonly gradient: () => readonly Float64Array[]
  readonly hvp: () => readonly Float64Array[]
  readonly third: () => number
}

type Point = readonly Loose[]

const device = referenceDevice()

/** A tensor on the reference device; `tensor` would put it on the default one. */
function onReference(shape: readonly number[], dtype: Loose['dtype'], elements: ArrayLike<number>): Loose {
  const data = allocate(dtype, sizeOf(shape))
  data.set(elements)
  return device.upload({ shape, dtype }, data) as unknown as Loose // a Value stands behind every public tensor
}

/** The elements of a tensor. */
export const elementsOf = (x: Loose): Float64Array => Float64Array.from(x.readSync())

/** Value and derivatives of an operation: L(x) = Σₖ Σ outₖ wₖ over the float inputs that are not `const`, and directions v. */
export function answers(
  said: Said,
  attributes: unknown,
  inputs: readonly (GoldenInput & { const?: boolean })[],
): Answers {
  const tensors = inputs.map((input) => {
    const { shape, dtype, data } = arrayOfInput(input)
    return onReference(shape, dtype, data)
  })
  const active = inputs.map((input) => input.dtype === undefined && input.const !== true)
  const run = (all: Point): readonly Loose[] => [said(all, attributes)].flat()
  const loss = (x: Point): Loose => {
    let next = 0
    return weighted(run(tensors.map((input, i) => (active[i] ? x[next++]! : input))))
  }
  const point = tensors.filter((_, i) => active[i])
  const directions = point.map(({ shape }, j) => noise(shape, 8000 + j))
  const gradient = (x: Point): Point => grad(loss as (x: Point) => never)(x)
  const hvp = (x: Point): Point => jvp(gradient, [x], [directions])[1]
  const bend = (x: Point): Loose => total(hvp(x).map((part, j) => mul(part, directions[j]!)))
  return {
    out: () => jit((...all: Point) => run(all))(...tensors),
    gradient: () => gradient(point).map(elementsOf),
    hvp: () => hvp(point).map(elementsOf),
    third: () => Number(jvp(bend, [point], [directions])[1].itemSync()),
  }
}

/** [f, f′, f″, f‴] of a scalar function, element by element. */
export function scalarDerivatives(said: Said, x: readonly number[]): readonly (() => Float64Array)[] {
  const point = onReference([x.length], 'float64', x)
  const ones = onReference([x.length], 'float64', new Float64Array(x.length).fill(1))
  const orders: ((v: Loose) => Loose)[] = [(v) => said([v], {}) as Loose]
  for (let order = 1; order <= 3; order++) {
    const lower = orders[order - 1]!
    orders.push((v) => jvp(lower, [v], [ones])[1])
  }
  return orders.map((f) => () => elementsOf(jit(f)(point)))
}

const noise = (shape: readonly number[], seed: number): Loose =>
  onReference(shape, 'float64', fill(sizeOf(shape), seed, -1, 1))

const total = (parts: readonly Loose[]): Loose => parts.map((part): Loose => sum(part)).reduce((a, b) => add(a, b))

const weighted = (results: readonly Loose[]): Loose =>
  total(results.map((out, k) => mul(out, noise(out.shape, 9000 + k))))
