/** Lists and marks: the bookkeeping of rules that treat some of their operands in one way and the rest in another. */

/** The entries at the marked places. */
export const pick = <T>(list: readonly T[], marks: readonly boolean[]): T[] => list.filter((_, i) => marks[i])

/** The entries in order at the marked places, null elsewhere. */
export function spread<T>(marks: readonly boolean[], list: readonly T[]): (T | null)[] {
  let next = 0
  return marks.map((mark) => (mark ? list[next++]! : null))
}

/** True where there is something. */
export const presence = (list: readonly (object | null)[]): boolean[] => list.map((entry) => entry !== null)

/** The entries that are there. */
export const existing = <T extends object>(list: readonly (T | null)[]): T[] => list.filter((entry) => entry !== null)

/** The opposite marks. */
export const unmarked = (marks: readonly boolean[]): boolean[] => marks.map((mark) => !mark)

/** The list cut into pieces of the given sizes; the last piece is what remains. */
export function split<T>(list: readonly T[], ...sizes: readonly number[]): T[][] {
  let start = 0
  const pieces = sizes.map((size) => {
    start += size
    return list.slice(start - size, start)
  })
  return [...pieces, list.slice(start)]
}
