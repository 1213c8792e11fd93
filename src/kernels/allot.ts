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
const MANY = 64

/** Sets the offsets so that regions that live at the same time do not overlap. */
export function allot(spans: readonly Span[]): void {
  const placed = new Placed()
  for (const span of spans.toSorted((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    span.offset = lowestGap(span, placed.livingWith(span))
    placed.add(span)
  }
}

function lowestGap({ bytes }: Span, neighbours: readonly Span[]): number {
  let offset = 0
  for (const other of neighbours.toSorted((a, b) => a.offset - b.offset)) {
    if (offset + bytes <= other.offset) return offset
    offset = Math.max(offset, other.offset + other.bytes)
  }
  return offset
}

/** Regions that have an offset, found by the steps at which they live. */
class Placed {
  readonly #lists = new Map<number, Span[]>()
  readonly #long: Span[] = []

  add(span: Span): void {
    const [start, end] = listsOf(span)
    if (end - start > MANY) this.#long.push(span)
    else {
      for (let i = start; i <= end; i++) {
        const list = this.#lists.get(i)
        if (list === undefined) this.#lists.set(i, [span])
        else list.push(span)
      }
    }
  }

  livingWith(span: Span): Span[] {
    const [start, end] = listsOf(span)
    const found = new Set<Span>()
    const look = (list: readonly Span[]): void => {
      for (const other of list) if (other.first <= span.last && span.first <= other.last) found.add(other)
    }
    look(this.#long)
    if (end - start > this.#lists.size) for (const list of this.#lists.values()) look(list)
    else for (let i = start; i <= end; i++) look(this.#lists.get(i) ?? [])
    return [...found]
  }
}

const listsOf = ({ first, last }: Span): readonly [number, number] => [
  Math.floor(first / STRIDE),
  Math.floor(last / STRIDE),
]
