/** A machine as the upper floors see it: it holds tensors and runs programs. */
import type { Abstract } from './abstract.ts'
import type { StorageArray } from './dtype.ts'
import type { Fate } from './fate.ts'
import type { Program } from './program.ts'
import type { Concrete } from './value.ts'

/** How a program is to be run. */
export interface ExecuteOptions {
  /** Positions of inputs whose memory may be reused for outputs; those tensors are dead afterwards. */
  readonly donate?: readonly number[]
}

/** A device. Tensors remember theirs, and programs run where their inputs are. */
export interface Device {
  readonly name: string
  /** Copies host elements (storage format: `bool` as 0/1 in an Int32Array) into a new tensor. */
  upload(type: Abstract, data: StorageArray): Concrete
  /** Runs a program; compiled code is remembered by the program's structure. */
  execute(program: Program, inputs: readonly Concrete[], options?: ExecuteOptions): readonly Concrete[]
  /** Compiles a program without running it, for calls with the same options. */
  prepare?(program: Program, options?: ExecuteOptions): Promise<void>
  /** The code that a program becomes, where it is text; `inspect` shows it. */
  explain?(program: Program): string
  /** A copy of the elements, in storage format. */
  read(tensor: Concrete): Promise<StorageArray>
  /** The same without waiting; throws a `DeviceError` where the device cannot. */
  readSync(tensor: Concrete): StorageArray
  /** Takes the memory of tensors back, now; those that are dead already stay as they are. Using them throws `epitaph(…, fate)`. */
  dispose(tensors: readonly Concrete[], fate: Exclude<Fate, 'alive' | 'donated'>): void
  /** Has the tensor its numbers still? */
  isAlive(tensor: Concrete): boolean
}
