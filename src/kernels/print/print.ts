/** Routines as text: every step with its loops, flops and bytes, and the memory plan. */
import { bytesOf } from '../../core/dtype.ts'
import { productOf } from '../fusion/product.ts'
import { convolutionCost, convolutionOperands } from '../language/convolution-cost.ts'
import type {
  Buffer,
  Contraction,
  Convolution,
  Epilogue,
  Kernel,
  Loop,
  Operand,
  PlannedRoutine,
  Routine,
  Statement,
  Step,
} from '../language/kernel.ts'
import { contractionCost, nested } from '../language/kernel-cost.ts'
import { allNodes, nodesOf } from '../language/walk.ts'
import { nestedRoutines } from '../planning/plan.ts'
import { printStatements, showLoop } from './print-statements.ts'

/** How much is printed: one line for each step, or the statements of kernels too. */
export type Detail = 'steps' | 'statements'

/**
 * ```text
 * main (in0: float32[784]) -> (out0: float32[10])
 *   0: contract float32 32×784·784×10 dot + add, in0, in1, in2 -> out0, 502 kflop, 133 kB
 * arena 0 B (at least 0 B)
 * ```
 */
export function printRoutine(
  { routine, arenaBytes, lowerBoundBytes }: PlannedRoutine,
  detail: Detail = 'steps',
): string {
  const memory = `arena ${showBytes(arenaBytes)} (at least ${showBytes(lowerBoundBytes)})`
  return [...printNested(routine, detail, ''), memory].join('\n')
}

function printNested(routine: Routine, detail: Detail, indent: string): string[] {
  const types = (buffers: readonly Buffer[]): string =>
    buffers.map((buffer) => `${showPlace(buffer)}: ${buffer.dtype}[${buffer.elements}]`).join(', ')
  const head = `${indent}${routine.name} (${types(routine.inputs)}) -> (${types(routine.outputs)})`
  const steps = routine.steps.flatMap((step, position) => {
    const nested = nestedRoutines(step).flatMap((inner) => printNested(inner, detail, `${indent}    `))
    const statements = detail === 'statements' ? printStatements(statementsOf(step), `${indent}    `, showPlace) : []
    return [`${indent}  ${position}: ${describe(step)}`, ...nested, ...statements]
  })
  return [head, ...steps]
}

/** The statements of a kernel, or of a product's epilogue. */
function statementsOf(step: Step): readonly Statement[] {
  if (step.kind === 'kernel') return step.kernel.body
  const epilogue = productOf(step)?.epilogue ?? null
  return epilogue === null ? [] : nested(epilogue.loops, epilogue.body)
}

/** `in0`, `out0`, or `b7@1024` for a buffer at byte 1024 of the arena. */
function showPlace({ id, place }: Buffer): string {
  if (place === null) return `b${id}`
  return place.kind === 'arena' ? `b${id}@${place.offset}` : `${place.kind === 'input' ? 'in' : 'out'}${place.index}`
}

const showOperand = ({ buffer, offset }: Operand): string =>
  offset === 0 ? showPlace(buffer) : `${showPlace(buffer)}+${offset}`

const list = (operands: readonly Operand[]): string => operands.map(showOperand).join(', ')

function describe(step: Step): string {
  switch (step.kind) {
    case 'kernel':
      return describeKernel(step.kernel)
    case 'contract':
      return describeContraction(step.contraction)
    case 'convolve':
      return describeConvolution(step.convolution)
    case 'copy':
      return `copy ${showOperand(step.from)} -> ${showOperand(step.to)}, ${showBytes(step.elements * bytesOf(step.to.buffer.dtype))}`
    case 'scan': {
      const length = step.count === null ? step.length : `${showOperand(step.count)} (at most ${step.length})`
      const order = step.reverse ? ' reversed' : ''
      return `scan ${length}${order} (${list(step.start)}; ${list(step.xs)}) -> (${list(step.end)}; ${list(step.ys)})`
    }
    case 'while':
      return `while (${list(step.start)}) -> (${list(step.end)})`
    case 'cond':
      return `cond ${showOperand(step.selector)} (${list(step.inputs)}) -> (${list(step.outputs)})`
    case 'host':
      return `host ${step.name} (${list(step.inputs)}) -> (${list(step.outputs)})`
  }
}

function describeKernel({ name, body, flops, bytes }: Kernel): string {
  const loops = deepest(body).map(showLoop).join(' ')
  return `kernel ${name} [${loops}], ${showCount(flops)}flop, ${showBytes(bytes)}`
}

/** `contract float32 32×784·784×128 dot + add_max, in0, in1 -> b2@0; in2 -> out0, 6.4 Mflop, 530 kB`. */
function describeContraction(contraction: Contraction): string {
  const { name, dtype, batch, rows, columns, inner, a, b, c, epilogue } = contraction
  const shape = `${batch.map((extent) => `${extent} × `).join('')}${rows}×${inner}·${inner}×${columns}`
  const { flops, bytes } = contractionCost(contraction)
  const after = epilogue === null ? '' : ` ${name} + ${epilogue.name}`
  return `contract ${dtype} ${shape}${after}, ${flow([a, b], c, epilogue)}, ${showCount(flops)}flop, ${showBytes(bytes)}`
}

/** `in0, in1, in2 -> b2@0, out0`: the operands and results of a product and its epilogue. */
function flow(reads: readonly Operand[], writes: Operand, epilogue: Epilogue | null): string {
  const operands = [...reads.map(showOperand), ...(epilogue === null ? [] : readBy(epilogue))]
  const results = new Set([showOperand(writes), ...(epilogue === null ? [] : writtenBy(epilogue))])
  return `${operands.join(', ')} -> ${[...results].join(', ')}`
}

/** `convolve forward float32 64×28×28×16 * 3×3×16×32 stride 2, in0, in1 -> b2@0, 115 Mflop, 2.1 MB` */
function describeConvolution(convolution: Convolution): string {
  const { name, dtype, form, batch, groups, channelsIn, channelsOut, axes, epilogue } = convolution
  const image = [batch, ...axes.map(({ input }) => input), groups * channelsIn].join('×')
  const weights = [...axes.map(({ window }) => window), channelsIn, groups * channelsOut].join('×')
  const varied = (['stride', 'dilation'] as const)
    .filter((name) => axes.some((axis) => axis[name] !== 1))
    .map((name) => ` ${name} ${axes.map((axis) => axis[name]).join('×')}`)
  const { reads, writes } = convolutionOperands(convolution)
  const { flops, bytes } = convolutionCost(convolution)
  const after = epilogue === null ? '' : ` ${name} + ${epilogue.name}`
  const shape = `${image} * ${weights}${varied.join('')}${after}`
  return `convolve ${form} ${dtype} ${shape}, ${flow(reads, writes, epilogue)}, ${showCount(flops)}flop, ${showBytes(bytes)}`
}

const readBy = ({ body }: Epilogue): string[] =>
  allNodes(body.flatMap(nodesOf)).flatMap((node) =>
    node.kind === 'load' ? [showOperand({ buffer: node.buffer, offset: node.address.offset })] : [],
  )

const writtenBy = ({ body }: Epilogue): string[] =>
  body.map(({ buffer, address: { offset } }) => showOperand({ buffer, offset }))

/** The loops of the deepest nest. */
function deepest(body: readonly Statement[]): readonly Loop[] {
  let best: readonly Loop[] = []
  for (const statement of body) {
    const loops =
      statement.kind === 'for'
        ? [statement.loop, ...deepest(statement.body)]
        : statement.kind === 'reduce'
          ? statement.loops
          : []
    if (loops.length > best.length) best = loops
  }
  return best
}

/** `1.2 k`, `3.4 M`: a count with a prefix and a trailing space. */
function showCount(count: number): string {
  const steps = ['', 'k', 'M', 'G', 'T']
  const power = Math.min(steps.length - 1, count < 1000 ? 0 : Math.floor(Math.log10(count) / 3))
  return `${Number((count / 1000 ** power).toPrecision(3))} ${steps[power]}`
}

const showBytes = (bytes: number): string => `${showCount(bytes)}B`
