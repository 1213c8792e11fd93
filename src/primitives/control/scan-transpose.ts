/**
 * Transposition of `scan`: the steps in opposite order. The carries of the new scan are the cotangents of the carries and the
 * sums of the cotangents of the linear constants; its rows are the cotangents of the outputs.
 */
import { inline } from '../../core/bind.ts'
import { dependence, dependentOutputs, usesMarked } from '../../core/dependence.ts'
import { intern } from '../../core/intern.ts'
import { existing, pick, presence, split, spread, unmarked } from '../../core/marks.ts'
import type { Cotangent, Derived, TransposeContext } from '../../core/primitive.ts'
import { Linear } from '../../core/primitive.ts'
import type { Program } from '../../core/program.ts'
import { pruned } from '../../core/prune.ts'
import { traceClosed } from '../../core/trace.ts'
import { Value } from '../../core/value.ts'
import { materialise } from '../broadcast.ts'
import { add } from '../elementwise.ts'
import { settleCarries } from './carries.ts'
import { type Roles, rolesOf, type Scan, type ScanParams, steps } from './scan-call.ts'

/** What the transposed body is made of. */
interface Backward {
  /** The operands in which the body is linear. */
  readonly linear: Roles<boolean>
  /** The carries and outputs that have a cotangent. */
  readonly given: Roles<boolean>
  /** The body transposed. */
  readonly derived: Derived
  /** The linear operands that get a cotangent. */
  readonly present: Roles<boolean>
}

/** Cotangents of constants, carries and rows. */
export function transposeScan(
  scan: Scan,
  { cotangents, inputs, params, transforms }: TransposeContext<ScanParams>,
): readonly Cotangent[] {
  const backward = backwardOf({ cotangents, inputs, params, transforms })
  const { linear, given, present } = backward
  const operands = rolesOf(inputs, params)
  const arriving = pick(cotangents.slice(0, params.carries), given.carries)
  const carried = pick(rolesOf(params.body.inputs, params).carries, given.carries)
  const { count, length, reverse } = steps(inputs, params)
  const result = scan({
    body: backwardBody(params, backward),
    constants: known(operands.constants, linear.constants),
    carries: [
      ...carried.map((type, i) => materialise(arriving[i]!, type)),
      ...pick(operands.constants, present.constants).map((type) => materialise(null, type)),
    ],
    rows: [
      ...carryHistory(scan, inputs, params, linear),
      ...known(operands.rows, linear.rows),
      ...existing(cotangents.slice(params.carries)),
    ],
    length,
    reverse: !reverse,
    count,
  })
  return [
    ...spread(present.constants, result.carries.slice(arriving.length)),
    ...spread(given.carries, result.carries),
    ...spread(present.rows, result.rows),
    ...(params.bounded ? [null] : []),
  ]
}

/** Which operands are linear and which cotangents there are, once both are settled over the steps. */
function backwardOf({ cotangents, inputs, params, transforms }: TransposeContext<ScanParams>): Backward {
  const { body, constants, carries } = params
  const operands = inputs.slice(0, body.inputs.length)
  const linear = settleCarries(
    operands.map((input) => input instanceof Linear),
    constants,
    carries,
    (marks) => dependentOutputs(body, marks),
  )
  const presentIn = ({ present }: Derived): Roles<boolean> =>
    rolesOf(
      spread(linear, present).map((there) => there === true),
      params,
    )
  const start = presence(cotangents).map((there, i) => there && (i >= carries || linear[constants + i] === true))
  const given = settleCarries(
    start,
    0,
    carries,
    (marks) => presentIn(transforms.transpose(body, linear, marks)).carries,
  )
  const derived = transforms.transpose(body, linear, given)
  return {
    linear: rolesOf(linear, params),
    given: { constants: [], carries: given.slice(0, carries), rows: given.slice(carries) },
    derived,
    present: presentIn(derived),
  }
}

/**
 * (fixed constants, cotangents of carries, sums of constants, fixed carries, fixed rows, cotangents of outputs) → (cotangents of
 * carries, sums, cotangents of rows).
 */
function backwardBody(params: ScanParams, { linear, given, derived, present }: Backward): Program {
  const inputs = rolesOf(params.body.inputs, params)
  const carried = pick(inputs.carries, given.carries)
  const types = [
    pick(inputs.constants, unmarked(linear.constants)),
    carried,
    pick(inputs.constants, present.constants),
    pick(inputs.carries, unmarked(linear.carries)),
    pick(inputs.rows, unmarked(linear.rows)),
    pick(params.body.outputs.slice(params.carries), given.rows),
  ]
  return traceClosed(
    'scan',
    (values) => {
      const [fc, cx, sums, fx, fr, cy] = split(values, ...types.map((list) => list.length)) as Pieces
      const results = inline(derived.program, [...fc, ...fx, ...fr, ...cx, ...cy])
      const [constants, carries, rows] = split(results, sums.length, countTrue(present.carries)) as Results
      const next = pick(spread(present.carries, carries), given.carries)
      return [
        ...carried.map((type, i) => materialise(next[i]!, type)),
        ...sums.map((sum, i) => add(sum, constants[i]!)),
        ...rows,
      ]
    },
    types.flat(),
  )
}

/** The values of the carries that are not linear before each step, by a scan of their own. */
function carryHistory(
  scan: Scan,
  inputs: readonly (Value | Linear)[],
  params: ScanParams,
  linear: Roles<boolean>,
): readonly Value[] {
  const fixed = unmarked(linear.carries)
  if (!fixed.includes(true)) return []
  const { body } = params
  const all = [...linear.constants, ...linear.carries, ...linear.rows]
  const marks = dependence(body, all)
  const operands = rolesOf(inputs, params)
  const outputs = [
    ...pick(body.outputs.slice(0, params.carries), fixed),
    ...pick(rolesOf(body.inputs, params).carries, fixed),
  ]
  const equations = body.equations.filter((equation) => !usesMarked(equation, marks))
  return scan({
    body: intern(pruned({ inputs: pick(body.inputs, unmarked(all)), equations, outputs, size: body.size })),
    constants: known(operands.constants, linear.constants),
    carries: known(operands.carries, linear.carries),
    rows: known(operands.rows, linear.rows),
    ...steps(inputs, params),
  }).rows
}

/** The operands that are values. */
const known = (operands: readonly (Value | Linear)[], linear: readonly boolean[]): Value[] =>
  pick(operands, unmarked(linear)).filter((operand) => operand instanceof Value)

const countTrue = (marks: readonly boolean[]): number => marks.filter(Boolean).length

type Pieces = [Value[], Value[], Value[], Value[], Value[], Value[]]
type Results = [Value[], Value[], Value[]]
