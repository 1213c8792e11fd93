/** Looking at values inside traced code: `tap`, `print`, and the finder of the first number that is not finite. */
import { closeOver } from './closed.ts'
import { showAbstract } from './core/abstract.ts'
import { bind, deviceOf, place } from './core/bind.ts'
import { allocate, isFloat } from './core/dtype.ts'
import type { Ndarray } from './core/ndarray.ts'
import type { Program } from './core/program.ts'
import { traceClosed, withLocations } from './core/trace.ts'
import type { Structure } from './core/tree.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Concrete, Value } from './core/value.ts'
import { cpu } from './devices.ts'
import { silenced, tap as tapValues } from './primitives/control/tap.ts'
import { gradientProgram } from './transforms/gradient.ts'
import { typed } from './typed.ts'

/**
 * The tree itself; `look` sees its numbers each time the program runs, compiled or not. Derivatives pass through unseen.
 * @param look called with the tree of concrete tensors; what it returns is ignored.
 * @example
 * import { jit, mul, print, scalar, tap, type Scalar } from 'conformable'
 * const f = jit((x: Scalar) => mul(tap(x, print), 2))
 * f(scalar(3)) // prints 3
 */
export function tap<T>(tree: T, look: (tree: T) => void): T {
  const { leaves, structure } = flatten(tree)
  const seen = callbackOf(look as (tree: unknown) => void, structure)
  return typed<T>(unflatten(structure, tapValues(seen, leaves)))
}

type Callback = (...arrays: Ndarray[]) => void

const callbacks = new WeakMap<(tree: unknown) => void, Map<string, Callback>>()

/** One callback for each function and structure, so that tracing again gives the same program. */
function callbackOf(look: (tree: unknown) => void, structure: Structure): Callback {
  const known = callbacks.get(look) ?? new Map<string, Callback>()
  callbacks.set(look, known)
  const callback = known.get(structure.key) ?? ((...arrays) => look(unflatten(structure, arrays.map(concrete))))
  known.set(structure.key, callback)
  return callback
}

/**
 * Prints a tensor or a tree of tensors to the console: for `tap(x, print)`.
 * @example
 * import { print, tensor } from 'conformable'
 * print(tensor([1, 2])) // Tensor float32[2] [1, 2]
 */
export const print = (tree: unknown): void => console.log(tree)

function concrete({ shape, dtype, data }: Ndarray): Value {
  const storage = allocate(dtype, data.length)
  storage.set(data)
  return cpu().upload({ shape, dtype }, storage)
}

/** Where a number that is not finite was first made. */
export interface NonFinite {
  /** The primitive operation that made it out of finite numbers. */
  readonly operation: string
  /** The user's line that asked for the operation (backward: for the operation whose derivative it is). */
  readonly source: string | undefined
  readonly phase: 'forward' | 'backward'
  /** The type of the tensor that holds it. */
  readonly type: string
  /** Position of the first such element, row-major. */
  readonly position: number
  readonly value: number
  /** All of it in a sentence. */
  readonly sentence: string
}

/**
 * Finds the first operation that makes NaN or infinity out of finite numbers: in `f(...args)`, then, if f returns a float
 * scalar, in its gradient by all float arguments. Runs operation by operation; slow, for looking only.
 * @returns the operation and the user's line, or null if all numbers are finite. A non-finite argument is reported as such.
 * @example
 * import { findNonFinite, log, sum, tensor, type Tensor } from 'conformable'
 * const found = findNonFinite((x: Tensor<[2]>) => sum(log(x)), tensor([1, 0]))
 * console.log(found?.operation) // log
 */
export function findNonFinite<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): NonFinite | null {
  const closed = withLocations(() => closeOver('findNonFinite', f as (...args: never[]) => unknown, args))
  const inputs = [...closed.leaves, ...closed.captures]
  const forward = search(silenced(closed.program), inputs, 'forward')
  if (forward !== null) return forward
  const loss = closed.program.outputs[0]
  const differentiable = closed.program.outputs.length === 1 && loss!.shape.length === 0 && isFloat(loss!.dtype)
  if (!differentiable) return null
  const wrt = closed.program.inputs.map(({ dtype }) => isFloat(dtype))
  return search(silenced(gradientProgram(closed.program, wrt).program), inputs, 'backward')
}

/** Runs a program equation by equation. */
function search(program: Program, inputs: readonly Value[], phase: 'forward' | 'backward'): NonFinite | null {
  const device = deviceOf(inputs) ?? cpu()
  const values = new Array<Concrete>(program.size)
  for (const [i, variable] of program.inputs.entries()) {
    const input = place(inputs[i]!, device)
    values[variable.index] = input
    const bad = firstNonFinite(input)
    if (bad >= 0) return report('an argument', undefined, phase, input, bad)
  }
  for (const { primitive, inputs: operands, params, outputs, source } of program.equations) {
    const arguments_ = operands.map((operand) => values[operand.index]!)
    const step = traceClosed(primitive.name, (given) => bind(primitive, given, params), arguments_)
    const results = device.execute(step, arguments_)
    for (const [i, result] of results.entries()) {
      values[outputs[i]!.index] = result
      const bad = firstNonFinite(result)
      if (bad >= 0) return report(primitive.name, source, phase, result, bad)
    }
  }
  return null
}

/** The position of the first element that is not finite, or -1. */
function firstNonFinite(x: Concrete): number {
  if (!isFloat(x.dtype)) return -1
  return x.readSync().findIndex((element) => !Number.isFinite(element))
}

function report(
  operation: string,
  source: string | undefined,
  phase: 'forward' | 'backward',
  x: Concrete,
  position: number,
): NonFinite {
  const value = x.readSync()[position]!
  const type = showAbstract(x)
  const where = source === undefined ? '' : ` at ${source}`
  const pass = phase === 'forward' ? 'the forward pass' : 'the backward pass'
  const sentence = `The first number that is not finite in ${pass} is ${value}, element ${position} of the ${type} made by ${operation}${where}.`
  return { operation, source, phase, type, position, value, sentence }
}
