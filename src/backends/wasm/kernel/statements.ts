/** Statements of a kernel. */
import type { Loop, Node, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes } from '../../../kernels/language/walk.ts'
import type { Expression } from '../code/assembler.ts'
import { br, local, loop as loopWith, newLabel, sequence, when } from '../code/instructions.ts'
import { maths } from '../maths/index.ts'
import type { Context, Lanes } from './context.ts'
import { forgetChanged, isVarying, scoped } from './context.ts'
import { allStatements, rootsOf } from './dependence.ts'
import {
  extract,
  type LaneAddress,
  loadScalar,
  loadVector,
  scatterVector,
  storeScalar,
  storeVector,
  type Width,
} from './lanes.ts'
import { hoist, inSections, type Plan, repeat, varyingVariables } from './loops.ts'
import { isContiguous, isSpread } from './pointers.ts'
import { reduce, variableLocals } from './reductions.ts'
import type { Row } from './row.ts'
import { rows } from './scalar.ts'
import { turningOf, writeTurned } from './transposition.ts'
import { compute, lanePlaces, partsOf, placeOf, scalarOf } from './values.ts'

type For = Extract<Statement, { kind: 'for' }>
type Store = Extract<Statement, { kind: 'store' }>
type Accumulate = Extract<Statement, { kind: 'accumulate' }>
type Assign = Extract<Statement, { kind: 'assign' }>
type If = Extract<Statement, { kind: 'if' }>
type While = Extract<Statement, { kind: 'while' }>

/** Writes statements one after the other. */
export function writeStatements(context: Context, statements: readonly Statement[]): void {
  for (const statement of statements) write(context, statement)
}

/** Writes one kind of statement. */
type Writer<Kind extends Statement['kind']> = (context: Context, statement: Extract<Statement, { kind: Kind }>) => void

const writers: { readonly [Kind in Statement['kind']]: Writer<Kind> } = {
  for: count,
  store,
  accumulate,
  assign,
  reduce,
  if: branch,
  while: repeatWhile,
}

function write<Kind extends Statement['kind']>(context: Context, statement: Extract<Statement, { kind: Kind }>): void {
  const writer: Writer<Kind> = writers[statement.kind as Kind]
  writer(context, statement)
}

function count(context: Context, statement: For): void {
  const { loop, body } = statement
  forgetChanged(context, body)
  if (writeTurnedNest(context, statement)) return
  const plan = context.lanes === null ? planOf(context, loop, body) : null
  scoped(context, () => {
    hoist(context, body, plan ?? context.lanes)
    if (plan !== null) inSections(context, plan, () => writeStatements(context, body))
    else repeat(context, loop, 0, loop.extent, 1, () => writeStatements(context, body))
  })
}

/** Writes a nest that reads along one axis and writes along another; false if it does not. */
function writeTurnedNest(context: Context, statement: For): boolean {
  const turning = context.lanes === null ? turningOf(context, statement) : null
  if (turning === null) return false
  const plan = planOf(context, turning.lanes, turning.body)
  if (plan === null || turning.across.extent < plan.width) return false
  scoped(context, () => writeTurned(context, turning, plan, () => writeStatements(context, turning.body)))
  return true
}

/** How a loop marked `vector` is done in lanes; null where what stands in it cannot be. */
export function planOf(context: Context, loop: Loop, body: readonly Statement[]): Plan | null {
  if (!loop.vector || loop.extent < 2) return null
  const all = allStatements(body)
  const varying = varyingVariables(context, loop, body)
  for (const statement of all) {
    if (statement.kind === 'while') return null
    if (statement.kind === 'if' && isVarying(context, { loop, varying }, statement.condition)) return null
  }
  const nodes = allNodes(all.flatMap(rootsOf))
  return { loop, width: widthOf(all, nodes), unroll: unrollOf(nodes), varying }
}

function widthOf(statements: readonly Statement[], nodes: readonly Node[]): Width {
  const long = ({ dtype }: Pick<Node, 'dtype'>): boolean => dtype === 'float64'
  const stored = statements.some((s) => (s.kind === 'store' || s.kind === 'accumulate') && long(s.buffer))
  return stored || nodes.some(long) ? 2 : 4
}

/** Several vectors a turn hide the counting and, where a column is reduced, use whole cache lines. */
function unrollOf(nodes: readonly Node[]): number {
  const cost = nodes.reduce((sum, node) => sum + costOf(node), 0)
  if (cost <= 6) return 4
  return cost <= 32 ? 2 : 1
}

/** Rough number of instructions of a node. */
function costOf(node: Node): number {
  if (node.kind !== 'apply') return node.kind === 'load' ? 1 : 0
  return functions.get(node.name) ?? 1
}

/** Operations that are functions of the library, or made of them. Two vectors of the long ones, of two operands, find no registers. */
const functions: ReadonlyMap<string, number> = new Map([
  ...Object.entries(maths).map(([name, { arity }]) => [name, arity === 1 ? 6 : 15] as const),
  ['softplus', 6],
])

function store(context: Context, statement: Store): void {
  const { buffer, address, value } = statement
  if (address.dynamic !== null) compute(context, address.dynamic)
  const { lanes } = context
  if (lanes === null || !isSpread(context, lanes, address)) {
    const scalar = scalarOf(context, value)
    const place = placeOf(context, buffer, address)
    context.code.emit(storeScalar(buffer.dtype, place.address, place.offset, scalar))
  } else storeParts(context, lanes, statement, partsOf(context, value))
  forgetChanged(context, [statement])
}

function storeParts(
  context: Context,
  lanes: Lanes,
  { buffer, address }: Store | Accumulate,
  parts: readonly Expression[],
): void {
  const { dtype } = buffer
  const { width, live } = lanes
  parts.forEach((value, part) => {
    context.code.emit(
      isContiguous(context, lanes, address)
        ? storeVector(dtype, width, live, placeOf(context, buffer, address, part), value)
        : scatterVector(dtype, width, lanePlaces(context, lanes, buffer, address, part), value),
    )
  })
}

/** Lanes side by side add at once; others one after the other, so that those that meet in one element all count. */
function accumulate(context: Context, statement: Accumulate): void {
  const { buffer, address, value } = statement
  if (address.dynamic !== null) compute(context, address.dynamic)
  const { lanes } = context
  if (lanes === null) addAt(context, statement, placeOf(context, buffer, address), scalarOf(context, value))
  else if (isContiguous(context, lanes, address)) addVectors(context, lanes, statement)
  else addLanes(context, lanes, statement)
  forgetChanged(context, [statement])
}

function addAt(
  context: Context,
  { buffer: { dtype } }: Accumulate,
  { address, offset }: LaneAddress,
  value: Expression,
): void {
  const sum = added(context, dtype, 4).scalar(loadScalar(dtype, address, offset), value)
  context.code.emit(storeScalar(dtype, address, offset, sum))
}

function addVectors(context: Context, lanes: Lanes, statement: Accumulate): void {
  const { buffer, address } = statement
  const values = partsOf(context, statement.value)
  const sums = values.map((value, part) => {
    const place = placeOf(context, buffer, address, part)
    const known = loadVector(buffer.dtype, lanes.width, place.address, place.offset)
    return added(context, buffer.dtype, lanes.width).vector(known, value)
  })
  storeParts(context, lanes, statement, sums)
}

function addLanes(context: Context, lanes: Lanes, statement: Accumulate): void {
  const { buffer, address } = statement
  partsOf(context, statement.value).forEach((value, part) => {
    lanePlaces(context, lanes, buffer, address, part).forEach((place, lane) => {
      addAt(context, statement, place, extract(buffer.dtype, lanes.width, value, lane))
    })
  })
}

type Sum = (a: Expression, b: Expression) => Expression

/** The table's addition. */
function added({ library }: Context, dtype: Node['dtype'], width: Width): Record<keyof Row, Sum> {
  const application = { dtype, result: dtype, width, nodes: [], exponent: 0, library, isHot: false }
  return {
    scalar: (a, b) => rows.add.scalar([a, b], application),
    vector: (a, b) => rows.add.vector([a, b], application),
  }
}

function assign(context: Context, statement: Assign): void {
  const { local: variable, value } = statement
  const { lanes, code } = context
  const parts = lanes?.varying.has(variable) ? partsOf(context, value) : [scalarOf(context, value)]
  const targets = variableLocals(context, variable)
  code.emit(...parts.map((part, i) => local.set(targets[i]!, part)))
  forgetChanged(context, [statement])
}

function branch(context: Context, { condition, whenTrue, whenFalse }: If): void {
  const test = scalarOf(context, condition)
  const body = (statements: readonly Statement[]) => () => scoped(context, () => writeStatements(context, statements))
  context.code.emit(when(test, body(whenTrue), whenFalse.length === 0 ? undefined : body(whenFalse)))
}

/** What the body changes must not be held over from before, nor from one turn to the next. */
function repeatWhile(context: Context, { condition, body }: While): void {
  forgetChanged(context, body)
  const again = newLabel('again')
  const turn = (): void =>
    scoped(context, () => {
      const test = scalarOf(context, condition)
      const rest = (): void => scoped(context, () => writeStatements(context, body))
      context.code.emit(when(test, sequence(rest, br(again))))
    })
  context.code.emit(loopWith(again, turn))
}
