/**
 * `sort` along the last axis: stable, NaN last, payloads move with their keys. Runs of 16 are sorted by insertion, then merged
 * in passes of doubling width between two buffers.
 */
import type { Index } from '../language/axes.ts'
import { affine, linearise } from '../language/axes.ts'
import type { Node } from '../language/kernel.ts'
import type { Script } from './script.ts'
import { scripted } from './scripted.ts'
import type { StepContext, StepRule } from './steps.ts'
import type { Storage } from './storage.ts'
import { denseStorage } from './storage.ts'

/** Length of the runs that insertion sorts. */
const RUN = 16

/** Operands ordered so that the first ascends. */
export const sorted: StepRule = {
  kind: 'step',
  writes: () => true,
  access: ({ inputs }) => inputs.map(() => 'streamed'),
  lower: scripted('sort', writeSort),
}

function writeSort(context: StepContext, script: Script): void {
  const { equation, output, scratch } = context
  const { shape } = equation.inputs[0]
  const length = shape[shape.length - 1]
  const results = equation.outputs.map((_, i) => output(i))
  const widths: number[] = []
  for (let width = RUN; width < length; width *= 2) widths.push(width)
  const spare =
    widths.length === 0
      ? []
      : results.map(({ buffer }) => denseStorage(scratch(buffer.dtype, rowsOf(shape) * length), shape))
  script.each(
    shape.slice(0, -1),
    () => 'parallel',
    (row) => {
      let target = widths.length % 2 === 0 ? results : spare
      insertRuns(context, script, row, target, length)
      for (const width of widths) {
        const source = target
        target = source === results ? spare : results
        mergeRuns(script, row, source, target, length, width)
      }
    },
  )
}

const rowsOf = (shape: readonly number[]): number => shape.slice(0, -1).reduce((rows, extent) => rows * extent, 1)

/** Sorts each run of the operands into the target by insertion. */
function insertRuns(
  { equation }: StepContext,
  script: Script,
  row: readonly Index[],
  target: readonly Storage[],
  length: number,
): void {
  const run = Math.min(RUN, length)
  script.loop(Math.ceil(length / run), 'ordered', (block) => {
    script.loop(run, 'ordered', (inner) => {
      const position = linearise([block, inner], [run, 1])
      const insert = (): void => {
        const elements = equation.inputs.map((input) => script.reader.read(input, [...row, position]))
        insertOne(script, row, target, elements, { first: affine(block, run, 0), position, length })
      }
      if (length % run === 0) insert()
      else script.when(script.test('lt', script.table.value(position), script.integer(length)), insert)
    })
  })
}

interface Insertion {
  readonly first: Index
  readonly position: Index
  readonly length: number
}

/** Moves the larger elements of the run up by one and puts the new one below them. */
function insertOne(
  script: Script,
  row: readonly Index[],
  target: readonly Storage[],
  elements: readonly Node[],
  { first, position, length }: Insertion,
): void {
  const held = elements.map((element) => script.value(script.variable(element)))
  const hole = script.variable(script.table.value(position))
  const below = script.apply('max', script.apply('sub', script.value(hole), script.integer(1)), script.integer(0))
  const at = (node: Node): readonly Index[] => [...row, script.at(node, length)]
  const open = script.test('lt', script.table.value(first), script.value(hole))
  const larger = script.before(held[0], script.load(target[0], at(below)))
  script.repeat(script.test('and', open, larger), () => {
    for (const storage of target) script.store(storage, at(script.value(hole)), script.load(storage, at(below)))
    script.assign(hole, script.apply('sub', script.value(hole), script.integer(1)))
  })
  target.forEach((storage, i) => {
    script.store(storage, at(script.value(hole)), held[i])
  })
}

/** Merges neighbouring runs of `width`; of equal keys the one of the left run comes first. */
function mergeRuns(
  script: Script,
  row: readonly Index[],
  source: readonly Storage[],
  target: readonly Storage[],
  length: number,
  width: number,
): void {
  const limit = (index: Index): Node => script.apply('min', script.table.value(index), script.integer(length))
  script.loop(Math.ceil(length / (2 * width)), 'ordered', (block) => {
    const low = affine(block, 2 * width, 0)
    const middle = script.value(script.variable(limit(affine(low, 1, width))))
    const high = script.value(script.variable(limit(affine(low, 1, 2 * width))))
    const left = script.variable(script.table.value(low))
    const right = script.variable(middle)
    const at = (node: Node): readonly Index[] => [...row, script.at(script.table.clamp(node, length), length)]
    const move = (place: Index, from: typeof left): void => {
      target.forEach((storage, i) => {
        script.store(storage, [...row, place], script.load(source[i], at(script.value(from))))
      })
      script.assign(from, script.apply('add', script.value(from), script.integer(1)))
    }
    script.loop(Math.min(2 * width, length), 'ordered', (inner) => {
      const place = linearise([low, inner], [1, 1])
      const leftKey = script.load(source[0], at(script.value(left)))
      const rightKey = script.load(source[0], at(script.value(right)))
      const rightEmpty = script.test('le', high, script.value(right))
      const leftFirst = script.test('or', rightEmpty, script.test('not', script.before(rightKey, leftKey)))
      const takeLeft = script.test('and', script.test('lt', script.value(left), middle), leftFirst)
      script.when(script.test('lt', script.table.value(place), high), () =>
        script.when(
          takeLeft,
          () => move(place, left),
          () => move(place, right),
        ),
      )
    })
  })
}
