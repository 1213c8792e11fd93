/**
 * The door `conformable/optimisers`: rules (gradient in, update out), transformations of gradients, combinators and schedules;
 * and optimisers, which evaluate the objective themselves.
 */
export type {
  Bounds,
  Constraints,
  Iterate,
  Iteration,
  Matrix,
  Measured,
  ObjectiveDType,
  ObjectiveOf,
  Optimiser,
  Problem,
  ProblemPart,
  Real,
  Residuals,
  Rule,
  Solution,
  SolutionResult,
  StateFor,
  StateFunction,
  StateOf,
  Transformation,
  Vector,
} from '../types/optimiser.ts'
// ---- transformations and combinators
export { type AccumulateFunction, type AccumulateState, accumulate } from './combinators/accumulate.ts'
export { type Chained, type ChainState, type ChainStateFunction, chain } from './combinators/chain.ts'
export { clipByBlock, clipByGlobalNorm, clipByValue, type StatelessFunction } from './combinators/clip.ts'
export {
  type LookaheadFunction,
  type LookaheadOptions,
  type LookaheadState,
  lookahead,
} from './combinators/lookahead.ts'
export { freeze, masked, type PartitionFunction, type PartitionState, partition } from './combinators/masked.ts'
export type { Which } from './combinators/select.ts'
export { type SkipFunction, type SkipState, skipNonFinite } from './combinators/skip-non-finite.ts'
export { type TunableFunction, type TunableState, tunable } from './combinators/tunable.ts'
export { weightDecay } from './combinators/weight-decay.ts'
// ---- training
export {
  type Batches,
  type BatchSource,
  type EpochRecord,
  type Fit,
  type FitLoss,
  type FitOptions,
  type FitProgress,
  type FitResult,
  fit,
  type Metric,
} from './fit/fit.ts'
export { type BacktrackingOptions, backtracking } from './line-searches/backtracking.ts'
export { type HagerZhangOptions, hagerZhang } from './line-searches/hager-zhang.ts'
export type { Found, Known, LineSearch, Point, SearchState, Trial } from './line-searches/line-search.ts'
export { type StrongWolfeOptions, strongWolfe } from './line-searches/wolfe.ts'
export {
  type AugmentedLagrangianOptions,
  type AugmentedLagrangianState,
  augmentedLagrangian,
} from './methods/augmented-lagrangian.ts'
// ---- optimisers that evaluate the objective
export { type BfgsOptions, bfgs, dfp } from './methods/bfgs.ts'
export { type BoundedLbfgsOptions, type BoundedLbfgsState, boundedLbfgs } from './methods/bounded-lbfgs.ts'
export {
  type ConjugateFormula,
  type ConjugateGradientOptions,
  conjugateDirection,
  conjugateGradient,
  type GradientDescentOptions,
  gradientDescent,
  steepestDescent,
} from './methods/conjugate-gradient.ts'
export {
  type DenseCurvature,
  exactHessian,
  gaussNewtonCurvature,
  hessianProducts,
  symmetricRankOne,
} from './methods/curvature.ts'
export {
  type LbfgsOptions,
  type LimitedMemoryOptions,
  type LimitedMemoryState,
  lbfgs,
  limitedMemory,
} from './methods/lbfgs.ts'
export { type LiftedState, lift } from './methods/lift.ts'
export {
  type Direction,
  type DirectionState,
  type LineSearchParts,
  type LineSearchState,
  lineSearchOptimiser,
  type Move,
} from './methods/line-search-optimiser.ts'
export { type NelderMeadOptions, type NelderMeadState, nelderMead } from './methods/nelder-mead.ts'
export {
  gaussNewton,
  type LevenbergMarquardtOptions,
  levenbergMarquardt,
  type NewtonOptions,
  newton,
  newtonCG,
  type TrustRegionOptions,
  trustRegion,
} from './methods/newton.ts'
export { type QuasiNewtonOptions, type QuasiNewtonState, quasiNewton } from './methods/quasi-newton.ts'
export {
  type Curvature,
  type TrustRegionParts,
  type TrustRegionState,
  trustRegionOptimiser,
} from './methods/trust-region.ts'
export {
  dogleg,
  type ModelStep,
  nearlyExact,
  type QuadraticModel,
  type SteihaugOptions,
  type Subproblem,
  steihaug,
} from './methods/trust-region-subproblem.ts'
export { argmin } from './minimise/argmin.ts'
export { type LeastSquaresSolution, leastSquares, leastSquaresSync } from './minimise/least-squares.ts'
export { type Minimiser, minimise, minimiser, minimiseSync } from './minimise/minimise.ts'
export type { MinimiseOptions, Report } from './minimise/options.ts'
export { status } from './minimise/status.ts'
// ---- rules
export { adaBelief } from './rules/ada-belief.ts'
export { type AdadeltaFunction, type AdadeltaOptions, type AdadeltaState, adadelta } from './rules/adadelta.ts'
export {
  type AdafactorFunction,
  type AdafactorOptions,
  type AdafactorState,
  adafactor,
  type SecondMoment,
} from './rules/adafactor.ts'
export { type AdagradFunction, type AdagradOptions, type AdagradState, adagrad } from './rules/adagrad.ts'
export { type AdamOptions, type AdamWOptions, adam, adamW } from './rules/adam.ts'
export { adamax } from './rules/adamax.ts'
export { type AdanFunction, type AdanOptions, type AdanState, adan } from './rules/adan.ts'
export { type AmsgradFunction, type AmsgradState, amsgrad } from './rules/amsgrad.ts'
export { type AveragedFunction, type AveragedState, averaged, ema } from './rules/averages.ts'
export {
  type MomentumFunction,
  type MomentumOptions,
  type MomentumState,
  momentum,
  nesterov,
  type SgdOptions,
  type StepFunction,
  type StepState,
  sgd,
} from './rules/descent.ts'
export { type LarsOptions, lamb, lars } from './rules/lamb.ts'
export { type LionOptions, lion } from './rules/lion.ts'
export type { AdamFunction, AdamState } from './rules/moments.ts'
export { type MuonFunction, type MuonOptions, type MuonState, muon } from './rules/muon.ts'
export { nadam } from './rules/nadam.ts'
export { type RPropFunction, type RPropOptions, type RPropState, rProp } from './rules/r-prop.ts'
export { type RadamOptions, radam } from './rules/radam.ts'
export { type RmsPropFunction, type RmsPropOptions, type RmsPropState, rmsProp } from './rules/rms-prop.ts'
export {
  defineRule,
  defineTransformation,
  type Leaf,
  mapFloatParameters,
  mapFloats,
  type RuleDefinition,
} from './rules/rule.ts'
export { type YogiOptions, yogi } from './rules/yogi.ts'
// ---- schedules
export { type OneCycleOptions, oneCycle, type WarmRestartsOptions, warmRestarts } from './schedules/cycles.ts'
export {
  type CosineOptions,
  cosine,
  type ExponentialOptions,
  exponential,
  type InverseSquareRootOptions,
  inverseSquareRoot,
  type LinearOptions,
  linear,
  type PolynomialOptions,
  polynomial,
} from './schedules/decay.ts'
export {
  type JoinedOptions,
  joined,
  type PiecewiseConstantOptions,
  type PiecewiseLinearOptions,
  piecewiseConstant,
  piecewiseLinear,
  type WarmUpOptions,
  warmUp,
} from './schedules/piecewise.ts'
export { type PlateauFunction, type PlateauOptions, type PlateauState, reduceOnPlateau } from './schedules/plateau.ts'
export { constant, type Schedule, type Scheduled } from './schedules/schedule.ts'
