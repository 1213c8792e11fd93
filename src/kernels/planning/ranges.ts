/** An axis in ranges, and how long threads take for parts of unequal size. */

/** A range of an axis. */
export interface Range {
  readonly start: number
  readonly extent: number
}

/**
 * At most `count` ranges that begin at multiples of `unit`, as equal as can be; so few that they have about `least` elements (at
 * least two units, or one if a unit is one element). Null if there is one.
 */
export function rangesOf(extent: number, count: number, unit: number, least = unit): readonly Range[] | null {
  const units = Math.ceil(extent / unit)
  const parts = Math.min(count, Math.floor(extent / least))
  if (parts < 2) return null
  const starts = Array.from({ length: parts }, (_, i) => unit * Math.floor((i * units) / parts))
  return starts.map((start, i) => ({ start, extent: (starts[i + 1] ?? extent) - start }))
}

/** The time until the last part is done, when each of `threads` takes the longest part that is left; times in any unit. */
export function makespan(times: readonly number[], threads: number): number {
  const busy = new Array<number>(threads).fill(0)
  for (const time of [...times].sort((a, b) => b - a)) {
    const first = busy.indexOf(Math.min(...busy))
    busy[first]! += time
  }
  return Math.max(...busy)
}
