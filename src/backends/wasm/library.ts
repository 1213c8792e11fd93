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

/** The functions of one module. */
export class Library {
  readonly #module: ModuleBuilder
  readonly #fma: boolean
  readonly #known = new Map<string, number>()

  constructor(module: ModuleBuilder, fma: boolean) {
    this.#module = module
    this.#fma = fma
  }

  /** f(x), lane by lane. */
  unary(name: UnaryName, dtype: DType, x: Expression): Expression {
    const index = this.once(`${name} ${dtype}`, () => {
      const code = this.#module.function(['v128'], ['v128'], `${name} ${dtype}`)
      code.emit(unary[name](this.#context(dtype), local.get(0)))
      return code.index
    })
    return call(index, x)
  }

  /** f(x, y), lane by lane. */
  binary(name: BinaryName, dtype: DType, x: Expression, y: Expression): Expression {
    const index = this.once(`${name} ${dtype}`, () => {
      const code = this.#module.function(['v128', 'v128'], ['v128'], `${name} ${dtype}`)
      code.emit(binary[name](this.#context(dtype), local.get(0), local.get(1)))
      return code.index
    })
    return call(index, x, y)
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
