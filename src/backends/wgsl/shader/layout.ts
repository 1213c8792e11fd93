/**
 * How the threads of a workgroup share out the iterations of a grid and the work inside: the one place where sizes of workgroups
 * are chosen. An iteration is done by a *team* of threads, its *lanes*; a workgroup holds one or several teams.
 *
 *  - One lane: each thread runs everything inside alone. Right where there are many iterations with little work, or where
 *    neighbouring iterations stand side by side in memory and fill the GPU.
 *  - Lanes side by side: rows (softmax, layer norm, sums of rows), where neighbouring turns of a reduction stand side by side.
 *  - Teams side by side: columns (gradients of biases), where neighbouring iterations do; lanes share out the rows, which are many.
 *
 * The figures follow from what hardware has in common, and were not measured: groups of 32 or 64 threads run in step; a core
 * holds 1024 to 2048 threads, some tens of workgroups, and 100 kB of which a workgroup may use 16; a GPU has 10 to 150 cores.
 */
import type { Address, Loop, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes, eachStatement, nodesOf, strideAlong } from '../../../kernels/language/walk.ts'
import { extentOf, type Part, type Reduce, workInside } from './parts.ts'

/** How a part's threads are shared out. */
export interface Layout {
  /** Teams in a workgroup, a power of two. */
  readonly teams: number
  /** Threads of a team, a power of two. */
  readonly lanes: number
  /** Which threads are neighbours: the lanes of a team, or the same lane of neighbouring teams. */
  readonly adjacent: 'lanes' | 'teams'
}

/** Threads of a workgroup that share work: some groups in step, and few enough that several workgroups hide each other's barriers. */
const SHARING = 128
/** Threads that work alone: small grids spread over all cores. */
const FEW = 64
/** The same where iterations abound: the most that every GPU allows, so that fewer workgroups are to be started. */
const MOST = 256
const MANY_ITERATIONS = 2 ** 18
/** Threads that fill a large GPU. */
const FULL = 2 ** 15
/** Work from which a team is worth its barriers. */
const MUCH_WORK = 32
/** Columns that a workgroup reads at once: a line of the cache. */
const COLUMNS = 32

/** Turns of a lane from which a reduction is cut into chunks, and turns of a lane in a chunk: ten loads pay for the barriers. */
const LONG_TURNS = 64
const CHUNK_TURNS = 16
/** Workgroups that keep a large GPU busy: with so many a reduction stays whole, and chunks make at most so many. */
const BUSY = 128
export const MOST_CHUNKS = 512

/** The layout of a part. */
export function layoutOf({ grid, inner, cut }: Part): Layout {
  const work = cut === null ? workInside(inner) : cut.length
  return chosen(grid, inner, work)
}

/** Threads of a workgroup. */
export const threadsOf = ({ teams, lanes }: Layout): number => teams * lanes

function chosen(grid: readonly Loop[], inner: readonly Statement[], work: number): Layout {
  const iterations = extentOf(grid)
  if (grid.length === 0) return { teams: 1, lanes: lanesFor(Math.max(work, MUCH_WORK)), adjacent: 'lanes' }
  if (work < MUCH_WORK) return alone(iterations)
  if (runsAcross(grid, inner)) {
    if (iterations >= FULL) return alone(iterations)
    const teams = Math.min(COLUMNS, powerAbove(iterations))
    return { teams, lanes: powerBelow(Math.min(MOST / teams, work / 4)), adjacent: 'teams' }
  }
  const turns = iterations * work >= 8 * FULL ? 8 : 4
  const lanes = lanesFor(work / turns)
  return { teams: Math.min(SHARING / lanes, powerAbove(iterations)), lanes, adjacent: 'lanes' }
}

/** One thread for each iteration. */
export const alone = (iterations: number): Layout => ({
  teams: iterations >= MANY_ITERATIONS ? MOST : FEW,
  lanes: 1,
  adjacent: 'teams',
})

const lanesFor = (work: number): number => powerBelow(Math.min(work, SHARING))

const powerBelow = (count: number): number => 2 ** Math.floor(Math.log2(Math.max(1, count)))
const powerAbove = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)))

/** Chunks into which a reduction of a part is best cut, and their length; null if it stays whole. */
export function chunksOf(part: Part, reduction: Reduce): { readonly count: number; readonly length: number } | null {
  const { grid } = part
  const turns = extentOf(reduction.loops)
  const iterations = extentOf(grid)
  if (Math.ceil(iterations / layoutOf(part).teams) >= BUSY) return null
  const { teams, lanes } = chosen(grid, [reduction], turns)
  const groups = Math.ceil(iterations / teams)
  const each = Math.ceil(turns / lanes)
  if (each < LONG_TURNS || groups >= BUSY) return null
  const wanted = Math.min(Math.ceil(each / CHUNK_TURNS), Math.ceil(MOST_CHUNKS / groups))
  const length = Math.ceil(turns / wanted / lanes) * lanes
  const count = Math.ceil(turns / length)
  return count > 1 ? { count, length } : null
}

/** Threads of a workgroup that makes a running sum, and neighbouring elements of each: a tile fits in 5 kB. */
export const SCAN_THREADS = SHARING
export const SCAN_EACH = 8

/** How many workgroups share a running sum of a part, tile by tile; 0 where each thread had better make one of its own. */
export function scannersOf({ grid, inner }: Part, extent: number): number {
  const iterations = extentOf(grid)
  if (extent < 2 * MUCH_WORK || (iterations >= FULL / 8 && runsAcross(grid, inner))) return 0
  const tiles = Math.ceil(extent / (SCAN_THREADS * SCAN_EACH))
  if (tiles <= 4 || iterations >= BUSY) return 1
  return Math.min(tiles, Math.ceil(MOST_CHUNKS / iterations))
}

/** Is a loop inside a few iterations so long that it deserves a grid of its own? */
export const isWide = (grid: readonly Loop[], loops: readonly Loop[]): boolean =>
  extentOf(grid) < FEW && extentOf(loops) >= SHARING * LONG_TURNS

/** Do neighbouring iterations of the grid, rather than neighbouring turns inside, reach neighbouring elements? */
function runsAcross(grid: readonly Loop[], inner: readonly Statement[]): boolean {
  const outer = grid[grid.length - 1]
  let [across, along] = [0, 0]
  const count = (address: Address, loop: Loop): void => {
    const stride = strideAlong(address, loop)
    if (stride === 1) along++
    else if (stride !== 0 && strideAlong(address, outer) === 1) across++
  }
  eachStatement(inner, (statement, loops) => {
    const loop = statement.kind === 'reduce' ? statement.loops[statement.loops.length - 1] : loops[loops.length - 1]
    if (loop === undefined) return
    if (statement.kind === 'store') count(statement.address, loop)
    for (const node of allNodes(nodesOf(statement))) if (node.kind === 'load') count(node.address, loop)
  })
  return across > along
}
