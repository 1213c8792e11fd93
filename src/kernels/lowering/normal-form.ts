/**
 * The form in which programs are lowered: functions with rules of their own stand written out, no product contracts more than
 * one axis, everything is simplified; checkpoints are written out last, so that what they compute again is not merged with
 * what was computed before.
 */
import { sizeOf } from '../../core/abstract.ts'
import { checkProgram } from '../../core/check.ts'
import type { Equation, Program } from '../../core/program.ts'
import type { Value } from '../../core/value.ts'
import { rewrite } from '../../rewrite/engine.ts'
import { paramsOf } from '../../rewrite/params.ts'
import type { Match, Rule, Writer } from '../../rewrite/rule.ts'
import { rule } from '../../rewrite/rule.ts'
import { rules } from '../../rewrite/simplify.ts'
import { expand } from './expand.ts'

/** The rules of `simplify`, and those that hold for lowering only: derivatives have been taken. */
const loweringRules: readonly Rule[] = [
  ...rules,
  rule('stopGradient is the identity', 'stopGradient', ({ a }) => a),
  rule('a product over several axes is one over their product', 'dot', overOneAxis),
  rule('an outer product is element by element', 'dot', outerProduct),
  rule(
    'what is added to an assembled vector is added to its segments',
    'add',
    ({ a, b, ...match }) => addedToSegments(a, b, match) ?? addedToSegments(b, a, match),
  ),
]

/** The program as the lowering takes it. */
export function normalForm(program: Program): Program {
  const plain = expand(program, customProgram)
  const simple = rewrite(plain, loweringRules)
  checkProgram(simple)
  return expand(simple, (equation) => {
    const checkpointed = checkpointProgram(equation)
    return checkpointed && normalForm(checkpointed)
  })
}

function customProgram(equation: Equation): Program | null {
  switch (equation.primitive.name) {
    case 'customJvp':
      return paramsOf(equation, 'customJvp').program
    case 'customVjp':
      return paramsOf(equation, 'customVjp').program
    default:
      return null
  }
}

const checkpointProgram = (equation: Equation): Program | null =>
  equation.primitive.name === 'checkpoint' ? paramsOf(equation, 'checkpoint').program : null

/** A sum of single products (a product 0 · -1 is -0 here, where the sum would be 0). */
function outerProduct({ a, b, params: { contract, batch }, type, make }: Match<'dot'>): Value | null {
  if (sizeOf(contract[0].map((axis) => a.shape[axis])) !== 1) return null
  const spread = (x: Value, side: 0 | 1, first: number): Value => {
    const gone = [...contract[side], ...batch[side]]
    const free = x.shape.map((_, axis) => axis).filter((axis) => !gone.includes(axis))
    const order = [...batch[side], ...free]
    const moved = make('transpose', [x], { permutation: [...order, ...contract[side]] })
    const bare = make('reshape', [moved], { shape: order.map((axis) => x.shape[axis]) })
    const axes = order.map((_, i) => (i < batch[side].length ? i : first + i - batch[side].length))
    return make('broadcast', [bare], { shape: type.shape, axes })
  }
  const freeOfB = b.shape.length - contract[1].length - batch[1].length
  return make('mul', [spread(a, 0, batch[0].length), spread(b, 1, type.shape.length - freeOfB)], {})
}

/**
 * assemble(parts) + x, where the parts leave no gap: each part gets its segment of x, so that sums of gradients over the steps of
 * a loop are made where the parts are.
 */
function addedToSegments(a: Value, x: Value, { source, make }: Writer): Value | null {
  const assembled = source(a, 'assemble')
  if (assembled === null) return null
  const { inputs, params } = assembled
  if (inputs.reduce((covered, { shape }) => covered + sizeOf(shape), 0) !== params.size) return null
  const sums = inputs.map((part, i) =>
    make('add', [part, make('view', [x], { offset: params.offsets[i], shape: part.shape })], {}),
  )
  return make('assemble', sums, params)
}

/** Σ_{j,k} a[…, j, k] b[…, j, k]: the contracted axes become the last one of each operand, in the order of a. */
function overOneAxis({ a, b, params, make }: Match<'dot'>): Value | null {
  const { contract, batch } = params
  if (contract[0].length < 2) return null
  const order = contract[0].map((_, i) => i).sort((i, j) => contract[0][i] - contract[0][j])
  const merged = (x: Value, side: 0 | 1): Value => {
    const last = order.map((i) => contract[side][i])
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !last.includes(axis))
    const moved = make('transpose', [x], { permutation: [...kept, ...last] })
    const length = sizeOf(last.map((axis) => x.shape[axis]))
    return make('reshape', [moved], { shape: [...kept.map((axis) => x.shape[axis]), length] })
  }
  const batchAxes = (side: 0 | 1) =>
    batch[side].map((axis) => axis - contract[side].filter((contracted) => contracted < axis).length)
  const [left, right] = [merged(a, 0), merged(b, 1)]
  return make('dot', [left, right], {
    contract: [[left.shape.length - 1], [right.shape.length - 1]],
    batch: [batchAxes(0), batchAxes(1)],
  })
}
