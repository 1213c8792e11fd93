/** Functions that kernels call, written into the module when the first kernel asks for them. */
import type { DType } from '../../../types/dtype.ts'
import type { Expression, ModuleBuilder } from './assembler.ts'
import { call, local } from './instructions.ts'
import type { MathsName, VectorContext } from './maths/index.ts'
import { maths } from './maths/index.ts'

/** Bytes of code up to which a function is written in place in a hot loop: a call costs as much as a short function does. */
const INLINE = 2500
/** Bytes of code from which a kernel takes nothing more in. */
const LONGEST = 24_000

/** The functions of one module. */
export class Library {
  readonly #module: ModuleBuilder
  readonly #fma: boolean
  readonly #known = new Map<string, number>()
  readonly #lengths = new Map<string, number>()

  constructor(module: ModuleBuilder, fma: boolean) {
    this.#module = module
    this.#fma = fma
  }

  /**
   * A vector function, lane by lane: the same instructions in place or behind a call, so that the results are the same.
   * Operands are evaluated once.
   */
  maths(name: MathsName, dtype: DType, inline: boolean, operands: readonly Expression[]): Expression {
    const context = this.#context(dtype)
    const { generate } = maths[name]
    const key = `${name} ${dtype}`
    const index = this.once(key, () => {
      const code = this.#module.function(
        operands.map(() => 'v128'),
        ['v128'],
        key,
      )
      code.emit(generate(context, ...operands.map((_, i) => local.get(i))))
      this.#lengths.set(key, code.bytes.length)
      return code.index
    })
    const length = this.#lengths.get(key)!
    return (code) => {
      const isShort = length <= INLINE && code.bytes.length + length <= LONGEST
      if (inline && isShort) generate(context, ...operands)(code)
      else call(index, ...operands)(code)
    }
  }

  /** The index of a function that is written once. */
  once(key: string, write: () => number): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const index = write()
    this.#known.set(key, index)
    return index
  }

  #context(dtype: DType): VectorContext {
    if (dtype === 'float32' || dtype === 'float64') return { dtype, fma: this.#fma }
    throw new Error(`wasm: there are no vector functions of ${dtype}.`)
  }
}
