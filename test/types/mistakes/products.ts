/** Products, and operations of two operands. */
import {
  add,
  cholesky,
  dot,
  einsum,
  eye,
  less,
  linear,
  matmul,
  mul,
  type Scalar,
  scalar,
  solve,
  sub,
  type Tensor,
  tensorDot,
  transpose,
  where,
  zeros,
} from 'conformable'
import { exactly, mistake } from './case.ts'

/** The table. */
export const products = [
  mistake({
    says: 'ShapeError: matmul: inner dimensions differ: 784 vs 64 ([32, 784] @ [64, 10])',
    wrong: () =>
      matmul(
        zeros([32, 784]),
        // @ts-expect-error
        zeros([64, 10]),
      ),
    right: () => exactly<Tensor<readonly [32, 10]>>()(matmul(zeros([32, 784]), zeros([784, 10]))),
  }),
  mistake({
    says: 'ShapeError: matmul: batch dimensions do not broadcast: 2 vs 5 ([2, 3, 4] @ [5, 4, 3])',
    wrong: () =>
      matmul(
        zeros([2, 3, 4]),
        // @ts-expect-error
        zeros([5, 4, 3]),
      ),
    right: () => exactly<Tensor<readonly [2, 3, 3]>>()(matmul(zeros([2, 3, 4]), zeros([2, 4, 3]))),
  }),
  mistake({
    says: 'ShapeError: matmul: right operand must have rank >= 1, got []',
    wrong: () =>
      matmul(
        zeros([2, 3]),
        // @ts-expect-error
        scalar(2),
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(mul(zeros([2, 3]), scalar(2))),
  }),
  mistake({
    says: 'ShapeError: dot: lengths differ: 2 vs 3 ([2] with [3])',
    wrong: () =>
      dot(
        zeros([2]),
        // @ts-expect-error
        zeros([3]),
      ),
    right: () => exactly<Scalar>()(dot(zeros([3]), zeros([3]))),
  }),
  mistake({
    says: 'ShapeError: linear: x [32, 784] has 784 features but the weight [784, 128] expects 128',
    wrong: () =>
      linear(
        zeros([32, 784]),
        // @ts-expect-error
        zeros([784, 128]),
      ),
    right: () => exactly<Tensor<readonly [32, 128]>>()(linear(zeros([32, 784]), zeros([128, 784]))),
  }),
  mistake({
    says: 'ShapeError: linear: the bias must be [128] for the weight [128, 784], got [10]',
    wrong: () =>
      linear(
        zeros([32, 784]),
        zeros([128, 784]),
        // @ts-expect-error
        zeros([10]),
      ),
    right: () => exactly<Tensor<readonly [32, 128]>>()(linear(zeros([32, 784]), zeros([128, 784]), zeros([128]))),
  }),
  mistake({
    says: "ShapeError: einsum: index 'j' is both 3 and 5 ('ij,jk->ik' with [2, 3], [5, 4])",
    wrong: () =>
      einsum(
        // @ts-expect-error
        'ij,jk->ik',
        zeros([2, 3]),
        zeros([5, 4]),
      ),
    right: () => exactly<Tensor<readonly [2, 4]>>()(einsum('ij,jk->ik', zeros([2, 3]), zeros([3, 4]))),
  }),
  mistake({
    says: "ShapeError: einsum: output index 'k' does not appear in the inputs ('ij->ik' with [2, 3])",
    wrong: () =>
      einsum(
        // @ts-expect-error
        'ij->ik',
        zeros([2, 3]),
      ),
    right: () => exactly<Tensor<readonly [2]>>()(einsum('ij->i', zeros([2, 3]))),
  }),
  mistake({
    says: "ShapeError: einsum: the dimensions of '...' do not broadcast: 7 vs 6 ('...ij,...jk->...ik' with [7, 2, 3], [6, 3, 4])",
    wrong: () =>
      einsum(
        // @ts-expect-error
        '...ij,...jk->...ik',
        zeros([7, 2, 3]),
        zeros([6, 3, 4]),
      ),
    right: () => exactly<Tensor<readonly [7, 2, 4]>>()(einsum('...ij,...jk->...ik', zeros([7, 2, 3]), zeros([3, 4]))),
  }),
  mistake({
    says: 'ShapeError: tensorDot: axis 1 of [2, 3] and axis 0 of [4, 3] differ: 3 vs 4',
    wrong: () =>
      tensorDot(
        zeros([2, 3]),
        zeros([4, 3]),
        // @ts-expect-error
        [[1], [0]],
      ),
    right: () => exactly<Tensor<readonly [2, 4]>>()(tensorDot(zeros([2, 3]), zeros([4, 3]), [[1], [1]])),
  }),
  mistake({
    says: 'ShapeError: add: cannot broadcast [32, 10] with [7]: 10 vs 7',
    wrong: () =>
      add(
        zeros([32, 10]),
        // @ts-expect-error
        zeros([7]),
      ),
    right: () => exactly<Tensor<readonly [32, 10]>>()(add(zeros([32, 10]), zeros([10]))),
  }),
  mistake({
    says: 'ShapeError: sub: cannot broadcast [2, 3] with [3, 2]: 3 vs 2',
    wrong: () =>
      sub(
        zeros([2, 3]),
        // @ts-expect-error
        zeros([3, 2]),
      ),
    right: () => exactly<Tensor<readonly [2, 3]>>()(sub(zeros([2, 3]), transpose(zeros([3, 2])))),
  }),
  mistake({
    says: 'ShapeError: where: cannot broadcast [3] with [2]: 3 vs 2',
    wrong: () =>
      where(
        less(zeros([3]), 1),
        zeros([3]),
        // @ts-expect-error
        zeros([2]),
      ),
    right: () => exactly<Tensor<readonly [3]>>()(where(less(zeros([3]), 1), zeros([3]), 0)),
  }),
  mistake({
    says: 'ShapeError: solve: right-hand sides [2] do not fit [3, 3]; [..., n] or [..., n, k] needed',
    wrong: () =>
      solve(
        eye(3),
        // @ts-expect-error
        zeros([2]),
      ),
    right: () => exactly<Tensor<readonly [3]>>()(solve(eye(3), zeros([3]))),
  }),
  mistake({
    says: 'ShapeError: cholesky: [..., n, n] needed, got [2, 3]',
    wrong: () =>
      cholesky(
        // @ts-expect-error
        zeros([2, 3]),
      ),
    right: () => exactly<Tensor<readonly [3, 3]>>()(cholesky(eye(3))),
  }),
]
