/** How a row of the table of scalar operations is written: code for one vector and code for one scalar. */
import type { DType } from '../../../../types/dtype.ts'
import type { Node } from '../../../kernels/language/kernel.ts'
import type { Expression } from '../code/assembler.ts'
import { op } from '../code/instructions.ts'
import { extract, scalarType, splat, type Width, widened } from './lanes.ts'
import type { Library } from './library.ts'

/** What a row needs to know of an application. */
export interface Application {
  /** The dtype of the operands (of the chosen ones, for `select`). */
  readonly dtype: DType
  /** The dtype of the result. */
  readonly result: DType
  readonly width: Width
  /** The operands as nodes: a constant among them can give shorter code. */
  readonly nodes: readonly Node[]
  /** Of `integerPower`. */
  readonly exponent: number
  readonly library: Library
  /** Is the code run so often that functions are better written in place? */
  readonly isHot: boolean
}

/** Code from operands that are cheap to evaluate and may be evaluated many times. */
export type Code = (operands: readonly Expression[], application: Application) => Expression

/** One operation: the same results lane by lane as one by one. */
export interface Row {
  readonly vector: Code
  readonly scalar: Code
}

/** The prefix of vector instructions of each dtype. */
export const vectorShape = {
  float32: 'f32x4',
  float64: 'f64x2',
  int32: 'i32x4',
  uint32: 'i32x4',
  bool: 'i32x4',
} as const satisfies Record<DType, string>

/** The dtypes that a row may meet, when it meets no bool. */
export type NumberType = Exclude<DType, 'bool'>

/** A row with code of its own for each dtype. */
export const byDType = (rows: Partial<Record<DType, Row>>): Row => ({
  vector: (operands, application) => rowOf(rows, application).vector(operands, application),
  scalar: (operands, application) => rowOf(rows, application).scalar(operands, application),
})

function rowOf(rows: Partial<Record<DType, Row>>, { dtype }: Application): Row {
  const row = rows[dtype]
  if (row === undefined) throw new Error(`wasm: an operation has no code for ${dtype}.`)
  return row
}

/** A row whose scalar form is its vector form in one lane: scalars and vectors agree to the last bit. */
export const vectorOnly = (vector: Code): Row => ({
  vector,
  scalar: (operands, application) => {
    const spread = operands.map((operand) => splat(application.dtype, operand))
    return extract(application.result, application.width, vector(spread, application), 0)
  },
})

/** A mask of the operands' width at the width of the loop. */
export const mask = ({ dtype, width }: Application, compared: Expression): Expression =>
  width === 2 && dtype !== 'float64' ? widened(compared) : compared

/** The value of an operand that is a constant. */
export function constantOf({ nodes }: Application, position: number): number | undefined {
  const node = nodes[position]!
  return node.kind === 'constant' ? node.value : undefined
}

/** One of two scalars. */
export const pick = (condition: Expression, a: Expression, b: Expression): Expression => op('select', a, b, condition)

/** 'f32', 'f64' or 'i32'. */
export const scalarShape = scalarType
