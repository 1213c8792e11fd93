/** The default device, and moving tensors between devices. Nothing happens at import: the CPU is set up at its first use. */
import type { AnyTensor } from '../types/tensor.ts'
import { settleRelaxedSimd } from './backends/wasm/code/relaxed-simd.ts'
import { type CpuDevice, wasmDevice } from './backends/wasm/device.ts'
import type { Device } from './core/device.ts'
import { ArgumentError } from './core/errors.ts'
import { currentTrace } from './core/trace.ts'
import { flatten, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { Concrete } from './core/value.ts'
import { parseOptions, z } from './options.ts'
import { typed } from './typed.ts'

let cpuDevice: CpuDevice | undefined

/** How the CPU computes. */
export interface CpuOptions {
  /**
   * Fused multiply-adds (WebAssembly's relaxed SIMD): one rounding instead of two, and up to a third more products in the same
   * time. `true` demands it (in Node 20 it sets a flag of V8), `false` forbids it, so that different engines give the same
   * bits. The default is what the engine offers by itself: Node 22 and browsers do, Node 20 does not.
   */
  readonly relaxedSimd?: boolean
}

/** The same, and how many threads work. */
export interface CpuThreads extends CpuOptions {
  /** Threads that share large steps, with the calling one: 1 … 64. More than there are cores never helps. */
  readonly threads: number
}

const cpuOptions = () =>
  z.strictObject({
    relaxedSimd: z.optional(z.boolean()),
    threads: z.optional(z.int().check(z.positive(), z.lte(64))),
  })

/**
 * The CPU: WebAssembly, synchronous, no set-up. The default device of every creation function; it is one device whatever its
 * options. `relaxedSimd` is for the first lines of a program: what is compiled stays as it is. `await cpu({ threads: 4 })` lets
 * large matrix products, convolutions and loops use four threads from then on, with the same results to the bit; calls stay
 * synchronous, and tensors stay as they are. In browsers threads need a page that is cross-origin isolated.
 * @throws DeviceError if programs have been compiled otherwise already, or if `relaxedSimd` is not to be had; if there can be no
 * threads, the promise rejects with one.
 * @example
 * import { cpu } from 'conformable'
 * console.log(cpu().name) // 'cpu'
 * await cpu({ threads: 2 })
 */
export function cpu(options: CpuThreads): Promise<Device>
export function cpu(options?: CpuOptions): Device
export function cpu(options?: CpuOptions | CpuThreads): Device | Promise<Device> {
  cpuDevice ??= wasmDevice()
  if (options === undefined) return cpuDevice
  const { relaxedSimd, threads } = parseOptions('cpu', cpuOptions, options)
  if (relaxedSimd !== undefined) settleRelaxedSimd(relaxedSimd)
  return threads === undefined ? cpuDevice : withThreads(cpuDevice, threads)
}

async function withThreads(device: CpuDevice, threads: number): Promise<Device> {
  await device.useThreads(threads)
  return device
}

/**
 * Moves every tensor of a tree to a device; those that are there already are returned as they are.
 * @throws ArgumentError inside a traced function, where tensors have no place yet; DeviceError if a tensor stands on the GPU,
 * which only `transfer` can wait for.
 * @example
 * import { cpu, tensor, to } from 'conformable'
 * const x = to(tensor([1, 2, 3]), cpu())
 */
export function to<T>(tree: T, device: Device): T {
  if (currentTrace() !== null)
    throw new ArgumentError('to: tensors inside a traced function have no place yet; move the arguments instead.')
  const { leaves, structure } = flatten(tree)
  return typed<T>(
    unflatten(
      structure,
      leaves.map((leaf) => move(leaf, device)),
    ),
  )
}

/**
 * As `to`, from any device: it waits until the numbers of the GPU are here.
 * @throws ArgumentError inside a traced function, where tensors have no place yet.
 * @example
 * import { cpu, tensor, transfer } from 'conformable'
 * const x = await transfer(tensor([1, 2, 3]), cpu()) // from wherever it was
 * console.log(x) // [1, 2, 3]
 */
export async function transfer<T>(tree: T, device: Device): Promise<T> {
  if (currentTrace() !== null)
    throw new ArgumentError('transfer: tensors inside a traced function have no place yet; move the arguments instead.')
  const { leaves, structure } = flatten(tree)
  const moved = leaves.map(async (leaf) =>
    leaf instanceof Concrete && leaf.device !== device ? device.upload(leaf, await leaf.device.read(leaf)) : leaf,
  )
  return typed<T>(unflatten(structure, await Promise.all(moved)))
}

function move(value: Value, device: Device): Value {
  if (!(value instanceof Concrete) || value.device === device) return value
  return device.upload(value, value.device.readSync(value))
}

/** The device a tensor lives on. */
export function deviceOfTensor(x: AnyTensor): Device {
  if ((x as unknown) instanceof Concrete) return (x as unknown as Concrete).device
  throw new ArgumentError('device: a traced tensor has no place yet; it will live where the arguments are.')
}
