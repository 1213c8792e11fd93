/**
 * `scan`: a body run `length` times. Constants are the same in every step, carries go from step to step, each step takes one
 * row of the inputs and gives one row of the outputs. Its derivatives of every order are scans again.
 */
import type { Abstract } from '../../core/abstract.ts'
import { abstract, showAbstract } from '../../core/abstract.ts'
import { bind } from '../../core/bind.ts'
import { ShapeError } from '../../core/errors.ts'
import { evaluateProgram } from '../../core/evaluate.ts'
import { pick, spread, unmarked } from '../../core/marks.ts'
import type { Ndarray } from '../../core/ndarray.ts'
import { zerosLike } from '../../core/ndarray.ts'
import type { Narrowed, Primitive } from '../../core/primitive.ts'
import { neededInputs, subprogram } from '../../core/prune.ts'
import { requireScalar } from '../requirements.ts'
import { requireCarries, requireCount, requireOperand, settleCarries } from './carries.ts'
import { heldCarries, holding, withoutInvariants } from './invariants.ts'
import { batchScan } from './scan-batch.ts'
import { countOf, makesStep, rolesOf, type ScanCall, type ScanParams, type ScanResult } from './scan-call.ts'
import { pushScan } from './scan-forward.ts'
import { lineariseScan } from './scan-linearise.ts'
import { transposeScan } from './scan-transpose.ts'
import { TapeOverflow } from './tape.ts'

/** Record of `scan`. */
export const scanPrimitive: Primitive<ScanParams> = {
  name: 'scan',
  shape: scanShape,
  evaluate: evaluateScan,
  jvp: (context) => pushScan(scan, context).tangents,
  pushForward: (context) => pushScan(scan, context),
  linearise: (context) => lineariseScan(scan, context),
  transpose: (context) => transposeScan(scan, context),
  batch: (context) => batchScan(scan, context),
  narrow: narrowScan,
}

/** Runs a body once for each row. What does not change from step to step is computed before the first. */
export function scan(call: ScanCall): ScanResult {
  const { body, carries, rows, length, reverse, count } = call
  const first = call.constants.length
  const held = heldCarries(body, first, carries.length)
  const moving = unmarked(held)
  const outputs = body.outputs.filter((_, i) => held[i] !== true)
  const own = { program: holding(body, first, held, outputs), constants: [...call.constants, ...pick(carries, held)] }
  const bounded = count !== null
  const { program, constants } = withoutInvariants(own, makesStep({ length, bounded }))
  const starts = pick(carries, moving)
  const params = { body: program, constants: constants.length, carries: starts.length, length, reverse, bounded }
  const results = bind(scanPrimitive, [...constants, ...starts, ...rows, ...(bounded ? [count] : [])], params)
  const ends = spread(moving, results)
  return { carries: carries.map((start, i) => ends[i] ?? start), rows: results.slice(starts.length) }
}

function scanShape(inputs: readonly Abstract[], params: ScanParams): Abstract[] {
  const { body, length, bounded } = params
  requireCount('scan', inputs.length - (bounded ? 1 : 0), body.inputs.length)
  const [given, declared] = [rolesOf(inputs, params), rolesOf(body.inputs, params)]
  given.constants.forEach((type, i) => {
    requireOperand('scan', `constant ${i}`, type, declared.constants[i])
  })
  given.carries.forEach((type, i) => {
    requireOperand('scan', `carry ${i}`, type, declared.carries[i])
  })
  given.rows.forEach((type, i) => {
    requireOperand('scan', `a row of input ${i}`, rowType(type, length), declared.rows[i])
  })
  if (bounded) requireScalar('scan', 'the number of steps', countOf(inputs, params)!, 'int32')
  requireCarries('scan', given.carries, body.outputs)
  const stacked = body.outputs.slice(params.carries)
  return [...given.carries, ...stacked.map(({ shape, dtype }) => abstract([length, ...shape], dtype))]
}

function rowType(type: Abstract, length: number): Abstract {
  if (type.shape[0] === length) return abstract(type.shape.slice(1), type.dtype)
  throw new ShapeError(
    `scan: an input ${showAbstract(type)} does not have ${length} rows, one for each step. Give inputs whose axis 0 has the length of the scan.`,
  )
}

function evaluateScan(inputs: readonly Ndarray[], params: ScanParams, outputs: readonly Abstract[]): Ndarray[] {
  const { constants, carries, rows } = rolesOf(inputs, params)
  const made = countOf(inputs, params)?.data[0] ?? params.length
  if (made > params.length) throw new TapeOverflow(made)
  const stacked = outputs.slice(params.carries).map(zerosLike)
  let carry = carries
  for (let step = 0; step < made; step++) {
    const at = params.reverse ? made - 1 - step : step
    const results = evaluateProgram(params.body, [...constants, ...carry, ...rows.map((row) => rowAt(row, at))])
    carry = results.slice(0, params.carries)
    stacked.forEach(({ data }, i) => {
      const { data: row } = results[params.carries + i]!
      data.set(row, at * row.length)
    })
  }
  return [...carry, ...stacked]
}

/** A row without a copy; `evaluate` never writes to its inputs. */
function rowAt({ shape, dtype, data }: Ndarray, at: number): Ndarray {
  const size = data.length / shape[0]!
  return { shape: shape.slice(1), dtype, data: data.subarray(at * size, (at + 1) * size) }
}

/** A carry is needed if its last value is, or if a row or a needed carry is made with it. */
function narrowScan(params: ScanParams, used: readonly boolean[]): Narrowed<ScanParams> {
  const { body, bounded } = params
  const outputs = settleCarries(used, 0, params.carries, (marks) => rolesOf(neededInputs(body, marks), params).carries)
  const needed = rolesOf(neededInputs(body, outputs), params)
  const inputs = [...needed.constants, ...outputs.slice(0, params.carries), ...needed.rows]
  const constants = needed.constants.filter(Boolean).length
  const carries = outputs.slice(0, params.carries).filter(Boolean).length
  return {
    params: { ...params, body: subprogram(body, inputs, outputs), constants, carries },
    inputs: bounded ? [...inputs, true] : inputs,
    outputs,
  }
}
