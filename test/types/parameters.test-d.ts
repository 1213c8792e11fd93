import { expectTypeOf, test } from 'vitest'
import type {
  ComponentArray,
  flatVector,
  ParameterCount,
  ParameterSpec,
  Tensor,
  Tree,
  Views,
} from '../../types/index.ts'
import { zeros } from './declared.ts'
import { componentArray, flat } from './declared-transforms.ts'
import { equal, is } from './equal.ts'

const p = componentArray({ L1: { weight: [50, 2], bias: [50] }, L2: { weight: [2, 50], bias: [2] } })

test('views by name', () => {
  is<Tensor<readonly [50, 2]>>()(p.L1.weight)
  is<Tensor<readonly [2]>>()(p.L2.bias)
  // @ts-expect-error a name that is not there
  expectTypeOf(p.L3).toBeNever()
  // @ts-expect-error did you mean 'weight'?
  expectTypeOf(p.L1.weights).toBeNever()
  equal<Views<{ a: readonly [3] }, 'float64'>, { readonly a: Tensor<readonly [3], 'float64'> }>()
})

test('the flat vector has the length of all views', () => {
  equal<ParameterCount<{ L1: { weight: [50, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }>, 252>()
  equal<ParameterCount<{ scale: [] }>, 1>()
  equal<ParameterCount<{}>, 0>()
  equal<ParameterCount<{ weight: ['n', 2]; bias: [2] }>, number>()
  is<Tensor<readonly [252]>>()(flat(p))
  is<Tensor<readonly [150]>>()(flat(p.L1))
})

test('a symbol keeps the flat vector out of the names', () => {
  expectTypeOf<keyof typeof p & string>().toEqualTypeOf<'L1' | 'L2'>()
  const awkward = componentArray({ flat: [3], shape: [2], dtype: [1] })
  is<Tensor<readonly [3]>>()(awkward.flat)
})

test('a record of other views is no ComponentArray', () => {
  type P = typeof p
  const other = componentArray({ L1: { weight: [50, 2], bias: [50] } })
  // @ts-expect-error the flat vector would not follow
  const spread: P = { ...p, L1: other.L1 }
  // @ts-expect-error not even a faithful copy
  const copy: P = { ...p }
  // @ts-expect-error nor a literal
  const literal: P = { L1: p.L1, L2: p.L2 }
  expectTypeOf([spread, copy, literal]).toBeArray()
  // The brand is reached by its symbol alone.
  const symbol: typeof flatVector = null as unknown as typeof flatVector
  is<Tensor<readonly [252]>>()(p[symbol])
})

test('equal specs are the same, however they are written', () => {
  type Written = ComponentArray<{ L1: { weight: [50, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }>
  const a: Written = p
  const b: typeof p = a
  expectTypeOf([a, b]).toBeArray()
})

test('others are not', () => {
  // @ts-expect-error another shape
  const a: ComponentArray<{ L1: { weight: [51, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }> = p
  // @ts-expect-error more names than it has
  const b: ComponentArray<{ L1: { weight: [50, 2]; bias: [50]; scale: [] }; L2: { weight: [2, 50]; bias: [2] } }> = p
  // @ts-expect-error fewer names: the flat vector is longer
  const c: ComponentArray<{ L1: { weight: [50, 2]; bias: [50] } }> = p
  // @ts-expect-error another element type
  const d: ComponentArray<{ L1: { weight: [50, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }, 'float64'> = p
  expectTypeOf([a, b, c, d]).toBeArray()
})

test('a spec is a nested record of shapes', () => {
  expectTypeOf<{ L1: { weight: [50, 2] }; scale: [] }>().toExtend<ParameterSpec>()
  // @ts-expect-error a shape is an array
  componentArray({ weight: 3 })
})

test('a ComponentArray is a tree', () => {
  expectTypeOf(p).toExtend<Tree>()
  expectTypeOf({ p, steps: [zeros([], 'int32')] }).toExtend<Tree>()
  expectTypeOf<number>().not.toExtend<Tree>()
  expectTypeOf<{ learningRate: number }>().not.toExtend<Tree>()
})
