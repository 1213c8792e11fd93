/**
 * Linearisation of `scan`: a forward scan that also stacks the residuals of its body, and a linear scan over them. Residuals that
 * depend on constants alone are computed once outside; residuals that are rows already are not stacked again.
 */
import { inline } from '../../core/bind.ts'
import { dependence } from '../../core/dependence.ts'
import { intern } from '../../core/intern.ts'
import { existing, pick, presence, split, spread } from '../../core/marks.ts'
import type { JvpContext, Linearised, LinearisedProgram } from '../../core/primitive.ts'
import type { Program, Variable } from '../../core/program.ts'
import { pruned } from '../../core/prune.ts'
import { traceClosed } from '../../core/trace.ts'
import type { Value } from '../../core/value.ts'
import { settleCarries } from './carries.ts'
import { mustStay } from './invariants.ts'
import { makesStep, type Roles, rolesOf, type Scan, type ScanParams, steps } from './scan-call.ts'
import { startTangents } from './scan-forward.ts'

/** Where the residuals of the body come from in the linear scan: one list of marks for each place. */
interface Places {
  /** Depends on constants alone. */
  readonly invariant: readonly boolean[]
  /** For each residual the row that it is, or -1: rows of the operands, then those that the body stacks anyway. */
  readonly row: readonly number[]
  /** Everything else. */
  readonly stacked: readonly boolean[]
}

/** A scan of values and a scan of tangents. */
export function lineariseScan(
  scan: Scan,
  { primals, tangents, params, transforms }: Omit<JvpContext<ScanParams>, 'outputs'>,
): Linearised {
  const { body, constants, carries } = params
  const given = presence(tangents.slice(0, body.inputs.length))
  const active = settleCarries(given, constants, carries, (marks) => transforms.linearise(body, marks).present)
  const linearised = transforms.linearise(body, active)
  const [values, directions, marks] = [rolesOf(primals, params), rolesOf(tangents, params), rolesOf(active, params)]
  const places = placesOf(params, linearised)
  const kept = scan({ body: keepingBody(params, linearised, places), ...values, ...steps(primals, params) })
  const outputs = body.outputs.length - carries
  const rows = [...values.rows, ...kept.rows.slice(0, outputs)]
  const moved = scan({
    body: linearBody(params, linearised, places, marks),
    constants: [...hoisted(params, linearised, places, values.constants), ...existing(directions.constants)],
    carries: startTangents(values.carries, directions.carries, marks.carries),
    rows: [
      ...kept.rows.slice(outputs),
      ...places.row.filter((row) => row >= 0).map((row) => rows[row]!),
      ...existing(directions.rows),
    ],
    ...steps(primals, params),
  })
  return {
    outputs: [...kept.carries, ...kept.rows.slice(0, outputs)],
    tangents: [...spread(marks.carries, moved.carries), ...spread(linearised.present.slice(carries), moved.rows)],
  }
}

const residualsOf = ({ forward, residuals }: LinearisedProgram): readonly Variable[] =>
  forward.outputs.slice(forward.outputs.length - residuals)

function placesOf(params: ScanParams, linearised: LinearisedProgram): Places {
  const { body, constants, carries } = params
  const { forward } = linearised
  const varying = dependence(
    forward,
    forward.inputs.map((_, i) => i >= constants),
    (equation) => mustStay(equation, makesStep(params)),
  )
  const residuals = residualsOf(linearised)
  const invariant = residuals.map(({ index }) => varying[index] === 0)
  const rows = [...forward.inputs.slice(constants + carries), ...forward.outputs.slice(carries, body.outputs.length)]
  const known = new Map(rows.map(({ index }, row) => [index, row]))
  const row = residuals.map(({ index }, i) => (invariant[i] ? -1 : (known.get(index) ?? -1)))
  return { invariant, row, stacked: residuals.map((_, i) => !invariant[i] && row[i]! < 0) }
}

/** The body with the residuals to be stacked as further outputs. */
function keepingBody({ body }: ScanParams, linearised: LinearisedProgram, { stacked }: Places): Program {
  const { inputs, equations, outputs, size } = linearised.forward
  const own = outputs.slice(0, body.outputs.length)
  return intern(pruned({ inputs, equations, outputs: [...own, ...pick(residualsOf(linearised), stacked)], size }))
}

/** The residuals that do not change from step to step, computed once from the constants. */
function hoisted(
  params: ScanParams,
  linearised: LinearisedProgram,
  { invariant }: Places,
  constants: readonly Value[],
): readonly Value[] {
  const { inputs, equations, size } = linearised.forward
  const outputs = pick(residualsOf(linearised), invariant)
  const fixed = dependence(
    linearised.forward,
    inputs.map((_, i) => i >= constants.length),
    (equation) => mustStay(equation, makesStep(params)),
  )
  const needed = equations.filter((equation) => equation.outputs.every((output) => fixed[output.index] === 0))
  return inline(pruned({ inputs: inputs.slice(0, constants.length), equations: needed, outputs, size }), constants)
}

/** (invariant residuals, tangents of constants, tangents of carries, stacked residuals, rows, tangents of rows) → tangents. */
function linearBody(
  params: ScanParams,
  { linear, residuals, present }: LinearisedProgram,
  { invariant, row, stacked }: Places,
  active: Roles<boolean>,
): Program {
  const inputs = rolesOf(params.body.inputs, params)
  const kept = linear.inputs.slice(0, residuals)
  const direct = row.map((at) => at >= 0)
  const types = [
    pick(kept, invariant),
    pick(inputs.constants, active.constants),
    pick(inputs.carries, active.carries),
    pick(kept, stacked),
    pick(kept, direct),
    pick(inputs.rows, active.rows),
  ]
  return traceClosed(
    'scan',
    (values) => {
      const [fixed, dc, dx, tape, rows, dr] = split(values, ...types.map((list) => list.length)) as Pieces
      const [a, b, c] = [spread(invariant, fixed), spread(stacked, tape), spread(direct, rows)]
      const all = kept.map((_, i) => (a[i] ?? b[i] ?? c[i])!) // every residual has exactly one place
      const tangents = spread(present, inline(linear, [...all, ...dc, ...dx, ...dr]))
      const next = startTangents(inputs.carries, tangents.slice(0, params.carries), active.carries)
      return [...next, ...existing(tangents.slice(params.carries))]
    },
    types.flat(),
  )
}

type Pieces = [Value[], Value[], Value[], Value[], Value[], Value[]]
