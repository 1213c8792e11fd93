/**
 * Correlations: what a convolution and its input gradient have in common.
 *
 *   target[b, start + step · t, g · columns + q] = Σ_{j, c} source[b, first + stride · t + spacing · j, g · depth + c] · w[tap j, c, q]
 *
 * for each axis, 0 ≤ t < count and 0 ≤ j < taps; source elements outside count as 0. A convolution is one correlation. Its input
 * gradient is one for each phase r of the stride, x[s · t + r]: the taps k with r + before − k · dilation divisible by s, in
 * reverse. So nothing is multiplied with the zeros between strided outputs.
 */
import type { Convolution } from '../../../kernels/language/kernel.ts'
import type { WindowAxis } from '../../../primitives/window-axis.ts'

/** One axis. */
export interface CorrelationAxis {
  /** Its place among the axes of the convolution. */
  readonly place: number
  /** Extents of the two tensors. */
  readonly source: number
  readonly target: number
  readonly count: number
  readonly start: number
  readonly step: number
  readonly first: number
  readonly stride: number
  readonly taps: number
  readonly spacing: number
  /** The window index of tap j is tapFirst + tapStep · j. */
  readonly tapFirst: number
  readonly tapStep: number
  /** Elements of w from one window index to the next. */
  readonly tapStride: number
}

/** All axes, and the channels with their strides in elements. */
export interface Correlation {
  readonly dtype: 'float32' | 'float64'
  readonly batch: number
  readonly groups: number
  /** Channels of a group in the source and the target. */
  readonly depth: number
  readonly columns: number
  /** Channels of all groups in the source and the target. */
  readonly sourceChannels: number
  readonly targetChannels: number
  /** Elements of w from one group, depth, column to the next. */
  readonly weights: { readonly group: number; readonly depth: number; readonly column: number }
  /** Axes that matter; at least one. */
  readonly axes: readonly CorrelationAxis[]
}

/** y from x and w: one correlation. */
export function forwardCorrelation(convolution: Convolution): Correlation {
  const { dtype, batch, groups, channelsIn, channelsOut } = convolution
  const targetChannels = channelsOfY(convolution)
  const axes = weighted(convolution).map(
    ({ place, input, output, window, stride, dilation, before, tapStride }): CorrelationAxis => ({
      place,
      ...{ source: input, target: output, count: output, start: 0, step: 1 },
      ...{ first: -before, stride, taps: window, spacing: dilation },
      ...{ tapFirst: 0, tapStep: 1, tapStride },
    }),
  )
  return {
    ...{ dtype, batch, groups, depth: channelsIn, columns: channelsOut },
    ...{ sourceChannels: groups * channelsIn, targetChannels },
    weights: { group: channelsOut, depth: targetChannels, column: 1 },
    axes,
  }
}

/** The channels of y and w, of which the convolution may compute some. */
const channelsOfY = ({ groups, channelsOut, channelsOfY }: Convolution): number => channelsOfY ?? groups * channelsOut

/** x from y and w: one correlation for each phase that any tap reaches; where they do not cover x, it is zero. */
export function inputCorrelations(convolution: Convolution): {
  readonly phases: readonly Correlation[]
  readonly covers: boolean
} {
  const { dtype, batch, groups, channelsIn, channelsOut } = convolution
  const choices = weighted(convolution).map((axis) =>
    Array.from({ length: Math.min(axis.stride, axis.input) }, (_, residue) => phaseOf(axis, residue)),
  )
  const combinations = choices.reduce<readonly (readonly (CorrelationAxis | null)[])[]>(
    (outer, phases) => outer.flatMap((axes) => phases.map((phase) => [...axes, phase])),
    [[]],
  )
  const present = combinations.filter((axes): axes is CorrelationAxis[] => axes.every((axis) => axis !== null))
  const phases = present.map((axes) => ({
    ...{ dtype, batch, groups, depth: channelsOut, columns: channelsIn },
    ...{ sourceChannels: groups * channelsOut, targetChannels: groups * channelsIn },
    weights: { group: channelsOut, depth: 1, column: groups * channelsOut },
    axes,
  }))
  return { phases, covers: present.length === combinations.length }
}

/** Elements residue, residue + stride … of x, or null if no tap reaches them. */
function phaseOf(axis: WeightedAxis, residue: number): CorrelationAxis | null {
  const { place, input, output, window, stride, dilation, before, tapStride } = axis
  const reaching = Array.from({ length: window }, (_, k) => k).filter(
    (k) => (residue + before - k * dilation) % stride === 0,
  )
  const last = reaching.at(-1)
  if (last === undefined) return null
  const tapStep = reaching.length > 1 ? reaching[0]! - reaching[1]! : -1
  return {
    place,
    ...{ source: output, target: input, count: Math.ceil((input - residue) / stride), start: residue, step: stride },
    ...{ first: (residue + before - last * dilation) / stride, stride: 1, taps: reaching.length },
    spacing: reaching.length > 1 ? (-tapStep * dilation) / stride : 1,
    ...{ tapFirst: last, tapStep, tapStride },
  }
}

/** An axis with its place, and the elements of w from tap to tap. */
type WeightedAxis = WindowAxis & { readonly place: number; readonly tapStride: number }

/** The axes with the strides of their taps; axes on which nothing happens are left out, but for one. */
function weighted(convolution: Convolution): readonly WeightedAxis[] {
  const { axes, channelsIn } = convolution
  let tapStride = channelsIn * channelsOfY(convolution)
  const all = axes
    .toReversed()
    .map((axis, i) => {
      const own = { ...axis, place: axes.length - 1 - i, tapStride }
      tapStride *= axis.window
      return own
    })
    .reverse()
  const needed = all.filter(
    ({ input, output, window, before }) => input !== 1 || output !== 1 || window !== 1 || before !== 0,
  )
  return needed.length > 0 ? needed : all.slice(-1)
}
