/** Changes of element type: float to integer cuts off and saturates, NaN gives 0; int32 and uint32 exchange bits; to bool: x ≠ 0. */
import type { Expression } from '../code/assembler.ts'
import { op } from '../code/instructions.ts'
import { narrowed, scalarConstant, vectorConstant } from './lanes.ts'
import { mask, type NumberType, type Row, scalarShape, vectorShape } from './row.ts'

type Change = (x: Expression) => Expression

const same: Change = (x) => x

/** Vector conversions between numbers, from → to. */
const vectors = {
  float32: {
    float32: same,
    float64: (x) => op('f64x2.promote_low_f32x4', x),
    int32: (x) => op('i32x4.trunc_sat_f32x4_s', x),
    uint32: (x) => op('i32x4.trunc_sat_f32x4_u', x),
  },
  float64: {
    float32: (x) => op('f32x4.demote_f64x2_zero', x),
    float64: same,
    int32: (x) => op('i32x4.trunc_sat_f64x2_s_zero', x),
    uint32: (x) => op('i32x4.trunc_sat_f64x2_u_zero', x),
  },
  int32: {
    float32: (x) => op('f32x4.convert_i32x4_s', x),
    float64: (x) => op('f64x2.convert_low_i32x4_s', x),
    int32: same,
    uint32: same,
  },
  uint32: {
    float32: (x) => op('f32x4.convert_i32x4_u', x),
    float64: (x) => op('f64x2.convert_low_i32x4_u', x),
    int32: same,
    uint32: same,
  },
} satisfies Record<NumberType, Record<NumberType, Change>>

/** Scalar conversions between numbers, from → to. */
const scalars = {
  float32: {
    float32: same,
    float64: (x) => op('f64.promote_f32', x),
    int32: (x) => op('i32.trunc_sat_f32_s', x),
    uint32: (x) => op('i32.trunc_sat_f32_u', x),
  },
  float64: {
    float32: (x) => op('f32.demote_f64', x),
    float64: same,
    int32: (x) => op('i32.trunc_sat_f64_s', x),
    uint32: (x) => op('i32.trunc_sat_f64_u', x),
  },
  int32: {
    float32: (x) => op('f32.convert_i32_s', x),
    float64: (x) => op('f64.convert_i32_s', x),
    int32: same,
    uint32: same,
  },
  uint32: {
    float32: (x) => op('f32.convert_i32_u', x),
    float64: (x) => op('f64.convert_i32_u', x),
    int32: same,
    uint32: same,
  },
} satisfies Record<NumberType, Record<NumberType, Change>>

/** `convert`. */
export const conversion: Row = {
  vector: ([x], application) => {
    const { dtype, result, width } = application
    if (dtype === result) return x!
    if (result === 'bool') return mask(application, op(`${vectorShape[dtype]}.ne`, x!, vectorConstant(dtype, 0)))
    if (dtype !== 'bool') return vectors[dtype][result](x!)
    return op('v128.and', width === 2 && result !== 'float64' ? narrowed(x!) : x!, vectorConstant(result, 1))
  },
  scalar: ([x], { dtype, result }) => {
    if (dtype === result) return x!
    if (result === 'bool') return op(`${scalarShape[dtype]}.ne`, x!, scalarConstant(dtype, 0))
    return scalars[dtype === 'bool' ? 'int32' : dtype][result](x!)
  },
}

/** `bitcast`: vectors have no type, scalars have. */
export const reinterpretation: Row = {
  vector: ([x]) => x!,
  scalar: ([x], { dtype, result }) => {
    if (dtype === 'float32' && result !== 'float32') return op('i32.reinterpret_f32', x!)
    if (dtype !== 'float32' && result === 'float32') return op('f32.reinterpret_i32', x!)
    return x!
  },
}
