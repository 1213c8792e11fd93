/**
 * A convolution as several: by examples. The gradient of the kernel, which sums over them, by output channels, or by taps: a
 * convolution with a smaller window that begins elsewhere.
 */
import { convolutionCost } from '../language/convolution-cost.ts'
import type { Convolution, Step } from '../language/kernel.ts'
import { FLOPS, mostParts } from './crew.ts'
import { cutEpilogue } from './cut-epilogue.ts'
import { makespan, type Range, rangesOf } from './ranges.ts'

/** Output channels that a machine computes together. */
const PANEL = 8
/** Channels of x from which few taps of a row still keep a machine busy. */
const CHANNELS = 8
/** What each part costs beside its share of the work: it prepares x for itself. */
const PREPARATION = 0.02

/** The parts of a convolution, at least two; null if it stays whole. */
export function splitConvolution(convolution: Convolution, threads: number): readonly Step[] | null {
  if (convolutionCost(convolution).flops < FLOPS) return null
  const parts = convolution.form === 'kernel' ? partsOfGradient(convolution, threads) : examplesOf(convolution, threads)
  return parts === null ? null : parts.map((part) => ({ kind: 'convolve', convolution: part }))
}

function examplesOf(convolution: Convolution, threads: number): readonly Convolution[] | null {
  const { batch, groups, channelsIn, channelsOut, axes, x, y, epilogue } = convolution
  const places = (size: 'input' | 'output'): number => axes.reduce((product, axis) => product * axis[size], 1)
  const rowOfX = places('input') * groups * channelsIn
  const rowOfY = places('output') * groups * channelsOut
  const ranges = rangesOf(batch, mostParts(threads), 1)
  if (ranges === null) return null
  return ranges.map((range) => ({
    ...convolution,
    batch: range.extent,
    x: { ...x, offset: x.offset + range.start * rowOfX },
    y: { ...y, offset: y.offset + range.start * rowOfY },
    epilogue: epilogue === null ? null : cutEpilogue(epilogue, 0, range),
  }))
}

/** By output channels, by rows of taps, or by rows of which the last are cut again: whichever keeps all threads busy. */
function partsOfGradient(convolution: Convolution, threads: number): readonly Convolution[] | null {
  const { channelsIn, channelsOut, groups, axes } = convolution
  const most = mostParts(threads)
  const channels = groups === 1 ? rangesOf(channelsOut, threads, PANEL) : null
  const rows = rangesOf(axes[0].window, most, 1)?.map((range) => tapsOf(convolution, 0, range))
  const mayCutRows = axes.length > 1 && channelsIn >= CHANNELS
  const choices = [
    channels?.map((range) => channelsFrom(convolution, range)),
    rows,
    rows !== undefined && mayCutRows ? withRestCut(rows, threads) : undefined,
  ].filter((choice) => choice !== undefined)
  const work = workOf(convolution)
  const time = (parts: readonly Convolution[]): number =>
    makespan(
      parts.map((part) => workOf(part) / work + PREPARATION),
      threads,
    )
  return choices.toSorted((a, b) => time(a) - time(b))[0] ?? null
}

const workOf = ({ channelsOut, axes }: Convolution): number =>
  axes.reduce((taps, { window }) => taps * window, channelsOut)

/** The rows of taps; those that are left over when every thread has as many are cut. */
function withRestCut(rows: readonly Convolution[], threads: number): readonly Convolution[] {
  const rest = rows.length % threads
  const even = rows.length - rest
  const pieces = rest === 0 ? 1 : Math.floor((mostParts(threads) - even) / rest)
  return rows.flatMap((row, i) => {
    const ranges = i >= even && row.axes[0].window === 1 ? rangesOf(row.axes[1]!.window, pieces, 1) : null
    return ranges === null ? [row] : ranges.map((range) => tapsOf(row, 1, range))
  })
}

/** The gradient of a range of output channels. */
function channelsFrom(convolution: Convolution, { start, extent }: Range): Convolution {
  const { channelsOut, w, y } = convolution
  return {
    ...convolution,
    channelsOut: extent,
    channelsOfY: channelsOut,
    w: { ...w, offset: w.offset + start },
    y: { ...y, offset: y.offset + start },
  }
}

/** The gradient of a range of taps along an axis; those of the axes before are single. */
function tapsOf(convolution: Convolution, axis: number, { start, extent }: Range): Convolution {
  const { axes, groups, channelsIn, channelsOut, w } = convolution
  const { before, dilation } = axes[axis]!
  const step = axes.slice(axis + 1).reduce((all, { window }) => all * window, channelsIn * groups * channelsOut)
  return {
    ...convolution,
    axes: axes.with(axis, { ...axes[axis]!, window: extent, before: before - start * dilation }),
    w: { ...w, offset: w.offset + start * step },
  }
}
