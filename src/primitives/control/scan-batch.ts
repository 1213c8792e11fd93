/**
 * Batching of `scan`: the body over a mapped axis of those operands that are mapped. Where each lane has a number of steps of
 * its own, all make as many as the longest, and a lane that is done keeps its carries and gives zeros.
 */

import { inline } from '../../core/bind.ts'
import { dependentOutputs } from '../../core/dependence.ts'
import type { BatchContext } from '../../core/primitive.ts'
import type { Program } from '../../core/program.ts'
import { traceClosed } from '../../core/trace.ts'
import type { Value } from '../../core/value.ts'
import { broadcast, constantLike, repeat } from '../broadcast.ts'
import { lt, select } from '../elementwise.ts'
import { reduceMax } from '../reduction.ts'
import { iota, moveAxis } from '../structural.ts'
import { settleCarries } from './carries.ts'
import { countOf, rolesOf, type Scan, type ScanParams, steps } from './scan-call.ts'

/** The scan of all lanes; every result has the mapped axis first. */
export function batchScan(scan: Scan, context: BatchContext<ScanParams>): readonly Value[] {
  const { inputs, batched, size, params, transforms } = context
  if (countOf(batched, params) === true) return batchScan(scan, withLongest(context))
  const { body, constants, carries } = params
  const marks = settleCarries(batched.slice(0, body.inputs.length), constants, carries, (mapped) =>
    dependentOutputs(body, mapped),
  )
  const carried = rolesOf(marks, params).carries
  const mapped = [...carried, ...dependentOutputs(body, marks).slice(carries)]
  const [values, given] = [rolesOf(inputs, params), rolesOf(batched, params)]
  const result = scan({
    body: transforms.batch(body, marks, size, mapped),
    constants: values.constants,
    carries: values.carries.map((carry, i) => (carried[i] && !given.carries[i] ? repeat(carry, size) : carry)),
    rows: values.rows.map((row, i) => (given.rows[i] ? moveAxis(row, 0, 1) : row)),
    ...steps(inputs, params),
  })
  return [
    ...result.carries.map((carry, i) => (carried[i] ? carry : repeat(carry, size))),
    ...result.rows.map((row, i) => (mapped[carries + i] ? moveAxis(row, 1, 0) : repeat(row, size))),
  ]
}

/** The same with one number of steps for all: the lanes' own becomes a constant, and the number of the step a row. */
function withLongest(context: BatchContext<ScanParams>): BatchContext<ScanParams> {
  const { inputs, batched, params } = context
  const { constants, carries, rows } = rolesOf(inputs, params)
  const marks = rolesOf(batched, params)
  const counts = countOf(inputs, params)!
  return {
    ...context,
    params: { ...params, body: guardedBody(params), constants: params.constants + 1 },
    inputs: [...constants, counts, ...carries, ...rows, iota([params.length], 'int32', 0), reduceMax(counts, [0])],
    batched: [...marks.constants, true, ...marks.carries, ...marks.rows, false, false],
  }
}

/** (constants, count, carries, rows, step) → results: those of the body while step < count, else the carries and zeros. */
function guardedBody(params: ScanParams): Program {
  const { constants, carries, rows } = rolesOf(params.body.inputs, params)
  const step = { shape: [], dtype: 'int32' } as const
  return traceClosed(
    'scan',
    (values) => {
      const [count, now] = [values[constants.length]!, values.at(-1)!]
      const operands = [...values.slice(0, constants.length), ...values.slice(constants.length + 1, -1)]
      const running = lt(now, count)
      return inline(params.body, operands).map((result, i) => {
        const idle = i < carries.length ? operands[constants.length + i]! : constantLike(result, 0)
        return select(broadcast(running, result.shape, []), result, idle)
      })
    },
    [...constants, step, ...carries, ...rows, step],
  )
}
