import { test } from 'vitest'
import type {
  AxisKey,
  AxisKeys,
  BroadcastDim,
  DimAt,
  DynamicRank,
  Eq,
  InsertAt,
  MeetDim,
  Meets,
  ProdDim,
  QuotientDim,
  RemoveAt,
  SetAt,
  Shape,
  Show,
  ShowDim,
  Single,
} from '../../types/index.ts'
import { equal } from './equal.ts'

test('identity of types', () => {
  equal<Eq<3, 3>, true>()
  equal<Eq<3, number>, false>()
  equal<Eq<readonly [2], readonly [2]>, true>()
  equal<Eq<any, 3>, false>()
  // @ts-expect-error the assertion itself can fail
  equal<3, 4>()
  // @ts-expect-error any is not identical to 3
  equal<any, 3>()
})

test('one type or a union', () => {
  equal<Single<'a'>, true>()
  equal<Single<'a' | 'b'>, false>()
})

test('the rank is known or not', () => {
  equal<DynamicRank<readonly [2, number]>, false>()
  equal<DynamicRank<Shape>, true>()
})

test('shapes in print', () => {
  equal<Show<readonly ['batch', 784, number]>, '[batch, 784, ?]'>()
  equal<Show<readonly []>, '[]'>()
  equal<Show<Shape>, '[...]'>()
  equal<ShowDim<number>, '?'>()
})

test('dimensions meet when they are equal or one is dynamic', () => {
  equal<MeetDim<3, 3>, 3>()
  equal<MeetDim<3, number>, 3>()
  equal<MeetDim<number, 'b'>, 'b'>()
  equal<MeetDim<3, 4>, false>()
  equal<MeetDim<'b', 't'>, false>()
  equal<MeetDim<'b', 3>, false>()
  equal<MeetDim<'b*t', 't*b'>, 'b*t'>()
  equal<Meets<'b*t*4', '4*t*b'>, true>()
  equal<Meets<'b*t*4', 'b*t*5'>, false>()
  equal<Meets<1, 3>, false>()
})

test('dimensions broadcast when one is 1', () => {
  equal<BroadcastDim<1, 3>, 3>()
  equal<BroadcastDim<3, 1>, 3>()
  equal<BroadcastDim<1, 'b'>, 'b'>()
  equal<BroadcastDim<3, 4>, false>()
})

test('products of dimensions', () => {
  equal<ProdDim<readonly []>, 1>()
  equal<ProdDim<readonly [2, 3, 4]>, 24>()
  equal<ProdDim<readonly ['b', 2, 't', 3]>, 'b*t*6'>()
  equal<ProdDim<readonly ['b*2', 3]>, 'b*6'>()
  equal<ProdDim<readonly [2, number]>, number>()
  equal<ProdDim<readonly ['b', 0]>, 'b*0'>()
})

test('quotients of products', () => {
  equal<QuotientDim<readonly ['b', 28, 28], readonly [784]>, { dim: 'b' }>()
  equal<QuotientDim<readonly [10], readonly [3]>, { reason: '10 is not divisible by 3' }>()
  equal<QuotientDim<readonly ['b'], readonly ['t']>, { reason: 'symbolic dimensions do not match' }>()
  equal<QuotientDim<readonly [10], readonly [0]>, { reason: 'cannot divide by 0' }>()
  equal<QuotientDim<readonly [number], readonly [3]>, { dim: number }>()
})

test('axes count from either end', () => {
  equal<AxisKey<readonly ['b', 3, 4], 0>, '0'>()
  equal<AxisKey<readonly ['b', 3, 4], -1>, '2'>()
  equal<AxisKey<readonly ['b', 3, 4], -3>, '0'>()
  equal<AxisKey<readonly ['b', 3, 4], 3>, never>()
  equal<AxisKey<readonly ['b', 3, 4], -4>, never>()
  equal<DimAt<readonly ['b', 3, 4], -2>, 3>()
})

test('lists of axes', () => {
  equal<AxisKeys<readonly ['b', 3, 4], readonly [0, -1], 'sum'>, { keys: '0' | '2' }>()
  equal<AxisKeys<readonly ['b', 3], readonly [], 'sum'>, { keys: never }>()
  equal<
    AxisKeys<readonly ['b', 3], readonly [0, 2], 'sum'>,
    'ShapeError: sum: axis 2 is out of range for shape [b, 3] (rank 2)'
  >()
  equal<AxisKeys<readonly ['b', 3], readonly [1, -1], 'sum'>, 'ShapeError: sum: axis -1 of [b, 3] is given twice'>()
})

test('dimensions set, removed and inserted', () => {
  equal<SetAt<readonly ['b', 3, 4], '1', 9>, readonly ['b', 9, 4]>()
  equal<RemoveAt<readonly ['b', 3, 4], '0' | '2'>, readonly [3]>()
  equal<InsertAt<readonly ['b', 3], '1', [1]>, readonly ['b', 1, 3]>()
  equal<InsertAt<readonly ['b', 3], '2', [1]>, readonly ['b', 3, 1]>()
})
