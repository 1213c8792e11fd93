/** Searches: what is no objective, and what are no residuals. */
import { convert, mul, sum, type Tensor, zeros } from 'conformable'
import { bfgs, leastSquaresSync, levenbergMarquardt, minimiseSync } from 'conformable/optimisers'
import { exactly, mistake } from './case.ts'

/** The table. */
export const searches = [
  mistake({
    says: 'ShapeError: minimise: the objective must return a scalar, it returns [3]; use mean or sum',
    wrong: () =>
      minimiseSync(
        (x) =>
          // @ts-expect-error
          mul(x, x),
        zeros([3]),
        bfgs(),
      ),
    right: () => exactly<Tensor<readonly [3]>>()(minimiseSync((x) => sum(mul(x, x)), zeros([3]), bfgs()).parameters),
  }),
  mistake({
    says: 'DTypeError: minimise: the objective returns a scalar of int32; float32 or float64 is needed',
    wrong: () =>
      minimiseSync(
        (x) =>
          // @ts-expect-error
          convert(sum(x), 'int32'),
        zeros([3]),
        bfgs(),
      ),
    right: () =>
      exactly<Tensor<readonly [3], 'float64'>>()(
        minimiseSync((x) => sum(mul(x, x)), zeros([3], 'float64'), bfgs()).parameters,
      ),
  }),
  mistake({
    says: 'ShapeError: minimise: the objective must return a scalar tensor',
    wrong: () =>
      minimiseSync(
        () =>
          // @ts-expect-error
          3,
        zeros([3]),
        bfgs(),
      ),
    right: () => minimiseSync((x) => sum(mul(x, x)), zeros([1]), bfgs()),
  }),
  mistake({
    says: "DTypeError: leastSquares: residuals must be float tensors, one is int32[3]; convert it: convert(x, 'float32')",
    wrong: () =>
      leastSquaresSync(
        (x) =>
          // @ts-expect-error
          convert(x, 'int32'),
        zeros([3]),
        levenbergMarquardt(),
      ),
    right: () =>
      exactly<Tensor<readonly [3]>>()(leastSquaresSync((x) => mul(x, 2), zeros([3]), levenbergMarquardt()).parameters),
  }),
]
