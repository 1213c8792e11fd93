import { expectTypeOf, test } from 'vitest'
import type {
  AnyTensor,
  Check,
  Dim,
  DType,
  DTypeOf,
  Ok,
  Scalar,
  Shape,
  ShapeOf,
  Shapes,
  Tensor,
  TypedArrayOf,
} from '../../types/index.ts'
import { realize, zeros } from './declared.ts'
import { equal, is } from './equal.ts'

declare const batch: Tensor<readonly ['batch', 784]>
declare const fixed: Tensor<readonly [32, 784]>
declare const open: Tensor<readonly [number, 784]>
declare const wide: Tensor

test('static → symbolic → dynamic is assignable', () => {
  expectTypeOf(fixed).toExtend<Tensor<readonly ['batch', 784]>>()
  expectTypeOf(fixed).toExtend<Tensor<readonly [number, 784]>>()
  expectTypeOf(batch).toExtend<Tensor<readonly [number, 784]>>()
  expectTypeOf(batch).toExtend<Tensor<readonly ['batch', number]>>()
  expectTypeOf(open).toExtend<Tensor>()
  expectTypeOf(batch).toExtend<Tensor>()
  expectTypeOf(batch).toExtend<AnyTensor>()
  expectTypeOf(zeros([2], 'int32')).toExtend<AnyTensor>()
  const mutable: Tensor<[32, 784]> = fixed
  const readonly: Tensor<readonly [32, 784]> = mutable
  is<Tensor<readonly [32, 784]>>()(readonly)
})

test('the way back is not', () => {
  // @ts-expect-error dynamic → static
  const a: Tensor<readonly [32, 784]> = open
  // @ts-expect-error symbolic → static
  const b: Tensor<readonly [32, 784]> = batch
  // @ts-expect-error dynamic rank → static rank
  const c: Tensor<readonly [number, number]> = wide
  // @ts-expect-error another rank
  const d: Tensor<readonly [number]> = batch
  // @ts-expect-error another size
  const e: Tensor<readonly [33, 784]> = fixed
  // @ts-expect-error another name
  const f: Tensor<readonly ['time', 784]> = batch
  // @ts-expect-error another element type
  const g: Tensor<readonly ['batch', 784], 'float64'> = batch
  // @ts-expect-error an element type is invariant
  const h: Tensor<readonly ['batch', 784], DType> = batch
  expectTypeOf([a, b, c, d, e, f, g, h]).toBeArray()
})

test('realize goes back with a check', () => {
  is<Tensor<readonly [32, 784]>>()(realize(open, [32, 784]))
  is<Tensor<readonly [32, 784]>>()(realize(wide, [32, 784]))
})

test('two sizes do not meet as a union', () => {
  const same = <N extends Dim>(a: Tensor<readonly [N]>, b: Tensor<readonly [N]>): readonly [typeof a, typeof b] => [
    a,
    b,
  ]
  same(zeros([3]), zeros([3]))
  same(zeros(['n']), zeros(['n']))
  // @ts-expect-error 3 and 4
  same(zeros([3]), zeros([4]))
  // @ts-expect-error two names
  same(zeros(['n']), zeros(['m']))
})

test('a name is a promise: a size meets it, and is compared when traced', () => {
  const same = <N extends Dim>(a: Tensor<readonly [N]>, b: Tensor<readonly [N]>): readonly [typeof a, typeof b] => [
    a,
    b,
  ]
  same(zeros(['n']), zeros([4]))
})

test('sizes at run time are numbers', () => {
  expectTypeOf(batch.shape).toEqualTypeOf<readonly [number, 784]>()
  expectTypeOf(wide.shape).toEqualTypeOf<readonly number[]>()
  expectTypeOf(batch.dtype).toEqualTypeOf<'float32'>()
})

test('reading', () => {
  expectTypeOf(batch.read()).resolves.toEqualTypeOf<Float32Array>()
  expectTypeOf(zeros([2], 'float64').readSync()).toEqualTypeOf<Float64Array>()
  expectTypeOf(zeros([2], 'int32').readSync()).toEqualTypeOf<Int32Array>()
  expectTypeOf(zeros([2], 'uint32').readSync()).toEqualTypeOf<Uint32Array>()
  expectTypeOf(zeros([2], 'bool').readSync()).toEqualTypeOf<Uint8Array>()
  expectTypeOf(zeros([], 'float32').item()).resolves.toEqualTypeOf<number>()
  expectTypeOf(zeros([], 'bool').item()).resolves.toEqualTypeOf<boolean>()
  expectTypeOf(zeros([], 'bool').itemSync()).toEqualTypeOf<boolean>()
  const generic = <S extends Shape, D extends DType>(x: Tensor<S, D>): TypedArrayOf<D> => x.readSync()
  expectTypeOf(generic(zeros([2], 'int32'))).toEqualTypeOf<Int32Array>()
})

test('reading back the arguments', () => {
  equal<ShapeOf<typeof batch>, readonly ['batch', 784]>()
  equal<DTypeOf<Tensor<readonly [2], 'int32'>>, 'int32'>()
  equal<Shapes<[typeof batch, Scalar]>, readonly [readonly ['batch', 784], readonly []]>()
  equal<Scalar, Tensor<readonly [], 'float32'>>()
  const generic = <S extends Shape, D extends DType>(x: Tensor<S, D>): [S, D] | typeof x => x
  expectTypeOf(generic(batch)).extract<readonly unknown[]>().toEqualTypeOf<[readonly ['batch', 784], 'float32']>()
})

test('a rule becomes a parameter and a result', () => {
  equal<Check<readonly [2], 'parameter'>, 'parameter'>()
  equal<Check<'ShapeError: no', 'parameter'>, 'ShapeError: no'>()
  equal<Ok<readonly [2]>, readonly [2]>()
  equal<Ok<'ShapeError: no'>, Shape>()
})
