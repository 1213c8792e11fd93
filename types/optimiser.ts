/**
 * Optimisation: a rule turns a gradient into an update (Adam …), a transformation changes a gradient (clipping); an optimiser evaluates the objective itself (BFGS …).
 *
 * What state a rule keeps for parameters P is a type-level function: an interface that reads `this['params']` and defines
 * `state`, so that the state of one model is refused by another.
 */
import type { FloatDType } from './dtype.ts'
import type { DTypeError, ShapeError } from './error.ts'
import type { CheckGradient, CheckState } from './rule-check.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/transforms.ts'
import type { Shape, ShowTensor } from './shape.ts'
import type { Scalar, Tensor } from './tensor.ts'
import type { Outer } from './transforms.ts'

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
  readonly value?: Scalar<'float32'> | Scalar<'float64'> | Real
}

/** Gradient in, gradient out: clipping, weight decay … It stands in a chain before a rule, which makes a step of the gradient. */
export interface Transformation<F extends StateFunction> {
  /** The state before the first step. */
  init<P>(params: P): StateFor<F, P>
  /** The changed gradient and the next state. (Of a rule: the update, to be added to the parameters.) */
  update<P, G, S>(
    gradient: CheckGradient<G, P>,
    state: CheckState<S, StateFor<F, P>>,
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
  step<P, G, S>(
    gradient: CheckGradient<G, P>,
    state: CheckState<S, StateFor<F, P>>,
    params: P,
    measured?: Measured,
  ): [params: P, state: StateFor<F, P>]
}

/** The state of rule or optimiser R for parameters P: `StateOf<typeof rule, P>`. */
export type StateOf<R, P> = R extends { readonly [stateFunction]?: infer F }
  ? StateFor<Extract<F, StateFunction>, P>
  : never

// ---- optimisers

// One of the two float dtypes, the same in all tensors of a problem. Constants come by `fullLike` or `problem.dtype`: a tensor that is
// surely float64 is refused, as the parameters may be float32.

/** All parameters as one vector: what an optimiser moves. */
export type Vector = Tensor<readonly [number], FloatDType>

/** A matrix of the parameters, such as a Hessian, or of residuals by parameters. */
export type Matrix = Tensor<readonly [number, number], FloatDType>

/** A float scalar of the dtype of the parameters. */
export type Real = Scalar<FloatDType>

/** What is minimised, as a function of one vector x. Every member may be used inside compiled code. */
export interface Problem {
  /** Number of parameters. */
  readonly size: number
  readonly dtype: FloatDType
  /** f(x). */
  value(x: Vector): Real
  /** f(x) and its gradient: one evaluation. */
  valueAndGradient(x: Vector): readonly [value: Real, gradient: Vector]
  /** The matrix of second derivatives, [size, size]. */
  hessian(x: Vector): Matrix
  /** The matrix of second derivatives times a vector, without the matrix. */
  hessianProduct(x: Vector, direction: Vector): Vector
  /** The residuals r whose f(x) = ½ ‖r(x)‖² is minimised; null if the objective is no sum of squares. */
  readonly residuals: Residuals | null
  /** Limits of each parameter, infinite where there is none; null if there are no limits at all. */
  readonly bounds: Bounds | null
  /** Functions that must be zero, or at least zero, at the solution; null if there are none. */
  readonly constraints: Constraints | null
  /** The parameters as they were given, with their names, for a vector; and back. */
  toParameters(x: Vector): unknown
  toVector(parameters: unknown): Vector
}

/** Residuals of a least-squares problem. */
export interface Residuals {
  value(x: Vector): Vector
  /** r(x), [m], and its Jacobian, [m, size]: one evaluation. */
  valueAndJacobian(x: Vector): readonly [value: Vector, jacobian: Matrix]
}

/** lower ≤ x ≤ upper. */
export interface Bounds {
  readonly lower: Vector
  readonly upper: Vector
}

/** equalities(x) = 0 and inequalities(x) ≥ 0; null where there are none. */
export interface Constraints {
  readonly equalities: ((x: Vector) => Vector) | null
  readonly inequalities: ((x: Vector) => Vector) | null
}

/** What the state of every optimiser tells; besides it holds whatever the optimiser remembers, as a tree of tensors. */
export interface Iterate {
  /** Where it stands. */
  readonly x: Vector
  /** f(x). */
  readonly value: Real
  /** The largest magnitude in the gradient at x (in its projection, with bounds): zero at a solution. */
  readonly gradientNorm: Real
  /** How often the objective was evaluated; value and gradient together count once. */
  readonly evaluations: Scalar<'int32'>
  /** 0 to go on; else one of the numbers of `status`. */
  readonly status: Scalar<'int32'>
}

/**
 * Evaluates the objective itself: one iteration at a time, in traceable operations, so that a whole run compiles into one program.
 * S is its state.
 */
export interface Optimiser<S extends Iterate = Iterate> {
  /** For messages. */
  readonly name: string
  /** What it takes beyond an objective: without a word nothing. */
  readonly takes?: readonly ProblemPart[]
  /** What it cannot do without. */
  readonly needs?: readonly ProblemPart[]
  /** Does its objective never rise? Then the last point is the best one, and need not be remembered apart. */
  readonly monotone?: boolean
  /** The state before the first iteration; evaluates the objective at x. */
  init(problem: Problem, x: Vector): S
  /** One iteration. */
  step(problem: Problem, state: S): S
  /** Its approximation to the inverse of the Hessian, if it has one. */
  inverseHessian?(problem: Problem, state: S): Matrix
}

/** What a problem may have beyond an objective. */
export type ProblemPart = 'residuals' | 'bounds' | 'constraints'

/** How a minimisation ended. The first three are successes. */
export type SolutionResult =
  | 'converged'
  | 'smallStep'
  | 'smallChange'
  | 'precision'
  | 'maxIterations'
  | 'maxEvaluations'
  | 'maxSeconds'
  | 'noDescent'
  | 'nonFinite'
  | 'unbounded'
  | 'infeasible'
  | 'stopped'

/** One line of the story of a minimisation. */
export interface Iteration {
  readonly iteration: number
  readonly evaluations: number
  readonly objective: number
  readonly gradientNorm: number
  readonly seconds: number
}

/** What `minimise` answers. */
export interface Solution<P, D extends FloatDType = FloatDType> {
  /** The best parameters found, built like the start. */
  readonly parameters: P
  /** The objective there. */
  readonly objective: number
  /** Why it stopped. */
  readonly result: SolutionResult
  /** The same as a sentence. */
  readonly message: string
  readonly iterations: number
  /** How often the objective was evaluated; value and gradient together count once. */
  readonly evaluations: number
  /** The largest magnitude in the gradient. */
  readonly gradientNorm: number
  readonly seconds: number
  /** Every iteration, if `trace` was asked. */
  readonly trace: readonly Iteration[]
  /** The approximation to the inverse of the Hessian as blocks by name, as `hessian` gives them; null if the optimiser has none. */
  readonly inverseHessian: Outer<P, P, D> | null
}

/** A scalar of a float dtype, by structure: `Tensor` itself is invariant in its dtype. */
interface ObjectiveTensor {
  readonly shape: readonly []
  readonly dtype: FloatDType
}

/** The return type asked of an objective: R itself when it is a float scalar, else a sentence. */
export type ObjectiveOf<R, Op extends string = 'minimise'> = R extends ObjectiveTensor
  ? R
  : R extends { readonly shape: infer S extends Shape; readonly dtype: infer D extends string }
    ? number extends S['length']
      ? R
      : S extends readonly []
        ? DTypeError<Sentence<typeof says.objectiveNoFloat, { op: Op; dtype: D }>>
        : ShapeError<Sentence<typeof says.objectiveNoScalar, { op: Op; x: S }>>
    : ShapeError<Sentence<typeof says.objectiveNoTensor, { op: Op }>>

/** The return type asked of residuals: R itself, else the sentence that they are no floats. */
export type ResidualsOf<R> = R extends { readonly shape: infer S extends Shape; readonly dtype: infer D extends string }
  ? D extends FloatDType
    ? R
    : DTypeError<Sentence<typeof says.residualsNoFloat, { op: 'leastSquares'; x: ShowTensor<S, D> }>>
  : R

/** The dtype of an objective's result. */
export type ObjectiveDType<R> = R extends { readonly dtype: infer D extends FloatDType } ? D : FloatDType
