/** Writing at indices that are known at run time: `scatterAdd` (zeros, then additions in order) and `dynamicUpdate`. */
import { sizeOf } from '../core/abstract.ts'
import { paramsOf } from '../rewrite/params.ts'
import { blockIndex, runtimeIndex, spreadOf } from './indexed.ts'
import { scripted } from './scripted.ts'
import type { StepRule } from './steps.ts'

/** Updates added into zeros at indices; repeated indices accumulate in order. */
export const scattered: StepRule = {
  kind: 'step',
  writes: () => true,
  access: () => ['streamed', 'streamed'],
  lower: scripted('scatterAdd', ({ equation, output }, script) => {
    const [at, updates] = equation.inputs
    const params = paramsOf(equation, 'scatterAdd')
    const result = output(0)
    const zero = script.number(updates.dtype, 0)
    script.each(
      result.shape,
      () => 'parallel',
      (index) => script.store(result, index, zero),
    )
    if (sizeOf(updates.shape) === 0) return
    const end = params.axis + at.shape.length - params.batch
    const order = (axis: number) => (axis >= params.axis && axis < end ? 'ordered' : 'parallel')
    script.each(updates.shape, order, (index) => {
      const { batch, before, indexed, after } = spreadOf(index, params, at.shape.length)
      const value = script.reader.read(at, [...batch, ...indexed])
      const chosen = runtimeIndex(script.table, value, params.size)
      script.accumulate(result, [...batch, ...before, chosen, ...after], script.reader.read(updates, index))
    })
  }),
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
