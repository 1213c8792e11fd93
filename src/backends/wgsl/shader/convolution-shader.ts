/**
 * Convolutions as matrix products in tiles whose left operand is never written down: its elements are found in the image while a
 * slice is fetched. Where groups have few channels, as in depthwise convolutions, loops are better.
 *
 *  - `forward`: positions of the output × output channels, Σ over taps and input channels;
 *  - `input`: positions of the input × input channels, Σ over taps and output channels;
 *  - `kernel`: taps and input channels × output channels, Σ over positions of the output.
 */
import type { Convolution } from '../../../kernels/language/kernel.ts'
import type { WindowAxis } from '../../../primitives/window-axis.ts'
import { convolutionKernel, convolutionStore, nameOfConvolution } from './convolution-kernel.ts'
import { loopSources } from './loop-shader.ts'
import type { Scratch } from './scratch.ts'
import type { ShaderSource } from './shader-source.ts'
import type { Digit, TileOperand, TileWindow } from './tile-operand.ts'
import { tilingOf } from './tile-shapes.ts'
import type { TiledProblem } from './tiled-product.ts'
import { tiledSources } from './tiled-sources.ts'

/** The shaders of a convolution. */
export function convolutionSources(convolution: Convolution, scratch: Scratch): readonly ShaderSource[] {
  const problem = tiledConvolution(convolution)
  const tiling = tilingOf({ ...problem, matrices: convolution.groups }, false)
  if (tiling === null) return loopSources(convolutionKernel(convolution), scratch)
  return tiledSources(problem, tiling, scratch)
}

/** A convolution as a product that can run in tiles. */
export function tiledConvolution(convolution: Convolution): TiledProblem {
  const { form, groups, channelsIn, channelsOut } = convolution
  const a = imageOperand(convolution)
  const columns = form === 'input' ? channelsIn : channelsOut
  return {
    name: `tiled_${nameOfConvolution(convolution)}`,
    batch: groups === 1 ? [] : [groups],
    ...{ rows: extentOf(a.side), columns, inner: extentOf(a.depth), a, b: matrixOperand(convolution) },
    target: { ...convolutionStore(convolution), groupColumns: columns },
  }
}

/** An axis of the image that is read: position side · fromSide + depth · fromDepth + shift, divided by the divisor. */
interface Role extends Omit<TileWindow, 'side' | 'depth' | 'stride'> {
  readonly side: number
  readonly depth: number
}

const roles: Readonly<Record<Convolution['form'], (axis: WindowAxis) => Role>> = {
  forward: ({ input, output, window, stride, dilation, before }) => ({
    ...{ side: output, fromSide: stride, depth: window, fromDepth: dilation },
    ...{ shift: -before, divisor: 1, size: input },
  }),
  input: ({ input, output, window, stride, dilation, before }) => ({
    ...{ side: input, fromSide: 1, depth: window, fromDepth: -dilation },
    ...{ shift: before, divisor: stride, size: output },
  }),
  kernel: ({ input, output, window, stride, dilation, before }) => ({
    ...{ side: window, fromSide: dilation, depth: output, fromDepth: stride },
    ...{ shift: -before, divisor: 1, size: input },
  }),
}

/** The image that is read. Positions that are divided are left to the windows, all others are part of the digits' strides. */
function imageOperand({ form, batch, groups, channelsIn, channelsOut, axes, x, y }: Convolution): TileOperand {
  const [{ buffer, offset }, channels] = form === 'input' ? [y, channelsOut] : [x, channelsIn]
  const [side, depth, windows] = [[] as Digit[], [] as Digit[], [] as TileWindow[]]
  let stride = groups * channels
  let begin = offset
  for (const axis of axes.toReversed()) {
    const role = roles[form](axis)
    const step = role.divisor === 1 ? stride : 0
    const along: Digit = { extent: role.side, stride: role.fromSide * step }
    const tap: Digit = { extent: role.depth, stride: role.fromDepth * step }
    side.unshift(along)
    depth.unshift(tap)
    begin += role.shift * step
    if (!isInside(role)) windows.push({ ...role, side: along, depth: tap, stride })
    stride *= role.size
  }
  const image: Digit = { extent: batch, stride }
  const channel: Digit = { extent: channels, stride: 1 }
  const digits =
    form === 'kernel'
      ? { side: [...side, channel], depth: [image, ...depth] }
      : { side: [image, ...side], depth: [...depth, channel] }
  return { buffer, offset: begin, batchStrides: groups === 1 ? [] : [channels], ...digits, windows }
}

/** Does every position exist? */
function isInside({ side, depth, fromSide, fromDepth, shift, divisor, size }: Role): boolean {
  const ends = [(side - 1) * fromSide, (depth - 1) * fromDepth]
  const least = ends.reduce((sum, end) => sum + Math.min(0, end), shift)
  const most = ends.reduce((sum, end) => sum + Math.max(0, end), shift)
  return divisor === 1 && least >= 0 && most < size
}

/** The operand that is a matrix as it lies in memory: the weights, and for their gradient y. */
function matrixOperand({ form, batch, groups, channelsIn, channelsOut, axes, w, y }: Convolution): TileOperand {
  const width = groups * channelsOut
  const taps = axes.reduce((product, { window }) => product * window, 1)
  const positions = axes.reduce((product, { output }) => product * output, batch)
  const column: Digit = { extent: channelsOut, stride: 1 }
  const { buffer, offset } = form === 'kernel' ? y : w
  const digits = {
    forward: { side: [column], depth: [{ extent: taps * channelsIn, stride: width }] },
    input: {
      side: [{ extent: channelsIn, stride: width }],
      depth: [{ extent: taps, stride: channelsIn * width }, column],
    },
    kernel: { side: [column], depth: [{ extent: positions, stride: width }] },
  }[form]
  return { buffer, offset, batchStrides: groups === 1 ? [] : [channelsOut], ...digits, windows: [] }
}

const extentOf = (digits: readonly Digit[]): number => digits.reduce((product, { extent }) => product * extent, 1)
