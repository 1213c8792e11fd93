import {
  type ComponentArray,
  componentArray,
  dispose,
  keep,
  mul,
  scope,
  sum,
  type Tensor,
  tensor,
  zeros,
} from 'conformable'
import { expectTypeOf, test } from 'vitest'

const x = zeros([2, 3])
const parameters = () => componentArray({ L1: { bias: tensor([1, 2]) } })

test('tensors and ComponentArrays can be declared with using, and keep their types', () => {
  using y = mul(x, 2)
  expectTypeOf(y.shape).toEqualTypeOf<readonly [2, 3]>()
  using p = parameters()
  expectTypeOf(p.L1.bias.shape).toEqualTypeOf<readonly [2]>()
  expectTypeOf<Tensor<['batch', 3], 'float64'>>().toExtend<Disposable>()
  expectTypeOf<ComponentArray<{ a: [2] }, 'float64'>>().toExtend<Disposable>()
  // @ts-expect-error a record of tensors is not disposable: dispose(pair), or a scope
  using _pair = { a: x, b: x }
  // @ts-expect-error it needs no waiting
  expectTypeOf(x).toExtend<AsyncDisposable>()
})

test('a copy of a ComponentArray by spreading is a record', () => {
  // @ts-expect-error it has no method of its own
  using _copy = { ...parameters() }
})

test('a scope has the type of its result', () => {
  expectTypeOf(scope(() => sum(x)).shape).toEqualTypeOf<readonly []>()
  const { loss, p } = scope(() => ({ loss: sum(x), p: parameters() }))
  expectTypeOf(loss.dtype).toEqualTypeOf<'float32'>()
  expectTypeOf(p.L1.bias.shape).toEqualTypeOf<readonly [2]>()
  expectTypeOf(scope(async () => x.read())).toEqualTypeOf<Promise<Float32Array>>()
  expectTypeOf(scope(() => {})).toEqualTypeOf<void>()
})

test('keep gives back what it was given; dispose takes any tree', () => {
  expectTypeOf(keep({ a: x }).a.shape).toEqualTypeOf<readonly [2, 3]>()
  expectTypeOf(dispose({ a: x, b: [parameters(), 3] })).toEqualTypeOf<void>()
})
