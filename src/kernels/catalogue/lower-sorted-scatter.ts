/**
 * `scatterAdd` for machines of many threads. The entries are sorted by where they go, and then each element of the result adds up
 * its own run of entries: in the order of the entries, so the bits are those of a loop that adds one after the other.
 *
 *  1. Blocks of entries are sorted by counting: an entry stands behind those with a smaller key, and equal ones before it.
 *  2. Neighbouring blocks are merged by rank: an entry moves up by the number of entries of the other block that come before it,
 *     which a binary search finds. Each pass doubles the blocks.
 *  3. Where a run of equal keys begins, a thread for each feature adds the run up.
 */
import { sizeOf, stridesOf } from '../../core/abstract.ts'
import type { ScatterParams } from '../../primitives/indexing.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import { linearise } from '../language/axes.ts'
import type { Node, Step } from '../language/kernel.ts'
import { spreadOf } from './indexed.ts'
import type { Script } from './script.ts'
import { scripted } from './scripted.ts'
import type { StepContext } from './steps.ts'
import { denseStorage, type Storage } from './storage.ts'

/** Entries of a block that is sorted by counting. */
const BLOCK = 256

/** Entries sorted by key: for each batch, the keys and the places among the entries. */
interface Entries {
  readonly keys: Storage
  readonly places: Storage
}

/** The steps of a scatter-add whose result the caller has filled with zeros. */
export function sortedScatter(context: StepContext): readonly Step[] {
  const { equation } = context
  const [at] = equation.inputs
  const { batch } = paramsOf(equation, 'scatterAdd')
  const outer = at.shape.slice(0, batch)
  const count = sizeOf(at.shape.slice(batch))
  const shape = [...outer, count]
  const numbers = (): Storage => denseStorage(context.scratch('int32', sizeOf(shape)), shape)
  const keys = numbers()
  const step = (name: string, write: (script: Script) => void) =>
    scripted(`scatterAdd_${name}`, (_, script) => write(script))(context)
  const steps = [...step('keys', (script) => writeKeys(context, script, keys))]
  const pairs: readonly Entries[] = [0, 1].map(() => ({ keys: numbers(), places: numbers() }))
  steps.push(...step('sort', (script) => sortBlocks(script, keys, pairs[0])))
  let turn = 0
  for (let width = BLOCK; width < count; width *= 2, turn = 1 - turn) {
    const [from, to] = [pairs[turn], pairs[1 - turn]]
    steps.push(...step('merge', (script) => mergeBlocks(script, from, to, width)))
  }
  const { storage, made } = storedUpdates(context)
  return [...steps, ...made, ...step('runs', (script) => addRuns(context, script, pairs[turn], storage))]
}

/** Where the updates stand; they are written down if they are not yet. */
function storedUpdates(context: StepContext): { readonly storage: Storage; readonly made: readonly Step[] } {
  const { equation, reading, scratch } = context
  const [, updates] = equation.inputs
  const known = reading.storageOf(updates)
  if (known !== undefined) return { storage: known, made: [] }
  const storage = denseStorage(scratch(updates.dtype, sizeOf(updates.shape)), updates.shape)
  const write = scripted('scatterAdd_updates', (_, script) =>
    script.each(
      updates.shape,
      () => 'parallel',
      (index) => script.store(storage, index, script.reader.read(updates, index)),
    ),
  )
  return { storage, made: write(context) }
}

/** Where each entry goes, limited to the axis. */
function writeKeys({ equation }: StepContext, script: Script, keys: Storage): void {
  const [at] = equation.inputs
  const { batch, size } = paramsOf(equation, 'scatterAdd')
  const strides = stridesOf(at.shape.slice(batch))
  script.each(
    at.shape,
    () => 'parallel',
    (index) => {
      const place = linearise(index.slice(batch), strides)
      const key = script.table.clamp(script.reader.read(at, index), size)
      script.store(keys, [...index.slice(0, batch), place], key)
    },
  )
}

/** All entries in any order: their batch, their position, how many there are. */
function eachEntry(
  script: Script,
  { shape }: Storage,
  write: (outer: readonly Index[], position: Node, count: number) => void,
): void {
  script.each(
    shape,
    () => 'parallel',
    (index) => write(index.slice(0, -1), script.table.value(index[index.length - 1]), shape[shape.length - 1]),
  )
}

/** Reads at a position that is limited to the entries. */
const loadAt = (script: Script, storage: Storage, outer: readonly Index[], position: Node): Node => {
  const count = storage.shape[storage.shape.length - 1]
  return script.load(storage, [...outer, script.at(script.table.clamp(position, count), count)])
}

function sortBlocks(script: Script, keys: Storage, to: Entries): void {
  eachEntry(script, keys, (outer, position, count) => {
    const key = loadAt(script, keys, outer, position)
    const block = Math.min(BLOCK, count)
    const start = startOf(script, position, block, count)
    const rank = script.variable(start)
    script.loop(block, 'ordered', (inner) => {
      const other = script.apply('add', start, script.table.value(inner))
      const otherKey = loadAt(script, keys, outer, other)
      const tied = script.test('and', script.test('eq', otherKey, key), script.test('lt', other, position))
      const before = script.test('or', script.test('lt', otherKey, key), tied)
      const exists =
        count % block === 0 ? before : script.test('and', before, script.test('lt', other, script.integer(count)))
      script.assign(rank, script.apply('add', script.value(rank), script.table.apply('convert', 'int32', [exists])))
    })
    putEntry(script, to, outer, script.value(rank), key, position)
  })
}

/** Where the block of a position begins. */
function startOf(script: Script, position: Node, block: number, count: number): Node {
  if (block >= count) return script.integer(0)
  return script.table.times(script.apply('div', position, script.integer(block)), block)
}

function putEntry(script: Script, to: Entries, outer: readonly Index[], position: Node, key: Node, place: Node): void {
  const count = to.keys.shape[to.keys.shape.length - 1]
  const index = [...outer, script.at(position, count)]
  script.store(to.keys, index, key)
  script.store(to.places, index, place)
}

/** Blocks of `width` become sorted blocks twice as wide. */
function mergeBlocks(script: Script, from: Entries, to: Entries, width: number): void {
  eachEntry(script, from.keys, (outer, position, count) => {
    const key = loadAt(script, from.keys, outer, position)
    const start = startOf(script, position, width, count)
    const both = startOf(script, position, 2 * width, count)
    const isRight = script.test('lt', both, start)
    const limited = (node: Node): Node => script.apply('min', node, script.integer(count))
    const right = limited(script.apply('add', both, script.integer(width)))
    const otherStart = script.table.apply('select', 'int32', [isRight, both, right])
    const otherEnd = limited(script.apply('add', otherStart, script.integer(width)))
    const low = script.variable(otherStart)
    const high = script.variable(otherEnd)
    script.loop(Math.ceil(Math.log2(width)) + 1, 'ordered', () => {
      const sum = script.apply('add', script.value(low), script.value(high))
      const middle = script.value(script.variable(script.apply('div', sum, script.integer(2))))
      const middleKey = loadAt(script, from.keys, outer, middle)
      const tied = script.test('and', isRight, script.test('eq', middleKey, key))
      const isBefore = script.value(script.variable(script.test('or', script.test('lt', middleKey, key), tied)))
      const open = script.value(script.variable(script.test('lt', script.value(low), script.value(high))))
      const next = script.apply('add', middle, script.integer(1))
      const choose = (condition: Node, a: Node, b: Node): Node =>
        script.table.apply('select', 'int32', [condition, a, b])
      script.assign(low, choose(script.test('and', open, isBefore), next, script.value(low)))
      script.assign(high, choose(script.test('and', open, script.test('not', isBefore)), middle, script.value(high)))
    })
    const passed = script.apply('sub', script.value(low), otherStart)
    const own = script.apply('sub', position, start)
    const target = script.apply('add', both, script.apply('add', own, passed))
    putEntry(script, to, outer, target, key, loadAt(script, from.places, outer, position))
  })
}

/** The sum of each run of equal keys, feature by feature. */
function addRuns({ equation, output }: StepContext, script: Script, { keys, places }: Entries, updates: Storage): void {
  const [at] = equation.inputs
  const params: ScatterParams = paramsOf(equation, 'scatterAdd')
  const { batch, before, indexed, after } = spreadOf(updates.shape, params, at.shape.length)
  const count = sizeOf(indexed)
  const flat = { batch: params.batch, axis: params.axis }
  script.each(
    [...batch, ...before, count, ...after],
    () => 'parallel',
    (index) => {
      const own = spreadOf(index, flat, batch.length + 1)
      const position = script.table.value(own.indexed[0])
      const key = loadAt(script, keys, own.batch, position)
      const previous = loadAt(script, keys, own.batch, script.apply('sub', position, script.integer(1)))
      const isFirst = script.test('eq', position, script.integer(0))
      script.when(script.test('or', isFirst, script.test('ne', previous, key)), () => {
        const next = script.variable(position)
        const total = script.variable(script.number(updates.buffer.dtype, 0))
        const isOpen = script.test('lt', script.value(next), script.integer(count))
        const isSame = script.test('eq', loadAt(script, keys, own.batch, script.value(next)), key)
        script.repeat(script.test('and', isOpen, isSame), () => {
          const place = loadAt(script, places, own.batch, script.value(next))
          const element = script.load(updates, [
            ...own.batch,
            ...own.before,
            ...unravelled(script, place, indexed),
            ...own.after,
          ])
          script.assign(total, script.apply('add', script.value(total), element))
          script.assign(next, script.apply('add', script.value(next), script.integer(1)))
        })
        const target = [...own.batch, ...own.before, script.at(key, params.size), ...own.after]
        script.store(output(0), target, script.value(total))
      })
    },
  )
}

/** The index of an entry along each of its axes. */
function unravelled(script: Script, place: Node, shape: readonly number[]): readonly Index[] {
  const index: Index[] = []
  let rest = place
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const extent = script.integer(shape[axis])
    index.unshift(script.at(script.apply('rem', rest, extent), shape[axis]))
    rest = script.apply('div', rest, extent)
  }
  return [script.at(rest, shape[0]), ...index]
}
