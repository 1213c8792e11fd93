/** Offsets for regions of memory that live from one step to another: the largest first, each as low as possible. */

/** Memory that is needed from step `first` to step `last`; `offset` is what is sought. */
export interface Span {
  readonly bytes: number
  readonly first: number
  readonly last: number
  offset: number
}

/** Steps that share one list of regions. */
const STRIDE = 64
/** Regions that live through more lists than this are kept in a list of their own. */
const MANY = 4

/** Sets the offsets so that regions that live at the same time do not overlap. */
export function allot(spans: readonly Span[]): void {
  const placed = new Placed()
  for (const span of spans.toSorted((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    span.offset = placed.lowestGap(span)
    placed.add(span)
  }
}

/** Regions that have an offset, found by the steps at which they live. */
class Placed {
  readonly #lists = new Map<number, Span[]>()
  /** In order of their offsets. */
  readonly #long: Span[] = []

  add(span: Span): void {
    const [start, end] = listsOf(span)
    if (end - start > MANY) this.#long.splice(firstAbove(this.#long, span.offset), 0, span)
    else {
      for (let i = start; i <= end; i++) {
        const list = this.#lists.get(i)
        if (list === undefined) this.#lists.set(i, [span])
        else list.push(span)
      }
    }
  }

  /** The lowest offset at which the region meets none that lives when it does. */
  lowestGap(span: Span): number {
    const short = this.#shortWith(span).sort((a, b) => a.offset - b.offset)
    const long = this.#long
    let offset = 0
    for (let i = 0, j = 0; i < short.length || j < long.length; ) {
      const other = j >= long.length || (i < short.length && short[i].offset < long[j].offset) ? short[i++] : long[j++]
      if (!meet(other, span)) continue
      if (offset + span.bytes <= other.offset) return offset
      offset = Math.max(offset, other.offset + other.bytes)
    }
    return offset
  }

  #shortWith(span: Span): Span[] {
    const [start, end] = listsOf(span)
    const found = new Set<Span>()
    const look = (list: readonly Span[]): void => {
      for (const other of list) if (meet(other, span)) found.add(other)
    }
    if (end - start > this.#lists.size) for (const list of this.#lists.values()) look(list)
    else for (let i = start; i <= end; i++) look(this.#lists.get(i) ?? [])
    return [...found]
  }
}

/** Do they live at the same time? */
const meet = (a: Span, b: Span): boolean => a.first <= b.last && b.first <= a.last

/** The position of the first region in the list that stands above the offset. */
function firstAbove(list: readonly Span[], offset: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle].offset > offset) high = middle
    else low = middle + 1
  }
  return low
}

const listsOf = ({ first, last }: Span): readonly [number, number] => [
  Math.floor(first / STRIDE),
  Math.floor(last / STRIDE),
]
