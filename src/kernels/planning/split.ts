/**
 * One step as several that may run at the same time: each writes a part of its own of the outermost independent axis. No sum is
 * cut, and parts begin where blocks and vectors do, so every element is computed as in the whole step, to the bit.
 */
import { sizeOf } from '../../core/abstract.ts'
import type { Buffer, Contraction, Kernel, Operand, Step } from '../language/kernel.ts'
import { replaceLoops } from '../language/rewrite-loops.ts'
import { eachStatement } from '../language/walk.ts'
import { BYTES, type Crew, FLOPS, mostParts } from './crew.ts'
import { cutEpilogue } from './cut-epilogue.ts'
import { makespan, type Range, rangesOf } from './ranges.ts'
import { splitConvolution } from './split-convolution.ts'

/** Multiplications of a part below which a machine may write products in another way. */
const SMALL = 2 ** 14

/** A cache line of the smallest elements: neighbouring parts should not write to one line. */
const LINE = 16
/** Rows that a machine may transpose together. */
const BLOCK = 4
/** Rows from which parts begin at blocks. */
const MANY = 64

/** The fewest rows or columns of a part of a product: each part packs what the others pack too. */
const FEWEST = 32

/** The parts of a step, at least two; null if it stays whole. Row buffers of kernels are new, and have no place yet. */
export function splitStep(step: Step, crew: Crew): readonly Step[] | null {
  switch (step.kind) {
    case 'kernel':
      return splitKernel(step.kernel, crew.threads)
    case 'contract':
      return splitContraction(step.contraction, crew)
    case 'convolve':
      return splitConvolution(step.convolution, crew.threads)
    default:
      return null
  }
}

function splitKernel(kernel: Kernel, threads: number): readonly Step[] | null {
  const { body, flops, bytes, rowBuffers = [] } = kernel
  const outer = body[0]
  if (bytes < BYTES && flops < FLOPS) return null
  if (body.length !== 1 || outer?.kind !== 'for' || accumulates(kernel)) return null
  const { loop } = outer
  if (!loop.parallel && rowBuffers.length === 0) return null
  const unit = loop.vector ? LINE : loop.extent > MANY ? BLOCK : 1
  const ranges = rangesOf(loop.extent, mostParts(threads), unit, loop.vector ? 2 * LINE : unit)
  if (ranges === null) return null
  return ranges.map(({ start, extent }) => {
    const share = extent / loop.extent
    const rows = new Map(rowBuffers.map((buffer): [Buffer, Buffer] => [buffer, { ...buffer, place: null }]))
    const part = replaceLoops(body, new Map([[loop, { ...loop, extent }]]), new Map([[loop, start]]), rows)
    const own = { body: part, flops: flops * share, bytes: bytes * share, rowBuffers: [...rows.values()] }
    return { kind: 'kernel', kernel: { ...kernel, ...own } }
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

/** How much longer the preferred axis may take. */
const TOLERANCE = 1.03

/** The batch costs nothing to cut; of the sides the longer one, unless the other is cut more evenly. */
function splitContraction(contraction: Contraction, { threads, tileRows }: Crew): readonly Step[] | null {
  const { batch, rows, columns, inner } = contraction
  if (2 * sizeOf(batch) * rows * columns * inner < FLOPS) return null
  const whole = { batch: batch[0] ?? 1, rows, columns }
  const ranges: Record<Axis, readonly Range[] | null> = {
    batch: rangesOf(whole.batch, mostParts(threads), 1),
    rows: rangesOf(rows, threads, columns === 1 ? LINE : tileRows, FEWEST),
    columns: rangesOf(columns, threads, LINE, FEWEST),
  }
  const sides = rows >= columns ? (['rows', 'columns'] as const) : (['columns', 'rows'] as const)
  const choices = (['batch', ...sides] as const).flatMap((axis) => {
    const found = ranges[axis]
    if (found === null) return []
    const shares = found.map(({ extent }) => extent / whole[axis])
    const isSmall = axis !== 'batch' && rows * columns * inner * Math.min(...shares) < SMALL
    return isSmall ? [] : [{ axis, ranges: found, time: makespan(shares, threads) }]
  })
  const best = Math.min(...choices.map(({ time }) => time))
  const choice = choices.find(({ time }) => time <= best * TOLERANCE)
  if (choice === undefined) return null
  return choice.ranges.map((range) => ({ kind: 'contract', contraction: partOf(contraction, choice.axis, range) }))
}

function partOf(contraction: Contraction, axis: Axis, range: Range): Contraction {
  const { batch, a, b, c, epilogue } = contraction
  const position = { batch: 0, rows: batch.length, columns: batch.length + 1 }[axis]
  const cut = epilogue === null ? null : cutEpilogue(epilogue, position, range)
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
