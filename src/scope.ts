/**
 * Giving memory back at once instead of leaving it to the garbage collector. Nobody has to on the CPU, where it saves time: a large
 * result that will not be kept stays in the device's memory, without a copy. On a GPU, whose memory the collector cannot
 * see, it is what lets a loop run that never yields.
 */
import type { Device } from './core/device.ts'
import { ArgumentError } from './core/errors.ts'
import { currentScope, inScope, type Scope } from './core/scope.ts'
import { isRecord, nodeView } from './core/tree.ts'
import { type Concrete, disposeSymbol, Value } from './core/value.ts'

/** Tensors that no scope ends. */
const kept = new WeakSet<object>()

/**
 * Runs a function; then every tensor that was made inside, and is not in its result, is disposed of. What is used after that throws
 * a sentence. Scopes nest: what an inner one returns belongs to the outer one. In a traced function a scope is the function alone.
 *
 * If the function returns a promise, the scope ends when that is settled; it contains what was made until the first `await`,
 * since what is made later cannot be told from the work of others. Open another scope there.
 * @param f its result is a tensor, numbers, or arrays, records and ComponentArrays of them, or a promise of that. If it throws,
 * everything made inside is disposed of.
 * @throws ArgumentError if the result holds tensors where they cannot be found: a Map, an object of another class.
 * @example
 * import { exp, mul, scope, sum, tensor } from 'conformable'
 * const x = tensor([1, 2, 3])
 * const total = scope(() => sum(exp(mul(x, x)))) // the products and exponentials are given back
 * console.log(total) // 8160.4
 */
export function scope<R>(f: () => R): R {
  const outside = currentScope()
  if (outside.isTracing) return f()
  const opened: Opened = { tensors: [], isTracing: false, outside }
  let result: R
  try {
    result = inScope(opened, f)
  } catch (error) {
    end(opened, new Set())
    throw error
  }
  return result instanceof Promise ? (settled(result, opened) as R) : closed(result, opened) // a promise of the same
}

/**
 * Takes the tensors of a tree out of every scope: they live until nothing refers to them, like those made outside. For what is
 * remembered beyond the result of a scope, such as a table of things computed once.
 * @returns the tree.
 * @example
 * import { keep, mul, scope, type Tensor, tensor } from 'conformable'
 * const history: Tensor<[2]>[] = []
 * scope(() => void history.push(keep(mul(tensor([1, 2]), 2))))
 * console.log(history) // [[2, 4]]
 */
export function keep<T>(tree: T): T {
  for (const value of valuesIn('keep', tree)) kept.add(value)
  return tree
}

/**
 * Gives back the memory of all tensors of a tree, which must not be used afterwards; those that are dead already stay so. One
 * tensor is disposed of by `using y = f(x)` too, at the end of the block. In a traced function nothing happens. (Results of operations
 * are tensors of their own; only `to`, `realize`, `flat` and `fromFlat` may hand back the tensor that they were given.)
 * @throws ArgumentError if the tree holds what is neither a tensor, an array, a record, a ComponentArray nor numbers.
 * @example
 * import { dispose, mul, tensor } from 'conformable'
 * const pair = { x: tensor([1, 2]), y: mul(tensor([1, 2]), 2) }
 * console.log(pair.y) // [2, 4]
 * dispose(pair)
 */
export function dispose(tree: unknown): void {
  valuesIn('dispose', tree, (part) => {
    const method = (part as Partial<Disposable>)[disposeSymbol]
    method?.call(part)
    return method !== undefined
  })
}

/** A scope that has been opened inside another one. */
interface Opened extends Scope {
  readonly tensors: Concrete[] // nothing else is born
  readonly outside: Scope
}

async function settled<R>(promise: Promise<R>, opened: Opened): Promise<R> {
  let result: R
  try {
    result = await promise
  } catch (error) {
    end(opened, new Set())
    throw error
  }
  return closed(result, opened)
}

/** Ends a scope: what is in the result goes to the scope around it. */
function closed<R>(result: R, opened: Opened): R {
  let survivors: ReadonlySet<Value> = new Set()
  try {
    // The vector of a group of parameters is made when it is asked for.
    survivors = inScope(opened, () => valuesIn('scope', result))
  } finally {
    end(opened, survivors)
  }
  return result
}

function end({ tensors, outside }: Opened, survivors: ReadonlySet<Value>): void {
  const dead = new Map<Device, Concrete[]>()
  for (const tensor of tensors) {
    if (kept.has(tensor)) continue
    if (survivors.has(tensor)) {
      outside.tensors?.push(tensor)
      continue
    }
    const list = dead.get(tensor.device)
    if (list === undefined) dead.set(tensor.device, [tensor])
    else list.push(tensor)
  }
  for (const [device, list] of dead) device.dispose(list, 'scope')
}

/** The values of a tree that may hold numbers and promises of numbers too, but not those of parts that `isDone` accepts. */
function valuesIn(user: string, tree: unknown, isDone: (part: object) => boolean = () => false): Set<Value> {
  const values = new Set<Value>()
  const seen = new Set<unknown>([tree])
  // A set is walked to its end, also where it grows on the way.
  for (const part of seen) {
    if (typeof part !== 'object' || part === null || holdsNumbers(part) || isDone(part)) continue
    if (part instanceof Value) values.add(part)
    else for (const child of childrenOf(user, part)) seen.add(child)
  }
  return values
}

const holdsNumbers = (part: object): boolean =>
  ArrayBuffer.isView(part) || part instanceof ArrayBuffer || part instanceof Promise

function childrenOf(user: string, part: object): readonly unknown[] {
  const node = nodeView(part)
  if (node !== undefined) return node.children
  if (Array.isArray(part)) return part
  // What is computed when it is asked for (the inverse Hessian of a solution) is not there yet.
  if (isRecord(part)) return Object.values(Object.getOwnPropertyDescriptors(part)).map(({ value }) => value)
  throw new ArgumentError(
    `${user}: tensors in a ${part.constructor.name} cannot be found; put them into arrays, records or ComponentArrays, or take them out with keep.`,
  )
}
