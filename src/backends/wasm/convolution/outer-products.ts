/**
 * The innermost loops of convolutions: a tile of sums, held in registers, over a nest of loops of which all sizes are known.
 *
 *   C[i, j] (+)= Σ a[aOffset i + …] · b[j + …]        i < rows, j < columns
 *
 * The tile of a convolution is positions × output channels over taps and input channels; that of a kernel gradient is taps and
 * input channels × output channels over positions. An element of `a` is spread over a vector, or is a vector itself: of channels that
 * do not meet (depthwise), or of depths that are added up in the end.
 * The rows of a tile lie anywhere, at offsets that are part of the code, so one pointer serves them all.
 *
 * Source: the micro-kernel of `micro-kernel.ts`; Zhang, Franchetti, Low 2018, "High performance zero-memory overhead direct
 * convolutions", arXiv:1809.10170.
 */
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import {
  add,
  block,
  br,
  brIf,
  i32,
  increment,
  load,
  local,
  loop,
  multiply,
  newLabel,
  op,
  sequence,
  shuffle,
  storeLane,
  v128,
} from '../code/instructions.ts'
import type { ModuleState } from '../code/module-state.ts'
import { storeVector } from '../kernel/lanes.ts'
import { multiplyAdd, type Tile } from '../product/matmul-tile.ts'
import { touch, until, withoutHighBits } from '../product/micro-kernel.ts'

const { get, set } = local

/** One loop of the nest: how often ('turns': the parameter), and the bytes that a and b move by each time. */
export interface DepthLevel {
  readonly count: number | 'turns'
  readonly a: number
  readonly b: number
}

/** A tile and the nest around it. Offsets are bytes ≥ 0. */
export interface OuterProducts {
  /** Offsets of the rows in `a`, and in the result. */
  readonly aOffsets: readonly number[]
  readonly cOffsets: readonly number[]
  /** Elements of a row. */
  readonly columns: number
  /**
   * What stands side by side in a vector. 'columns': an element of `a` is spread over them. 'channels': columns too, but there are
   * as many elements of `a`. 'depth': of each row and each column a vector, and the lanes of a sum are added in the end.
   */
  readonly lanes: 'columns' | 'channels' | 'depth'
  /** Is the sum added to the result, or written? */
  readonly accumulate: boolean
  /** Outermost first; at least one, unless there are taps. Only the first may be 'turns'. */
  readonly levels: readonly DepthLevel[]
  /**
   * Of one vector of channels: the innermost loop, which is written out, so that rows that meet the same vector of `a` share it.
   */
  readonly taps: Taps | null
}

/** The loop over the taps of a row: how many, and the bytes from one to the next. */
export interface Taps {
  readonly count: number
  readonly a: number
  readonly b: number
}

/**
 * The most rows of a tile, so that everything stays in the 15 registers of x86-64: as in `matmul-tile.ts` where a row is two
 * vectors. Of one vector, 8 rows with a separate product spill in Node 20.
 */
export const mostRows = ({ fma, lanes }: Tile, columns: number): number =>
  columns > lanes ? (fma ? 6 : 5) : fma ? 10 : 6

/** The most rows of a tile whose lanes are depths, so that each row has as many sums as there are columns: one, two or three. */
export const mostDeepRows = ({ fma }: Tile, columns: number): number => (fma ? [7, 4, 3] : [7, 4, 2])[columns - 1]!

/** The most rows of a tile of one vector of channels that holds so many vectors of weights. */
export const mostSharingRows = (taps: number): number => 12 - taps

/** The index of the function `(a, b, c, turns)` of a tile: addresses, and how often the outermost loop runs (≥ 1). */
export const outerProducts = ({ library, module }: ModuleState, tile: Tile, products: OuterProducts): number => {
  const name = `outer products ${tile.vector} ${JSON.stringify(products)}`
  return library.once(name, () => {
    const code = module.function(Array(4).fill('i32'), [], `outer products ${tile.vector}`)
    writeTile(code, tile, { ...products, levels: merged(products.levels) })
    return code.index
  })
}

/** Loops that go on where the next one ends are one loop; those of one turn are none. */
function merged(levels: readonly DepthLevel[]): readonly DepthLevel[] {
  const kept: DepthLevel[] = []
  for (const level of levels) {
    const outer = kept.at(-1)
    const { count, a, b } = level
    if (count === 1 && kept.length > 0) continue
    if (outer?.count === 1) kept[kept.length - 1] = level
    else if (
      typeof outer?.count === 'number' &&
      typeof count === 'number' &&
      outer.a === count * a &&
      outer.b === count * b
    )
      kept[kept.length - 1] = { count: outer.count * count, a, b }
    else kept.push(level)
  }
  return kept
}

/** Rows whose offsets are kept in registers. */
const REMEMBERED = 6

/** Vectors of sums in a row. */
const vectorsOf = (tile: Tile, { columns, lanes }: OuterProducts): number =>
  lanes === 'depth' ? columns : Math.ceil(columns / tile.lanes)

const writeTile = (code: FunctionBuilder, tile: Tile, products: OuterProducts): void => {
  const [a, b, c, turns] = code.parameters.keys()
  const { aOffsets, levels, taps } = products
  const vectors = vectorsOf(tile, products)
  const sums = code.locals('v128', aOffsets.length * vectors)
  const turn =
    taps === null ? turnOf(code, tile, products, sums, a, b) : turnOfTaps(code, tile, aOffsets, taps, sums, a, b)
  const zero = v128(new Uint8Array(16))
  const spread = products.lanes === 'columns' ? aOffsets.slice(0, REMEMBERED) : []
  code.emit(
    touch(
      tile,
      a,
      spread.filter((offset) => offset > 0),
    ),
    withoutHighBits(turns, a, b),
    sequence(...sums.map((sum) => set(sum, zero))),
    levels.length === 0 ? turn : nested(code, levels, a, b, turns, turn),
    products.lanes === 'depth' ? writeTotals(tile, products, sums, c) : writeSums(tile, products, sums, c),
  )
}

/**
 * The nest as one loop of WebAssembly: the innermost run ends when `a` (or `b`, if `a` stands still) has come to its end, then
 * the outer levels are counted and the next run begins. Of a loop inside of another one Node 20 writes two turns into one, and
 * its register allocator spills the sums then (measured in float32: 22 GFLOP/s with 6 × 2 fused, 27 with 5 × 2).
 */
const nested = (
  code: FunctionBuilder,
  levels: readonly DepthLevel[],
  a: Local,
  b: Local,
  turns: Local,
  turn: Expression,
): Expression => {
  const { count, a: aStep, b: bStep } = levels[levels.length - 1]
  const [moving, stride] = aStep === 0 ? [b, bStep] : [a, aStep]
  const last = code.local('i32')
  const bytes = count === 'turns' ? multiply(get(turns), i32(stride)) : i32(count * stride)
  const begin = set(last, add(get(moving), bytes))
  const isEnd = op('i32.eq', get(moving), get(last))
  const turnAndMove = sequence(turn, ...step(a, aStep), ...step(b, bStep))
  if (levels.length === 1) return sequence(begin, until(isEnd, turnAndMove))
  const [end, next, run] = [newLabel('end'), newLabel('next'), newLabel('run')]
  const inRun = block(run, brIf(run, isEnd), turnAndMove, br(next))
  const { start, goOn } = outerLevels(code, levels, a, b, turns, sequence(begin, br(next)))
  return sequence(start, begin, block(end, loop(next, inRun, goOn)))
}

/** The levels around a run: how their counters start, and what follows a run, which ends with `again` unless all is done. */
const outerLevels = (
  code: FunctionBuilder,
  levels: readonly DepthLevel[],
  a: Local,
  b: Local,
  turns: Local,
  again: Expression,
): { readonly start: Expression; readonly goOn: Expression } => {
  const outer = levels.slice(0, -1).map((level, i) => {
    const [inner, counter] = [levels[i + 1], code.local('i32')]
    const start = set(counter, level.count === 'turns' ? get(turns) : i32(level.count))
    const back = (side: 'a' | 'b'): number => level[side] - Number(inner.count) * inner[side]
    const isOver = newLabel('is over')
    const next = block(isOver, brIf(isOver, op('i32.eqz', get(counter))), again)
    const goOn = sequence(...step(a, back('a')), ...step(b, back('b')), increment(counter, i32(-1)), next)
    return { start, goOn: i === 0 ? goOn : sequence(goOn, start) }
  })
  return {
    start: sequence(...outer.map(({ start }) => start)),
    goOn: sequence(...outer.map(({ goOn }) => goOn).reverse()),
  }
}

const step = (pointer: Local, bytes: number): readonly Expression[] =>
  bytes === 0 ? [] : [increment(pointer, i32(bytes))]

/** All products of one place, added to the sums. */
const turnOf = (
  code: FunctionBuilder,
  tile: Tile,
  products: OuterProducts,
  sums: readonly Local[],
  a: Local,
  b: Local,
): Expression => {
  const { aOffsets, lanes, accumulate } = products
  const vectors = vectorsOf(tile, products)
  const rowOfB = code.locals('v128', vectors)
  const element = code.local('v128')
  const steps = rowOfB.map((vector, j) => set(vector, load('v128.load', get(b), 16 * j, 2)))
  for (const i of ordered(aOffsets.length, accumulate)) {
    const offset = aOffsets[i]
    if (lanes === 'columns') steps.push(set(element, load(tile.splat, get(a), offset)))
    if (lanes === 'depth') steps.push(set(element, load('v128.load', get(a), offset, 2)))
    for (const j of ordered(vectors, accumulate)) {
      if (lanes === 'channels') steps.push(set(element, load('v128.load', get(a), offset + 16 * j, 2)))
      const sum = sums[i * vectors + j]
      steps.push(set(sum, multiplyAdd(tile, get(element), get(rowOfB[j]), get(sum))))
    }
  }
  return sequence(...steps)
}

/**
 * The order in which sums are written down. Node 20 places arithmetic by the uses of its results and loads by their order: where the
 * two run against each other, all loads come first and sums are spilled. Sums that are added to the result are used in reverse.
 */
const ordered = (count: number, accumulate: boolean): readonly number[] =>
  Array.from({ length: count }, (_, i) => (accumulate ? count - 1 - i : i))

/** All products of some taps: a vector of `a` is read once, and meets the taps of all rows that it belongs to. */
const turnOfTaps = (
  code: FunctionBuilder,
  tile: Tile,
  aOffsets: readonly number[],
  taps: Taps,
  sums: readonly Local[],
  a: Local,
  b: Local,
): Expression => {
  const weights = code.locals('v128', taps.count)
  const [element, lowest] = [code.local('v128'), code.local('i32')]
  const first = Math.min(0, (taps.count - 1) * taps.b)
  const steps = [set(lowest, first === 0 ? get(b) : add(get(b), i32(first)))]
  weights.forEach((weight, k) => {
    steps.push(set(weight, load('v128.load', get(lowest), k * taps.b - first, 2)))
  })
  for (const [offset, users] of meetings(aOffsets, taps)) {
    steps.push(set(element, load('v128.load', get(a), offset, 2)))
    for (const { row, tap } of users) {
      steps.push(set(sums[row], multiplyAdd(tile, get(element), get(weights[tap]), get(sums[row]))))
    }
  }
  return sequence(...steps)
}

/** The offsets in `a` that any row reads, in order, each with the rows and taps that it is read for. */
const meetings = (aOffsets: readonly number[], { count, a }: Taps) => {
  const found = new Map<number, { readonly row: number; readonly tap: number }[]>()
  aOffsets.forEach((start, row) => {
    for (let tap = 0; tap < count; tap++) {
      const offset = start + tap * a
      found.set(offset, [...(found.get(offset) ?? []), { row, tap }])
    }
  })
  return [...found].sort(([left], [right]) => left - right)
}

/** The sums to memory; exactly the columns there are. */
const writeSums = (
  { lanes, vector }: Tile,
  { cOffsets, columns, accumulate }: OuterProducts,
  sums: readonly Local[],
  c: Local,
): Expression => {
  const [dtype, width] = lanes === 4 ? (['float32', 4] as const) : (['float64', 2] as const)
  const vectors = Math.ceil(columns / lanes)
  const steps = cOffsets.flatMap((row, i) =>
    Array.from({ length: vectors }, (_, j) => {
      const offset = row + 16 * j
      const sum = get(sums[i * vectors + j])
      const value = accumulate ? op(`${vector}.add`, load('v128.load', get(c), offset, 2), sum) : sum
      return storeVector(dtype, width, Math.min(lanes, columns - j * lanes), { address: get(c), offset }, value)
    }),
  )
  return sequence(...steps)
}

/** The lanes of each sum added up, as many sums at a time as a vector has lanes; to memory, where they replace what was there. */
const writeTotals = (
  { lanes, bytes, vector }: Tile,
  { cOffsets, columns }: OuterProducts,
  sums: readonly Local[],
  c: Local,
): Expression => {
  const places = cOffsets.flatMap((row) => Array.from({ length: columns }, (_, j) => row + j * bytes))
  const name = lanes === 4 ? 'v128.store32_lane' : 'v128.store64_lane'
  const halves = (a: Expression, b: Expression, [low, high]: readonly (readonly number[])[]): Expression =>
    op(`${vector}.add`, shuffle(a, b, low), shuffle(a, b, high))
  const pairs =
    lanes === 4
      ? [
          [0, 4, 1, 5],
          [2, 6, 3, 7],
        ]
      : [
          [0, 2],
          [1, 3],
        ]
  const totals = (part: readonly Local[]): Expression => {
    const [first, second, third, fourth] = part.map((sum) => get(sum))
    const two = halves(first!, second!, pairs)
    return lanes === 4
      ? halves(two, halves(third!, fourth!, pairs), [
          [0, 1, 4, 5],
          [2, 3, 6, 7],
        ])
      : two
  }
  const steps: Expression[] = []
  for (let start = 0; start < sums.length; start += lanes) {
    const part = Array.from({ length: lanes }, (_, lane) => sums[Math.min(start + lane, sums.length - 1)]!)
    const result = part[0]!
    steps.push(set(result, totals(part)))
    for (const [lane, place] of places.slice(start, start + lanes).entries()) {
      steps.push(storeLane(name, get(c), get(result), lane, place))
    }
  }
  return sequence(...steps)
}
