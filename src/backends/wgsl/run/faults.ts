/**
 * What goes wrong on a GPU goes wrong later: calls return at once, and errors arrive when the work is done. So work is numbered, and
 * watched in windows: error scopes are open from the first work after a look at the GPU until the next look. Every tensor knows
 * the work that made it; those made since work that failed are void, and say so whenever they are used.
 */
import { DeviceError } from '../../../core/errors.ts'

/** Work in one window, at most. */
const WINDOW = 64
/** Works that a sentence names. */
const NAMED = 3

const kinds = ['validation', 'out-of-memory', 'internal'] as const

/** What was made from one number to another is void. */
interface Failure {
  readonly from: number
  readonly to: number
  readonly error: DeviceError
}

/** Errors of a GPU. */
export class Faults {
  readonly #device: GPUDevice
  readonly #failures: Failure[] = []
  readonly #pending = new Set<Promise<void>>()
  #number = 0
  /** The first work of the open window; 0 if none is open. */
  #first = 0
  #works: string[] = []
  #untold: DeviceError | null = null
  #loss: DeviceError | null = null

  constructor(device: GPUDevice) {
    this.#device = device
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault()
      const { error } = event as GPUUncapturedErrorEvent
      this.report(new DeviceError(`webgpu: ${firstLine(error.message)}. ${VOID}`), this.#number)
    })
    void device.lost.then(({ message, reason }) => this.#lose(message, reason))
  }

  /** The number of the work that comes next. */
  get next(): number {
    return this.#number + 1
  }

  /** Work begins: its number. Its name is told if it fails. */
  enter(work: string): number {
    if (this.#first > 0 && this.next - this.#first >= WINDOW) this.#close()
    const number = ++this.#number
    if (this.#first === 0) {
      this.#first = number
      this.#works = []
      for (const kind of kinds) this.#device.pushErrorScope(kind)
    }
    if (this.#works.length <= NAMED && !this.#works.includes(work)) this.#works.push(work)
    return number
  }

  /** Waits until all that was asked of the GPU so far is known to be right or wrong. */
  async settle(): Promise<void> {
    this.#close()
    await Promise.all(this.#pending)
  }

  /** Throws what went wrong and was not told yet; the loss of the GPU again and again. */
  check(): void {
    const error = this.#loss ?? this.#untold
    this.#untold = null
    if (error !== null) throw error
  }

  /** Why what some work made is void; null if it is not. */
  faultOf(work: number): DeviceError | null {
    for (const { from, to, error } of this.#failures) if (from <= work && work <= to) return error
    return null
  }

  /** Something went wrong that makes nothing else void; the next look tells it. */
  tell(error: DeviceError): void {
    this.#untold ??= error
  }

  /** Something went wrong with a work; what was made since is void. */
  report(error: DeviceError, from: number): void {
    this.tell(error)
    this.#failures.push({ from, to: Math.max(from, this.#number), error })
    this.#number = Math.max(from, this.#number)
  }

  /** One call that is watched by itself; `failed` is told the driver's words. */
  guard<T>(kind: GPUErrorFilter, call: () => T, failed: (words: string) => void): T {
    this.#device.pushErrorScope(kind)
    const result = call()
    this.#await(this.#device.popErrorScope(), failed)
    return result
  }

  /** Waits a little for the loss, which may be told after the errors that it causes. */
  async lossIfAny(): Promise<void> {
    await Promise.race([this.#device.lost, new Promise((resolve) => setTimeout(resolve, 10))])
  }

  #close(): void {
    if (this.#first === 0) return
    const [first, last, works] = [this.#first, this.#number, this.#works]
    this.#first = 0
    const failed = (kind: GPUErrorFilter) => (words: string) => {
      // What follows from a failure that is known more exactly is not told.
      const isKnown = this.#failures.some(({ from }) => first <= from && from <= last)
      if (!isKnown) this.report(sentenceOf(kind, works, words), first)
    }
    for (const kind of kinds.toReversed()) this.#await(this.#device.popErrorScope(), failed(kind))
  }

  #await(scope: Promise<GPUError | null>, failed: (words: string) => void): void {
    const told = scope.then(
      (error) => {
        if (error !== null) failed(firstLine(error.message))
      },
      // The scope of a lost GPU; its loss is told by itself.
      () => this.lossIfAny(),
    )
    this.#pending.add(told)
    void told.then(() => this.#pending.delete(told))
  }

  #lose(message: string, reason: string): void {
    const works = this.#works.length === 0 ? '' : ` after ${namesOf(this.#works)}`
    this.#loss = new DeviceError(
      `webgpu: the GPU is lost${works} (${reason}: ${firstLine(message)}). Make a new device with webgpu() and go on from the last checkpoint.`,
    )
  }
}

/** What an error means for tensors. */
export const VOID = 'Tensors made since then are void: go on from earlier ones or from a checkpoint.'

const firstLine = (message: string): string => message.trim().split('\n', 1)[0]!.replace(/\.$/, '')

const namesOf = (works: readonly string[]): string =>
  works.length > NAMED ? `${works.slice(0, NAMED).join(', ')} and more` : works.join(', ')

function sentenceOf(kind: GPUErrorFilter, works: readonly string[], words: string): DeviceError {
  const [what, wayOut] =
    kind === 'out-of-memory'
      ? ['has no memory for', 'Use smaller batches, or donate what is replaced: jit(f, { donate }).']
      : ['refuses', 'The CPU runs the same program: to(x, cpu()).']
  return new DeviceError(`webgpu: the GPU ${what} the work of ${namesOf(works)}: ${words}. ${VOID} ${wayOut}`)
}
