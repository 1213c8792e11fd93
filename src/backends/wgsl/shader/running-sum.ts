/**
 * Running sums, y[i] = start + x[0] + … + x[i]. A workgroup goes through a row tile by tile: each thread sums up a few neighbouring
 * elements, the threads' sums become where each begins, and what was summed so far is carried to the next tile. Where there are
 * few rows, each is the work of several workgroups, in three steps:
 *
 *   sums[c] = Σ of chunk c,   ends[c] = start + sums[0] + … + sums[c],   y = running sum of chunk c from ends[c − 1] on.
 *
 * No workgroup waits for another: WebGPU does not promise that they run at the same time.
 */
import type { Local, Loop, Node, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes } from '../../../kernels/language/walk.ts'
import { SCAN_EACH, SCAN_THREADS, scannersOf } from './layout.ts'
import { partSource } from './part-shader.ts'
import { extentOf, type Part, type Reduce } from './parts.ts'
import { typeOf } from './scalar.ts'
import type { Scratch } from './scratch.ts'
import type { ShaderMemory } from './shader-memory.ts'
import type { Predicate, Shader, ShaderSource } from './shader-source.ts'
import { shaderText } from './shader-text.ts'
import { ShaderWriter } from './shader-writer.ts'
import { addressOver, partialStage } from './stages.ts'
import { buffersOf, writtenBy } from './touched.ts'

/** Elements of a tile. */
const TILE = SCAN_THREADS * SCAN_EACH
/** Threads whose sums one thread adds up. */
const GROUP = 16

/** A running sum along a loop, for each iteration of a grid. */
export interface RunningSum {
  readonly name: string
  readonly grid: readonly Loop[]
  readonly loop: Loop
  readonly start: Node
  readonly value: Node
  /** Stores the sum so far, which is this variable. */
  readonly store: Extract<Statement, { kind: 'store' }>
  readonly total: Local
  /** How many workgroups share each. */
  readonly scanners: number
}

/** The running sum that a part is, if it is one that workgroups should make; else null. */
export function runningSumOf(part: Part): RunningSum | null {
  const { name, grid, inner } = part
  const [first, second] = inner
  if (inner.length !== 2 || first.kind !== 'assign' || second.kind !== 'for' || second.loop.parallel) return null
  const { loop, body } = second
  const [addition, store] = body
  if (body.length !== 2 || addition.kind !== 'assign' || store.kind !== 'store') return null
  const total = first.local
  const value = termOf(addition, total)
  const isSum = addition.local === total && value !== null && isLocal(store.value, total)
  const scanners = isSum ? scannersOf(part, loop.extent) : 0
  return scanners === 0 ? null : { name, grid, loop, start: first.value, value: value!, store, total, scanners }
}

const isLocal = (node: Node, local: Local): boolean => node.kind === 'local' && node.local === local

/** x of total = total + x. */
function termOf({ value }: Extract<Statement, { kind: 'assign' }>, total: Local): Node | null {
  if (value.kind !== 'apply' || value.name !== 'add' || !isLocal(value.operands[0], total)) return null
  const term = value.operands[1]
  return allNodes([term]).some((node) => isLocal(node, total)) ? null : term
}

/** The shaders of a running sum, to be run in order. */
export function runningSumSources(sum: RunningSum, scratch: Scratch): readonly ShaderSource[] {
  const { name, grid, loop, start, value, total, scanners } = sum
  if (scanners === 1) return [scanSource(sum, null)]
  const length = TILE * Math.ceil(loop.extent / TILE / scanners)
  const count = Math.ceil(loop.extent / length)
  const [sums, ends] = [0, 1].map(() => scratch(total.dtype, count * extentOf(grid)))
  const reduction: Reduce = { kind: 'reduce', loops: [loop], local: total, operation: 'sum', value }
  const chunk: Loop = { id: -1, extent: count, parallel: false, vector: false }
  const address = addressOver([chunk, ...grid])
  const ofSums: RunningSum = {
    ...{ name: `ends_of_${name}`, grid, loop: chunk, start, total, scanners: 1 },
    value: { kind: 'load', dtype: total.dtype, buffer: sums, address },
    store: { kind: 'store', buffer: ends, address, value: { kind: 'local', dtype: total.dtype, local: total } },
  }
  const outer: Loop = { ...chunk, parallel: true }
  const before = addressOver([outer, ...grid])
  const carried = { ...before, offset: -extentOf(grid) }
  return [
    partSource(partialStage(name, grid, count, [{ reduction, parts: sums, length }])),
    scanSource(ofSums, null),
    scanSource(sum, { loop: outer, length, end: { kind: 'load', dtype: total.dtype, buffer: ends, address: carried } }),
  ]
}

/** The chunk of a row that a workgroup takes, and where the chunk before it ends. */
interface Chunk {
  readonly loop: Loop
  readonly length: number
  readonly end: Node
}

function scanSource(sum: RunningSum, chunk: Chunk | null): ShaderSource {
  const { name, grid, start, value, store } = sum
  const whole = chunk === null ? grid : [chunk.loop, ...grid]
  const nodes = [start, value, ...(chunk === null ? [] : [chunk.end])]
  const body = [...nodes.map((node): Statement => ({ kind: 'assign', local: sum.total, value: node })), store]
  return {
    name,
    buffers: buffersOf(body),
    written: writtenBy(body),
    shader: (memory, predicate) => scanShader(sum, chunk, whole, memory, predicate),
  }
}

function scanShader(
  sum: RunningSum,
  chunk: Chunk | null,
  grid: readonly Loop[],
  memory: ShaderMemory,
  predicate: Predicate | null,
): Shader {
  const { name, total, store } = sum
  const writer = new ShaderWriter(memory, writtenBy([store]))
  writer.bindLoops(grid, 'i32(group)')
  writeScan(writer, sum, chunk)
  const type = typeOf(total.dtype)
  const declarations = [
    `var<workgroup> tile: array<${type}, ${TILE + TILE / 32}>;`,
    `var<workgroup> sums: array<${type}, ${SCAN_THREADS}>;`,
    '// Neighbours of eight are read at once: a gap after each 32 elements keeps them in different banks.',
    'fn at(place: i32) -> i32 { return place + place / 32; }',
  ]
  const iterations = extentOf(grid)
  const frame = { name, threads: SCAN_THREADS, iterations, each: 'workgroup', predicate, declarations } as const
  return { name, code: shaderText(memory, writer, frame), workgroups: iterations }
}

function writeScan(writer: ShaderWriter, sum: RunningSum, chunk: Chunk | null): void {
  const { loop, start, total } = sum
  const carry = writer.localName(total)
  writer.line('let lane = i32(thread);')
  writer.line(`${carry} = ${writer.node(start)};`)
  const zero = writer.node(start)
  let [begin, end] = ['0', `${loop.extent}`]
  if (chunk !== null) {
    const index = writer.node({ kind: 'index', dtype: 'int32', loop: chunk.loop })
    writer.block(`if (${index} > 0)`, () => writer.line(`${carry} = ${writer.node(chunk.end)};`))
    writer.line(`let begin = ${index} * ${chunk.length};`)
    writer.line(`let end = min(begin + ${chunk.length}, ${loop.extent});`)
    ;[begin, end] = ['begin', 'end']
  }
  writer.block(`for (var first = ${begin}; first < ${end}; first += ${TILE})`, () => {
    fetchTile(writer, sum, end, zero)
    sumUp(writer, carry)
    storeTile(writer, sum, end)
    writer.line('workgroupBarrier();')
  })
}

/** Neighbouring threads take neighbouring elements of the row. */
function eachOfTile(writer: ShaderWriter, { loop }: RunningSum, write: (inTile: string) => void): void {
  writer.block(`for (var k = lane; k < ${TILE}; k += ${SCAN_THREADS})`, () => {
    writer.line('let place = first + k;')
    writer.bindLoop(loop, 'place')
    write('tile[at(k)]')
  })
}

function fetchTile(writer: ShaderWriter, sum: RunningSum, end: string, zero: string): void {
  eachOfTile(writer, sum, (inTile) => {
    writer.line(`var element = ${zero};`)
    writer.block(`if (place < ${end})`, () => writer.line(`element = ${writer.node(sum.value)};`))
    writer.line(`${inTile} = element;`)
  })
  writer.line('workgroupBarrier();')
}

/** Each thread's elements become running sums of their own, and so do the sums of groups of threads. */
function sumUp(writer: ShaderWriter, carry: string): void {
  writer.line(`var so_far = tile[at(lane * ${SCAN_EACH})];`)
  writer.block(`for (var k = 1; k < ${SCAN_EACH}; k++)`, () => {
    writer.line(`so_far += tile[at(lane * ${SCAN_EACH} + k)];`)
    writer.line(`tile[at(lane * ${SCAN_EACH} + k)] = so_far;`)
  })
  writer.line('sums[lane] = so_far;')
  writer.line('workgroupBarrier();')
  writer.block(`if (lane < ${SCAN_THREADS / GROUP})`, () => {
    writer.block(`for (var k = 1; k < ${GROUP}; k++)`, () =>
      writer.line(`sums[lane * ${GROUP} + k] += sums[lane * ${GROUP} + k - 1];`),
    )
  })
  writer.line('workgroupBarrier();')
  writer.line(`var before = ${carry};`)
  writer.block(`for (var group_end = ${GROUP - 1}; group_end < ${SCAN_THREADS}; group_end += ${GROUP})`, () => {
    writer.line(`if (group_end < lane) { before += sums[group_end]; }`)
    writer.line(`${carry} += sums[group_end];`)
  })
  writer.line(`if (lane % ${GROUP} > 0) { before += sums[lane - 1]; }`)
  writer.block(`for (var k = 0; k < ${SCAN_EACH}; k++)`, () =>
    writer.line(`tile[at(lane * ${SCAN_EACH} + k)] += before;`),
  )
  writer.line('workgroupBarrier();')
}

function storeTile(writer: ShaderWriter, sum: RunningSum, end: string): void {
  const { store } = sum
  eachOfTile(writer, sum, (inTile) =>
    writer.block(`if (place < ${end})`, () => writer.store(store.buffer, store.address, inTile)),
  )
}
