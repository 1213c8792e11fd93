/** What the machine does for each scalar operation of the lower language: the one table of the WebAssembly back end. */
import type { ScalarName } from '../../../kernels/language/kernel.ts'
import type { Expression } from '../code/assembler.ts'
import { i32, i32x4, local, op, scratch, sequence } from '../code/instructions.ts'
import type { MathsName } from '../maths/index.ts'
import { conversion, reinterpretation } from './conversions.ts'
import { quotient, remainder, shiftLeft, shiftRight } from './integers.ts'
import { choice, scalarConstant, vectorConstant } from './lanes.ts'
import {
  type Application,
  byDType,
  type Code,
  constantOf,
  mask,
  pick,
  type Row,
  scalarShape,
  vectorOnly,
  vectorShape,
} from './row.ts'

/** Row for each operation. */
export const rows = {
  add: arithmetic('add'),
  sub: arithmetic('sub'),
  mul: arithmetic('mul'),
  div: byDType({ float32: floatBinary('div'), float64: floatBinary('div'), int32: quotient, uint32: quotient }),
  rem: byDType({ float32: maths('rem'), float64: maths('rem'), int32: remainder, uint32: remainder }),
  max: extremum('max', 'gt'),
  min: extremum('min', 'lt'),
  neg: negation(),
  abs: magnitude(),
  sign: byDType({ float32: floatSign(), float64: floatSign(), int32: integerSign(), uint32: unsignedSign() }),
  floor: floatUnary('floor'),
  ceil: floatUnary('ceil'),
  round: floatUnary('nearest'),
  trunc: floatUnary('trunc'),
  sqrt: floatUnary('sqrt'),
  integerPower: { vector: power('vector'), scalar: power('scalar') },
  exp: maths('exp'),
  gaussian: maths('gaussian'),
  expm1: maths('expm1'),
  log: maths('log'),
  log1p: maths('log1p'),
  sin: maths('sin'),
  cos: maths('cos'),
  tan: maths('tan'),
  tanh: maths('tanh'),
  erf: maths('erf'),
  erfc: maths('erfc'),
  erfInverse: maths('erfInverse'),
  logGamma: maths('logGamma'),
  digamma: maths('digamma'),
  pow: maths('pow'),
  atan2: maths('atan2'),
  logistic: maths('logistic'),
  softplus: vectorOnly(softplus),
  lt: comparison('lt'),
  le: comparison('le'),
  eq: equality('eq'),
  ne: equality('ne'),
  and: bits('and'),
  or: bits('or'),
  xor: bits('xor'),
  not: complement(),
  shl: shiftLeft,
  shr: shiftRight,
  select: selection(),
  convert: conversion,
  bitcast: reinterpretation,
  stopGradient: { vector: ([x]) => x!, scalar: ([x]) => x! },
} satisfies Record<ScalarName, Row>

/** `add`, `sub`, `mul`: one instruction for every number type. */
function arithmetic(name: 'add' | 'sub' | 'mul'): Row {
  return {
    vector: ([a, b], { dtype }) => op(`${vectorShape[dtype]}.${name}`, a!, b!),
    scalar: ([a, b], { dtype }) => op(`${scalarShape[dtype]}.${name}`, a!, b!),
  }
}

function floatBinary(name: 'div'): Row {
  return {
    vector: ([a, b], { dtype }) => op(`${floatVector(dtype)}.${name}`, a!, b!),
    scalar: ([a, b], { dtype }) => op(`${floatScalar(dtype)}.${name}`, a!, b!),
  }
}

function floatUnary(name: 'floor' | 'ceil' | 'nearest' | 'trunc' | 'sqrt'): Row {
  return {
    vector: ([x], { dtype }) => op(`${floatVector(dtype)}.${name}`, x!),
    scalar: ([x], { dtype }) => op(`${floatScalar(dtype)}.${name}`, x!),
  }
}

const floatVector = (dtype: Application['dtype']): 'f32x4' | 'f64x2' => (dtype === 'float64' ? 'f64x2' : 'f32x4')

const floatScalar = (dtype: Application['dtype']): 'f32' | 'f64' => (dtype === 'float64' ? 'f64' : 'f32')

const isFloat = ({ dtype }: Application): boolean => dtype === 'float32' || dtype === 'float64'

const signs = ({ dtype }: Application): 's' | 'u' => (dtype === 'uint32' ? 'u' : 's')

/** A function of the library, in one lane for scalars. */
function maths(name: MathsName): Row {
  return vectorOnly((operands, { dtype, library, isHot }) => library.maths(name, dtype, isHot, operands))
}

/** NaN propagates. With a constant that is no NaN, one instruction gives that: pmax(x, c) is x unless x < c. */
function extremum(name: 'max' | 'min', wins: 'gt' | 'lt'): Row {
  return {
    vector: ([a, b], application) => {
      if (!isFloat(application)) return op(`i32x4.${name}_${signs(application)}`, a!, b!)
      const shape = floatVector(application.dtype)
      const constant = constantOf(application, 1)
      if (constant === undefined || Number.isNaN(constant)) return op(`${shape}.${name}`, a!, b!)
      const pseudo = op(`${shape}.p${name}`, a!, b!)
      // max(-0, 0) is 0: adding 0 changes nothing but the sign of -0
      return constant === 0 && name === 'max'
        ? op(`${shape}.add`, pseudo, vectorConstant(application.dtype, 0))
        : pseudo
    },
    scalar: ([a, b], application) => {
      if (isFloat(application)) return op(`${floatScalar(application.dtype)}.${name}`, a!, b!)
      return pick(op(`i32.${wins}_${signs(application)}`, a!, b!), a!, b!)
    },
  }
}

function negation(): Row {
  return {
    vector: ([x], { dtype }) => op(`${vectorShape[dtype]}.neg`, x!),
    scalar: ([x], application) =>
      isFloat(application) ? op(`${floatScalar(application.dtype)}.neg`, x!) : op('i32.sub', i32(0), x!),
  }
}

function magnitude(): Row {
  return {
    vector: ([x], { dtype }) => (dtype === 'uint32' ? x! : op(`${vectorShape[dtype]}.abs`, x!)),
    scalar: ([x], application) => {
      if (isFloat(application)) return op(`${floatScalar(application.dtype)}.abs`, x!)
      if (application.dtype === 'uint32') return x!
      return pick(op('i32.lt_s', x!, i32(0)), op('i32.sub', i32(0), x!), x!)
    },
  }
}

/** ±1 of the sign; zeros and NaN stay themselves. */
function floatSign(): Row {
  return vectorOnly(([x], { dtype }) => {
    const shape = floatVector(dtype)
    const zero = vectorConstant(dtype, 0)
    const upper = op('v128.bitselect', vectorConstant(dtype, 1), x!, op(`${shape}.gt`, x!, zero))
    return op('v128.bitselect', vectorConstant(dtype, -1), upper, op(`${shape}.lt`, x!, zero))
  })
}

function integerSign(): Row {
  return {
    vector: ([x]) => op('i32x4.max_s', op('i32x4.min_s', x!, i32x4(1)), i32x4(-1)),
    scalar: ([x]) => op('i32.sub', op('i32.gt_s', x!, i32(0)), op('i32.lt_s', x!, i32(0))),
  }
}

function unsignedSign(): Row {
  return { vector: ([x]) => op('i32x4.min_u', x!, i32x4(1)), scalar: ([x]) => op('i32.ne', x!, i32(0)) }
}

/** x^n by squaring, from the highest bit of |n| down; 1 / x^|n| for n < 0. */
function power(form: 'vector' | 'scalar'): Code {
  return ([x], application) => {
    const { dtype, exponent } = application
    const multiply = (a: Expression, b: Expression): Expression => rows.mul[form]([a, b], application)
    const one = form === 'vector' ? vectorConstant(dtype, 1) : scalarConstant(dtype, 1)
    if (exponent === 0) return one
    const bits = Math.abs(exponent).toString(2)
    const raised = scratch(form === 'vector' ? 'v128' : scalarShape[dtype], (power) => {
      const steps = [local.set(power, x!)]
      for (const bit of bits.slice(1)) {
        steps.push(local.set(power, multiply(local.get(power), local.get(power))))
        if (bit === '1') steps.push(local.set(power, multiply(local.get(power), x!)))
      }
      return sequence(...steps, local.get(power))
    })
    return exponent > 0 ? raised : rows.div[form]([one, raised], application)
  }
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). */
function softplus(operands: readonly Expression[], { dtype, library, isHot }: Application): Expression {
  const [x] = operands as [Expression] // one operand
  const shape = floatVector(dtype)
  const decayed = library.maths('exp', dtype, isHot, [op(`${shape}.neg`, op(`${shape}.abs`, x))])
  const above = op(`${shape}.max`, x, vectorConstant(dtype, 0))
  return op(`${shape}.add`, above, library.maths('log1p', dtype, isHot, [decayed]))
}

function comparison(name: 'lt' | 'le'): Row {
  return {
    vector: ([a, b], application) => {
      const { dtype } = application
      const compared = isFloat(application)
        ? op(`${floatVector(dtype)}.${name}`, a!, b!)
        : op(`i32x4.${name}_${signs(application)}`, a!, b!)
      return mask(application, compared)
    },
    scalar: ([a, b], application) =>
      isFloat(application)
        ? op(`${floatScalar(application.dtype)}.${name}`, a!, b!)
        : op(`i32.${name}_${signs(application)}`, a!, b!),
  }
}

/** Masks of bools have the width of the loop already. */
function equality(name: 'eq' | 'ne'): Row {
  return {
    vector: ([a, b], application) => {
      const { dtype } = application
      const compared = op(`${vectorShape[dtype]}.${name}`, a!, b!)
      return dtype === 'bool' ? compared : mask(application, compared)
    },
    scalar: ([a, b], { dtype }) => op(`${scalarShape[dtype]}.${name}`, a!, b!),
  }
}

function bits(name: 'and' | 'or' | 'xor'): Row {
  return {
    vector: ([a, b]) => op(`v128.${name}`, a!, b!),
    scalar: ([a, b]) => op(`i32.${name}`, a!, b!),
  }
}

function complement(): Row {
  return {
    vector: ([x]) => op('v128.not', x!),
    scalar: ([x], { dtype }) => (dtype === 'bool' ? op('i32.eqz', x!) : op('i32.xor', x!, i32(-1))),
  }
}

function selection(): Row {
  return {
    vector: ([condition, a, b], { dtype, width }) => choice(dtype, width, condition!, a!, b!),
    scalar: ([condition, a, b]) => pick(condition!, a!, b!),
  }
}
