/** ComponentArrays as text: a table of paths, shapes and first numbers. */
import { showAbstract, showShape } from '../core/abstract.ts'
import { absence, type Readable, showNumber } from '../core/show.ts'
import type { Field, Layout } from './layout.ts'

/** Rows shown at most; of more, the first and the last ones. */
const ROWS = 24
/** Numbers shown of each parameter. */
const NUMBERS = 5

/**
 * ```text
 * ComponentArray float32[252]
 *   L1.weight  [50, 2]  0.1, -0.2, 0.3, 0.4, 0.5, …
 *   L1.bias    [50]     0, 0, 0, 0, 0, …
 * ```
 */
export function showComponents(layout: Layout, vector: Readable): string {
  const data = numbersOf(vector)
  const lead = vector.shape.slice(0, -1)
  const rows = layout.fields.map((field) => [
    field.path,
    showShape([...lead, ...field.shape]),
    excerpt(field, data, lead),
  ])
  const shown = rows.length <= ROWS ? rows : [...rows.slice(0, ROWS / 2), GAP, ...rows.slice(-ROWS / 2)]
  const widths = [0, 1].map((column) => Math.max(...shown.map((row) => row[column].length)))
  const lines = shown.map((row) => `  ${row[0].padEnd(widths[0])}  ${row[1].padEnd(widths[1])}  ${row[2]}`.trimEnd())
  const hint = data === null ? ` ${absence(vector, 'flat(p).read()')}` : ''
  return [`ComponentArray ${showAbstract(vector)}${hint}`, ...lines].join('\n')
}

const GAP = ['…', '', '']

/** The elements, or null where they do not exist yet or the device cannot be read at once. */
function numbersOf(vector: Readable): ArrayLike<number> | null {
  try {
    return vector.readSync()
  } catch {
    return null
  }
}

/** The first numbers of a parameter; under leading axes those of the first entry. */
function excerpt({ offset, size }: Field, data: ArrayLike<number> | null, lead: readonly number[]): string {
  if (data === null || data.length === 0) return ''
  const shown = Array.from({ length: Math.min(size, NUMBERS) }, (_, i) => showNumber(data[offset + i]))
  return size > NUMBERS || (size > 0 && lead.length > 0) ? `${shown.join(', ')}, …` : shown.join(', ')
}
