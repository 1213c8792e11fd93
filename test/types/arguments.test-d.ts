/** What is applied at once infers as before: generic sizes, lists, literals, optional and callback arguments, names of sizes. */
import { expectTypeOf, test } from 'vitest'
import {
  add,
  cond,
  type Dim,
  jvp,
  less,
  mul,
  type Scalar,
  type Shape,
  scalar,
  scan,
  scanN,
  sum,
  type Tensor,
  vjp,
  whileLoop,
  zeros,
} from '../../src/index.ts'
import { exactly } from './mistakes/case.ts'

const squares = <S extends Shape>(x: Tensor<S>): Tensor<S> => mul(x, x)

test('functions of any shape stay so', () => {
  exactly<Tensor<readonly [3]>>()(jvp(squares, [zeros([3])], [zeros([3])])[1])
  const along = <S extends Shape>(x: Tensor<S>) => jvp(squares, [x], [x])[1]
  exactly<Tensor<readonly [2, 3]>>()(along(zeros([2, 3])))
  const pulled = <B extends Dim>(x: Tensor<readonly [B, 3]>) => vjp((y: Tensor<readonly [B, 3]>) => sum(y, 1), x)[0]
  exactly<Tensor<readonly [7]>>()(pulled(zeros([7, 3])))
  const totals = <B extends Dim>(xs: Tensor<readonly [5, B]>, h: Tensor<readonly [B]>) =>
    scan((c: Tensor<readonly [B]>, x: Tensor<readonly [B]>) => [add(c, x), sum(x)], h, xs)
  exactly<[carry: Tensor<readonly [4]>, ys: Tensor<readonly [5]>]>()(totals(zeros([5, 4]), zeros([4])))
  const grown = <S extends Shape>(x: Tensor<S>) =>
    whileLoop(
      (c) => less(sum(c), 1),
      (c) => add(c, 1),
      x,
    )
  exactly<Tensor<readonly [2]>>()(grown(zeros([2])))
})

test('lists, literals, optional arguments and callbacks keep their types', () => {
  const model = (p: { w: Tensor<[3]>; pair: [Scalar, Scalar]; kind: 'a' | 'b' }, x: Scalar) => mul(sum(p.w), x)
  expectTypeOf(
    vjp(model, { w: zeros([3]), pair: [scalar(1), scalar(2)], kind: 'a' }, scalar(1))[0],
  ).toEqualTypeOf<Scalar>()
  // @ts-expect-error no such kind
  vjp(model, { w: zeros([3]), pair: [scalar(1), scalar(2)], kind: 'c' }, scalar(1))
  vjp(
    (x: Scalar, f: (x: Scalar) => Scalar) => f(x),
    scalar(1),
    (x) => mul(x, x),
  )
  vjp((x: Scalar, _?: Tensor<[2]>) => x, scalar(1))
  vjp((x: Scalar, _?: Tensor<[2]>) => x, scalar(1), zeros([2]))
  vjp((...xs: Tensor<[2]>[]) => xs[0]!, zeros([2]), zeros([2]))
  const both: [Scalar, Tensor<[2]>] = [scalar(1), zeros([2])]
  vjp((x: Scalar, y: Tensor<['n']>) => mul(x, sum(y)), ...both)
  jvp((x: Scalar, y: Tensor<['n']>) => mul(x, sum(y)), both, both)
  // @ts-expect-error one argument is missing
  vjp((x: Scalar, y: Scalar) => mul(x, y), scalar(1))
})

test('carries and rows of loops', () => {
  exactly<[carry: [Scalar], ys: Tensor<readonly [3]>]>()(
    scan(([a], [p, q]) => [[add(a, add(p, sum(q)))], a], [scalar(0)], [zeros([3]), zeros([3, 4])]),
  )
  exactly<[Scalar, Tensor<readonly [3]>]>()(
    whileLoop(
      ([a]) => less(a, 1),
      ([a, b]) => [add(a, 1), b],
      [scalar(0), zeros([3])],
    ),
  )
  exactly<[carry: Scalar, ys: Tensor<readonly [7]>]>()(scanN((c) => [mul(c, 2), mul(c, 1)], scalar(1), 7))
  type Hidden = { h: Tensor<['batch', 8]> }
  const [last, hs] = scan(
    (s: Hidden, x: Tensor<['batch', 8]>) => [{ h: add(s.h, x) }, s.h],
    { h: zeros([16, 8]) },
    zeros([10, 16, 8]),
  )
  exactly<Hidden>()(last)
  exactly<Tensor<readonly [10, 'batch', 8]>>()(hs)
  const unknown: Tensor<any> = zeros([2])
  scan((c, x) => [{ a: add(c.a, x) }, null], { a: scalar(0) }, unknown)
  // @ts-expect-error a member of the carry is missing
  scan((c: { a: Scalar; b: Scalar }, x: Scalar) => [c, x], { a: scalar(0) }, zeros([5]))
  // @ts-expect-error a member of the rows is missing
  scan((c: Scalar, { u }: { u: Scalar; v: Scalar }) => [c, u], scalar(0), { u: zeros([5]) })
  // @ts-expect-error rows are a record
  scan((c: Scalar, x: Tensor<[2]>) => [c, x], scalar(0), { u: zeros([5]) })
})

test('branches infer from their arguments', () => {
  const one = cond(
    scalar(true),
    (x, y) => mul(x, sum(y)),
    (x, y) => add(x, sum(y)),
    scalar(1),
    zeros([2]),
  )
  exactly<Scalar>()(one)
})
