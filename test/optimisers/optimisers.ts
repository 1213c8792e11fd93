/** All optimisers of the door, and a third party's: each goes through the laws of minimise.test.ts. */
import { barzilaiBorwein } from '../../examples/third-party-optimiser.ts'
import * as door from '../../optimisers/index.ts'
import type { Optimiser } from '../../types/index.ts'

/** An optimiser under test. */
export interface Row {
  readonly make: () => Optimiser
  /** Does it need residuals? */
  readonly residuals?: true
  /** Does it look at values alone? */
  readonly derivativeFree?: true
  /** Iterations that a small smooth problem may take; 200 if not said. */
  readonly iterations?: number
}

/** By the name of the function at the door; a name with a dot is a variant. */
export const optimisers: Readonly<Record<string, Row>> = {
  bfgs: { make: () => door.bfgs() },
  'bfgs.hagerZhang': { make: () => door.bfgs({ lineSearch: door.hagerZhang() }) },
  'bfgs.backtracking': { make: () => door.bfgs({ lineSearch: door.backtracking() }) },
  dfp: { make: () => door.dfp() },
  lbfgs: { make: () => door.lbfgs() },
  'lbfgs.memory': { make: () => door.lbfgs({ memory: 3 }) },
  conjugateGradient: { make: () => door.conjugateGradient() },
  'conjugateGradient.fletcherReeves': { make: () => door.conjugateGradient({ formula: 'fletcherReeves' }) },
  'conjugateGradient.hestenesStiefel': { make: () => door.conjugateGradient({ formula: 'hestenesStiefel' }) },
  'conjugateGradient.daiYuan': { make: () => door.conjugateGradient({ formula: 'daiYuan' }) },
  gradientDescent: { make: () => door.gradientDescent(), iterations: 2000 },
  newton: { make: () => door.newton() },
  newtonCG: { make: () => door.newtonCG() },
  trustRegion: { make: () => door.trustRegion() },
  'trustRegion.steihaug': {
    make: () => door.trustRegion({ curvature: door.hessianProducts(), subproblem: door.steihaug() }),
  },
  'trustRegion.dogleg': { make: () => door.trustRegion({ subproblem: door.dogleg() }) },
  'trustRegion.rankOne': { make: () => door.trustRegion({ curvature: door.symmetricRankOne() }) },
  gaussNewton: { make: () => door.gaussNewton(), residuals: true },
  levenbergMarquardt: { make: () => door.levenbergMarquardt(), residuals: true },
  boundedLbfgs: { make: () => door.boundedLbfgs() },
  nelderMead: { make: () => door.nelderMead(), iterations: 600, derivativeFree: true },
  lift: { make: () => door.lift(door.adam({ learningRate: 0.05 })), iterations: 3000 },
  'lift.chain': {
    make: () => door.lift(door.chain(door.clipByGlobalNorm(1), door.momentum({ learningRate: 0.01, momentum: 0.9 }))),
    iterations: 3000,
  },
  barzilaiBorwein: { make: () => barzilaiBorwein(), iterations: 3000 },
}
