/** A routine as WebAssembly functions: one that runs its steps, and one for each kernel and nested routine. */
import { bytesOf } from '../../core/dtype.ts'
import type { CondStep, Contraction, HostStep, Routine, Step } from '../../kernels/kernel.ts'
import type { Expression, FunctionBuilder, Local } from './assembler.ts'
import { convolve } from './convolution.ts'
import {
  block,
  br,
  brTable,
  call,
  forUp,
  i32,
  load,
  local,
  memoryCopy,
  multiply,
  newLabel,
  op,
  sequence,
  share,
} from './instructions.ts'
import { callKernel } from './kernel-function.ts'
import { emitScan, emitWhile } from './loop-steps.ts'
import { emitMatmul } from './matmul.ts'
import { ARENA, addressOf, FRAME, type ModuleState, moved, newFrame, writeEntry } from './module-state.ts'
import { isSmall, productKernel } from './small-product.ts'

/** Steps of one function. */
const LONGEST = 256

/** Writes a routine and gives the index of the function `(arena, frame)` that runs it. */
export function emitRoutine(state: ModuleState, routine: Routine): number {
  const { steps, name } = routine
  if (steps.length <= LONGEST) return emitSteps(state, routine, name, steps)
  const chunks: number[] = []
  for (let start = 0; start < steps.length; start += LONGEST) {
    chunks.push(emitSteps(state, routine, `${name} ${start}`, steps.slice(start, start + LONGEST)))
  }
  const code = state.module.function(['i32', 'i32'], [], name)
  for (const chunk of chunks) code.emit(callWith(chunk))
  return code.index
}

function emitSteps(state: ModuleState, routine: Routine, name: string, steps: readonly Step[]): number {
  const code = state.module.function(['i32', 'i32'], [], name)
  for (const step of steps) code.emit(stepOf(state, routine, code, step))
  return code.index
}

/** A call of a function of the same routine. */
const callWith = (index: number): Expression => call(index, local.get(ARENA), local.get(FRAME))

function stepOf(state: ModuleState, routine: Routine, code: FunctionBuilder, step: Step): Expression {
  switch (step.kind) {
    case 'kernel':
      return callKernel(state, routine, step.kernel)
    case 'contract':
      if (isSmall(step.contraction)) return callKernel(state, routine, productKernel(step.contraction))
      return contract(state, routine, code, step.contraction)
    case 'convolve': {
      const { x, w, y } = step.convolution
      const work = moved(local.get(ARENA), state.workspace)
      const at = (operand: typeof x): Expression => addressOf(routine, operand)
      return convolve(state, step.convolution, { x: at(x), w: at(w), y: at(y), work })
    }
    case 'copy': {
      const bytes = step.elements * bytesOf(step.from.buffer.dtype)
      return memoryCopy(addressOf(routine, step.to), addressOf(routine, step.from), i32(bytes))
    }
    case 'scan':
      return emitScan(state, routine, code, step, emitRoutine(state, step.body))
    case 'while':
      return emitWhile(state, routine, code, step, {
        condition: emitRoutine(state, step.condition),
        body: emitRoutine(state, step.body),
      })
    case 'cond':
      return choose(state, routine, step)
    case 'host':
      return leave(state, routine, step)
  }
}

/** Loops over the batch axes around the matrix product. */
function contract(state: ModuleState, routine: Routine, code: FunctionBuilder, contraction: Contraction): Expression {
  const { batch, rows, columns, inner, a, b, c, dtype } = contraction
  const bytes = bytesOf(dtype)
  const counters = batch.map(() => code.local('i32'))
  const at = (operand: typeof a): Expression =>
    counters.reduce(
      (address, counter, axis) => moveBy(address, counter, operand.batchStrides[axis]! * bytes),
      addressOf(routine, operand),
    )
  const strides = (operand: typeof a): Expression[] =>
    [operand.rowStride * bytes, operand.columnStride * bytes].map(i32)
  const product = call(
    matmulOf(state, dtype),
    ...[rows, columns, inner].map(i32),
    ...[at(a), ...strides(a), at(b), ...strides(b), at(c), i32(c.rowStride * bytes)],
    i32(0),
    moved(local.get(ARENA), state.workspace),
  )
  const looped = counters.reduceRight(
    (body, counter, axis) => forUp(counter, i32(0), i32(batch[axis]!), 1, body),
    product,
  )
  return (into) => {
    looped(into)
    for (const counter of counters) code.release(counter)
  }
}

const moveBy = (address: Expression, counter: Local, bytes: number): Expression =>
  bytes === 0 ? address : op('i32.add', address, multiply(local.get(counter), i32(bytes)))

/** The function of matrix products of a dtype. */
const matmulOf = ({ library, module, fma }: ModuleState, dtype: Contraction['dtype']): number =>
  library.once(`matmul ${dtype}`, () => emitMatmul(module, { dtype, fma }))

/** One of the branches, all of which share a frame. */
function choose(state: ModuleState, routine: Routine, { selector, branches, inputs, outputs }: CondStep): Expression {
  const operands = [...inputs, ...outputs]
  const frame = newFrame(state, operands.length)
  const fill = operands.map((operand, i) => writeEntry(frame, i, addressOf(routine, operand)))
  const [end, ...labels] = [newLabel('end'), ...branches.map((branch) => newLabel(branch.name))] as const
  const selected = load('i32.load', addressOf(routine, selector))
  const run = branches.map((branch) =>
    sequence(call(emitRoutine(state, branch), local.get(ARENA), moved(local.get(ARENA), frame)), br(end!)),
  )
  const table = brTable(labels.slice(0, -1), labels[labels.length - 1]!, notNegative(selected))
  const blocks = labels.reduce<Expression>((inner, label, i) => sequence(block(label, inner), run[i]!), table)
  return sequence(...fill, block(end!, blocks))
}

/** A negative selector means the first branch. */
const notNegative = (selector: Expression): Expression =>
  share('i32', selector, (read) => op('select', read, i32(0), op('i32.ge_s', read, i32(0))))

/** Hands the addresses of its operands to the host. */
function leave(state: ModuleState, routine: Routine, step: HostStep): Expression {
  const operands = [...step.inputs, ...step.outputs]
  const frame = newFrame(state, operands.length)
  const number = state.hostSteps.push(step) - 1
  const fill = operands.map((operand, i) => writeEntry(frame, i, addressOf(routine, operand)))
  return sequence(...fill, call(state.host, i32(number), moved(local.get(ARENA), frame)))
}
