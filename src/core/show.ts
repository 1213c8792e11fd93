/** Tensors as text: numbers in nested brackets, long axes abridged. */
import type { Abstract } from './abstract.ts'
import { showAbstract, sizeOf } from './abstract.ts'

/** Elements shown at each end of an axis that is too long. */
const EDGE = 3
/** Arrays of more elements than this are abridged. */
const FULL = 200

/** What can be shown. */
export interface Readable extends Abstract {
  readonly isAlive?: boolean
  readSync(): ArrayLike<number>
}

/** Why no numbers are shown; `reading` is what gives them. */
export const absence = ({ isAlive }: Readable, reading: string): string =>
  isAlive === false ? '(its memory was given back)' : `(await ${reading} for the numbers)`

/** `float32[2, 2] [[1, 2], [3, 4]]`; a tensor whose device cannot be read at once shows only its type. */
export function showTensor(tensor: Readable): string {
  let data: ArrayLike<number>
  try {
    data = tensor.readSync()
  } catch {
    return `Tensor ${showAbstract(tensor)} ${absence(tensor, 'x.read()')}`
  }
  const text = tensor.dtype === 'bool' ? (x: number) => String(x !== 0) : showNumber
  return `Tensor ${showAbstract(tensor)} ${showNested(data, tensor.shape, text)}`
}

/** Seven significant digits at most. */
export const showNumber = (x: number): string => (Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(7))))

function showNested(data: ArrayLike<number>, shape: readonly number[], text: (x: number) => string): string {
  const abridge = sizeOf(shape) > FULL
  const show = (axis: number, start: number, size: number): string => {
    if (axis === shape.length) return text(data[start]!)
    const extent = shape[axis]!
    const step = extent === 0 ? 0 : size / extent
    const parts = indices(extent, abridge).map((i) => (i < 0 ? '…' : show(axis + 1, start + i * step, step)))
    const separator = axis === shape.length - 1 ? ', ' : `,\n${' '.repeat(axis + 1)}`
    return `[${parts.join(separator)}]`
  }
  const body = show(0, 0, data.length)
  return body.includes('\n') ? `\n${body}` : body
}

/** The positions of an axis that are shown; -1 stands for the gap. */
function indices(extent: number, abridge: boolean): number[] {
  const all = Array.from({ length: extent }, (_, i) => i)
  if (!abridge || extent <= 2 * EDGE) return all
  return [...all.slice(0, EDGE), -1, ...all.slice(-EDGE)]
}
