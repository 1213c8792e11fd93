/** The oracle: programs run by each primitive's own `evaluate`, in float64 whatever the dtype; float32 is rounded only when stored. */
import type { Abstract } from '../../core/abstract.ts'
import { sizeOf } from '../../core/abstract.ts'
import type { Device } from '../../core/device.ts'
import { allocate, type StorageArray } from '../../core/dtype.ts'
import { DeviceError } from '../../core/errors.ts'
import { evaluateProgram } from '../../core/evaluate.ts'
import { epitaph, type Fate } from '../../core/fate.ts'
import type { Ndarray } from '../../core/ndarray.ts'
import { referenceData } from '../../core/ndarray.ts'
import type { Program } from '../../core/program.ts'
import { Concrete } from '../../core/value.ts'
import { withTape } from '../../rewrite/specialise.ts'

/** A device that computes everything in float64 by interpretation; slow, and right by construction. */
export function referenceDevice(): Device {
  const dead = new WeakMap<object, Exclude<Fate, 'alive'>>()
  const arrayOf = (tensor: Concrete): Ndarray => {
    const fate = dead.get(tensor.storage)
    if (fate !== undefined) throw new DeviceError(epitaph(tensor, fate))
    return tensor.storage as Ndarray // this device stores nothing else
  }
  const device: Device = {
    name: 'reference',
    upload: (type, data) => new Concrete(type, device, fromStorage(type, data)),
    execute: (program: Program, inputs: readonly Concrete[]) =>
      withTape(program, inputs, (closed) => evaluateProgram(closed, inputs.map(arrayOf))).map(
        (result) => new Concrete(result, device, result),
      ),
    read: async (tensor) => toStorage(arrayOf(tensor)),
    readSync: (tensor) => toStorage(arrayOf(tensor)),
    dispose: (tensors, fate) => {
      for (const { storage } of tensors) if (!dead.has(storage)) dead.set(storage, fate)
    },
    isAlive: ({ storage }) => !dead.has(storage),
  }
  return device
}

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
