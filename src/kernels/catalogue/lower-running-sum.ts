/** `cumsum`: a running sum along one axis. */
import { isFloat } from '../../core/dtype.ts'
import { paramsOf } from '../../rewrite/params.ts'
import { affine } from '../language/axes.ts'
import { scripted } from './scripted.ts'
import type { StepRule } from './steps.ts'

/** y[i] = x[0] + … + x[i] along an axis, or from the other end. */
export const runningSum: StepRule = {
  kind: 'step',
  writes: () => true,
  access: () => ['streamed'],
  lower: scripted('cumsum', ({ equation, output }, script) => {
    const { axis, reverse } = paramsOf(equation, 'cumsum')
    const [x] = equation.inputs
    const others = x.shape.filter((_, i) => i !== axis)
    script.each(
      others,
      () => 'parallel',
      (outer) => {
        // -0 + x = x, for -0 too
        const total = script.variable(script.number(x.dtype, isFloat(x.dtype) ? -0 : 0))
        script.loop(x.shape[axis], 'ordered', (along) => {
          const place = reverse ? affine(along, -1, x.shape[axis] - 1) : along
          const index = outer.toSpliced(axis, 0, place)
          script.assign(total, script.apply('add', script.value(total), script.reader.read(x, index)))
          script.store(output(0), index, script.value(total))
        })
      },
    )
  }),
}
