/**
 * One step as several that may run at the same time: each writes a part of its own of the outermost independent axis. No sum is
 * cut, and parts begin where blocks and vectors do, so every element is computed as in the whole step, to the bit.
 */
import { sizeOf } from '../../core/abstract.ts'
import { convolutionCost } from '../language/convolution-cost.ts'
import type { Contraction, Convolution, Epilogue, Kernel, Loop, Operand, Step } from '../language/kernel.ts'
import { replaceLoops } from '../language/rewrite-loops.ts'
import { eachStatement } from '../language/walk.ts'

/** Below so many bytes and operations a step is not worth a word to another thread. */
const BYTES = 2 ** 19
const FLOPS = 2 ** 18

/** Multiplications of a part below which a machine may write products in another way. */
const SMALL = 2 ** 14

/** Lanes and blocks of every machine divide these. */
const VECTORS = 64
const ROWS = 60
const COLUMNS = 64

/** The most parts of one step. */
export const mostParts = (threads: number): number => 2 * threads

/** A range of an axis. */
interface Range {
  readonly start: number
  readonly extent: number
}

/** The parts of a step, at least two; null if it stays whole. `threads` ≥ 2. */
export function splitStep(step: Step, threads: number): readonly Step[] | null {
  switch (step.kind) {
    case 'kernel':
      return splitKernel(step.kernel, threads)
    case 'contract':
      return splitContraction(step.contraction, threads)
    case 'convolve':
      return splitConvolution(step.convolution, threads)
    default:
      return null
  }
}

/**
 * Ranges that begin at multiples of `unit`: about `count` of them, equally long but for the last, which is not short (short
 * loops and products may be written in another way); null if there is one.
 */
function rangesOf(extent: number, count: number, unit: number): readonly Range[] | null {
  const length = Math.ceil(extent / count / unit) * unit
  const parts = Math.max(1, Math.floor((extent - unit / 2) / length) + 1)
  if (parts < 2) return null
  return Array.from({ length: parts }, (_, i) => ({
    start: i * length,
    extent: i === parts - 1 ? extent - i * length : length,
  }))
}

/** Twice as many parts as threads: one that is late leaves work to the others. */
function splitKernel(kernel: Kernel, threads: number): readonly Step[] | null {
  const { body, flops, bytes } = kernel
  const outer = body[0]
  if (bytes < BYTES && flops < FLOPS) return null
  if (body.length !== 1 || outer?.kind !== 'for' || !outer.loop.parallel || accumulates(kernel)) return null
  const { loop } = outer
  const ranges = rangesOf(loop.extent, mostParts(threads), loop.vector || loop.extent > VECTORS ? VECTORS : 1)
  if (ranges === null) return null
  return ranges.map(({ start, extent }) => {
    const share = extent / loop.extent
    const part = replaceLoops(body, new Map([[loop, { ...loop, extent }]]), new Map([[loop, start]]))
    return { kind: 'kernel', kernel: { ...kernel, body: part, flops: flops * share, bytes: bytes * share } }
  })
}

/** Iterations that add to one element are independent only one after the other. */
function accumulates({ body }: Kernel): boolean {
  let found = false
  eachStatement(body, ({ kind }) => {
    found ||= kind === 'accumulate'
  })
  return found
}

type Axis = 'batch' | 'rows' | 'columns'

/** Parts share nothing but what they read; as few as there are threads, since each packs its operands for itself. */
function splitContraction(contraction: Contraction, threads: number): readonly Step[] | null {
  const { batch, rows, columns, inner } = contraction
  if (2 * sizeOf(batch) * rows * columns * inner < FLOPS) return null
  const ranges: Record<Axis, readonly Range[] | null> = {
    batch: batch.length > 0 ? rangesOf(batch[0]!, threads, 1) : null,
    rows: rangesOf(rows, threads, ROWS),
    columns: rangesOf(columns, threads, COLUMNS),
  }
  const sides = rows >= columns ? (['rows', 'columns'] as const) : (['columns', 'rows'] as const)
  const axis = (['batch', ...sides] as const).find((each) => ranges[each] !== null)
  if (axis === undefined) return null
  const whole = { batch: batch[0], rows, columns }[axis]!
  const least = Math.min(...ranges[axis]!.map(({ extent }) => extent))
  if (axis !== 'batch' && (rows * columns * inner * least) / whole < SMALL) return null
  return ranges[axis]!.map((range) => ({ kind: 'contract', contraction: partOf(contraction, axis, range) }))
}

function partOf(contraction: Contraction, axis: Axis, range: Range): Contraction {
  const { batch, a, b, c, epilogue } = contraction
  const stride = { batch: 0, rows: batch.length, columns: batch.length + 1 }[axis]
  const cut = epilogue === null ? null : cutEpilogue(epilogue, stride, range)
  const moved = <O extends Operand>(operand: O, step: number): O => ({
    ...operand,
    offset: operand.offset + range.start * step,
  })
  const whole = { ...contraction, epilogue: cut }
  switch (axis) {
    case 'batch':
      return {
        ...whole,
        batch: [range.extent, ...batch.slice(1)],
        a: moved(a, a.batchStrides[0]!),
        b: moved(b, b.batchStrides[0]!),
        c: moved(c, c.batchStrides[0]!),
      }
    case 'rows':
      return { ...whole, rows: range.extent, a: moved(a, a.rowStride), c: moved(c, c.rowStride) }
    case 'columns':
      return { ...whole, columns: range.extent, b: moved(b, b.columnStride), c: moved(c, c.columnStride) }
  }
}

/** The epilogue of the part of a step in which one of its loops has the range. */
function cutEpilogue(epilogue: Epilogue, position: number, { start, extent }: Range): Epilogue {
  const old = epilogue.loops[position]!
  const loop: Loop = { ...old, extent }
  const body = replaceLoops(epilogue.body, new Map([[old, loop]]), new Map([[old, start]]))
  return {
    ...epilogue,
    loops: epilogue.loops.map((each) => (each === old ? loop : each)),
    body: body as Epilogue['body'], // stores stay stores
  }
}

/** By examples; the gradient of the kernel, which sums over them, by taps. */
function splitConvolution(convolution: Convolution, threads: number): readonly Step[] | null {
  const { form, batch, groups, channelsIn, channelsOut, axes, x, y, epilogue } = convolution
  if (form === 'kernel') return splitKernelGradient(convolution, threads)
  const places = (size: 'input' | 'output'): number => axes.reduce((product, axis) => product * axis[size], 1)
  const rowOfX = places('input') * groups * channelsIn
  const rowOfY = places('output') * groups * channelsOut
  const taps = axes.reduce((product, { window }) => product * window, 1)
  if (2 * batch * rowOfY * taps * channelsIn < FLOPS) return null
  const ranges = rangesOf(batch, mostParts(threads), 1)
  if (ranges === null) return null
  return ranges.map((range) => ({
    kind: 'convolve',
    convolution: {
      ...convolution,
      batch: range.extent,
      x: { ...x, offset: x.offset + range.start * rowOfX },
      y: { ...y, offset: y.offset + range.start * rowOfY },
      epilogue: epilogue === null ? null : cutEpilogue(epilogue, 0, range),
    },
  }))
}

/** Channels of x from which few taps of a row still keep a machine busy. */
const CHANNELS = 8

/**
 * Each part is the gradient of some taps: a convolution with a smaller window that begins elsewhere. Rows of taps, of which those
 * left over when every thread has as many are cut again.
 */
function splitKernelGradient(convolution: Convolution, threads: number): readonly Step[] | null {
  const { channelsIn, axes } = convolution
  if (convolutionCost(convolution).flops < FLOPS) return null
  const rows = rangesOf(axes[0].window, mostParts(threads), 1)?.map((range) => tapsOf(convolution, 0, range))
  if (rows === undefined) return null
  const rest = rows.length % threads
  const even = rows.length - rest
  const pieces = rest === 0 ? 1 : Math.floor((mostParts(threads) - even) / rest)
  const isCut = axes.length > 1 && channelsIn >= CHANNELS && pieces > 1
  const parts = rows.flatMap((row, i) => {
    const ranges = isCut && i >= even && row.axes[0].window === 1 ? rangesOf(axes[1].window, pieces, 1) : null
    return ranges === null ? [row] : ranges.map((range) => tapsOf(row, 1, range))
  })
  return parts.map((part) => ({ kind: 'convolve', convolution: part }))
}

/** The gradient of a range of taps along an axis; those of the axes before are single. */
function tapsOf(convolution: Convolution, axis: number, { start, extent }: Range): Convolution {
  const { axes, groups, channelsIn, channelsOut, w } = convolution
  const { before, dilation } = axes[axis]
  const step = axes.slice(axis + 1).reduce((all, { window }) => all * window, channelsIn * groups * channelsOut)
  return {
    ...convolution,
    axes: axes.with(axis, { ...axes[axis], window: extent, before: before - start * dilation }),
    w: { ...w, offset: w.offset + start * step },
  }
}
