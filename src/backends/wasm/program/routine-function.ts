/** A routine as WebAssembly functions: one that runs its steps, and one for each kernel and nested routine. */
import { bytesOf } from '../../../core/dtype.ts'
import type { CondStep, HostStep, Routine, Step } from '../../../kernels/language/kernel.ts'
import { stagesOf } from '../../../kernels/planning/stages.ts'
import type { Expression, FunctionBuilder } from '../code/assembler.ts'
import {
  block,
  br,
  brTable,
  call,
  i32,
  load,
  local,
  memoryCopy,
  newLabel,
  op,
  sequence,
  share,
} from '../code/instructions.ts'
import {
  ARENA,
  addressOf,
  FRAME,
  type ModuleState,
  moved,
  newFrame,
  type Threading,
  writeEntry,
} from '../code/module-state.ts'
import { callConvolution, callDirect } from '../convolution/convolution.ts'
import { callKernel } from '../kernel/kernel-function.ts'
import { placeRowBuffers } from '../kernel/row-buffers.ts'
import { callProduct } from '../product/product-step.ts'
import { emitScan, emitWhile } from './loop-steps.ts'

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
  const { threading } = state
  if (threading === null) return wholeStep(state, routine, code, step)
  const stages = stagesOf(step, threading.crew).map((parts) => {
    if (parts.length === 1) return wholeStep(state, routine, code, parts[0]!)
    const inParts = forked(state, threading, routine, parts)
    return step.kind === 'convolve' ? callConvolution(state, routine, step.convolution, inParts) : inParts
  })
  return sequence(...stages)
}

/** Each part is a function `(arena, frame)` of its own, with its own place to work. */
function forked(state: ModuleState, threading: Threading, routine: Routine, parts: readonly Step[]): Expression {
  const { groups, workspaceBytes, fork } = threading
  const first = groups.reduce((sum, count) => sum + count, 0)
  parts.forEach((step, i) => {
    const own: ModuleState = { ...state, workspace: state.workspace + i * workspaceBytes }
    if (step.kind === 'kernel') placeRowBuffers(step.kernel, own.workspace)
    const code = state.module.function(['i32', 'i32'], [], `part ${first + i}`)
    const isConvolution = step.kind === 'convolve'
    code.emit(isConvolution ? callDirect(own, routine, step.convolution) : wholeStep(own, routine, code, step))
    state.module.exportFunction(`part${first + i}`, code.index)
  })
  const group = groups.push(parts.length) - 1
  return call(fork, i32(group), local.get(ARENA), local.get(FRAME))
}

function wholeStep(state: ModuleState, routine: Routine, code: FunctionBuilder, step: Step): Expression {
  switch (step.kind) {
    case 'kernel':
      return callKernel(state, routine, step.kernel)
    case 'contract':
      return callProduct(state, routine, code, step.contraction)
    case 'convolve':
      return callConvolution(state, routine, step.convolution)
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
