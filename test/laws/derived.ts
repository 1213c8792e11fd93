/**
 * The programs that are made of a case of the table: its values, and derivatives of a loss with curvature, Σ ⟨y, y⟩ + Σ y over
 * the float results; and which of them each machine is tested with.
 */
import type { Abstract } from '../../src/core/abstract.ts'
import { sizeOf } from '../../src/core/abstract.ts'
import { isFloat } from '../../src/core/dtype.ts'
import { DTypeError } from '../../src/core/errors.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Program } from '../../src/core/program.ts'
import type { Value } from '../../src/core/value.ts'
import { constantLike } from '../../src/primitives/broadcast.ts'
import { add, mul } from '../../src/primitives/elementwise.ts'
import { iota, reshape } from '../../src/primitives/structural.ts'
import { floatsAs } from '../helpers/backends.ts'
import { programOf } from '../helpers/reference.ts'
import type { Case } from './case.ts'
import { inputsOf } from './case.ts'
import { type Fn, gradient, inner, type Scalar, second, third } from './derivatives.ts'

/** A program that is made of every case. */
interface Derivation {
  readonly name: string
  /** The order of the derivative; 0: the values. */
  readonly order: number
  readonly dtype: 'float32' | 'float64'
  /** Null for the values. */
  readonly derive: ((loss: Scalar) => Fn) | null
}

const directions = (inputs: readonly Value[]): Value[] =>
  inputs
    .filter(({ dtype }) => isFloat(dtype))
    .map((x) => reshape(add(mul(iota([sizeOf(x.shape)], x.dtype, 0), quarter(x)), quarter(x)), x.shape))

const quarter = (x: Abstract): Value => constantLike({ shape: [sizeOf(x.shape)], dtype: x.dtype }, 0.25)

/** The gradient of the length of the gradient: every second derivative takes part. */
const everySecond = (loss: Scalar): Fn =>
  gradient((all) => {
    const slopes = gradient(loss)(all)
    return inner(slopes, slopes)
  })

const secondAlong = (loss: Scalar): Fn => {
  const way = second['forward over reverse']
  return (values) => way(loss, directions(values))(values)
}

const thirdAlong = (loss: Scalar): Fn => {
  const way = third['reverse over forward over reverse']
  return (values) => way(loss, directions(values))(values)
}

const values = { name: 'values', order: 0, derive: null } as const
const gradients = { name: 'gradients', order: 1, derive: gradient } as const
const thirds = { name: 'third derivatives', order: 3, dtype: 'float64', derive: thirdAlong } as const

/**
 * What each machine is tested with. (The reference is compared with differences and with itself, in every nesting of the orders
 * 2 and 3: `laws.ts`; the other two are compared with the reference.)
 */
export const derivations = {
  reference: [
    { ...values, dtype: 'float64' },
    { ...gradients, dtype: 'float64' },
    { name: 'second derivatives', order: 2, dtype: 'float64', derive: secondAlong },
    thirds,
  ],
  cpu: [{ ...values, dtype: 'float32' }, { ...gradients, dtype: 'float32' }, thirds],
  webgpu: [
    { ...values, dtype: 'float32' },
    { ...gradients, dtype: 'float32' },
    { name: 'second derivatives', order: 2, dtype: 'float32', derive: everySecond },
  ],
} as const satisfies Readonly<Record<string, readonly Derivation[]>>

/** The results as a list. */
export const asList =
  ({ f }: Case): Fn =>
  (inputs) =>
    [f(...inputs)].flat()

const lossOf =
  (one: Case): Scalar =>
  (inputs) => {
    const results = asList(one)(inputs).filter(({ dtype }) => isFloat(dtype))
    const ones = results.map((y) => constantLike(y, 1))
    return add(inner(results, results), inner(results, ones))
  }

/** The derived program, or null where there is nothing to differentiate or the case asks for another dtype. */
export function derived(one: Case, inputs: readonly Ndarray[], derive: (loss: Scalar) => Fn): Program | null {
  try {
    const { outputs } = programOf((...all) => asList(one)(all), inputs)
    if (!inputs.some(({ dtype }) => isFloat(dtype)) || !outputs.some(({ dtype }) => isFloat(dtype))) return null
    return programOf((...all) => derive(lossOf(one))(all), inputs)
  } catch (error) {
    if (error instanceof DTypeError) return null
    throw error
  }
}

/** The program of a derivation with its inputs, or null as `derived`. */
export function programFor(
  one: Case,
  { order, dtype, derive }: Derivation,
): { readonly program: Program; readonly inputs: readonly Ndarray[] } | null {
  const inputs = floatsAs(inputsOf(one, order + 1), dtype)
  const program = derive === null ? programOf((...all) => asList(one)(all), inputs) : derived(one, inputs, derive)
  return program === null ? null : { program, inputs }
}
