/** What goes into a call and comes out of it: operands brought into the memory, results taken out or left there. */
import { showAbstract, sizeOf } from '../../../core/abstract.ts'
import type { Device } from '../../../core/device.ts'
import { bytesOf, type StorageArray } from '../../../core/dtype.ts'
import { DeviceError } from '../../../core/errors.ts'
import { epitaph } from '../../../core/fate.ts'
import type { Program } from '../../../core/program.ts'
import { Concrete } from '../../../core/value.ts'
import { copyElements } from '../memory/copy-elements.ts'
import type { DeviceMemory } from '../memory/memory.ts'
import type { Residents } from '../memory/residents.ts'
import type { Slabs } from '../memory/slabs.ts'
import { Storage } from '../memory/storage.ts'
import { copyIn, copyOut, viewIn } from '../memory/transfer.ts'
import type { Executable, Slot } from './executable.ts'

/** The large operands of a call, which have blocks of their own. */
export interface Large {
  /** Blocks that are given back when the call ends. */
  readonly blocks: Set<number>
  /** Residents that must stay where they are until then. */
  readonly pinned: Storage[]
}

/** The elements of a tensor of this device that is alive. */
export function storageOf(tensor: Concrete): Storage {
  const storage = tensor.storage as Storage // the device stores nothing else, and programs run where their inputs are
  if (storage.fate === 'alive') return storage
  throw new DeviceError(epitaph(tensor, storage.fate))
}

const wrongCount = (program: Program, inputs: readonly Concrete[]): DeviceError =>
  new DeviceError(`cpu: the program takes ${program.inputs.length} tensors, not ${inputs.length}.`)

function wrongInput(program: Program, tensor: Concrete, position: number): DeviceError {
  const [wanted, given] = [program.inputs[position]!, tensor].map(showAbstract)
  return new DeviceError(`cpu: input ${position} of the program is ${wanted}, not ${given} of ${tensor.device.name}.`)
}

/** Operands of one device. */
export class Operands {
  readonly #device: Device
  readonly #memory: DeviceMemory
  readonly #residents: Residents
  readonly #slabs: Slabs

  constructor(device: Device, memory: DeviceMemory, residents: Residents, slabs: Slabs) {
    this.#device = device
    this.#memory = memory
    this.#residents = residents
    this.#slabs = slabs
  }

  /** Throws a sentence if the tensors are not what the program takes. */
  require(program: Program, inputs: readonly Concrete[]): void {
    if (inputs.length !== program.inputs.length) throw wrongCount(program, inputs)
    inputs.forEach((tensor, i) => {
      const { dtype, shape } = program.inputs[i]!
      const storage = storageOf(tensor)
      const fits = storage.dtype === dtype && storage.elements === sizeOf(shape)
      if (tensor.device !== this.#device || !fits) throw wrongInput(program, tensor, i)
    })
  }

  /** Brings the inputs into the memory, and their addresses into the frame. */
  placeInputs(executable: Executable, inputs: readonly Concrete[], region: number, large: Large | null): void {
    const entry = (region + executable.frame) >>> 2
    if (inputs.length !== executable.inputs.length) throw wrongCount(executable.program, inputs)
    for (let i = 0; i < inputs.length; i++) {
      const { offset, dtype, elements } = executable.inputs[i]!
      const tensor = inputs[i]!
      const storage = storageOf(tensor)
      if (tensor.device !== this.#device || storage.dtype !== dtype || storage.elements !== elements) {
        throw wrongInput(executable.program, tensor, i)
      }
      let address = region + offset
      // a small storage always has its own array; `large` is there if an operand is large
      if (offset >= 0) copyIn(this.#memory, storage.data!, dtype, address)
      else address = this.#placeLarge(storage, large!)
      this.#memory.uint32[entry + i] = address
    }
  }

  /** Finds room for the outputs, and writes their addresses into the frame. */
  placeOutputs(executable: Executable, region: number, large: Large | null, inheritance: Int32Array | null): void {
    const { inputs, outputs } = executable
    const frame = (region + executable.frame) >>> 2
    const entry = frame + inputs.length
    for (let i = 0; i < outputs.length; i++) {
      const { offset, elements, dtype } = outputs[i]!
      let address = region + offset
      if (offset < 0) {
        address = this.#placeOfInput(executable, frame, i, inheritance === null ? -1 : inheritance[i]!)
        if (address === 0) {
          address = this.#residents.allocate(elements * bytesOf(dtype))
          large!.blocks.add(address) // there if an operand is large
        }
      }
      this.#memory.uint32[entry + i] = address
    }
  }

  /** Where a large donated input stands, if the output may be written there; else 0. */
  #placeOfInput({ inputs, replacements }: Executable, frame: number, output: number, input: number): number {
    if (input < 0 || !replacements[output]!.has(input)) return 0
    const { uint32 } = this.#memory
    const address = uint32[frame + input]!
    // the same tensor may be another input as well
    for (let i = 0; i < inputs.length; i++) if (i !== input && uint32[frame + i] === address) return 0
    return address
  }

  /** The results. `inheritance` says which donated input each takes over, if any input is donated. */
  results(
    executable: Executable,
    inputs: readonly Concrete[],
    region: number,
    large: Large | null,
    inheritance: Int32Array | null,
  ): Concrete[] {
    const { outputs, program } = executable
    const entry = ((region + executable.frame) >>> 2) + inputs.length
    const results = new Array<Concrete>(outputs.length)
    for (let i = 0; i < outputs.length; i++) {
      const slot = outputs[i]!
      const address = this.#memory.uint32[entry + i]!
      const input = inheritance === null ? -1 : inheritance[i]!
      const given = input < 0 ? null : (inputs[input]!.storage as Storage) // see storageOf
      const storage =
        given === null || given.fate !== 'alive'
          ? this.#taken(slot, address, large)
          : this.#inherited(slot, address, given, large)
      results[i] = new Concrete(program.outputs[i]!, this.#device, storage)
    }
    return results
  }

  /** Ends the life of the donated inputs. */
  bury(inputs: readonly Concrete[], donate: readonly number[]): void {
    for (const position of donate) this.#residents.end(inputs[position]!.storage as Storage, 'donated') // see storageOf
  }

  /** Gives back what the call alone needed. */
  finish({ blocks, pinned }: Large): void {
    for (const address of blocks) this.#memory.release(address)
    for (const storage of pinned) this.#residents.unpin(storage)
  }

  /** The address of a large input. One that comes for the second time stays in the memory. */
  #placeLarge(storage: Storage, large: Large): number {
    if (storage.address === 0) {
      const address = this.#residents.allocate(storage.bytes)
      copyIn(this.#memory, storage.data!, storage.dtype, address)
      if (++storage.uses < 2) {
        large.blocks.add(address)
        return address
      }
      storage.pins++
      this.#residents.adopt(storage, address)
    } else {
      storage.pins++
      this.#residents.touch(storage)
    }
    large.pinned.push(storage)
    return storage.address
  }

  /** A result in an array of its own. */
  #taken(slot: Slot, address: number, large: Large | null): Storage {
    const { dtype, elements, offset } = slot
    if (offset < 0) return this.#takenLarge(slot, address, large!.blocks) // there if an operand is large
    return new Storage(dtype, elements, this.#slabs.copyOf(dtype, elements, this.#placeOf(slot, address)))
  }

  /** Where a small output stands. That is seldom another place than at the last call; a view is detached once the memory has grown. */
  #placeOf(slot: Slot, address: number): StorageArray {
    const { growths } = this.#memory
    if (slot.address !== address || slot.growths !== growths) {
      slot.place = viewIn(this.#memory, slot.dtype, address, slot.elements)
      slot.address = address
      slot.growths = growths
    }
    return slot.place
  }

  /** A large result: where it was written, if it may stay there. */
  #takenLarge(slot: Slot, address: number, blocks: Set<number>): Storage {
    const { dtype, elements } = slot
    if (!slot.stays) return new Storage(dtype, elements, copyOut(this.#memory, dtype, address, elements), slot)
    const storage = new Storage(dtype, elements, null, slot)
    blocks.delete(address)
    this.#residents.adopt(storage, address)
    return storage
  }

  /** A small output gets the array of the donated input, a large one stays where it is. */
  #inherited(slot: Slot, address: number, given: Storage, large: Large | null): Storage {
    const storage = new Storage(slot.dtype, slot.elements, null)
    if (slot.offset >= 0) {
      storage.data = given.data!
      copyElements(storage.data, this.#placeOf(slot, address), 0)
    } else if (given.address === address) this.#residents.transfer(given, storage)
    else {
      large!.blocks.delete(address) // there if an operand is large
      if (given.address !== 0) this.#residents.release(given)
      this.#residents.adopt(storage, address)
    }
    given.end('donated')
    return storage
  }
}
