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
export { type AccumulateState, accumulate } from './accumulate.ts'
// ---- rules
export { adaBelief } from './ada-belief.ts'
export { type AdadeltaOptions, type AdadeltaState, adadelta } from './adadelta.ts'
export { type AdafactorOptions, type AdafactorState, adafactor, type SecondMoment } from './adafactor.ts'
export { type AdagradOptions, type AdagradState, adagrad } from './adagrad.ts'
export { type AdamOptions, type AdamWOptions, adam, adamW } from './adam.ts'
export { adamax } from './adamax.ts'
export { type AdanOptions, type AdanState, adan } from './adan.ts'
export { type AmsgradState, amsgrad } from './amsgrad.ts'
export { argmin } from './argmin.ts'
export {
  type AugmentedLagrangianOptions,
  type AugmentedLagrangianState,
  augmentedLagrangian,
} from './augmented-lagrangian.ts'
export { type AveragedState, averaged, ema } from './averages.ts'
// ---- optimisers that evaluate the objective
export { type BfgsOptions, bfgs, dfp } from './bfgs.ts'
export { type BoundedLbfgsOptions, type BoundedLbfgsState, boundedLbfgs } from './bounded-lbfgs.ts'
export { type Chained, type ChainState, chain } from './chain.ts'
export { clipByBlock, clipByGlobalNorm, clipByValue } from './clip.ts'
export {
  type ConjugateFormula,
  type ConjugateGradientOptions,
  conjugateDirection,
  conjugateGradient,
  type GradientDescentOptions,
  gradientDescent,
  steepestDescent,
} from './conjugate-gradient.ts'
export {
  type DenseCurvature,
  exactHessian,
  gaussNewtonCurvature,
  hessianProducts,
  symmetricRankOne,
} from './curvature.ts'
// ---- schedules
export { type OneCycleOptions, oneCycle, type WarmRestartsOptions, warmRestarts } from './cycles.ts'
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
} from './decay.ts'
export {
  type MomentumOptions,
  type MomentumState,
  momentum,
  nesterov,
  type SgdOptions,
  type StepState,
  sgd,
} from './descent.ts'
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
} from './fit.ts'
export { type LarsOptions, lamb, lars } from './lamb.ts'
export {
  type LbfgsOptions,
  type LimitedMemoryOptions,
  type LimitedMemoryState,
  lbfgs,
  limitedMemory,
} from './lbfgs.ts'
export { type LeastSquaresSolution, leastSquares, leastSquaresSync } from './least-squares.ts'
export { type LiftedState, lift } from './lift.ts'
export type { Found, Known, LineSearch, Point, SearchState, Trial } from './line-search.ts'
export { type BacktrackingOptions, backtracking } from './line-search-backtracking.ts'
export { type HagerZhangOptions, hagerZhang } from './line-search-hager-zhang.ts'
export {
  type Direction,
  type DirectionState,
  type LineSearchParts,
  type LineSearchState,
  lineSearchOptimiser,
  type Move,
} from './line-search-optimiser.ts'
export { type StrongWolfeOptions, strongWolfe } from './line-search-wolfe.ts'
export { type LionOptions, lion } from './lion.ts'
export { type LookaheadOptions, type LookaheadState, lookahead } from './lookahead.ts'
export { freeze, masked, type PartitionState, partition } from './masked.ts'
export { type Minimiser, minimise, minimiser, minimiseSync } from './minimise.ts'
export type { MinimiseOptions, Report } from './minimise-options.ts'
export type { AdamState } from './moments.ts'
export { type MuonOptions, type MuonState, muon } from './muon.ts'
export { nadam } from './nadam.ts'
export { type NelderMeadOptions, type NelderMeadState, nelderMead } from './nelder-mead.ts'
export {
  gaussNewton,
  type LevenbergMarquardtOptions,
  levenbergMarquardt,
  type NewtonOptions,
  newton,
  newtonCG,
  type TrustRegionOptions,
  trustRegion,
} from './newton.ts'
export {
  type JoinedOptions,
  joined,
  type PiecewiseConstantOptions,
  type PiecewiseLinearOptions,
  piecewiseConstant,
  piecewiseLinear,
  type WarmUpOptions,
  warmUp,
} from './piecewise.ts'
export { type PlateauOptions, type PlateauState, reduceOnPlateau } from './plateau.ts'
export { type QuasiNewtonOptions, type QuasiNewtonState, quasiNewton } from './quasi-newton.ts'
export { type RPropOptions, type RPropState, rProp } from './r-prop.ts'
export { type RadamOptions, radam } from './radam.ts'
export { type RmsPropOptions, type RmsPropState, rmsProp } from './rms-prop.ts'
export {
  defineRule,
  defineTransformation,
  type Leaf,
  mapFloatParameters,
  mapFloats,
  type RuleDefinition,
} from './rule.ts'
export { constant, type Schedule, type Scheduled } from './schedule.ts'
export type { Which } from './select.ts'
export { type SkipState, skipNonFinite } from './skip-non-finite.ts'
export { status } from './status.ts'
export { type Curvature, type TrustRegionParts, type TrustRegionState, trustRegionOptimiser } from './trust-region.ts'
export {
  dogleg,
  type ModelStep,
  nearlyExact,
  type QuadraticModel,
  type SteihaugOptions,
  type Subproblem,
  steihaug,
} from './trust-region-subproblem.ts'
export { type TunableState, tunable } from './tunable.ts'
export { weightDecay } from './weight-decay.ts'
export { type YogiOptions, yogi } from './yogi.ts'
