/** Runs planned routines as WebAssembly, outside of any device, with guards around the outputs. */

import { supportsRelaxedSimd } from '../../../src/backends/wasm/code/relaxed-simd.ts'
import { DeviceMemory } from '../../../src/backends/wasm/memory/memory.ts'
import { productImports } from '../../../src/backends/wasm/product/product-library.ts'
import { emitModule } from '../../../src/backends/wasm/program/emit.ts'
import { bytesOf, type StorageArray, viewOf } from '../../../src/core/dtype.ts'
import type { Buffer, PlannedRoutine } from '../../../src/kernels/language/kernel.ts'

/** Bytes before and after each output that must stay as they are. */
const GUARD = 64
const SENTINEL = 0xa5

const memory = new DeviceMemory()

/** The outputs of a routine, by the variant that this engine runs. Fails if it writes beside them, or into its inputs. */
export function runRoutine(planned: PlannedRoutine, inputs: readonly StorageArray[]): StorageArray[] {
  const { bytes, arenaBytes, hostSteps, libraries } = emitModule(planned, { fma: supportsRelaxedSimd() })
  const host = (number: number, frame: number): void => {
    const step = hostSteps[number]!
    const view = (operand: (typeof step.inputs)[number], i: number): StorageArray =>
      at(operand.buffer, memory.uint32[frame / 4 + i]!)
    const results = step.callback(step.inputs.map((operand, i) => view(operand, i).slice()))
    step.outputs.forEach((operand, i) => {
      view(operand, step.inputs.length + i).set(results[i]!)
    })
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory: memory.memory, host },
    ...productImports(memory.memory, libraries),
  })
  const run = instance.exports.run as (arena: number, frame: number) => number
  return callRoutine(planned, inputs, arenaBytes, run)
}

const at = ({ dtype, elements }: Buffer, address: number): StorageArray =>
  viewOf(dtype, memory.memory.buffer, address, elements)

function callRoutine(
  { routine }: PlannedRoutine,
  inputs: readonly StorageArray[],
  arenaBytes: number,
  run: (arena: number, frame: number) => number,
): StorageArray[] {
  const operands = [...routine.inputs, ...routine.outputs]
  const blocks = operands.map((buffer) => memory.allocate(bytesOf(buffer.dtype) * buffer.elements + 2 * GUARD))
  const [arena, frame] = [memory.allocate(arenaBytes), memory.allocate(4 * operands.length)] as const
  const bytes = new Uint8Array(memory.memory.buffer)
  bytes.fill(0xff, arena, arena + arenaBytes)
  operands.forEach((buffer, i) => {
    bytes.fill(SENTINEL, blocks[i]!, blocks[i]! + bytesOf(buffer.dtype) * buffer.elements + 2 * GUARD)
    if (i < inputs.length) at(buffer, blocks[i]! + GUARD).set(inputs[i]!)
    memory.uint32[frame / 4 + i] = blocks[i]! + GUARD
  })
  const overflow = run(arena, frame)
  if (overflow !== 0) throw new Error(`a scan needs ${overflow} rows`)
  const results = operands.map((buffer, i) => at(buffer, blocks[i]! + GUARD).slice())
  operands.forEach((buffer, i) => {
    checkGuards(buffer, blocks[i]!)
  })
  inputs.forEach((input, i) => {
    if (!sameBits(input, results[i]!)) throw new Error(`input ${i} was overwritten`)
  })
  for (const block of [...blocks, arena, frame]) memory.release(block)
  return results.slice(inputs.length)
}

function checkGuards(buffer: Buffer, block: number): void {
  const bytes = new Uint8Array(memory.memory.buffer)
  const size = bytesOf(buffer.dtype) * buffer.elements
  for (let i = 0; i < GUARD; i++) {
    if (bytes[block + i] !== SENTINEL) throw new Error(`buffer ${buffer.id}: written before its start`)
    if (bytes[block + GUARD + size + i] !== SENTINEL) throw new Error(`buffer ${buffer.id}: written past its end`)
  }
}

/** Equal to the last bit? */
export function sameBits(a: StorageArray, b: StorageArray): boolean {
  const [x, y] = [a, b].map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))
  return x!.length === y!.length && x!.every((byte, i) => byte === y![i])
}
