/** The epilogue of a convolution, row by row of a band that has just been written. */
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import { add, call, forUp, i32, local } from '../code/instructions.ts'
import type { Correlation } from './correlation.ts'
import type { Band } from './correlation-bands.ts'

const { get } = local

/** The function of `epilogue-function.ts`, and what it is called with. */
export interface Finish {
  readonly index: number
  /** Batch axes of the image: the images, and its spatial axes but the last. */
  readonly batch: number
  readonly columns: number
  /** Its last parameters, which are also the last of every function around it. */
  readonly addresses: number
}

/** Calls the epilogue for all rows of a band. `image` and `row` are its first ones. */
export function finishBand(
  code: FunctionBuilder,
  { axes }: Correlation,
  { index, batch, columns, addresses }: Finish,
  { images, rows }: Band,
  image: Local,
  row: Local,
): Expression {
  const counters = Array.from({ length: batch }, () => code.local('i32'))
  const last = axes.length - 1
  const bounds = last === 0 ? [get(row), add(get(row), i32(rows))] : [i32(0), i32(axes[last].count)]
  const operands = Array.from({ length: addresses }, (_, i) => get(4 + i))
  const run = call(index, ...bounds, i32(0), i32(columns), ...counters.map(get), ...operands)
  return counters.reduceRight((body, counter, i) => {
    const axis = i === 0 ? undefined : axes.slice(0, last).findIndex(({ place }) => place === i - 1)
    if (axis === undefined) return forUp(counter, get(image), add(get(image), i32(images)), 1, body, true)
    if (axis === -1) return forUp(counter, i32(0), i32(1), 1, body, true)
    return axis === 0
      ? forUp(counter, get(row), add(get(row), i32(rows)), 1, body, true)
      : forUp(counter, i32(0), i32(axes[axis].count), 1, body, true)
  }, run)
}
