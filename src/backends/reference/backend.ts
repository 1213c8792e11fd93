/** The oracle: programs run by each primitive's own `evaluate`, in float64 whatever the dtype; float32 is rounded only when stored. */
import type { Abstract } from '../../core/abstract.ts'
import { sizeOf } from '../../core/abstract.ts'
import type { Device } from '../../core/device.ts'
import { allocate, type StorageArray } from '../../core/dtype.ts'
import { evaluateProgram } from '../../core/evaluate.ts'
import type { Ndarray } from '../../core/ndarray.ts'
import { referenceData } from '../../core/ndarray.ts'
import type { Program } from '../../core/program.ts'
import { Concrete } from '../../core/value.ts'
import { withTape } from '../../rewrite/specialise.ts'

/** A device that computes everything in float64 by interpretation; slow, and right by construction. */
export function referenceDevice(): Device {
  const device: Device = {
    name: 'reference',
    upload: (type, data) => new Concrete(type, device, fromStorage(type, data)),
    execute: (program: Program, inputs: readonly Concrete[]) =>
      withTape(program, inputs, (closed) => evaluateProgram(closed, inputs.map(arrayOf))).map(
        (result) => new Concrete(result, device, result),
      ),
    read: async (tensor) => toStorage(arrayOf(tensor)),
    readSync: (tensor) => toStorage(arrayOf(tensor)),
  }
  return device
}

/** The float64 elements behind a tensor of this device: for tests that need more digits than float32 holds. */
const arrayOf = (tensor: Concrete): Ndarray => tensor.storage as Ndarray // this device stores nothing else

function fromStorage({ shape, dtype }: Abstract, data: StorageArray): Ndarray {
  const copy = referenceData(dtype, sizeOf(shape))
  copy.set(data)
  return { shape, dtype, data: copy }
}

function toStorage({ shape, dtype, data }: Ndarray): StorageArray {
  const copy = allocate(dtype, sizeOf(shape))
  copy.set(data)
  return copy
}
