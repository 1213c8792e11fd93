/**
 * Optimisation: a rule turns a gradient into an update (Adam …), a transformation changes a gradient (clipping); an optimiser evaluates the objective itself (BFGS …).
 *
 * What state a rule keeps for parameters P is a type-level function: an interface that reads `this['params']` and defines
 * `state`, so that the state of one model is refused by another.
 */
import type { FloatDType } from './dtype.ts'
import type { Scalar } from './tensor.ts'

/**
 * A function from parameters to state. Extend it: `interface MomentumFunction extends StateFunction { readonly state:
 * MomentumState<this['params']> }`. (`this` is not allowed inside an object type, so the state needs a name of its own.)
 */
export interface StateFunction {
  readonly params: unknown
  readonly state: unknown
}

/** The state that state function F keeps for parameters P. */
export type StateFor<F extends StateFunction, P> = (F & { readonly params: P })['state']

/** Type-level fact of a rule; no run-time property bears this key. */
declare const stateFunction: unique symbol

/** What a caller measured at the parameters, beside the gradient; some rules want it. */
export interface Measured {
  /** The loss: `reduceOnPlateau` watches it. */
  readonly value?: Scalar<'float32'> | Scalar<'float64'>
}

/** Gradient in, gradient out: clipping, weight decay … It stands in a chain before a rule, which makes a step of the gradient. */
export interface Transformation<F extends StateFunction> {
  /** The state before the first step. */
  init<P>(params: P): StateFor<F, P>
  /** The changed gradient and the next state. (Of a rule: the update, to be added to the parameters.) */
  update<P>(
    gradient: NoInfer<P>,
    state: StateFor<F, NoInfer<P>>,
    params: P,
    measured?: Measured,
  ): [update: P, state: StateFor<F, P>]
  /** True of what must see the gradient itself, and so stand before the rule: after it, weight decay would let weights grow. */
  readonly beforeRule?: boolean
  readonly [stateFunction]?: F
}

/** Gradient in, update out. */
export interface Rule<F extends StateFunction> extends Transformation<F> {
  /** The next parameters (`params + update`) and the next state. */
  step<P>(
    gradient: NoInfer<P>,
    state: StateFor<F, NoInfer<P>>,
    params: P,
    measured?: Measured,
  ): [params: P, state: StateFor<F, P>]
}

/** The state of rule or optimiser R for parameters P: `StateOf<typeof rule, P>`. */
export type StateOf<R, P> = R extends { readonly [stateFunction]?: infer F }
  ? StateFor<Extract<F, StateFunction>, P>
  : never

/** A scalar function of parameters. */
export type Objective<P, D extends FloatDType> = (params: P) => Scalar<D>

/** Evaluates the objective itself: one iteration at a time, in traceable operations, so that a whole run compiles. */
export interface Optimiser<F extends StateFunction = StateFunction> {
  /** The state before the first iteration. */
  init<P, D extends FloatDType>(objective: Objective<P, D>, params: P): StateFor<F, P>
  /** The next parameters and state, and whether to stop: 0 go on, 1 converged, 2 failed. */
  step<P, D extends FloatDType>(
    objective: Objective<NoInfer<P>, D>,
    params: P,
    state: StateFor<F, NoInfer<P>>,
  ): [params: P, state: StateFor<F, P>, status: Scalar<'int32'>]
  readonly [stateFunction]?: F
}

/** How a minimisation ended. */
export type SolutionResult = 'converged' | 'maxSteps' | 'failed'

/** What `minimise` answers. */
export interface Solution<P, D extends FloatDType = 'float32'> {
  /** The best parameters found. */
  readonly params: P
  /** The objective there. */
  readonly value: Scalar<D>
  /** Why it stopped. */
  readonly result: SolutionResult
  /** Iterations done. */
  readonly steps: number
}
