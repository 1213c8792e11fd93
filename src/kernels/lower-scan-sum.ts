/** `cumsum`: a running sum along one axis. */
import { sizeOf } from '../core/abstract.ts'
import { affine } from './axes.ts'
import { finishKernel } from './finish.ts'
import type { Node, Statement, Step } from './kernel.ts'
import { paramsOf } from './params.ts'
import type { Reader } from './reader.ts'
import { attempt } from './reader.ts'
import type { StepContext, StepRule } from './steps.ts'
import { locate } from './storage.ts'

/** y[i] = x[0] + … + x[i] along an axis, or from the other end. */
export const runningSum: StepRule = {
  kind: 'step',
  strided: true,
  access: () => ['streamed'],
  lower: (context) => (sizeOf(context.output(0).shape) === 0 ? [] : [lowerRunningSum(context)]),
}

function lowerRunningSum(context: StepContext): Step {
  const body = attempt((reader) => runningSumBody(context, reader), context.reading)
  return { kind: 'kernel', kernel: finishKernel('cumsum', body) }
}

function runningSumBody({ equation, output }: StepContext, reader: Reader): readonly Statement[] {
  const { axis, reverse } = paramsOf(equation, 'cumsum')
  const [x] = equation.inputs
  const { table } = reader
  const axes = x.shape.map((extent, i) => reader.loops(extent, `${i}`, i !== axis))
  const index = axes.map((each) => each.index)
  if (reverse) index[axis] = affine(index[axis], -1, x.shape[axis] - 1)
  const total = table.local(x.dtype)
  const sum = table.apply('add', x.dtype, [table.read(total), reader.read(x, index)])
  const storage = output(0)
  const address = table.address(locate(storage, index))
  const value: Node = { kind: 'local', dtype: x.dtype, local: total }
  let body: readonly Statement[] = [
    { kind: 'assign', local: total, value: sum },
    { kind: 'store', buffer: storage.buffer, address, value },
  ]
  for (const loop of axes[axis].loops.toReversed()) body = [{ kind: 'for', loop, body }]
  body = [{ kind: 'assign', local: total, value: table.constant(x.dtype, 0) }, ...body]
  for (const loop of axes.flatMap(({ loops }, i) => (i === axis ? [] : loops)).reverse())
    body = [{ kind: 'for', loop, body }]
  return body
}
