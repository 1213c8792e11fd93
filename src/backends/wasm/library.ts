/** Functions that kernels call, written into the module when the first kernel asks for them. */
import type { DType } from '../../../types/dtype.ts'
import type { Expression, ModuleBuilder } from './assembler.ts'
import { call, local } from './instructions.ts'
import { atan2 } from './maths/arctangent.ts'
import type { BinaryMaths, UnaryMaths, VectorContext } from './maths/context.ts'
import { exp, expm1 } from './maths/exponential.ts'
import { tanh } from './maths/hyperbolic.ts'
import { log, log1p } from './maths/logarithm.ts'
import { pow } from './maths/power.ts'
import { rem } from './maths/remainder.ts'
import { cos, sin, tan } from './maths/trigonometric.ts'

const unary = { exp, expm1, log, log1p, sin, cos, tan, tanh } as const satisfies Record<string, UnaryMaths>
const binary = { pow, atan2, rem } as const satisfies Record<string, BinaryMaths>

/** Functions of one vector of floats. */
export type UnaryName = keyof typeof unary
/** Functions of two vectors of floats. */
export type BinaryName = keyof typeof binary

/** The names of the functions of one vector. */
export const unaryNames: readonly string[] = Object.keys(unary)
/** The names of the functions of two vectors. */
export const binaryNames: readonly string[] = Object.keys(binary)

/** Bytes of code up to which a function is written in place in a hot loop: a call costs as much as a short function does. */
const INLINE = 1000
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

  /** f(x), lane by lane. `x` is evaluated once. */
  unary(name: UnaryName, dtype: DType, inline: boolean, x: Expression): Expression {
    const context = this.#context(dtype)
    return this.#apply(`${name} ${dtype}`, inline, [x], (operands) => unary[name](context, operands[0]!))
  }

  /** f(x, y), lane by lane. The operands are evaluated once. */
  binary(name: BinaryName, dtype: DType, inline: boolean, x: Expression, y: Expression): Expression {
    const context = this.#context(dtype)
    return this.#apply(`${name} ${dtype}`, inline, [x, y], ([a, b]) => binary[name](context, a!, b!))
  }

  /** The same instructions in place or behind a call, so that the results are the same. */
  #apply(
    name: string,
    inline: boolean,
    operands: readonly Expression[],
    compute: (operands: readonly Expression[]) => Expression,
  ): Expression {
    const index = this.once(name, () => {
      const code = this.#module.function(
        operands.map(() => 'v128'),
        ['v128'],
        name,
      )
      code.emit(compute(operands.map((_, i) => local.get(i))))
      this.#lengths.set(name, code.bytes.length)
      return code.index
    })
    const length = this.#lengths.get(name)!
    return (code) => {
      const isShort = length <= INLINE && code.bytes.length + length <= LONGEST
      if (inline && isShort) compute(operands)(code)
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
