/** Exports of the door that evaluate the objective themselves, and what they are made of. */

/** Functions that make optimisers: each needs a row in optimisers.ts. */
export const optimiserNames: readonly string[] = [
  'augmentedLagrangian',
  'bfgs',
  'boundedLbfgs',
  'conjugateGradient',
  'dfp',
  'gaussNewton',
  'gradientDescent',
  'lbfgs',
  'levenbergMarquardt',
  'lift',
  'nelderMead',
  'newton',
  'newtonCG',
  'trustRegion',
]

/** Functions that run them, and their parts. */
export const partNames: readonly string[] = [
  'argmin',
  'backtracking',
  'conjugateDirection',
  'dogleg',
  'exactHessian',
  'gaussNewtonCurvature',
  'hagerZhang',
  'hessianProducts',
  'leastSquares',
  'leastSquaresSync',
  'limitedMemory',
  'lineSearchOptimiser',
  'minimise',
  'minimiseSync',
  'minimiser',
  'nearlyExact',
  'quasiNewton',
  'status',
  'steepestDescent',
  'steihaug',
  'strongWolfe',
  'symmetricRankOne',
  'trustRegionOptimiser',
]
