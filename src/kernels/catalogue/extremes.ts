/**
 * `argmax` and `argmin` as two reductions that run in lanes: the extreme m, then the least index at which x = m or x is NaN
 * (if any x is NaN, so is m, and no x equals it).
 */
import { isFloat } from '../../core/dtype.ts'
import type { Equation } from '../../core/program.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Index } from '../language/axes.ts'
import type { Node } from '../language/kernel.ts'
import { HEAVY } from '../language/scalar-flops.ts'
import type { Expression } from './expressions.ts'
import { interleave, reducedForms } from './expressions.ts'
import { innerAxis } from './forms.ts'
import type { Reader } from './reader.ts'

/** The index of the first extreme along an axis. */
export const extremePlace = (name: 'argmax' | 'argmin'): Expression => ({
  kind: 'expression',
  reduces: true,
  nodes: 8,
  flops: () => HEAVY,
  operands(equation, form, context) {
    const { axis } = paramsOf(equation, name)
    const [{ shape }] = equation.inputs
    // The operand is read in both reductions.
    const axes = () => interleave(shape, [axis], form.axes, () => innerAxis)
    return reducedForms(equation, form, context, 2 * shape[axis], axes)
  },
  read(reader, equation, _, index) {
    const { axis } = paramsOf(equation, name)
    const [{ dtype, shape }] = equation.inputs
    const at = (inner: Index): Node =>
      reader.read(
        equation.inputs[0],
        interleave(shape, [axis], index, () => inner),
      )
    const best = reader.reduce(name === 'argmax' ? 'max' : 'min', dtype, [shape[axis]], ([inner]) => at(inner))
    return reader.reduce('min', 'int32', [shape[axis]], ([inner]) => place(reader, equation, at(inner), best, inner))
  },
})

/** The index where the element is the extreme, else the last index. */
function place({ table }: Reader, { inputs: [{ dtype }] }: Equation, value: Node, best: Node, index: Index): Node {
  const equal = table.apply('eq', 'bool', [value, best])
  const isBest = isFloat(dtype) ? table.apply('or', 'bool', [equal, table.apply('ne', 'bool', [value, value])]) : equal
  return table.apply('select', 'int32', [isBest, table.value(index), table.constant('int32', 2 ** 31 - 1)])
}
