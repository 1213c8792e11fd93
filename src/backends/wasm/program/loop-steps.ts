/**
 * `scan` and `while` as native loops around the function of their body, which is a function of its own because V8 does not
 * replace a loop that is running. The addresses in the body's frame move from run to run, the elements do not.
 */
import { bytesOf } from '../../../core/dtype.ts'
import type { Operand, Routine, RowOperand, ScanStep, WhileStep } from '../../../kernels/language/kernel.ts'
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import {
  add,
  block,
  br,
  brIf,
  call,
  global,
  i32,
  increment,
  load,
  local,
  loop,
  memoryCopy,
  memoryFill,
  multiply,
  newLabel,
  op,
  sequence,
  subtract,
  when,
} from '../code/instructions.ts'
import { ARENA, addressOf, type ModuleState, moved, newFrame, readEntry, writeEntry } from '../code/module-state.ts'

const { get, set } = local

/** What the two loops have in common. */
type Carried = Pick<ScanStep | WhileStep, 'start' | 'end' | 'carryScratch'>

/** Where the addresses of the body's operands stand in its frame. */
interface Entries {
  readonly frame: number
  /** Of the first carry among the inputs and among the outputs. */
  readonly carryIn: number
  readonly carryOut: number
}

/** The loop of a scan; `body` is the index of its body's function. */
export function emitScan(
  state: ModuleState,
  routine: Routine,
  code: FunctionBuilder,
  step: ScanStep,
  body: number,
): Expression {
  const inputs = step.body.inputs.length
  const frame = newFrame(state, inputs + step.body.outputs.length)
  const entries: Entries = { frame, carryIn: step.constants.length, carryOut: inputs }
  const rows = [
    ...step.xs.map((row, i) => ({ row, entry: step.constants.length + step.start.length + i })),
    ...step.ys.map((row, i) => ({ row, entry: inputs + step.end.length + i })),
  ]
  const [count, run] = [code.local('i32'), code.local('i32')]
  const left = newLabel('left')
  const again = newLabel('again')
  const isLast = op('i32.eq', get(run), subtract(get(count), i32(1)))
  const turns = block(
    left,
    set(run, i32(0)),
    loop(
      again,
      call(body, get(ARENA), moved(get(ARENA), frame)),
      increment(run, i32(1)),
      brIf(left, op('i32.eq', get(run), get(count))),
      ...rows.map(({ row, entry }) => writeEntry(frame, entry, moved(readEntry(frame, entry), rowBytes(step, row)))),
      ...handOver(routine, entries, step, run, (end, scratch) => op('select', end, scratch, isLast)),
      br(again),
    ),
  )
  const written = sequence(
    countOf(state, routine, step, count),
    when(
      get(count),
      sequence(
        ...step.constants.map((operand, i) => writeEntry(frame, i, addressOf(routine, operand))),
        ...rows.map(({ row, entry }) => writeEntry(frame, entry, firstRow(routine, step, row, count))),
        ...begin(routine, entries, step, (end, scratch) =>
          op('select', end, scratch, op('i32.eq', get(count), i32(1))),
        ),
        turns,
      ),
      sequence(...copyCarries(routine, step, (i) => addressOf(routine, step.start[i]!))),
    ),
    ...(step.count === null ? [] : step.ys.map((row, i) => clearRest(routine, step, row, i, count))),
  )
  return releasing([count, run], written)
}

/** Gives locals back once the code that uses them is written. */
const releasing =
  (locals: readonly Local[], written: Expression): Expression =>
  (code) => {
    written(code)
    for (const variable of locals) code.release(variable)
  }

const rowBytes = ({ reverse }: ScanStep, { row, buffer }: RowOperand): number =>
  (reverse ? -row : row) * bytesOf(buffer.dtype)

/** The row of the first run: the last one, in reverse. */
function firstRow(routine: Routine, step: ScanStep, row: RowOperand, count: Local): Expression {
  const address = addressOf(routine, row)
  if (!step.reverse) return address
  return add(address, multiply(subtract(get(count), i32(1)), i32(row.row * bytesOf(row.buffer.dtype))))
}

/** The number of runs. One that is larger than the length is kept for the caller, and the length serves. */
function countOf({ overflow }: ModuleState, routine: Routine, step: ScanStep, count: Local): Expression {
  if (step.count === null) return set(count, i32(step.length))
  const most = op('select', get(count), global.get(overflow), op('i32.gt_s', get(count), global.get(overflow)))
  return sequence(
    set(count, load('i32.load', addressOf(routine, step.count))),
    when(
      op('i32.gt_s', get(count), i32(step.length)),
      sequence(global.set(overflow, most), set(count, i32(step.length))),
    ),
    set(count, op('select', get(count), i32(0), op('i32.gt_s', get(count), i32(0)))),
  )
}

/** Zeros in the rows that are not run. */
function clearRest(routine: Routine, step: ScanStep, row: RowOperand, i: number, count: Local): Expression {
  const bytes = row.row * bytesOf(row.buffer.dtype)
  if (row.row !== step.body.outputs[i + step.end.length]!.elements) {
    throw new Error(`wasm: the rows of output ${i} of ${step.name} are not dense.`)
  }
  const rest = multiply(subtract(i32(step.length), get(count)), i32(bytes))
  return memoryFill(add(addressOf(routine, row), multiply(get(count), i32(bytes))), i32(0), rest)
}

/** The carries of the first run: from `start`, to what `target` makes of the end and the first scratch. */
const begin = (
  routine: Routine,
  { frame, carryIn, carryOut }: Entries,
  { start, end, carryScratch }: Carried,
  target: (end: Expression, scratch: Expression) => Expression,
): Expression[] =>
  start.flatMap((operand, i) => [
    writeEntry(frame, carryIn + i, addressOf(routine, operand)),
    writeEntry(
      frame,
      carryOut + i,
      target(addressOf(routine, end[i]!), addressOf(routine, whole(carryScratch[i]![0]))),
    ),
  ])

/** What the last run wrote is what the next one reads; it writes to the other scratch. */
const handOver = (
  routine: Routine,
  { frame, carryIn, carryOut }: Entries,
  { end, carryScratch }: Carried,
  run: Local,
  target: (end: Expression, scratch: Expression) => Expression,
): Expression[] =>
  end.flatMap((operand, i) => {
    const [even, odd] = carryScratch[i]!.map((buffer) => addressOf(routine, whole(buffer))) as [Expression, Expression] // a pair
    const scratch = op('select', odd, even, op('i32.and', get(run), i32(1)))
    return [
      writeEntry(frame, carryIn + i, readEntry(frame, carryOut + i)),
      writeEntry(frame, carryOut + i, target(addressOf(routine, operand), scratch)),
    ]
  })

const whole = (buffer: Operand['buffer']): Operand => ({ buffer, offset: 0 })

/** Copies the carries, from where `from` says, to the end. */
const copyCarries = (routine: Routine, { end, carryScratch }: Carried, from: (i: number) => Expression): Expression[] =>
  end.map((operand, i) => {
    const { elements, dtype } = carryScratch[i]![0]
    return memoryCopy(addressOf(routine, operand), from(i), i32(elements * bytesOf(dtype)))
  })

/** The loop of a `while`: its carries are copied to the end, since no run knows that it is the last. */
export function emitWhile(
  state: ModuleState,
  routine: Routine,
  code: FunctionBuilder,
  step: WhileStep,
  functions: { readonly condition: number; readonly body: number },
): Expression {
  const conditionInputs = step.condition.inputs.length
  const test = newFrame(state, conditionInputs + 1)
  const frame = newFrame(state, step.body.inputs.length + step.body.outputs.length)
  const entries: Entries = { frame, carryIn: step.bodyConstants.length, carryOut: step.body.inputs.length }
  const firstTested = step.conditionConstants.length
  const showCarries = step.start.map((_, i) => writeEntry(test, firstTested + i, readEntry(frame, entries.carryIn + i)))
  const run = code.local('i32')
  const left = newLabel('left')
  const again = newLabel('again')
  const flag = addressOf(routine, whole(step.flag))
  const turns = loop(
    again,
    ...(step.maxSteps === null ? [] : [brIf(left, op('i32.ge_u', get(run), i32(step.maxSteps)))]),
    ...showCarries,
    call(functions.condition, get(ARENA), moved(get(ARENA), test)),
    brIf(left, op('i32.eqz', load('i32.load', flag))),
    call(functions.body, get(ARENA), moved(get(ARENA), frame)),
    increment(run, i32(1)),
    ...handOver(routine, entries, step, run, (_, scratch) => scratch),
    br(again),
  )
  const written = sequence(
    set(run, i32(0)),
    ...step.conditionConstants.map((operand, i) => writeEntry(test, i, addressOf(routine, operand))),
    writeEntry(test, conditionInputs, flag),
    ...step.bodyConstants.map((operand, i) => writeEntry(frame, i, addressOf(routine, operand))),
    ...begin(routine, entries, step, (_, scratch) => scratch),
    block(left, turns),
    ...copyCarries(routine, step, (i) => readEntry(frame, entries.carryIn + i)),
  )
  return releasing([run], written)
}
