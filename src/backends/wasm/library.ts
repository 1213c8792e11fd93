/** Functions that kernels call, written into the module when the first kernel asks for them. */
import type { DType } from '../../../types/dtype.ts'
import type { Expression, FunctionBuilder, ModuleBuilder } from './assembler.ts'
import { br, brIf, call, f64, local, loop, newLabel, op, returnWith, sequence, when } from './instructions.ts'

/** Functions of floats, vector by vector. */
export type MathsName = 'exp' | 'expm1' | 'log' | 'log1p' | 'sin' | 'cos' | 'tan' | 'tanh' | 'pow' | 'atan2'

/** The functions of one module. */
export class Library {
  readonly #module: ModuleBuilder
  readonly #fma: boolean
  readonly #known = new Map<string, number>()

  constructor(module: ModuleBuilder, fma: boolean) {
    this.#fma = fma
    this.#module = module
  }

  /** A function of vectors of a float dtype. */
  call(name: MathsName, dtype: DType, operands: readonly Expression[]): Expression {
    throw new Error(`wasm: no function ${name} of ${dtype} and ${operands.length} operands.`)
  }

  /** a - b trunc(a / b) of two float64 scalars, without rounding. */
  remainder(a: Expression, b: Expression): Expression {
    const index = this.once('remainder', () =>
      emitRemainder(this.#module.function(['f64', 'f64'], ['f64'], 'remainder')),
    )
    return call(index, a, b)
  }

  /** The index of a function that is written once. */
  once(key: string, write: () => number): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const index = write()
    this.#known.set(key, index)
    return index
  }
}

/**
 * Long division in base 2: the divisor is doubled up to the dividend, then halved again and taken off where it fits. Every
 * step is exact. NaN for an infinite dividend or a divisor 0.
 */
function emitRemainder(code: FunctionBuilder): number {
  const [rest, divisor, step] = [code.local('f64'), code.local('f64'), code.local('f64')] as const
  const { get, set } = local
  const [rising, falling] = [newLabel('rising'), newLabel('falling')]
  const isDefined = op('i32.and', op('f64.lt', get(rest), f64(Infinity)), op('f64.gt', get(divisor), f64(0)))
  const doubled = op('f64.add', get(step), get(step))
  const rise = loop(rising, when(op('f64.le', doubled, get(rest)), sequence(set(step, doubled), br(rising))))
  const fits = op('f64.ge', get(rest), get(step))
  const fall = loop(
    falling,
    when(fits, set(rest, op('f64.sub', get(rest), get(step)))),
    set(step, op('f64.mul', get(step), f64(0.5))),
    brIf(falling, op('f64.ge', get(step), get(divisor))),
  )
  code.emit(
    set(rest, op('f64.abs', get(0))),
    set(divisor, op('f64.abs', get(1))),
    when(op('i32.eqz', isDefined), returnWith(f64(NaN))),
    set(step, get(divisor)),
    when(op('f64.lt', get(rest), get(divisor)), returnWith(get(0))),
    rise,
    fall,
    op('f64.copysign', get(rest), get(0)),
  )
  return code.index
}
