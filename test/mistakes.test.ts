/** Mistakes that only code without types can make, and slips that types see too: each is a sentence with a way out. */
import { inspect } from 'node:util'
import {
  convert,
  type DType,
  DTypeError,
  full,
  random,
  ShapeError,
  scalar,
  sum,
  type Tensor,
  tensor,
  vjp,
  zeros,
} from 'conformable'
import { chain, dense } from 'conformable/layers'
import { describe, expect, it } from 'vitest'

const unknown = 'int64' as DType

describe('a dtype that does not exist', () => {
  const cases = {
    zeros: () => zeros([2], unknown),
    full: () => full([2], 1, unknown),
    scalar: () => scalar(1, unknown),
    tensor: () => tensor([1], unknown),
    convert: () => convert(zeros([2]), unknown),
  }
  it.each(Object.entries(cases))('%s', (name, call) => {
    expect(call).toThrow(`${name}: there is no dtype 'int64'; there are float32, float64, int32, uint32, bool`)
  })
})

it('a size in the place of a shape', () => {
  expect(() => zeros(2 as never)).toThrow('zeros: 2 is not a shape: write [2]')
})

it('a model called with its input first', () => {
  const model = chain(dense(3, 4))
  const params = model.init(random.key(0))
  expect(() => model(zeros([2, 3]) as never, params as never)).toThrow(
    'params: the parameters come first, then the input: model(params, x)',
  )
})

it('a cotangent that does not fit the result', () => {
  const [, pullback] = vjp((x: Tensor<[3]>) => sum(x), zeros([3]))
  expect(() => pullback(zeros([3]) as never)).toThrow('vjp: the cotangent is float32[3], but the result is float32[]')
})

it('the name of an error is printed once', () => {
  expect(inspect(new ShapeError('matmul: no'))).toMatch(/^ShapeError: matmul: no\n/)
  expect(inspect(new DTypeError('add: no'))).toMatch(/^DTypeError: add: no\n/)
})

describe('options of random numbers', () => {
  const key = random.key(0)

  it('a dtype on its own is no record of options', () => {
    expect(() => random.normal(key, [2], 'float64' as never)).toThrow(
      'random.normal: the options are a record such as { dtype: \'float64\' }, got "float64".',
    )
  })

  it('a misspelt option is named', () => {
    expect(() => random.uniform(key, [2], { hihg: 2 } as never)).toThrow(
      "random.uniform: there is no option 'hihg'; there are low, high, dtype.",
    )
  })
})
