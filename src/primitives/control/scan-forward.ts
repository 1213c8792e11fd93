/** Forward mode of `scan`: one scan whose constants, carries and rows are values and tangents. */
import type { Abstract } from '../../core/abstract.ts'
import { inline } from '../../core/bind.ts'
import { existing, pick, presence, split, spread } from '../../core/marks.ts'
import type { Derived, JvpContext, Linearised, Maybe } from '../../core/primitive.ts'
import type { Program } from '../../core/program.ts'
import { traceClosed } from '../../core/trace.ts'
import type { Value } from '../../core/value.ts'
import { materialise } from '../broadcast.ts'
import { settleCarries } from './carries.ts'
import { type Roles, rolesOf, type Scan, type ScanParams, steps } from './scan-call.ts'

/** Values and tangents in one scan. */
export function pushScan(
  scan: Scan,
  { primals, tangents, params, transforms }: Omit<JvpContext<ScanParams>, 'outputs'>,
): Linearised {
  const { body, constants, carries } = params
  const given = presence(tangents.slice(0, body.inputs.length))
  const active = settleCarries(given, constants, carries, (marks) =>
    transforms.jvp(body, marks).present.slice(0, carries),
  )
  const derived = transforms.jvp(body, active)
  const [values, directions, marks] = [rolesOf(primals, params), rolesOf(tangents, params), rolesOf(active, params)]
  const result = scan({
    body: forwardBody(params, derived, marks),
    constants: [...values.constants, ...existing(directions.constants)],
    carries: [...values.carries, ...startTangents(values.carries, directions.carries, marks.carries)],
    rows: [...values.rows, ...existing(directions.rows)],
    ...steps(primals, params),
  })
  const outputs = body.outputs.length - carries
  const rowTangents = spread(derived.present.slice(carries), result.rows.slice(outputs))
  return {
    outputs: [...result.carries.slice(0, carries), ...result.rows.slice(0, outputs)],
    tangents: [...spread(marks.carries, result.carries.slice(carries)), ...rowTangents],
  }
}

/** Tangents of the active carries before the first step: zeros where nothing comes in. */
export const startTangents = (
  values: readonly Abstract[],
  tangents: readonly Maybe[],
  active: readonly boolean[],
): Value[] => pick(values, active).map((value, i) => materialise(pick(tangents, active)[i]!, value))

/** (constants, their tangents, carries, their tangents, rows, their tangents) → (carries, tangents, rows, tangents). */
function forwardBody(params: ScanParams, { program, present }: Derived, active: Roles<boolean>): Program {
  const { constants, carries, rows } = rolesOf(params.body.inputs, params)
  const types = [constants, pick(constants, active.constants), carries, pick(carries, active.carries), rows]
  const arity = params.body.outputs.length
  return traceClosed(
    'scan',
    (values) => {
      const [c, dc, x, dx, r, dr] = split(values, ...types.map((list) => list.length)) as Pieces
      const results = inline(program, [...c, ...x, ...r, ...dc, ...dx, ...dr])
      const tangents = spread(present, results.slice(arity))
      const next = startTangents(results.slice(0, params.carries), tangents.slice(0, params.carries), active.carries)
      const outputs = results.slice(params.carries, arity)
      return [...results.slice(0, params.carries), ...next, ...outputs, ...existing(tangents.slice(params.carries))]
    },
    [...types.flat(), ...pick(rows, active.rows)],
  )
}

type Pieces = [Value[], Value[], Value[], Value[], Value[], Value[]]
