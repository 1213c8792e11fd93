/** Values and derivatives of operations of the public door, on a device and in a precision, as the golden files define them. */
import { add, type Device, grad, jit, jvp, mul, sum, type Tensor } from 'conformable'
import { type Abstract, sizeOf } from '../../src/core/abstract.ts'
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

/** Where and how precisely. */
export interface Machine {
  readonly device: Device
  readonly dtype: 'float32' | 'float64'
}

type Point = readonly Loose[]

/** A tensor of the machine; `tensor` would put it on the default one. Floats get its precision. */
function placed(machine: Machine, { shape, dtype }: Abstract, elements: ArrayLike<number>): Loose {
  const type = { shape, dtype: dtype === 'float64' ? machine.dtype : dtype }
  const data = allocate(type.dtype, sizeOf(shape))
  data.set(elements)
  return machine.device.upload(type, data) as unknown as Loose // a Value stands behind every public tensor
}

/** The elements of a tensor. */
export const elementsOf = (x: Loose): Float64Array => Float64Array.from(x.readSync())

/** Value and derivatives of an operation: L(x) = Σₖ Σ outₖ wₖ over the float inputs that are not `const`, and directions v. */
export function answers(
  machine: Machine,
  said: Said,
  attributes: unknown,
  inputs: readonly (GoldenInput & { const?: boolean })[],
): Answers {
  const tensors = inputs.map((input) => {
    const array = arrayOfInput(input)
    return placed(machine, array, array.data)
  })
  const noise = (shape: readonly number[], seed: number): Loose =>
    placed(machine, { shape, dtype: 'float64' }, fill(sizeOf(shape), seed, -1, 1))
  const weighted = (results: Point): Loose => total(results.map((out, k) => mul(out, noise(out.shape, 9000 + k))))
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
export function scalarDerivatives(machine: Machine, said: Said, x: readonly number[]): readonly (() => Float64Array)[] {
  const type = { shape: [x.length], dtype: 'float64' } as const
  const point = placed(machine, type, x)
  const ones = placed(machine, type, new Float64Array(x.length).fill(1))
  const orders: ((v: Loose) => Loose)[] = [(v) => said([v], {}) as Loose]
  for (let order = 1; order <= 3; order++) {
    const lower = orders[order - 1]!
    orders.push((v) => jvp(lower, [v], [ones])[1])
  }
  return orders.map((f) => () => elementsOf(jit(f)(point)))
}

const total = (parts: readonly Loose[]): Loose => parts.map((part): Loose => sum(part)).reduce((a, b) => add(a, b))
