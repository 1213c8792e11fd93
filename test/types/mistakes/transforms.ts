/** Transforms and control flow. */
import {
  add,
  type ComponentArray,
  compile,
  componentArray,
  cond,
  convert,
  dot,
  grad,
  gradAll,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  less,
  linearise,
  mul,
  type Scalar,
  type Shape,
  scalar,
  scan,
  sum,
  type Tensor,
  valueAndGrad,
  vjp,
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
  mistake({
    says: 'ShapeError: jvp: tangent 1 is float32[4], but its primal is float32[3]; a tangent has the shape and dtype of its primal',
    wrong: () =>
      jvp(
        (x: Tensor<[2]>, y: Tensor<[3]>) => mul(sum(x), sum(y)),
        [zeros([2]), zeros([3])],
        [
          zeros([2]),
          // @ts-expect-error
          zeros([4]),
        ],
      ),
    right: () =>
      exactly<[value: Tensor<readonly []>, tangent: Tensor<readonly []>]>()(
        jvp(
          (x: Tensor<[2]>, y: Tensor<[3]>) => mul(sum(x), sum(y)),
          [zeros([2]), zeros([3])],
          [zeros([2]), zeros([3])],
        ),
      ),
  }),
  mistake({
    says: "ShapeError: jvp: tangent 0 at 'w' is float32[3], but its primal is float32[2]; a tangent has the shape and dtype of its primal",
    throws:
      'ArgumentError: jvp: tangent 0 is not built like its primal: it holds float32[3] instead of 1 tensors in the same places.',
    wrong: () =>
      jvp(
        (p: ComponentArray<{ w: [2] }>) => sum(p.w),
        [componentArray({ w: zeros([2]) })],
        [
          // @ts-expect-error
          componentArray({ w: zeros([3]) }),
        ],
      ),
    right: () =>
      exactly<Tensor<readonly []>>()(
        jvp(
          (p: ComponentArray<{ w: [2] }>) => sum(p.w),
          [componentArray({ w: zeros([2]) })],
          [componentArray({ w: zeros([2]) })],
        )[1],
      ),
  }),
  mistake({
    says: "ShapeError: jvp: argument 0 is float32[4], but the function takes float32[3]; a name in its annotation, Tensor<['n']>, takes any size",
    throws: null,
    wrong: () =>
      jvp(
        (x: Tensor<[3]>) => sum(x),
        [
          // @ts-expect-error
          zeros([4]),
        ],
        [zeros([3])],
      ),
    right: () =>
      exactly<Tensor<readonly [4]>>()(
        jvp(<S extends Shape>(x: Tensor<S>): Tensor<S> => mul(x, x), [zeros([4])], [zeros([4])])[0],
      ),
  }),
  mistake({
    says: "ShapeError: vjp: argument 1 is float32[2, 4], but the function takes float32[n, 3]; a name in its annotation, Tensor<['n']>, takes any size",
    throws: null,
    wrong: () =>
      vjp(
        (x: Tensor<[3]>, y: Tensor<['n', 3]>) => sum(mul(x, y)),
        zeros([3]),
        // @ts-expect-error
        zeros([2, 4]),
      ),
    right: () =>
      exactly<Tensor<readonly []>>()(
        vjp((x: Tensor<[3]>, y: Tensor<['n', 3]>) => sum(mul(x, y)), zeros([3]), zeros([2, 3]))[0],
      ),
  }),
  mistake({
    says: "ShapeError: linearise: argument 0 is float64[3], but the function takes float32[3]; a name in its annotation, Tensor<['n']>, takes any size",
    throws: null,
    wrong: () =>
      linearise(
        (x: Tensor<[3]>) => sum(x),
        // @ts-expect-error
        zeros([3], 'float64'),
      ),
    right: () => exactly<Tensor<readonly []>>()(linearise((x: Tensor<[3]>) => sum(x), zeros([3]))[0]),
  }),
  mistake({
    says: "ShapeError: compile: argument 0 is float32[4], but the function takes float32[3]; a name in its annotation, Tensor<['n']>, takes any size",
    throws: null,
    wrong: () =>
      compile(
        jit((x: Tensor<[3]>) => sum(x)),
        // @ts-expect-error
        zeros([4]),
      ),
    right: () =>
      exactly<Promise<void>>()(
        compile(
          jit((x: Tensor<['n']>) => sum(x)),
          zeros([4]),
        ),
      ),
  }),
  mistake({
    says: "ShapeError: cond: argument 0 is float32[4], but the function takes float32[3]; a name in its annotation, Tensor<['n']>, takes any size",
    throws: null,
    wrong: () =>
      cond(
        scalar(true),
        (x: Tensor<[3]>) => sum(x),
        (x) => mul(sum(x), 2),
        // @ts-expect-error
        zeros([4]),
      ),
    right: () =>
      exactly<Tensor<readonly []>>()(
        cond(
          scalar(true),
          (x) => sum(x),
          (x) => mul(sum(x), 2),
          zeros([4]),
        ),
      ),
  }),
  mistake({
    says: 'ShapeError: scan: a row is float32[4], but the body takes float32[5, 4]; a row is xs without the leading axis',
    throws: null,
    wrong: () =>
      scan(
        (s: Scalar, x: Tensor<[5, 4]>) => [add(s, sum(x)), null],
        scalar(0),
        // @ts-expect-error
        zeros([5, 4]),
      ),
    right: () =>
      exactly<Tensor<readonly [5, 4]>>()(
        scan((s: Scalar, x: Tensor<[4]>) => [add(s, sum(x)), mul(x, x)], scalar(0), zeros([5, 4]))[1],
      ),
  }),
  mistake({
    says: "ShapeError: scan: a row at 'y' is float32[2], but the body takes float32[]; a row is xs without the leading axis",
    throws: null,
    wrong: () =>
      scan(
        (s: Scalar, { x, y }: { x: Scalar; y: Scalar }) => [add(s, x), y],
        scalar(0),
        // @ts-expect-error
        { x: zeros([5]), y: zeros([5, 2]) },
      ),
    right: () =>
      exactly<Tensor<readonly [5]>>()(
        scan((s: Scalar, { x, y }: { x: Scalar; y: Scalar }) => [add(s, x), y], scalar(0), {
          x: zeros([5]),
          y: zeros([5]),
        })[1],
      ),
  }),
  mistake({
    says: 'ShapeError: scan: the carry is float32[2] at the start, but the body takes float32[]',
    throws: null,
    wrong: () =>
      scan(
        (s: Scalar, x: Scalar) => [add(s, x), x],
        // @ts-expect-error
        zeros([2]),
        zeros([5]),
      ),
    right: () => exactly<Scalar>()(scan((s: Scalar, x: Scalar) => [add(s, x), x], scalar(0), zeros([5]))[0]),
  }),
  mistake({
    says: "ShapeError: whileLoop: the carry at 'b' is float32[2] at the start, but the body takes float32[3]",
    throws: null,
    wrong: () =>
      whileLoop(
        ({ a }: { a: Scalar; b: Tensor<[3]> }) => less(a, 3),
        ({ a, b }) => ({ a: add(a, 1), b }),
        // @ts-expect-error
        { a: scalar(0), b: zeros([2]) },
      ),
    right: () =>
      exactly<Tensor<readonly [3]>>()(
        whileLoop(
          ({ a }) => less(a, 3),
          ({ a, b }) => ({ a: add(a, 1), b }),
          { a: scalar(0), b: zeros([3]) },
        ).b,
      ),
  }),
]
