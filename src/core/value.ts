/** Values: what operations take and return. Either concrete (numbers on a device) or traced (a name in a program being written). */
import type { DType } from '../../types/dtype.ts'
import type { Abstract } from './abstract.ts'
import { showAbstract, sizeOf } from './abstract.ts'
import type { Device } from './device.ts'
import type { StorageArray } from './dtype.ts'
import { allocate } from './dtype.ts'
import { TraceError } from './errors.ts'
import type { Variable } from './program.ts'
import { born, currentScope } from './scope.ts'
import { showTensor } from './show.ts'

const inspectSymbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * `Symbol.dispose`, the name of what a `using` declaration calls. Engines that lack it (Node has had it since 18.18) get the
 * symbol that esbuild and Babel take in its place when they translate such a declaration.
 */
export const disposeSymbol: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as unknown as typeof Symbol.dispose) // stands for the missing one

/** The run-time class behind the public type `Tensor<Shape, DType>`. */
export abstract class Value implements Abstract {
  declare readonly shape: readonly number[]
  declare readonly dtype: DType

  constructor(type: Abstract) {
    this.shape = type.shape
    this.dtype = type.dtype
  }

  /** A copy of the elements, row-major; `bool` as a `Uint8Array` of 0 and 1. */
  abstract read(): Promise<StorageArray | Uint8Array>
  /** The same at once; only on the CPU. */
  abstract readSync(): StorageArray | Uint8Array

  /** The only element of a tensor of size 1. */
  async item(): Promise<number | boolean> {
    return single(this, await this.read())
  }

  /** The only element, at once; only on the CPU. */
  itemSync(): number | boolean {
    return single(this, this.readSync())
  }

  /** Gives the memory back, if the value has some. */
  [disposeSymbol](): void {}
}

/** A value whose numbers are known, or will be without anybody's doing. */
abstract class Known extends Value {
  /** A tensor is not a number: arithmetic and comparison with JavaScript operators are refused. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return showTensor(this)
    throw new TraceError(
      `A ${showAbstract(this)} tensor was used as a JavaScript number. Use operations (add, less, …), or read it: await x.item().`,
    )
  }

  /** JSON holds dtype, shape and elements. */
  toJSON(): { dtype: DType; shape: readonly number[]; data: number[] } {
    return { dtype: this.dtype, shape: this.shape, data: Array.from(this.readSync()) }
  }

  [inspectSymbol](): string {
    return showTensor(this)
  }
}

/**
 * Numbers on a device. `storage` belongs to the device alone. (Fields of tensors are declared and not defined: every call makes
 * some, and a defined field is written twice.)
 */
export class Concrete extends Known {
  declare readonly device: Device
  declare readonly storage: object

  constructor(type: Abstract, device: Device, storage: object) {
    super(type)
    this.device = device
    this.storage = storage
    born(this)
  }

  /** Has it its numbers still? */
  get isAlive(): boolean {
    return this.device.isAlive(this)
  }

  /** While a function is traced it stays alive: the program that is being written may hold it. */
  override [disposeSymbol](): void {
    if (!currentScope().isTracing) this.device.dispose([this], 'disposed')
  }

  override async read(): Promise<StorageArray | Uint8Array> {
    return publicArray(this.dtype, await this.device.read(this))
  }

  override readSync(): StorageArray | Uint8Array {
    return publicArray(this.dtype, this.device.readSync(this))
  }
}

/** Numbers that were written down inside a traced function: a constant that waits for the device of the function's arguments. */
export class Literal extends Known {
  readonly #data: StorageArray

  /** The elements are the literal's own from now on. */
  constructor(type: Abstract, data: StorageArray) {
    super(type)
    this.#data = data
  }

  /** The constant on a device. */
  on(device: Device): Concrete {
    return device.upload(this, this.#data)
  }

  override async read(): Promise<StorageArray | Uint8Array> {
    return this.readSync()
  }

  override readSync(): StorageArray | Uint8Array {
    return publicArray(this.dtype, this.#data.slice())
  }
}

/**
 * A JavaScript number that meets a tensor: a scalar of the tensor's dtype that waits for a device. In a program it is an input,
 * so another number never means another compilation.
 */
export class HostNumber extends Value {
  readonly value: number

  constructor(value: number, dtype: DType) {
    super({ shape: [], dtype })
    this.value = value
  }

  /** The scalar on a device. */
  on(device: Device): Concrete {
    const data = allocate(this.dtype, 1)
    data[0] = this.value
    return device.upload(this, data)
  }

  override async read(): Promise<StorageArray> {
    return this.readSync()
  }

  override readSync(): StorageArray {
    return allocate(this.dtype, 1).fill(this.value)
  }
}

/** The trace a value belongs to, as far as a value needs to know it. */
export interface TraceScope {
  /** What is being traced: 'grad', 'jit', 'vmap' … */
  readonly name: string
  /** False once its function has returned. */
  readonly open: boolean
}

/** A name in a program that is being written; it has a shape and a dtype and no numbers yet. */
export class Traced extends Value {
  readonly scope: TraceScope
  readonly variable: Variable
  /** What made it, for messages: the name of a primitive or 'argument 0'. */
  readonly origin: string

  constructor(scope: TraceScope, variable: Variable, origin: string) {
    super(variable)
    this.scope = scope
    this.variable = variable
    this.origin = origin
  }

  override read(): Promise<never> {
    return Promise.reject(this.#refusal('read()', 'return it from the function, or look at it with tap(x, print)'))
  }

  override readSync(): never {
    throw this.#refusal('readSync()', 'return it from the function, or look at it with tap(x, print)')
  }

  [Symbol.toPrimitive](hint: string): never {
    throw hint === 'string'
      ? this.#refusal('a string or property key', 'use tap(x, print) to see it, take(x, index) to index by it')
      : this.#refusal('a JavaScript number or condition', 'use where or cond to choose, add, mul, less … to compute')
  }

  toJSON(): never {
    throw this.#refusal('JSON', 'return it from the function first')
  }

  [inspectSymbol](): string {
    return `Traced ${showAbstract(this)} (${this.origin} inside ${this.scope.name})`
  }

  #refusal(use: string, wayOut: string): TraceError {
    const what = `The value of ${this.origin} (${showAbstract(this)}) is traced by ${this.scope.name} and has no numbers yet`
    return new TraceError(`${what}, but was used as ${use}. Instead, ${wayOut}.`)
  }
}

function single(value: Value, data: ArrayLike<number>): number | boolean {
  if (sizeOf(value.shape) === 1) return value.dtype === 'bool' ? data[0] !== 0 : data[0]!
  throw new TraceError(
    `item: the tensor ${showAbstract(value)} has ${data.length} elements; use read() for all of them.`,
  )
}

const publicArray = (dtype: DType, data: StorageArray): StorageArray | Uint8Array =>
  dtype === 'bool' ? Uint8Array.from(data) : data
