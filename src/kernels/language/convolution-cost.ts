/** What a convolution costs: operations, with those on padding, and bytes of the three tensors. */
import { bytesOf } from '../../core/dtype.ts'
import type { Convolution, Operand } from './kernel.ts'
import { kernelCost, nested } from './kernel-cost.ts'

/** Two operations for each position, tap and pair of channels of a group, then those of the epilogue; every element counts once. */
export function convolutionCost(convolution: Convolution): { readonly flops: number; readonly bytes: number } {
  const { batch, groups, channelsIn, channelsOut, axes, dtype, epilogue } = convolution
  const over = (side: 'input' | 'output' | 'window'): number => axes.reduce((all, axis) => all * axis[side], 1)
  const [x, y] = [batch * over('input') * groups * channelsIn, batch * over('output') * groups * channelsOut]
  const w = over('window') * channelsIn * groups * channelsOut
  const flops = 2 * batch * over('output') * over('window') * groups * channelsIn * channelsOut
  const after = epilogue === null ? { flops: 0, bytes: 0 } : kernelCost(nested(epilogue.loops, epilogue.body))
  const { buffer } = convolutionOperands(convolution).writes
  const written = convolution.form === 'forward' ? y : x
  const replaced = epilogue?.body.some((store) => store.buffer === buffer) ? written : 0
  return { flops: flops + after.flops, bytes: (x + y + w - replaced) * bytesOf(dtype) + after.bytes }
}

/** The tensors that are read, and the one that is written. */
export function convolutionOperands({ form, x, w, y }: Convolution): {
  readonly reads: readonly [Operand, Operand]
  readonly writes: Operand
} {
  if (form === 'forward') return { reads: [x, w], writes: y }
  return form === 'input' ? { reads: [y, w], writes: x } : { reads: [x, y], writes: w }
}
