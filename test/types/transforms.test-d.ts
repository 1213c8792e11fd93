import { expectTypeOf, test } from 'vitest'
import type {
  Carry,
  ComponentArray,
  Dim,
  FloatDType,
  FloatOf,
  Head,
  LengthOf,
  Loss,
  Mapped,
  MappedArgs,
  Outer,
  Scalar,
  Series,
  Stacked,
  Tensor,
} from '../../types/index.ts'
import { add, less, matmul, mul, scalar, sum, zeros } from './declared.ts'
import {
  cond,
  grad,
  gradAll,
  hessian,
  jacrev,
  jet,
  jit,
  jvp,
  scan,
  valueAndGrad,
  vjp,
  vmap,
  whileLoop,
} from './declared-transforms.ts'
import { equal, is } from './equal.ts'

type Record3 = { w: Tensor<readonly [3]>; b: Tensor<readonly []> }
declare const w3: Tensor<readonly [3]>
declare const x53: Tensor<readonly [5, 3]>
declare const x73: Tensor<readonly [7, 3]>
declare const record: Record3
declare const i3: Tensor<readonly [3], 'int32'>

const loss = (w: Tensor<readonly [3]>, x: Tensor<readonly [5, 3]>) => sum(matmul(x, w))

test('a gradient has the type of its argument', () => {
  is<Tensor<readonly [3]>>()(grad(loss)(w3, x53))
  is<Tensor<readonly [5, 3]>>()(grad(loss, 1)(w3, x53))
  expectTypeOf(gradAll(loss, [0, 1])(w3, x53)).toEqualTypeOf<[Tensor<readonly [3]>, Tensor<readonly [5, 3]>]>()
  expectTypeOf(grad((p: Record3) => sum(mul(p.w, p.b)))(record)).toEqualTypeOf<Record3>()
  is<Tensor<[3]>>()(grad((w: Tensor<[3]>) => sum(mul(w, w)))(w3))
})

test('a record with a value carries the rest along', () => {
  const [result, gradient] = valueAndGrad((w: Tensor<readonly [3]>) => ({ value: sum(w), hidden: w }))(w3)
  is<Tensor<readonly [3]>>()(result.hidden)
  is<Tensor<readonly [3]>>()(gradient)
})

test('generic functions stay generic', () => {
  const generic = grad(<B extends Dim>(w: Tensor<readonly [3]>, x: Tensor<readonly [B, 3]>) => sum(matmul(x, w)))
  is<Tensor<readonly [3]>>()(generic(w3, x53))
  is<Tensor<readonly [3]>>()(generic(w3, x73))
  const withRecord = valueAndGrad(<B extends Dim>(x: Tensor<readonly [B, 3]>) => ({ value: sum(x), x }))
  const [result, gradient] = withRecord(x73)
  is<Tensor<readonly [7, 3]>>()(gradient)
  is<Tensor<readonly [7, 3]>>()(result.x)
  is<Tensor<readonly [5, 3]>>()(jit(<B extends Dim>(x: Tensor<readonly [B, 3]>) => mul(x, x))(x53))
})

test('derivatives nest', () => {
  const second = grad((x: Scalar) => grad((y: Scalar) => mul(y, y))(x))
  is<Scalar>()(second(scalar(1)))
})

test('what has no gradient is named', () => {
  type Of<R, A extends readonly unknown[] = [Tensor<readonly [3]>]> = Loss<'grad', A, R, 0>
  equal<Of<Scalar>, Scalar>()
  equal<Of<Scalar<'float64'>>, Scalar<'float64'>>()
  equal<Of<Tensor>, Tensor>()
  equal<
    Of<Tensor<readonly [3]>>,
    'ShapeError: grad: the function must return a scalar, it returns [3]; use mean or sum, or jacrev for the Jacobian'
  >()
  equal<
    Of<Scalar<'int32'>>,
    'DTypeError: grad: the function returns a scalar of int32; only float32 and float64 have a gradient'
  >()
  equal<
    Of<number>,
    "DerivativeError: grad: the function must return a scalar tensor, or a record with a scalar 'value' (the rest is auxiliary)"
  >()
  equal<
    Of<{ value: Tensor<readonly [2]> }>,
    'ShapeError: grad: the function must return a scalar, it returns [2]; use mean or sum, or jacrev for the Jacobian'
  >()
  equal<
    Of<Scalar, [Tensor<readonly [3], 'int32'>]>,
    'DTypeError: grad: argument 0 is int32[3]; only float tensors have a gradient'
  >()
})

test('and is an error at the call', () => {
  // @ts-expect-error grad: the function must return a scalar, it returns [3]
  grad((w: Tensor<readonly [3]>) => mul(w, w))
  // @ts-expect-error grad: argument 0 is int32
  grad((i: Tensor<readonly [3], 'int32'>) => scalar(i.shape[0]))
  // @ts-expect-error valueAndGrad: argument 1 is int32
  valueAndGrad((w: Tensor<readonly [3]>, i: Tensor<readonly [3], 'int32'>) => add(sum(w), scalar(i.shape[0])), 1)
  // @ts-expect-error grad takes a function of tensors and returns one: the argument is of another shape
  grad(loss)(w3, x73)
})

test('directional derivatives', () => {
  const [value, tangent] = jvp(loss, [w3, x53], [w3, x53])
  is<Scalar>()(value)
  is<Scalar>()(tangent)
  const [result, pullback] = vjp(loss, w3, x53)
  expectTypeOf(pullback(result)).toEqualTypeOf<[w: Tensor<readonly [3]>, x: Tensor<readonly [5, 3]>]>()
  // @ts-expect-error a tangent has the shape of its primal
  jvp(loss, [w3, x53], [w3, x73])
})

test('the blocks of a Hessian are named by both sides', () => {
  is<Tensor<readonly [3, 3]>>()(hessian((w: Tensor<readonly [3]>) => sum(w))(w3))
  is<Tensor<readonly [3]>>()(hessian((p: Record3) => sum(mul(p.w, p.b)))(record).w.b)
  type P = ComponentArray<{ L1: { weight: [50, 2]; bias: [50] } }>
  const h = hessian((p: P) => sum(p.L1.weight))({} as P)
  is<Tensor<readonly [50, 2, 50]>>()(h.L1.weight.L1.bias)
  is<Tensor<readonly [5, 3]>>()(jacrev((w: Tensor<readonly [3]>) => matmul(x53, w))(w3))
  is<Tensor<readonly [5, 3]>>()(jacrev((p: Record3) => matmul(x53, p.w))(record).w)
  equal<FloatOf<readonly [Scalar, { a: Scalar<'float64'> }]>, FloatDType>()
  equal<FloatOf<unknown>, FloatDType>()
  equal<Outer<Tensor<readonly [2]>, { a: Scalar }, 'float32'>, { readonly a: Tensor<readonly [2]> }>()
})

test('a jet has order + 1 members', () => {
  expectTypeOf(jet((x: Tensor<readonly [3]>) => sum(x), 3)(w3, w3)).toEqualTypeOf<[Scalar, Scalar, Scalar, Scalar]>()
  equal<Series<'x', 0>, ['x']>()
  equal<Series<'x', number>, 'x'[]>()
})

test('vmap adds the mapped dimension', () => {
  is<Tensor<readonly [9]>>()(vmap(loss, [null, 0])(w3, {} as Tensor<readonly [9, 5, 3]>))
  const inner = vmap((a: Tensor<readonly [3]>, b: Tensor<readonly [3]>) => sum(mul(a, b)))
  is<Tensor<readonly [5]>>()(inner(x53, x53))
  is<Tensor<readonly ['batch']>>()(inner(zeros(['batch', 3]), zeros(['batch', 3])))
  is<Tensor<readonly [3, 5]>>()(vmap((a: Tensor<readonly [3]>) => mul(a, a), 1, 1)(zeros([3, 5])))
  const perSample = vmap(
    grad((p: Record3, x: Tensor<readonly [3]>) => sum(mul(p.w, x))),
    [null, 0],
  )(record, x53)
  is<Tensor<readonly [5, 3]>>()(perSample.w)
  is<Tensor<readonly [5]>>()(perSample.b)
  // @ts-expect-error 5 and 7
  inner(x53, x73)
})

test('the members of vmap', () => {
  equal<Mapped<Tensor<readonly [3]>, 0, 5>, Tensor<readonly [5, 3]>>()
  equal<Mapped<Tensor<readonly [3]>, 1, 5>, Tensor<readonly [3, 5]>>()
  equal<Mapped<Tensor<readonly [3]>, null, 5>, Tensor<readonly [3]>>()
  equal<Mapped<Tensor<readonly [3], 'int32'>, 0, 'b'>, Tensor<readonly ['b', 3], 'int32'>>()
  equal<MappedArgs<[Tensor<readonly [3]>, Scalar], [null, 0], 5, 5>, [Tensor<readonly [3]>, Tensor<readonly [5]>]>()
})

test('scan gives the last carry and the stack of results', () => {
  const [carry, ys] = scan((h, x) => [add(h, x), x], w3, x53)
  is<Tensor<readonly [3]>>()(carry)
  is<Tensor<readonly [5, 3]>>()(ys)
  const [, sums] = scan(
    (h, x) => {
      const next = { a: add(h.a, x.u) }
      return [next, sum(next.a)]
    },
    { a: w3 },
    { u: x53 },
  )
  is<Tensor<readonly [5]>>()(sums)
  // @ts-expect-error the carry keeps its shape
  scan((h, x) => [matmul(x53, h), x], w3, x53)
})

test('whileLoop and cond keep their types', () => {
  const state = whileLoop(
    (s) => less(s.i, 3),
    (s) => ({ i: mul(s.i, s.i), w: s.w }),
    { i: scalar(1), w: w3 },
  )
  is<Tensor<readonly [3]>>()(state.w)
  is<Tensor<readonly [3]>>()(
    cond(
      less(scalar(1), 2),
      (a) => mul(a, a),
      (a) => a,
      w3,
    ),
  )
  whileLoop(
    (s) => less(s.i, 3),
    // @ts-expect-error the carry keeps its shape
    (s) => ({ i: s.i, w: x53 }),
    { i: scalar(1), w: w3 },
  )
})

test('a JS value in a carry is named', () => {
  equal<Carry<3>, 'ShapeError: carry: a JS number cannot change inside a compiled loop; wrap it in scalar()'>()
  equal<
    Carry<{ done: false; mode: 'train'; w: Tensor<readonly [3]> }>,
    {
      readonly done: 'ShapeError: carry: a JS boolean cannot change inside a compiled loop; wrap it in scalar()'
      readonly mode: 'ShapeError: carry: a JS string cannot change inside a compiled loop; leave it out of the carry'
      readonly w: Tensor<readonly [3]>
    }
  >()
  whileLoop(
    (s) => less(s.w, 3),
    (s) => s,
    {
      w: scalar(1),
      // @ts-expect-error wrap it in scalar()
      step: 0,
    },
  )
})

test('the members of scan', () => {
  equal<Head<Tensor<readonly [5, 3], 'int32'>>, Tensor<readonly [3], 'int32'>>()
  equal<Head<{ u: Tensor<readonly ['b', 3]> }>, { readonly u: Tensor<readonly [3]> }>()
  equal<Stacked<Tensor<readonly [3]>, 5>, Tensor<readonly [5, 3]>>()
  equal<LengthOf<Tensor<readonly ['n', 3]>>, 'n'>()
  equal<LengthOf<{ u: Tensor<readonly [5, 3]>; v: Tensor<readonly [5]> }>, 5>()
  equal<LengthOf<Tensor>, number>()
  expectTypeOf(i3).toExtend<Tensor<readonly [number], 'int32'>>()
})
