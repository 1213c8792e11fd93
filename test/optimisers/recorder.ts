/** A device that computes like the reference and remembers which programs it was asked to run. */
import { referenceDevice } from '../../src/backends/reference/backend.ts'
import type { Device } from '../../src/core/device.ts'
import { intern } from '../../src/core/intern.ts'
import type { Program } from '../../src/core/program.ts'
import { Concrete } from '../../src/core/value.ts'

/** A device with the programs it ran, in order; equal structures are the same object. */
export interface Recorder extends Device {
  readonly programs: readonly Program[]
}

/** A new device without programs. */
export function recorder(): Recorder {
  const inner = referenceDevice()
  const programs: Program[] = []
  const own = (tensor: Concrete): Concrete => new Concrete(tensor, device, tensor.storage)
  const device: Recorder = {
    ...inner,
    name: 'recorder',
    programs,
    upload: (type, data) => own(inner.upload(type, data)),
    execute(program, inputs, options) {
      programs.push(intern(program))
      return inner.execute(program, inputs, options).map(own)
    },
  }
  return device
}
