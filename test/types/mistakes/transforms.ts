/** Transforms and control flow. */
import {
  add,
  cond,
  convert,
  dot,
  grad,
  gradAll,
  hessian,
  jacfwd,
  jacrev,
  less,
  mul,
  type Scalar,
  scalar,
  scan,
  sum,
  type Tensor,
  valueAndGrad,
  vmap,
  whileLoop,
  zeros,
} from 'conformable'
import { exactly, mistake } from './case.ts'

/** The table. */
export const transforms = [
  mistake({
    says: 'ShapeError: grad: the function must return a scalar, it returns [3]; use mean or sum, or jacrev for the Jacobian',
    lines: 2,
    wrong: () =>
      grad(
        // @ts-expect-error
        (x: Tensor<[3]>) => mul(x, x),
      )(zeros([3])),
    right: () => exactly<Tensor<[3]>>()(grad((x: Tensor<[3]>) => sum(mul(x, x)))(zeros([3]))),
  }),
  mistake({
    says: 'DTypeError: grad: argument 0 is int32[3]; only float tensors have a gradient',
    lines: 2,
    wrong: () =>
      grad(
        // @ts-expect-error
        (x: Tensor<[3], 'int32'>) => sum(convert(x, 'float32')),
      )(zeros([3], 'int32')),
    right: () => exactly<Tensor<[3]>>()(grad((x: Tensor<[3]>) => sum(x))(zeros([3]))),
  }),
  mistake({
    says: 'ArgumentError: grad: there is no argument 1; the function takes 1',
    wrong: () =>
      grad(
        (x: Scalar) => x,
        // @ts-expect-error
        1,
      )(scalar(1)),
    right: () => exactly<Scalar>()(grad((x: Scalar, y: Scalar) => mul(x, y), 1)(scalar(1), scalar(2))),
  }),
  mistake({
    says: 'ArgumentError: valueAndGrad: there is no argument 1; the function takes 1',
    wrong: () =>
      valueAndGrad(
        (x: Scalar) => x,
        // @ts-expect-error
        1,
      )(scalar(1)),
    right: () => exactly<[value: Scalar, gradient: Scalar]>()(valueAndGrad((x: Scalar) => x)(scalar(1))),
  }),
  mistake({
    says: 'ArgumentError: gradAll: there is no argument 2; the function takes 2',
    wrong: () =>
      gradAll(
        (x: Scalar, y: Scalar) => mul(x, y),
        // @ts-expect-error
        [0, 2],
      )(scalar(1), scalar(2)),
    right: () =>
      exactly<[Scalar, Scalar]>()(gradAll((x: Scalar, y: Scalar) => mul(x, y), [0, 1])(scalar(1), scalar(2))),
  }),
  mistake({
    says: 'ShapeError: vmap: mapped axes differ: 7 of float32[7, 2] vs 6 of float32[6, 2]',
    wrong: () =>
      vmap((a: Tensor<[2]>, b: Tensor<[2]>) => dot(a, b))(
        zeros([7, 2]),
        // @ts-expect-error
        zeros([6, 2]),
      ),
    right: () =>
      exactly<Tensor<readonly [7]>>()(
        vmap((a: Tensor<[2]>, b: Tensor<[2]>) => dot(a, b))(zeros([7, 2]), zeros([7, 2])),
      ),
  }),
  mistake({
    says: 'ShapeError: scan: the carry is float32[] at the start, but the body returns float32[2]',
    lines: 2,
    wrong: () =>
      scan(
        // @ts-expect-error
        (s: Scalar, x: Scalar) => [zeros([2]), mul(s, x)],
        scalar(0),
        zeros([3]),
      ),
    right: () =>
      exactly<Tensor<readonly [3]>>()(scan((s: Scalar, x: Scalar) => [mul(s, x), x], scalar(0), zeros([3]))[1]),
  }),
  mistake({
    says: "ShapeError: scan: 'b' of the carry is float32[2] at the start, but the body returns float32[3]",
    wrong: () =>
      scan(
        (s, x) =>
          // @ts-expect-error
          [{ a: add(s.a, x), b: zeros([3]) }, x],
        { a: scalar(0), b: zeros([2]) },
        zeros([3]),
      ),
    right: () =>
      exactly<Tensor<readonly [2]>>()(
        scan((s, x) => [{ a: add(s.a, x), b: mul(s.b, 2) }, x], { a: scalar(0), b: zeros([2]) }, zeros([3]))[0].b,
      ),
  }),
  mistake({
    says: 'ShapeError: whileLoop: the carry is float32[] at the start, but the body returns float32[1]',
    wrong: () =>
      whileLoop(
        (x: Scalar) => less(x, 3),
        // @ts-expect-error
        () => zeros([1]),
        scalar(0),
      ),
    right: () =>
      exactly<Scalar>()(
        whileLoop(
          (x: Scalar) => less(x, 3),
          (x) => add(x, 1),
          scalar(0),
        ),
      ),
  }),
  mistake({
    says: 'ShapeError: cond: the branches return different things: float32[] and float32[2]',
    wrong: () =>
      cond(
        scalar(true),
        (x: Scalar) => x,
        // @ts-expect-error
        () => zeros([2]),
        scalar(1),
      ),
    right: () =>
      exactly<Scalar>()(
        cond(
          scalar(true),
          (x: Scalar) => x,
          (x) => mul(x, 2),
          scalar(1),
        ),
      ),
  }),
  mistake({
    says: 'ShapeError: hessian: the function must return a scalar, it returns [3]; use mean or sum, or jacrev for the Jacobian',
    lines: 2,
    wrong: () =>
      hessian(
        // @ts-expect-error
        (x: Tensor<[3]>) => mul(x, x),
      )(zeros([3])),
    right: () => exactly<Tensor<readonly [3, 3]>>()(hessian((x: Tensor<[3]>) => sum(mul(x, x)))(zeros([3]))),
  }),
  mistake({
    says: 'DTypeError: hessian: the function returns a scalar of int32; only float32 and float64 have a gradient',
    lines: 2,
    wrong: () =>
      hessian(
        // @ts-expect-error
        (x: Tensor<[3]>) => convert(sum(x), 'int32'),
      )(zeros([3])),
    right: () =>
      exactly<Tensor<readonly [3, 3], 'float64'>>()(
        hessian((x: Tensor<[3], 'float64'>) => sum(mul(x, x)))(zeros([3], 'float64')),
      ),
  }),
  mistake({
    says: 'DTypeError: hessian: argument 0 is int32[3]; only float tensors have a gradient',
    lines: 2,
    wrong: () =>
      hessian(
        // @ts-expect-error
        (x: Tensor<[3], 'int32'>) => sum(convert(x, 'float32')),
      )(zeros([3], 'int32')),
    right: () => exactly<Tensor<readonly []>>()(hessian((x: Scalar) => mul(x, x))(scalar(1))),
  }),
  mistake({
    says: 'DTypeError: jacrev: arguments and results must be float tensors, one is int32[3]; pass it from outside instead',
    lines: 2,
    wrong: () =>
      jacrev(
        // @ts-expect-error
        (x: Tensor<[3], 'int32'>) => mul(x, x),
      )(zeros([3], 'int32')),
    right: () => exactly<Tensor<readonly [2, 3]>>()(jacrev((_: Tensor<[3]>) => zeros([2]))(zeros([3]))),
  }),
  mistake({
    says: 'DTypeError: jacfwd: arguments and results must be float tensors, one is int32[2]; pass it from outside instead',
    lines: 2,
    wrong: () =>
      jacfwd(
        // @ts-expect-error
        (x: Tensor<[2]>) => convert(x, 'int32'),
      )(zeros([2])),
    right: () => exactly<Tensor<readonly [2, 2]>>()(jacfwd((x: Tensor<[2]>) => mul(x, x))(zeros([2]))),
  }),
]
