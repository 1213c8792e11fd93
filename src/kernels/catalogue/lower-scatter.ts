/** Writing at indices that are known at run time: `scatterAdd` (zeros, then additions in order) and `dynamicUpdate`. */
import { sizeOf } from '../../core/abstract.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import { blockIndex, runtimeIndex, spreadOf } from './indexed.ts'
import { sortedScatter } from './lower-sorted-scatter.ts'
import type { Script } from './script.ts'
import { scripted } from './scripted.ts'
import type { StepContext, StepRule } from './steps.ts'

/** Entries from which threads had better sort them than go through them one after the other. */
const MANY_ENTRIES = 64

/** Updates added into zeros at indices; repeated indices accumulate in order. */
export const scattered: StepRule = {
  kind: 'step',
  writes: () => true,
  access: () => ['streamed', 'streamed'],
  lower(context) {
    const { equation, sharesRows } = context
    const [at, updates] = equation.inputs
    const { batch } = paramsOf(equation, 'scatterAdd')
    if (sizeOf(updates.shape) === 0) return zeros(context)
    if (sharesRows) return scripted('scatterAdd', (_, script) => writeInOrder(context, script))(context)
    const isMany = sizeOf(at.shape.slice(batch)) >= MANY_ENTRIES
    return [...zeros(context), ...(isMany ? sortedScatter(context) : columns(context))]
  },
}

/** The result, empty. */
const zeros = scripted('scatterAdd', writeZeros)

function writeZeros({ output }: StepContext, script: Script): void {
  const result = output(0)
  const zero = script.number(result.buffer.dtype, 0)
  script.each(
    result.shape,
    () => 'parallel',
    (index) => script.store(result, index, zero),
  )
}

/** Every update in the order of memory. */
function writeInOrder(context: StepContext, script: Script): void {
  const { equation } = context
  const [at, updates] = equation.inputs
  const params = paramsOf(equation, 'scatterAdd')
  writeZeros(context, script)
  const end = params.axis + at.shape.length - params.batch
  const order = (axis: number) => (axis >= params.axis && axis < end ? 'ordered' : 'parallel')
  script.each(updates.shape, order, (index) => addOne(context, script, index))
}

/** The features side by side, the entries of each in order. */
const columns = scripted('scatterAdd', (context, script) => {
  const { equation } = context
  const [at, updates] = equation.inputs
  const params = paramsOf(equation, 'scatterAdd')
  const { batch, before, indexed, after } = spreadOf(updates.shape, params, at.shape.length)
  script.each(
    [...batch, ...before, ...after],
    () => 'parallel',
    (outer) =>
      script.each(
        indexed,
        () => 'ordered',
        (inner) => addOne(context, script, outer.toSpliced(params.axis, 0, ...inner)),
      ),
  )
})

/** Adds the update at an index to its place. */
function addOne({ equation, output }: StepContext, script: Script, index: readonly Index[]): void {
  const [at, updates] = equation.inputs
  const params = paramsOf(equation, 'scatterAdd')
  const { batch, before, indexed, after } = spreadOf(index, params, at.shape.length)
  const value = script.reader.read(at, [...batch, ...indexed])
  const chosen = runtimeIndex(script.table, value, params.size)
  script.accumulate(output(0), [...batch, ...before, chosen, ...after], script.reader.read(updates, index))
}

/** A block replaced: the rest of the result is written by whatever computes the first operand. */
export const updated: StepRule = {
  kind: 'step',
  writes: () => true,
  access: ({ inputs }) => inputs.map((_, i) => (i === 0 ? 'placed' : 'streamed')),
  lower: scripted('dynamicUpdate', ({ equation, output }, script) => {
    const [, update, ...starts] = equation.inputs
    if (sizeOf(update.shape) === 0) return
    script.each(
      update.shape,
      () => 'parallel',
      (index) => {
        const start = (axis: number) => script.reader.read(starts[axis], [])
        const place = blockIndex(equation, index, update.shape, start, script.table)
        script.store(output(0), place, script.reader.read(update, index))
      },
    )
  }),
}
