/** Looking inside points at the user's lines, never at ours, however deep the operation is called. */
import {
  findNonFinite,
  grad,
  inspect,
  log,
  mean,
  random,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  vmap,
} from 'conformable'
import { chain, dense, relu } from 'conformable/layers'
import { describe, expect, it } from 'vitest'

const here = /find-non-finite\.test\.ts/

describe('findNonFinite', () => {
  it('names the operation, the element and the line, forward', () => {
    const found = findNonFinite((x: Tensor<[2]>) => sum(log(x)), tensor([1, -1]))
    expect(found).toMatchObject({
      operation: 'log',
      phase: 'forward',
      position: 1,
      value: Number.NaN,
      type: 'float32[2]',
    })
    expect(found?.source).toMatch(here)
    expect(found?.sentence).toContain(found?.source)
  })

  it('backward: the line whose derivative it is', () => {
    const found = findNonFinite((x: Tensor<[2]>) => sum(sqrt(x)), tensor([1, 0]))
    expect(found).toMatchObject({ phase: 'backward', position: 1 })
    expect(found?.source).toMatch(here)
  })

  it('through layers and nested transforms', () => {
    const model = chain(dense(2, 3), relu, dense(3, 1))
    const p = model.init(random.key(0))
    const loss = (q: typeof p, x: Tensor<['n', 2]>) => mean(log(sub(square(model(q, x)), 1e6)))
    expect(findNonFinite(loss, p, tensor([[1, 2]]))?.source).toMatch(here)
    const slopes = (x: Tensor<[2]>) => sum(vmap(grad((a: Scalar) => sqrt(a)))(x))
    expect(findNonFinite(slopes, tensor([0, 1]))?.source).toMatch(here)
  })

  it('is silent when all numbers are finite', () => {
    expect(findNonFinite((x: Tensor<[2]>) => sum(log(x)), tensor([1, 2]))).toBeNull()
  })
})

it('inspect shows the same lines, one for each equation', () => {
  const lines = inspect((x: Tensor<[2]>) => sum(log(x)), tensor([1, 2]))
    .program.split('\n')
    .slice(1, -2)
  expect(lines).toHaveLength(2)
  for (const line of lines) expect(line).toMatch(here)
})
