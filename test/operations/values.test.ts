/** Operations at the edges of their definition: a row for each case, with the shape, dtype and elements it must give. */
import * as c from 'conformable'
import { expect, it } from 'vitest'

type Row = readonly [
  what: string,
  call: () => unknown,
  shape: readonly number[],
  dtype: c.DType,
  elements: readonly number[],
]

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const n = (x: unknown): never => x as never

const rows: readonly Row[] = [
  // creation
  ['an empty list', () => c.tensor([]), [0], 'float32', []],
  ['empty rows', () => c.tensor([[], []]), [2, 0], 'float32', []],
  ['numbers and booleans', () => c.tensor(n([1, true])), [2], 'float32', [1, 1]],
  ['conditions from numbers', () => c.tensor([0, 1], 'bool'), [2], 'bool', [0, 1]],
  ['conditions from bytes', () => c.fromTypedArray(new Uint8Array([0, 1]), [2]), [2], 'bool', [0, 1]],
  ['a bool scalar', () => c.scalar(true), [], 'bool', [1]],
  ['full of true', () => c.full([2], true, 'bool'), [2], 'bool', [1, 1]],
  ['fullLike of integers', () => c.fullLike(c.zeros([2], 'int32'), 3), [2], 'int32', [3, 3]],
  ['arange of floats', () => c.arange(0, 1, 0.25, 'float32'), [4], 'float32', [0, 0.25, 0.5, 0.75]],
  ['arange downwards', () => c.arange(5, 0, -2), [3], 'int32', [5, 3, 1]],
  ['arange of nothing', () => c.arange(5, 0), [0], 'int32', []],
  ['linspace of one', () => c.linspace(2, 5, 1), [1], 'float32', [2]],
  ['linspace of none', () => c.linspace(2, 5, 0), [0], 'float32', []],
  ['linspace ends at its end', () => c.linspace(0.1, 0.7, 4, 'float64'), [4], 'float64', [0.1, 0.3, 0.5, 0.7]],
  ['a wide identity', () => c.eye(2, 3, 'bool'), [2, 3], 'bool', [1, 0, 0, 0, 1, 0]],
  [
    'floats to int32',
    () => c.convert(c.tensor([3e9, -3e9, 1.9, nan]), 'int32'),
    [4],
    'int32',
    [2147483647, -2147483648, 1, 0],
  ],
  ['floats to uint32', () => c.convert(c.tensor([3e9, -3e9, 1.9, nan]), 'uint32'), [4], 'uint32', [3e9, 0, 1, 0]],
  ['floats to bool', () => c.convert(c.tensor([0, 0.1, nan]), 'bool'), [3], 'bool', [0, 1, 1]],

  // arithmetic
  ['two numbers', () => c.add(1, 2), [], 'float32', [3]],
  ['integers to a whole power', () => c.pow(c.tensor([2, -3], 'int32'), 3), [2], 'int32', [8, -27]],
  ['a number to a tensor', () => c.pow(2, c.tensor([1, 3])), [2], 'float32', [2, 8]],
  ['a large exponent', () => c.pow(c.tensor([1.5, -1.5], 'float64'), 2001), [2], 'float64', [inf, -inf]],
  ['0 to the power 0', () => c.pow(c.tensor([0]), 0), [1], 'float32', [1]],
  [
    'quotients of integers',
    () => c.div(c.tensor([7, -7, 1], 'int32'), c.tensor([2, 2, 0], 'int32')),
    [3],
    'int32',
    [3, -3, 0],
  ],
  ['remainders of floats', () => c.mod(c.tensor([-1, 5.5]), c.tensor([3, -2])), [2], 'float32', [2, -0.5]],
  [
    'remainders of integers',
    () => c.mod(c.tensor([-7, 7], 'int32'), c.tensor([3, -3], 'int32')),
    [2],
    'int32',
    [2, -2],
  ],
  ['maximum of NaN', () => c.maximum(c.tensor([nan, 1]), 0), [2], 'float32', [nan, 1]],
  ['a bound of integers at infinity', () => c.clip(c.tensor([1, 5], 'int32'), -inf, 3), [2], 'int32', [1, 3]],
  ['a bound that is a scalar', () => c.clip(c.tensor([1, 5]), 2, c.scalar(3)), [2], 'float32', [2, 3]],
  [
    'hypot of large numbers',
    () => c.hypot(c.tensor([3e200], 'float64'), c.tensor([4e200], 'float64')),
    [1],
    'float64',
    [5e200],
  ],
  ['hypot of 0 and ∞', () => c.hypot(c.tensor([0, inf]), c.tensor([0, 1])), [2], 'float32', [0, inf]],
  [
    'logaddexp of infinities',
    () => c.logaddexp(c.tensor([-inf, inf, -inf]), c.tensor([-inf, 1, 2])),
    [3],
    'float32',
    [-inf, inf, 2],
  ],
  ['shifts of unsigned numbers', () => c.shiftRight(c.tensor([2 ** 31], 'uint32'), 31), [1], 'uint32', [1]],

  // reductions
  ['a sum over no axes', () => c.sum(c.tensor([[1, 2]]), []), [1, 2], 'float32', [1, 2]],
  ['a sum of nothing', () => c.sum(c.zeros([0, 3]), 0), [3], 'float32', [0, 0, 0]],
  ['a product of nothing', () => c.prod(c.zeros([0]), 0), [], 'float32', [1]],
  ['a mean of nothing', () => c.mean(c.zeros([0])), [], 'float32', [nan]],
  ['any of nothing', () => c.any(c.zeros([0], 'bool')), [], 'bool', [0]],
  ['all of nothing', () => c.all(c.zeros([0], 'bool')), [], 'bool', [1]],
  ['logsumexp of nothing', () => c.logsumexp(c.zeros([0])), [], 'float32', [-inf]],
  ['logsumexp of ∞', () => c.logsumexp(c.tensor([inf, 0])), [], 'float32', [inf]],
  [
    'a kept dimension',
    () =>
      c.max(
        c.tensor([
          [1, 5],
          [4, 3],
        ]),
        1,
        true,
      ),
    [2, 1],
    'float32',
    [5, 4],
  ],
  ['the largest with NaN', () => c.max(c.tensor([1, nan])), [], 'float32', [nan]],
  [
    'argmax of a table',
    () =>
      c.argmax(
        c.tensor([
          [1, 5],
          [7, 3],
        ]),
      ),
    [],
    'int32',
    [2],
  ],
  ['the variance of large numbers', () => c.variance(c.tensor([4096, 4097, 4098])), [], 'float32', [2 / 3]],
  ['the norm of order ∞', () => c.norm(c.tensor([1, -7]), 0, false, inf), [], 'float32', [7]],
  [
    'softmax in int axes',
    () =>
      c.softmax(
        c.tensor([
          [0, 1000],
          [0, 0],
        ]),
        0,
      ),
    [2, 2],
    'float32',
    [0.5, 1, 0.5, 0],
  ],

  // shapes and joins
  [
    'names stand for sizes of the same place',
    () => c.reshape(c.zeros([2, 3, 4]), n(['b', 't', 2, 2])),
    [2, 3, 2, 2],
    'float32',
    new Array(24).fill(0),
  ],
  [
    'a product of names is worked out',
    () => c.reshape(c.ones([1, 2, 2]), n(['b*t', 2])),
    [2, 2],
    'float32',
    [1, 1, 1, 1],
  ],
  ['a shape without elements', () => c.reshape(c.zeros([0, 3]), [0, 5]), [0, 5], 'float32', []],
  ['a name stretched', () => c.broadcastTo(c.ones([1, 2]), n([2, 'n'])), [2, 2], 'float32', [1, 1, 1, 1]],
  ['a far roll', () => c.roll(c.arange(5), -7, 0), [5], 'int32', [2, 3, 4, 0, 1]],
  ['a roll of nothing', () => c.roll(c.zeros([0]), 3, 0), [0], 'float32', []],
  [
    'flipped twice',
    () =>
      c.flip(
        c.tensor([
          [1, 2],
          [3, 4],
        ]),
        [0, 1],
      ),
    [2, 2],
    'float32',
    [4, 3, 2, 1],
  ],
  ['a border of conditions', () => c.pad(c.tensor([true]), [[1, 1]]), [3], 'bool', [0, 1, 0]],
  ['tiles of another rank', () => c.tile(c.arange(2), [2, 2]), [2, 4], 'int32', [0, 1, 0, 1, 0, 1, 0, 1]],
  ['no repetition', () => c.repeat(c.arange(2), 0, 0), [0], 'int32', []],
  ['a stack along the last axis', () => c.stack([c.arange(2), c.arange(2)], -1), [2, 2], 'int32', [0, 0, 1, 1]],
  [
    'named axes joined',
    () => c.rearrange(c.reshape(c.arange(8), [2, 2, 2]), 'a b c -> (c a) b 1'),
    [4, 2, 1],
    'int32',
    [0, 2, 4, 6, 1, 3, 5, 7],
  ],

  // indexing and order
  ['a slice from the end', () => c.slice(c.arange(10), 0, -3), [3], 'int32', [7, 8, 9]],
  ['a slice by steps', () => c.slice(c.arange(10), 0, 1, 9, 3), [3], 'int32', [1, 4, 7]],
  ['a slice beyond the end', () => c.slice(c.arange(4), 0, 2, 100), [2], 'int32', [2, 3]],
  ['indices out of range', () => c.take(c.arange(5), c.tensor([7, -9, -1], 'int32')), [3], 'int32', [4, 0, 4]],
  ['a scalar index', () => c.take(c.arange(5), c.scalar(2, 'int32')), [], 'int32', [2]],
  ['classes out of range', () => c.oneHot(c.tensor([2, -1], 'int32'), 2, 'int32'), [2, 2], 'int32', [0, 0, 0, 0]],
  [
    'updates of rank 2',
    () =>
      c.scatterAdd(
        c.tensor(
          [
            [0, 1],
            [1, 1],
          ],
          'int32',
        ),
        c.ones([2, 2]),
        2,
      ),
    [2],
    'float32',
    [1, 3],
  ],
  ['a block beyond the end', () => c.dynamicSlice(c.arange(5), [c.scalar(9, 'int32')], [2]), [2], 'int32', [3, 4]],
  [
    'an update before the start',
    () => c.dynamicUpdateSlice(c.arange(3), c.tensor([9], 'int32'), [-5]),
    [3],
    'int32',
    [9, 1, 2],
  ],
  ['sorted with NaN', () => c.sort(c.tensor([1, nan, 3, 2])), [4], 'float32', [1, 2, 3, nan]],
  ['sorted downwards', () => c.sort(c.tensor([1, nan, 3, 2]), 0, { descending: true }), [4], 'float32', [nan, 3, 2, 1]],
  ['equal elements keep their order', () => c.argsort(c.tensor([1, 1, 0, 1])), [4], 'int32', [2, 0, 1, 3]],
  ['downwards, too', () => c.argsort(c.tensor([1, 1, 0, 1]), 0, { descending: true }), [4], 'int32', [0, 1, 3, 2]],
  [
    'sorted columns',
    () =>
      c.sort(
        c.tensor([
          [3, 1],
          [2, 5],
        ]),
        0,
      ),
    [2, 2],
    'float32',
    [2, 1, 3, 5],
  ],
  ['sorted large unsigned numbers', () => c.sort(c.tensor([4e9, 1, 3e9], 'uint32')), [3], 'uint32', [1, 3e9, 4e9]],
  [
    'the median of an even number',
    () =>
      c.median(
        c.tensor([
          [4, 1],
          [3, 2],
        ]),
      ),
    [],
    'float32',
    [2.5],
  ],
  ['the median with NaN', () => c.median(c.tensor([1, nan, 3])), [], 'float32', [nan]],
  ['a running maximum from the end', () => c.cummax(c.tensor([3, 1, 2]), 0, true), [3], 'float32', [3, 2, 2]],
  [
    'a running sum of integers',
    () => c.cumsum(c.tensor([2147483647, 1], 'int32'), 0),
    [2],
    'int32',
    [2147483647, -2147483648],
  ],

  // products and matrices
  ['a row times matrices', () => c.matmul(c.ones([3]), c.ones([2, 3, 2])), [2, 2], 'float32', [3, 3, 3, 3]],
  ['a product over nothing', () => c.matmul(c.ones([1, 0]), c.ones([0, 2])), [1, 2], 'float32', [0, 0]],
  ['a product of integers', () => c.dot(c.tensor([1, 2], 'int32'), c.tensor([3, 4], 'int32')), [], 'int32', [11]],
  [
    'the outer product by einsum',
    () => c.einsum('i,j->ji', c.arange(2), c.arange(3)),
    [3, 2],
    'int32',
    [0, 0, 0, 1, 0, 2],
  ],
  ['a diagonal of three equal axes', () => c.einsum('iii->i', c.reshape(c.arange(8), [2, 2, 2])), [2], 'int32', [0, 7]],
  [
    'the diagonal of a wide matrix',
    () =>
      c.diagonal(
        c.tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ),
    [2],
    'float32',
    [1, 5],
  ],
  ['the diagonal of an empty matrix', () => c.diagonal(c.zeros([0, 3])), [0], 'float32', []],
  ['the determinant of an empty matrix', () => c.determinant(c.zeros([0, 0])), [], 'float32', [1]],
  ['the determinant of zeros', () => c.determinant(c.zeros([3, 3])), [], 'float32', [0]],
  ['inverses of a stack', () => c.inverse(c.stack([c.eye(1), c.mul(c.eye(1), 4)])), [2, 1, 1], 'float32', [1, 0.25]],
  [
    'a system that needs exchanges',
    () =>
      c.solve(
        c.tensor([
          [0, 1, 0],
          [0, 0, 1],
          [1, 0, 0],
        ]),
        c.tensor([1, 2, 3]),
      ),
    [3],
    'float32',
    [3, 1, 2],
  ],
  ['no Cholesky factor', () => c.cholesky(c.tensor([[-1]])), [1, 1], 'float32', [nan]],

  // comparison
  ['equal infinities are close', () => c.allClose(c.tensor([inf, 1]), c.tensor([inf, 1])), [], 'bool', [1]],
  ['a number is not close to ∞', () => c.allClose(c.tensor([1]), c.tensor([inf])), [], 'bool', [0]],
  [
    'NaN is close to NaN if wanted',
    () => c.allClose(c.tensor([nan]), c.tensor([nan]), { equalNaN: true }),
    [],
    'bool',
    [1],
  ],
  [
    'constants inside a compiled function',
    () => c.jit((x: c.Tensor<readonly [2]>) => c.add(x, c.add(c.ones([2]), c.tensor([1, 2]))))(c.zeros([2])),
    [2],
    'float32',
    [2, 3],
  ],
]

it.each(rows)('%s', (_, call, shape, dtype, elements) => {
  const x = call() as c.Tensor<any, any>
  expect(x.shape).toEqual(shape)
  expect(x.dtype).toBe(dtype)
  const found = Array.from(x.readSync() as ArrayLike<number>)
  expect(found.length).toBe(elements.length)
  found.forEach((value, i) => {
    const expected = elements[i]!
    const near = Math.abs(value - expected) <= 1e-6 * Math.abs(expected)
    expect(Object.is(value, expected) || value === expected || near, `${found}`).toBe(true)
  })
})

it('the one element of a bool tensor is a JavaScript boolean', async () => {
  expect(c.allClose(1, 1).itemSync()).toBe(true)
  expect(await c.less(c.scalar(2), 1).item()).toBe(false)
})
