/** Traces functions of trees: what every transform, `jit` and the control flow operations begin with. */
import type { Abstract } from './core/abstract.ts'
import { TraceError } from './core/errors.ts'
import type { Program } from './core/program.ts'
import { trace } from './core/trace.ts'
import type { Flattened, Structure } from './core/tree.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'

/** A function of trees as a program: inputs are the leaves of all arguments, then the captured values. */
export interface ClosedFunction {
  readonly program: Program
  readonly captures: readonly Value[]
  /** Each argument, taken apart. */
  readonly arguments: readonly Flattened[]
  /** All leaves of all arguments. */
  readonly leaves: readonly Value[]
  /** The structure of the result. */
  readonly result: Structure
  /** Paths of the result's leaves, for messages. */
  readonly resultPaths: readonly string[]
}

/** Traces `f(...args)`. `name` is the transform, for messages. */
export function closeOver(name: string, f: (...args: never[]) => unknown, args: readonly unknown[]): ClosedFunction {
  const flattened = args.map(flatten)
  const leaves = flattened.flatMap((argument) => argument.leaves)
  return {
    ...closeOverTypes(
      name,
      f,
      flattened.map(({ structure }) => structure),
      leaves,
    ),
    arguments: flattened,
    leaves,
  }
}

/** Traces `f` on arguments of the given structures and leaf types. */
export function closeOverTypes(
  name: string,
  f: (...args: never[]) => unknown,
  structures: readonly Structure[],
  types: readonly Abstract[],
): Pick<ClosedFunction, 'program' | 'captures' | 'result' | 'resultPaths'> {
  let result: Flattened | undefined
  const body = (...values: Value[]): readonly Value[] => {
    const output: unknown = f(...(rebuildArguments(structures, values) as never[])) // f takes what its own arguments are made of
    refusePromise(name, output)
    result = flatten(output)
    return result.leaves
  }
  const { program, captures } = trace(name, body, types)
  return { program, captures, result: result!.structure, resultPaths: result!.paths }
}

/** The arguments, with `values` for their leaves. */
function rebuildArguments(structures: readonly Structure[], values: readonly Value[]): unknown[] {
  let start = 0
  return structures.map((structure) => {
    const leaves = values.slice(start, start + structure.leafCount)
    start += structure.leafCount
    return unflatten(structure, leaves)
  })
}

function refusePromise(name: string, output: unknown): void {
  if (output instanceof Promise) {
    throw new TraceError(
      `${name}: the function is asynchronous. Traced functions compute with tensors alone; await before or after them.`,
    )
  }
}
