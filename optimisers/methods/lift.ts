/** Rules as optimisers: one step of the rule and one evaluation in each iteration. */
import { add, leavesOf, mapTree } from '../../src/index.ts'
import type { Iterate, Optimiser, Rule, StateFunction, Vector } from '../../types/optimiser.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'
import { status } from '../minimise/status.ts'
import { count, largest } from '../vectors.ts'

/** The state of a lifted rule. */
export interface LiftedState extends Iterate {
  readonly gradient: Vector
  /** The tensors of the rule's own state, in order. */
  readonly rule: readonly Tensor<Shape, any>[]
}

/**
 * Makes an optimiser of a rule, so that `minimise` takes Adam as it takes BFGS. Its objective may rise; the best parameters are kept.
 * @example
 * import { square, sub, sum, tensor, type Tensor } from 'conformable'
 * import { lift, minimiseSync, sgd } from 'conformable/optimisers'
 * const loss = (x: Tensor<[2], 'float64'>) => sum(square(sub(x, 3)))
 * const { parameters } = minimiseSync(loss, tensor([0, 0], 'float64'), lift(sgd({ learningRate: 0.1 })))
 * console.log(parameters) // [3, 3]
 */
export function lift<F extends StateFunction>(rule: Rule<F>, name = 'rule'): Optimiser<LiftedState> {
  return {
    name,
    init(problem, x) {
      const [value, gradient] = problem.valueAndGradient(x)
      const known = { gradientNorm: largest(gradient), evaluations: count(1), status: count(status.running) }
      return { x, value, gradient, ...known, rule: leavesOf(rule.init(problem.toParameters(x))) }
    },
    step(problem, state) {
      const parameters = problem.toParameters(state.x)
      const memory = rebuilt(rule.init(parameters), state.rule)
      const [next, after] = rule.step(problem.toParameters(state.gradient), memory, parameters, { value: state.value })
      const x = problem.toVector(next)
      const [value, gradient] = problem.valueAndGradient(x)
      const known = { gradientNorm: largest(gradient), evaluations: add(state.evaluations, 1), status: state.status }
      return { x, value, gradient, ...known, rule: leavesOf(after) }
    },
  }
}

/** A tree built like `like` with these tensors. */
function rebuilt<T>(like: T, leaves: readonly Tensor<Shape, any>[]): T {
  let next = 0
  return mapTree(() => leaves[next++]!, like)
}
