/** Operations by patterns and positions, against the operations they are short for. */
import {
  add,
  arange,
  at,
  broadcastTo,
  convert,
  einsum,
  expandDims,
  flatten,
  grad,
  matmul,
  max,
  mean,
  mul,
  permute,
  prod,
  rearrange,
  reduce,
  repeat,
  reshape,
  type Shape,
  slice,
  squeeze,
  sum,
  type Tensor,
  tensor,
  tile,
  transpose,
} from 'conformable'
import { describe, expect, it } from 'vitest'
import { thrown } from '../helpers/thrown.ts'

type Any = Tensor<any, any>

/** 0, 1, 2 … under a shape. */
const counted = (...shape: number[]): Any =>
  reshape(
    arange(
      0,
      shape.reduce((a, b) => a * b, 1),
      1,
      'float64',
    ) as Any,
    shape as Shape,
  )

const same = (a: Any, b: Any): void => {
  expect(a.shape).toEqual(b.shape)
  expect([...(a.readSync() as Float64Array)]).toEqual([...(b.readSync() as Float64Array)])
}

describe('rearrange with ...', () => {
  const x = counted(2, 3, 4, 5)
  it('keeps what it stands for in order', () =>
    same(rearrange(x, 'b ... c -> c ... b'), permute(x, [3, 1, 2, 0] as never)))
  it('may be joined', () => same(rearrange(x, 'b ... -> b (...)'), flatten(x, 1)))
  it('may stand for nothing', () => same(rearrange(counted(2, 3), 'a b ... -> b a ...'), transpose(counted(2, 3))))
})

describe('reduce', () => {
  const x = counted(2, 4, 6, 3)
  it('sums', () => same(reduce(x, 'b h w c -> c b', 'sum'), transpose(sum(x, [1, 2]))))
  it('pools by groups', () =>
    same(
      reduce(x, 'b (h p) (w q) c -> b h w c', 'max', { p: 2, q: 3 }),
      max(reshape(x, [2, 2, 2, 2, 3, 3]) as Any, [2, 4]),
    ))
  it('keeps 1', () => same(reduce(x, 'b ... -> b 1', 'mean'), expandDims(mean(x, [1, 2, 3]) as Any, 1)))
  it('multiplies', () => same(reduce(counted(2, 3), 'a b -> b', 'prod'), prod(counted(2, 3), 0)))
  it('refuses the mean of integers', () =>
    expect(thrown(() => reduce(convert(x, 'int32') as Any, 'b ... -> b', 'mean'))).toMatch(
      /^DTypeError: reduce: needs a float/,
    ))
  it('refuses the maximum of nothing', () =>
    expect(thrown(() => reduce(counted(0, 2), 'a b -> b', 'max'))).toMatch(/there is no element/))
  it('has a gradient', () => {
    const gradient = grad((y: Tensor<[2, 2]>) => sum(mul(reduce(y, 'a b -> b', 'sum'), tensor([1, 2]))))
    expect([...gradient(tensor([[1, 2], [3, 4]])).readSync()]).toEqual([1, 2, 1, 2]) // biome-ignore format: a matrix
  })
})

describe('repeat by a pattern', () => {
  const x = counted(2, 3)
  it('in front', () => same(repeat(x, 'h w -> n h w', { n: 4 }), broadcastTo(x, [4, 2, 3])))
  it('inside a group', () => same(repeat(x, 'h w -> h (w n)', { n: 2 }), repeat(x, 2, 1)))
  it('outside a group', () => same(repeat(x, 'h w -> h (n w)', { n: 2 }), tile(x, [1, 2])))
  it('and permutes', () =>
    same(repeat(x, 'h w -> w n h', { n: 2 }), broadcastTo(expandDims(transpose(x), 1), [3, 2, 2])))
})

describe('einsum with ...', () => {
  it('multiplies stacks', () =>
    same(einsum('...ij,...jk->...ik', counted(5, 2, 3), counted(5, 3, 4)), matmul(counted(5, 2, 3), counted(5, 3, 4))))
  it('broadcasts', () =>
    same(
      einsum('...ij,...jk->...ik', counted(5, 1, 2, 3), counted(6, 3, 4)),
      matmul(counted(5, 1, 2, 3), counted(6, 3, 4)),
    ))
  it('broadcasts a size that is 1 everywhere', () =>
    same(einsum('...i,...i->...', counted(1, 3), counted(1, 3)), sum(mul(counted(1, 3), counted(1, 3)), -1)))
  it('moves the rest', () =>
    same(einsum('i...->...i', counted(2, 3, 4)), permute(counted(2, 3, 4), [1, 2, 0] as never)))
  it('takes diagonals', () => same(einsum('...ii->...i', counted(2, 3, 3)), einsum('aii->ai', counted(2, 3, 3))))
  it('works with an operand that has none', () =>
    same(einsum('...i,i->...', counted(2, 4, 3), counted(3)), matmul(counted(2, 4, 3), counted(3))))
})

describe('at with positions', () => {
  const x = counted(4, 5, 6)
  it.each([
    [[1], slice(x, 0, 1, 2), 0],
    [[-1, 1], slice(x, 1, 4, 5), 1],
    [['...', 2], slice(x, 2, 2, 3), 2],
    [[':', 3], slice(x, 1, 3, 4), 1],
    [[0, '...'], slice(x, 0, 0, 1), 0],
  ] as const)('%j picks', (positions, block, axis) => {
    same(at(x, ...(positions as unknown as [number])), squeeze(block, axis) as Any)
  })
  it('takes ranges', () => {
    same(at(x, '1:3', '::2', '-2:'), slice(slice(slice(x, 0, 1, 3), 1, 0, 5, 2), 2, 4, 6))
    same(at(x, ':-1'), slice(x, 0, 0, 3))
    same(at(counted(0, 2), ':', 1), counted(0))
  })
  it('mixes them', () => same(at(x, 1, '2:4', -1), slice(at(at(x, 1) as Any, 5, 1) as Any, 0, 2, 4)))
  it('has a gradient', () => {
    const gradient = grad((y: Tensor<[3, 2]>) => sum(add(at(y, ':', 1), at(y, 0, 0, '...'))))
    expect([...gradient(tensor([[1, 2], [3, 4], [5, 6]])).readSync()]).toEqual([3, 1, 0, 1, 0, 1]) // biome-ignore format: a matrix
  })
  it.each([
    [['1:1'], "'1:1' is empty or out of range for axis 0 of [4, 5, 6]"],
    [['...', '...'], "'...' may stand once, it stands 2 times"],
    [['x'], "'x' is none of a number, ':', '2:7', '::2' and '...'"],
    [[':', 0, 0, 0], '4 positions given for shape [4, 5, 6] of rank 3'],
  ])('%j is refused', (positions, sentence) => {
    expect(thrown(() => at(x, ...(positions as never as [number])))).toContain(sentence)
  })
})
