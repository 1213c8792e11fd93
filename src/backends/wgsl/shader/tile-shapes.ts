/**
 * How products are cut into tiles. Every size is in the table below, and what is assumed of a GPU in the constants under it:
 * `npm run bench -- --device webgpu product-tiles` runs all tiles on the device at hand, and its figures belong here.
 *
 * A thread of p × q elements reads 4 (p + q) bytes of workgroup memory for p q multiplications: 1 byte each for 8 × 8, 1.5 for
 * 8 × 4, 2 for 4 × 4, and a GPU offers about one byte for each. Large tiles need many workgroups to fill a GPU, so smaller
 * ones win where the result is small; where that is not enough, the depth is cut too (`parts`) and a second pass adds up.
 */

/** A tile of a workgroup and the part of it that each of its threads computes; all sizes are powers of 2 and at least 4. */
export interface TileShape {
  readonly rows: number
  readonly columns: number
  /** Of the slices that lie in workgroup memory. */
  readonly depth: number
  readonly partRows: number
  readonly partColumns: number
  /** Multiplications in a given time, against the fastest shape, when the GPU is full. */
  readonly speed: number
}

/** The shapes to choose from. */
export const tileShapes: readonly TileShape[] = [
  { rows: 128, columns: 128, depth: 8, partRows: 8, partColumns: 8, speed: 1 },
  { rows: 64, columns: 64, depth: 16, partRows: 8, partColumns: 4, speed: 0.8 },
  { rows: 32, columns: 32, depth: 16, partRows: 4, partColumns: 4, speed: 0.5 },
  { rows: 64, columns: 16, depth: 16, partRows: 4, partColumns: 4, speed: 0.4 },
  { rows: 16, columns: 64, depth: 16, partRows: 4, partColumns: 4, speed: 0.4 },
]

/** Processors of a GPU of middling size, and threads that keep half of one busy. */
const PROCESSORS = 48
const THREADS = 128
/** What a second pass costs, and each word that goes through memory for it, in multiplications of a full GPU. */
const PASS = 2 ** 25
const WORD = 40
/**
 * The speed of plain loops, where every multiplication loads both of its factors: by single threads, by teams of threads that go
 * along both operands, and by teams that do not. What a team costs that adds up its parts.
 */
const LOOPS = { alone: 0.08, along: 0.08, across: 0.02 }
const TEAM = 2 ** 12
/** Sums of so many terms are made by teams, eight of them in a workgroup of 128. */
const SHARED = 32
/** Below so many multiplications tiles cannot pay. */
const LARGE = 2 ** 15
/** Slices of a part, at least; and elements of all partial results, at most. */
const SLICES = 4
const PARTIAL = 2 ** 22

/** Sizes of a product. */
export interface ProductSize {
  /** How many matrices. */
  readonly matrices: number
  readonly rows: number
  readonly columns: number
  readonly inner: number
}

/** A shape, and the depth that one workgroup sums (a multiple of that of a slice). */
export interface Tiling {
  readonly shape: TileShape
  readonly span: number
  readonly parts: number
}

/** Threads of a workgroup. */
export const threadsOf = ({ rows, columns, partRows, partColumns }: TileShape): number =>
  (rows / partRows) * (columns / partColumns)

/** Tiles of the results, times parts. */
export const workgroupsOf = ({ matrices, rows, columns }: ProductSize, { shape, parts }: Tiling): number =>
  matrices * Math.ceil(rows / shape.rows) * Math.ceil(columns / shape.columns) * parts

/** The best tiling; null where plain loops are better. `along`: do neighbours along the depth stand side by side in both operands? */
export function tilingOf(size: ProductSize, along: boolean): Tiling | null {
  const { matrices, rows, columns, inner } = size
  if (matrices * rows * columns * inner < LARGE) return null
  let best: Tiling | null = null
  let least = costOfLoops(matrices * rows * columns, inner, along)
  for (const tiling of tilings(size)) {
    const cost = costOf(size, tiling)
    if (cost >= least) continue
    least = cost
    best = tiling
  }
  return best
}

function costOfLoops(elements: number, inner: number, along: boolean): number {
  const work = elements * inner
  if (inner < SHARED) return work / LOOPS.alone / filled(elements / 64, 64)
  return work / (along ? LOOPS.along : LOOPS.across) / filled(elements / 8, 128) + TEAM * elements
}

/** A product in so many parts, as nearly as slices allow. */
export function tilingWith(shape: TileShape, inner: number, parts: number): Tiling {
  const span = Math.ceil(inner / parts / shape.depth) * shape.depth
  return { shape, span, parts: Math.ceil(inner / span) }
}

function* tilings({ matrices, rows, columns, inner }: ProductSize): Generator<Tiling> {
  for (const shape of tileShapes) {
    yield tilingWith(shape, inner, 1)
    const most = Math.min(inner / (SLICES * shape.depth), PARTIAL / (matrices * rows * columns))
    for (let parts = 2; parts <= most; parts *= 2) yield tilingWith(shape, inner, parts)
  }
}

/** The part of the GPU that so many workgroups of so many threads keep busy. */
function filled(workgroups: number, threads: number): number {
  const resident = threads * Math.max(1, workgroups / PROCESSORS)
  return (Math.min(1, workgroups / PROCESSORS) * resident) / (resident + THREADS)
}

function costOf(size: ProductSize, tiling: Tiling): number {
  const { shape, span, parts } = tiling
  const workgroups = workgroupsOf(size, tiling)
  const work = workgroups * shape.rows * shape.columns * span
  const time = work / (shape.speed * filled(workgroups, threadsOf(shape)))
  return parts === 1 ? time : time + PASS + WORD * 2 * parts * size.matrices * size.rows * size.columns
}
