/**
 * Random lives of tensors: made, computed with, donated, disposed of, left behind in scopes, in any order, while others take
 * their places. Every tensor holds the numbers a i + b modulo 2³², which operations keep in that form, so whatever is
 * read is known, and a place that was given to another one too early shows.
 */
import { add, type Device, dispose, fromTypedArray, jit, mul, scope, type Tensor, to } from 'conformable'

type Words = Tensor<readonly [number], 'uint32'>

/** A tensor and what it must hold. */
interface Life {
  readonly tensor: Words
  readonly a: number
  readonly b: number
}

const both = jit((x: Words, y: Words) => ({ sum: add(x, y), triple: mul(x, 3) }))
const next = jit((x: Words) => add(mul(x, 5), 1), { donate: [0] })

const word = (x: number): number => x >>> 0

/** Lives of tensors of one device. */
export class RandomLives {
  readonly #device: Device
  readonly #lengths: readonly number[]
  readonly #alive: Life[] = []
  readonly #dead: Words[] = []
  #state: number

  constructor(device: Device, lengths: readonly number[], seed: number) {
    this.#device = device
    this.#lengths = lengths
    this.#state = seed
  }

  /** One random event. Returns what is wrong, or null. */
  async step(): Promise<string | null> {
    if (this.#alive.length < 4 || this.#random(6) === 0) this.#alive.push(this.#made())
    else if (this.#alive.length > 30) this.#disposeOne()
    switch (this.#random(6)) {
      case 0:
        this.#disposeOne()
        return null
      case 1:
        this.#donateOne()
        return null
      case 2:
        this.#scoped()
        return null
      case 3:
        return this.#check(this.#any())
      case 4:
        return this.#checkDead()
      default:
        this.#computed()
        return null
    }
  }

  /** Reads all that are alive. */
  async end(): Promise<string | null> {
    for (const life of this.#alive) {
      const fault = await this.#check(life)
      if (fault !== null) return fault
    }
    return null
  }

  #made(): Life {
    const [a, b] = [this.#random(1000), this.#random(1000)]
    const length = this.#lengths[this.#random(this.#lengths.length)]!
    const data = Uint32Array.from({ length }, (_, i) => Math.imul(a, i) + b)
    return { tensor: to(fromTypedArray(data, [length]), this.#device), a, b }
  }

  #computed(): void {
    const x = this.#any()
    this.#alive.push(...this.#results(x, this.#like(x)))
  }

  #results(x: Life, y: Life): [Life, Life] {
    const { sum, triple } = both(x.tensor, y.tensor)
    return [
      { tensor: sum, a: word(x.a + y.a), b: word(x.b + y.b) },
      { tensor: triple, a: Math.imul(x.a, 3), b: Math.imul(x.b, 3) },
    ]
  }

  /** Of four results made inside, some leave the scope; the others are dead. */
  #scoped(): void {
    const x = this.#any()
    const which = this.#random(16)
    const inside: Life[] = []
    const left = scope(() => {
      const [one, two] = this.#results(x, this.#like(x))
      inside.push(one, two, ...this.#results(two, one))
      return inside.map(({ tensor }) => tensor).filter((_, i) => (which >> i) % 2 === 1)
    })
    for (const life of inside) {
      if (left.includes(life.tensor)) this.#alive.push(life)
      else this.#dead.push(life.tensor)
    }
  }

  #donateOne(): void {
    const { tensor, a, b } = this.#taken()
    this.#alive.push({ tensor: next(tensor), a: Math.imul(a, 5), b: word(Math.imul(b, 5) + 1) })
    this.#dead.push(tensor)
  }

  #disposeOne(): void {
    const { tensor } = this.#taken()
    dispose(tensor)
    this.#dead.push(tensor)
  }

  async #check({ tensor, a, b }: Life): Promise<string | null> {
    const data = await tensor.read()
    const wrong = data.findIndex((value, i) => value !== word(Math.imul(a, i) + b))
    return wrong < 0
      ? null
      : `element ${wrong} of ${data.length} is ${data[wrong]}, not ${word(Math.imul(a, wrong) + b)}`
  }

  async #checkDead(): Promise<string | null> {
    if (this.#dead.length === 0) return null
    const tensor = this.#dead[this.#random(this.#dead.length)]!
    const uses = [() => tensor.read(), () => both(tensor, tensor)]
    for (const use of uses) {
      try {
        await use()
        return 'a dead tensor was used, and nothing was thrown'
      } catch (error) {
        if (!(error as Error).message.includes('tensor was used after')) throw error
      }
    }
    return null
  }

  #any(): Life {
    return this.#alive[this.#random(this.#alive.length)]!
  }

  /** One of the same length. */
  #like({ tensor }: Life): Life {
    const fitting = this.#alive.filter((other) => other.tensor.shape[0] === tensor.shape[0])
    return fitting[this.#random(fitting.length)]!
  }

  #taken(): Life {
    return this.#alive.splice(this.#random(this.#alive.length), 1)[0]!
  }

  /** A whole number below `below`. */
  #random(below: number): number {
    this.#state = word(Math.imul(this.#state, 1_664_525) + 1_013_904_223)
    return Math.floor((this.#state / 2 ** 32) * below)
  }
}
