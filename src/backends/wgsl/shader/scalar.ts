/** What WGSL does for each scalar operation of the lower language: the one table of the WebGPU back end. */
import type { DType } from '../../../../types/dtype.ts'
import type { ScalarName } from '../../../kernels/language/kernel.ts'
import type { FunctionName } from '../maths/index.ts'

/** An operation at hand. */
interface Application {
  /** Dtype of the first operand of the comparison or arithmetic. */
  readonly operand: DType
  readonly result: DType
  readonly exponent: number
  /** The call of a library function, which then becomes part of the shader. */
  call(name: FunctionName, ...operands: string[]): string
}

/** Operands are names or literals; the text is an expression. */
type Row = (operands: readonly string[], application: Application) => string

/** Row for each operation. */
export const rows = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: byType(infix('/'), calling('quotient_i32'), calling('quotient_u32')),
  rem: byType(calling('remainder'), calling('remainder_i32'), calling('remainder_u32')),
  max: extremum('max'),
  min: extremum('min'),
  neg: ([x], { operand }) => (operand === 'uint32' ? `(0u - ${x})` : `(-${x})`),
  abs: ([x], { operand }) => (operand === 'uint32' ? x : `abs(${x})`),
  sign: byType(
    calling('sign_of'),
    ([x]) => `sign(${x})`,
    ([x]) => `min(${x}, 1u)`,
  ),
  floor: builtin('floor'),
  ceil: builtin('ceil'),
  round: builtin('round'),
  trunc: builtin('trunc'),
  sqrt: builtin('sqrt'),
  integerPower: power,
  exp: calling('exponential'),
  gaussian: calling('gaussian'),
  expm1: calling('exponential_minus_one'),
  log: calling('logarithm'),
  log1p: calling('logarithm_of_one_plus'),
  sin: calling('sine'),
  cos: calling('cosine'),
  tan: calling('tangent'),
  tanh: calling('hyperbolic_tangent'),
  erf: calling('error_function'),
  erfc: calling('complementary_error_function'),
  erfInverse: calling('inverse_error_function'),
  logGamma: calling('log_gamma'),
  digamma: calling('digamma'),
  pow: calling('power'),
  atan2: calling('angle_of'),
  logistic: calling('logistic'),
  softplus: calling('softplus'),
  lt: comparison('<', 'less'),
  le: comparison('<=', 'less_or_equal'),
  eq: comparison('==', 'equal'),
  ne: ([a, b], application) =>
    application.operand === 'float32' ? `(!${application.call('equal', a, b)})` : `(${a} != ${b})`,
  and: bits('&', '&&'),
  or: bits('|', '||'),
  xor: ([a, b], { operand }) => (operand === 'bool' ? `(${a} != ${b})` : `(${a} ^ ${b})`),
  not: ([x], { operand }) => (operand === 'bool' ? `(!${x})` : `(~${x})`),
  shl: shift('<<'),
  shr: shift('>>'),
  select: ([condition, a, b]) => `select(${b}, ${a}, ${condition})`,
  convert,
  bitcast: ([x], { operand, result }) => (operand === result ? x : `bitcast<${typeOf(result)}>(${x})`),
  stopGradient: ([x]) => x,
} satisfies Record<ScalarName, Row>

/** The WGSL type of the values of a dtype. */
export function typeOf(dtype: DType): 'f32' | 'i32' | 'u32' | 'bool' {
  switch (dtype) {
    case 'float32':
      return 'f32'
    case 'int32':
      return 'i32'
    case 'uint32':
      return 'u32'
    case 'bool':
      return 'bool'
    default:
      throw new TypeError(`wgsl: there is no ${dtype}`)
  }
}

function infix(operator: '+' | '-' | '*' | '/'): Row {
  return ([a, b]) => `(${a} ${operator} ${b})`
}

function builtin(name: string): Row {
  return ([x]) => `${name}(${x})`
}

function calling(name: FunctionName): Row {
  return (operands, { call }) => call(name, ...operands)
}

function byType(float: Row, signed: Row, unsigned: Row): Row {
  return (operands, application) =>
    (application.operand === 'float32' ? float : application.operand === 'uint32' ? unsigned : signed)(
      operands,
      application,
    )
}

function extremum(name: 'max' | 'min'): Row {
  return ([a, b], { operand, call }) => {
    if (operand === 'float32') return call(name === 'max' ? 'maximum' : 'minimum', a, b)
    if (operand === 'bool') return `(${a} ${name === 'max' ? '||' : '&&'} ${b})`
    return `${name}(${a}, ${b})`
  }
}

function comparison(operator: '<' | '<=' | '==', float: FunctionName): Row {
  return ([a, b], { operand, call }) => (operand === 'float32' ? call(float, a, b) : `(${a} ${operator} ${b})`)
}

function bits(integers: '&' | '|', bools: '&&' | '||'): Row {
  return ([a, b], { operand }) => `(${a} ${operand === 'bool' ? bools : integers} ${b})`
}

function shift(operator: '<<' | '>>'): Row {
  return ([a, b]) => `(${a} ${operator} (u32(${b}) & 31u))`
}

/** Float to integer cuts off and saturates, NaN gives 0; to bool: x ≠ 0. */
function convert([x]: readonly string[], { operand, result, call }: Application): string {
  if (operand === result) return x
  if (operand === 'bool') return `select(${zero[typeOf(result)]}, ${one[typeOf(result)]}, ${x})`
  if (result === 'bool') return `(${x} != ${zero[typeOf(operand)]})`
  if (operand === 'float32') return call(result === 'int32' ? 'to_i32' : 'to_u32', x)
  return `${typeOf(result)}(${x})`
}

const zero = { f32: '0.0f', i32: '0', u32: '0u', bool: 'false' } as const
const one = { f32: '1.0f', i32: '1', u32: '1u', bool: 'true' } as const

/** x^n by squaring, written out: x is a name. */
function power([x]: readonly string[], { operand, exponent, call }: Application): string {
  const unit = one[typeOf(operand)]
  if (exponent === 0) return unit
  let text = x
  for (const bit of Math.abs(exponent).toString(2).slice(1)) {
    text = `square(${text})`
    if (bit === '1') text = `(${text} * ${x})`
  }
  const raised = text.includes('square') ? text.replaceAll('square(', `${squares[typeOf(operand)]}(`) : text
  if (text.includes('square')) call(squares[typeOf(operand)])
  return exponent > 0 ? raised : rows.div([unit, raised], { operand, result: operand, exponent, call })
}

const squares = { f32: 'square_f32', i32: 'square_i32', u32: 'square_u32', bool: 'square_u32' } as const
