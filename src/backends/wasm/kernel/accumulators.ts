/**
 * How a reduction adds up. Groups of neighbouring values are combined in a tree first; then
 *
 *   integers and short sums: in the dtype itself;
 *   extrema of floats in vectors: by the comparing minimum or maximum, which is one instruction but loses NaN, and a mask that
 *     remembers NaN (the instruction that keeps NaN is a dozen);
 *   long float32 sums: in float64, whose rounding is below that of the result up to 2²⁹ terms;
 *   long float64 sums: with the rounding error of each addition kept (Knuth, The Art of Computer Programming 2, 4.2.2,
 *   theorem B; Neumaier 1974), so that the error of the sum does not grow with its length.
 *
 * The order of the additions is fixed by the extents alone.
 */

import type { DType } from '../../../../types/dtype.ts'
import { isFloat } from '../../../core/dtype.ts'
import type { ReduceName } from '../../../kernels/language/kernel.ts'
import type { Expression, Local, ValueType } from '../code/assembler.ts'
import { f64, f64x2, local, op, shuffle } from '../code/instructions.ts'
import type { Context } from './context.ts'
import { extract, firstLanes, scalarConstant, scalarType, vectorConstant, type Width } from './lanes.ts'
import type { Row } from './row.ts'
import { rows } from './scalar.ts'

/** What is reduced, and in which form: `width` is null for scalars. */
export interface Reduction {
  readonly operation: ReduceName
  readonly dtype: DType
  readonly width: Width | null
}

/** The value that changes nothing. */
export function neutral({ operation, dtype }: Pick<Reduction, 'operation' | 'dtype'>): number {
  if (operation === 'sum' || (dtype === 'bool' && operation === 'max')) return 0
  if (dtype === 'bool') return 1
  const least = { float32: -Infinity, float64: -Infinity, int32: -(2 ** 31), uint32: 0 }[dtype]
  const most = { float32: Infinity, float64: Infinity, int32: 2 ** 31 - 1, uint32: 2 ** 32 - 1 }[dtype]
  return operation === 'max' ? least : most
}

/** The table's row that combines two values. */
function rowOf({ operation, dtype }: Reduction): Row {
  if (operation === 'sum') return rows.add
  if (dtype === 'bool') return operation === 'max' ? rows.or : rows.and
  return rows[operation]
}

/** a ∘ b. */
function combine(context: Context, reduction: Reduction, a: Expression, b: Expression): Expression {
  const { dtype, width } = reduction
  const row = rowOf(reduction)
  const form = width === null ? row.scalar : row.vector
  const nodes = [unknown, unknown]
  const { library } = context
  return form([a, b], { dtype, result: dtype, width: width ?? 4, nodes, exponent: 0, library, isHot: false })
}

/** Stands for an operand of which nothing is known. */
const unknown = { kind: 'local', dtype: 'float32', local: { id: -1, dtype: 'float32' } } as const

/** Values combined pairwise. */
function tree(context: Context, reduction: Reduction, values: readonly Expression[]): Expression {
  return pairwise(values, (a, b) => combine(context, reduction, a, b))
}

function pairwise(values: readonly Expression[], join: (a: Expression, b: Expression) => Expression): Expression {
  let level = values
  while (level.length > 1) {
    const next: Expression[] = []
    for (let i = 0; i + 1 < level.length; i += 2) next.push(join(level[i]!, level[i + 1]!))
    if (level.length % 2 === 1) next.push(level[level.length - 1]!)
    level = next
  }
  return level[0]!
}

/** A running result: of scalars, or of vectors lane by lane. */
export interface Accumulator {
  /** Takes neighbouring values, combined pairwise. */
  add(values: readonly Expression[]): void
  /** The result in each lane (a scalar for scalars). */
  result(): Expression
  /** The result over all lanes of vectors, a scalar. */
  total(): Expression
  release(): void
}

/** An accumulator that holds the neutral element. `long`: so many values that a float sum must be guarded. */
export function accumulator(context: Context, reduction: Reduction, long: boolean): Accumulator {
  const { operation, dtype, width } = reduction
  if (operation !== 'sum' && width !== null && isFloat(dtype)) return extremum(context, reduction, width)
  if (operation !== 'sum' || !long) return direct(context, reduction)
  if (dtype === 'float32') return widening(context, reduction)
  return dtype === 'float64' ? compensated(context, reduction) : direct(context, reduction)
}

function fresh({ code }: Context, type: ValueType, initial: Expression): Local {
  const variable = code.local(type)
  code.emit(local.set(variable, initial))
  return variable
}

function direct(context: Context, reduction: Reduction): Accumulator {
  const { dtype, width } = reduction
  const start = neutral(reduction)
  const state =
    width === null
      ? fresh(context, scalarType[dtype], scalarConstant(dtype, start))
      : fresh(context, 'v128', vectorConstant(dtype, start))
  const read = local.get(state)
  return {
    add: (values) =>
      void context.code.emit(local.set(state, combine(context, reduction, read, tree(context, reduction, values)))),
    result: () => read,
    total: () => {
      const lanes = Array.from({ length: width! }, (_, lane) => extract(dtype, width!, read, lane))
      return tree(context, { ...reduction, width: null }, lanes)
    },
    release: () => context.code.release(state),
  }
}

/** Floats in vectors: acc < x ? x : acc, which is never NaN, and whether an x was. All bits set is NaN. */
function extremum(context: Context, { operation, dtype }: Reduction, width: Width): Accumulator {
  const { code } = context
  const shape = dtype === 'float64' ? 'f64x2' : 'f32x4'
  const name = operation === 'max' ? (`${shape}.pmax` as const) : (`${shape}.pmin` as const)
  const signs = operation === 'max' ? 'v128.and' : 'v128.or'
  const state = fresh(context, 'v128', vectorConstant(dtype, neutral({ operation, dtype })))
  const unknown = fresh(context, 'v128', vectorConstant('int32', 0))
  const read = local.get
  const isUnknown = (value: Expression): Expression => op(`${shape}.ne`, value, value)
  const better = (a: Expression, b: Expression): Expression => op(name, a, b)
  return {
    add: (values) => {
      const held = values.map((value) => fresh(context, 'v128', value))
      const masks = held.map((each) => isUnknown(read(each)))
      const any = pairwise(masks, (a, b) => op('v128.or', a, b))
      code.emit(
        local.set(unknown, op('v128.or', read(unknown), any)),
        local.set(state, better(read(state), pairwise(held.map(read), better))),
      )
      for (const each of held) code.release(each)
    },
    result: () => op('v128.or', read(state), read(unknown)),
    total: () => {
      for (const lanes of halvings(dtype, width)) {
        const moved = shuffle(read(state), read(state), lanes)
        // where both are zeros the signs decide: 0 is the larger one, -0 the smaller
        code.emit(local.set(state, op(signs, better(read(state), moved), better(moved, read(state)))))
      }
      const live = width === 2 && dtype === 'float32' ? op('v128.and', read(unknown), firstLanes(4, 2)) : read(unknown)
      const best = extract(dtype, width, read(state), 0)
      return op('select', scalarConstant(dtype, Number.NaN), best, op('v128.any_true', live))
    },
    release: () => {
      for (const each of [state, unknown]) code.release(each)
    },
  }
}

/** How lanes move so that those of the upper half stand in the lower one, until one is left. */
function halvings(dtype: DType, width: Width): readonly (readonly number[])[] {
  if (dtype === 'float64') return [[1, 1]]
  return width === 4
    ? [
        [2, 3, 2, 3],
        [1, 1, 1, 1],
      ]
    : [[1, 1, 1, 1]]
}

/** float32 values, added in float64. */
function widening(context: Context, reduction: Reduction): Accumulator {
  return reduction.width === null
    ? wideningScalars(context, reduction)
    : wideningVectors(context, reduction, reduction.width)
}

function wideningScalars(context: Context, reduction: Reduction): Accumulator {
  const state = fresh(context, 'f64', f64(0))
  const result = (): Expression => op('f32.demote_f64', local.get(state))
  return {
    add: (values) => {
      const value = op('f64.promote_f32', tree(context, reduction, values))
      context.code.emit(local.set(state, op('f64.add', local.get(state), value)))
    },
    result,
    total: result,
    release: () => context.code.release(state),
  }
}

function wideningVectors(context: Context, reduction: Reduction, width: Width): Accumulator {
  const { code } = context
  const halves = Array.from({ length: width / 2 }, () => fresh(context, 'v128', f64x2(0)))
  const [low, high] = halves.map((half) => local.get(half))
  const grow = (half: Local, value: Expression): Expression =>
    local.set(half, op('f64x2.add', local.get(half), op('f64x2.promote_low_f32x4', value)))
  const value = code.local('v128')
  const read = local.get(value)
  return {
    add: (values) => {
      code.emit(local.set(value, tree(context, reduction, values)), grow(halves[0]!, read))
      if (width === 4) code.emit(grow(halves[1]!, shuffle(read, read, [2, 3, 2, 3])))
    },
    result: () => {
      const first = op('f32x4.demote_f64x2_zero', low!)
      return width === 2 ? first : shuffle(first, op('f32x4.demote_f64x2_zero', high!), [0, 1, 4, 5])
    },
    total: () => {
      const both = width === 2 ? low! : op('f64x2.add', low!, high!)
      return op('f32.demote_f64', op('f64.add', extract('float64', 2, both, 0), extract('float64', 2, both, 1)))
    },
    release: () => {
      for (const state of [...halves, value]) code.release(state)
    },
  }
}

/** float64 values; sum and correction, of which the correction is left out where the sum is not finite. */
function compensated(context: Context, reduction: Reduction): Accumulator {
  const { width } = reduction
  const { code } = context
  const type = width === null ? 'f64' : 'v128'
  const shape = width === null ? 'f64' : 'f64x2'
  const zero = width === null ? f64(0) : f64x2(0)
  const states = [fresh(context, type, zero), fresh(context, type, zero), code.local(type), code.local(type)]
  const [sum, correction, value, next] = states as [Local, Local, Local, Local] // four states
  const plus = (a: Expression, b: Expression): Expression => op(`${shape}.add`, a, b)
  const minus = (a: Expression, b: Expression): Expression => op(`${shape}.sub`, a, b)
  const read = local.get
  const part = minus(read(next), read(sum))
  const error = plus(minus(read(sum), minus(read(next), part)), minus(read(value), part))
  return {
    add: (values) =>
      void code.emit(
        local.set(value, tree(context, reduction, values)),
        local.set(next, plus(read(sum), read(value))),
        local.set(correction, plus(read(correction), error)),
        local.set(sum, read(next)),
      ),
    result: () => {
      if (width === null) return corrected(read(sum), read(correction))
      const isFinite_ = op('f64x2.eq', minus(read(sum), read(sum)), zero)
      return op('v128.bitselect', plus(read(sum), read(correction)), read(sum), isFinite_)
    },
    total: () => {
      const lanes = (v: Local): Expression =>
        op('f64.add', extract('float64', 2, read(v), 0), extract('float64', 2, read(v), 1))
      return corrected(lanes(sum), lanes(correction))
    },
    release: () => {
      for (const state of states) code.release(state)
    },
  }
}

const corrected = (sum: Expression, correction: Expression): Expression =>
  op('select', op('f64.add', sum, correction), sum, op('f64.eq', op('f64.sub', sum, sum), f64(0)))
