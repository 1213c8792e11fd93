/** Functions that kernels call, written into the module when the first kernel asks for them. */
import type { DType } from '../../../../types/dtype.ts'
import { type Expression, FunctionBuilder, type ModuleBuilder, type ValueType } from '../code/assembler.ts'
import { call, local } from '../code/instructions.ts'
import type { MathsName, VectorContext } from '../maths/index.ts'
import { maths } from '../maths/index.ts'

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
    const { generate, short } = maths[name]
    const key = `${name} ${dtype}`
    const index = this.once(
      key,
      () => this.#module.function(...signature(operands), key).emit(generate(context, ...parameters(operands))).index,
    )
    const whole = (...given: readonly Expression[]): Expression => call(index, ...given)
    const inPlace = (given: readonly Expression[]): Expression =>
      short ? short(context, whole, given[0]!) : generate(context, ...given)
    const length = this.#lengthOf(key, inPlace, operands)
    return (code) => {
      const isShort = length <= INLINE && code.bytes.length + length <= LONGEST
      if (inline && isShort) inPlace(operands)(code)
      else whole(...operands)(code)
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

  /** Bytes of a function in place, measured by writing it once for nothing. */
  #lengthOf(
    key: string,
    inPlace: (given: readonly Expression[]) => Expression,
    operands: readonly Expression[],
  ): number {
    const known = this.#lengths.get(key)
    if (known !== undefined) return known
    const scratch = new FunctionBuilder(-1, key, ...signature(operands), true)
    scratch.emit(inPlace(parameters(operands)))
    this.#lengths.set(key, scratch.bytes.length)
    return scratch.bytes.length
  }

  #context(dtype: DType): VectorContext {
    if (dtype === 'float32' || dtype === 'float64') return { dtype, fma: this.#fma }
    throw new Error(`wasm: there are no vector functions of ${dtype}.`)
  }
}

const signature = (operands: readonly Expression[]): [ValueType[], ValueType[]] => [
  operands.map(() => 'v128'),
  ['v128'],
]

const parameters = (operands: readonly Expression[]): Expression[] => operands.map((_, i) => local.get(i))
