/** What operations refuse at run time alone (types refuse most of it earlier), each with the whole sentence. */
import * as c from 'conformable'
import { expect, it } from 'vitest'
import { thrown } from '../helpers/thrown.ts'

const n = (x: unknown): never => x as never

const rows: readonly (readonly [call: () => unknown, sentence: string])[] = [
  // operands
  [() => c.exp(n(3)), 'exp: a tensor is needed, got the number 3; write scalar(3).'],
  [() => c.exp(n([1])), 'exp: a tensor is needed, got an array; write tensor([...]).'],
  [
    () => c.exp(n(c.tensor([1], 'int32'))),
    "DTypeError: exp: needs a float tensor, got int32[1]; convert it first: convert(x, 'float32')",
  ],
  [
    () => c.mean(n(c.tensor([1, 2], 'int32'))),
    "DTypeError: mean: needs a float tensor, got int32[2]; convert it first: convert(x, 'float32')",
  ],
  [
    () => c.sum(n(c.tensor([true]))),
    "DTypeError: sum: needs numbers, got bool[1]; convert it first: convert(x, 'int32')",
  ],
  [
    () => c.any(n(c.tensor([1]))),
    'DTypeError: any: needs a bool tensor, got float32[1]; compare first: notEqual(x, 0)',
  ],
  [
    () => c.take(c.arange(3), n(c.tensor([1]))),
    "DTypeError: take: needs int32 indices, got float32[1]; convert them first: convert(indices, 'int32')",
  ],
  [
    () => c.bitwiseAnd(n(c.tensor([1])), 1),
    "DTypeError: bitwiseAnd: needs integers, got float32[1]; convert them first: convert(x, 'int32')",
  ],
  [
    () => c.pow(c.tensor([2], 'int32'), -1),
    "DTypeError: pow: int32[1] to the power -1 is not whole; convert it first: convert(x, 'float32')",
  ],

  // creation
  [() => c.tensor(n('x')), 'tensor: numbers, booleans or arrays of them are needed, got x.'],
  [() => c.tensor(n(new Float32Array(3))), 'tensor: a Float32Array has no shape; write fromTypedArray(data, shape).'],
  [
    () => c.tensor(n([c.scalar(1)])),
    'tensor: it is a tensor already, or holds tensors; write stack([a, b]) to join them.',
  ],
  [
    () => c.tensor([1.5], 'int32'),
    "tensor: 1.5 is not an element of int32 (whole numbers -2147483648 … 2147483647); convert a float tensor instead: convert(x, 'int32').",
  ],
  [
    () => c.fromTypedArray(new Uint8Array([255]), [1]),
    'fromTypedArray: 255 is not an element of bool (whole numbers 0 … 1); compare instead: notEqual(x, 0).',
  ],
  [() => c.fromTypedArray(new Float32Array(3), [2]), 'ShapeError: fromTypedArray: [2] has 2 elements, the array has 3'],
  [
    () => c.fromTypedArray(n(new BigInt64Array(1)), [1]),
    'fromTypedArray: a Float32Array, Float64Array, Int32Array, Uint32Array or Uint8Array is needed, got BigInt64Array; convert it first: Float32Array.from(data).',
  ],
  [() => c.zeros([-1]), 'ShapeError: zeros: [-1] is not a shape: sizes are whole numbers from 0'],
  [() => c.zeros(n(['b', 2])), "ShapeError: zeros: [b, 2] is not a shape: 'b' is a name; write its size"],
  [
    () => c.arange(0, 1, 0.25),
    "DTypeError: arange: 0.25 is not an int32; give a float dtype: arange(start, stop, step, 'float32')",
  ],

  // nothing to choose from
  [() => c.max(c.zeros([0, 3]), 0), 'ShapeError: max: there is no element over axes [0] of [0, 3]'],
  [() => c.median(c.zeros([0])), 'ShapeError: median: there is no element over axes [0] of [0]'],
  [() => c.argmax(c.zeros([0])), 'ShapeError: argmax: axis 0 of [0] is empty.'],
  [() => c.diff(c.zeros([0])), 'ShapeError: diff: axis 0 of [0] is empty'],

  // options and counts
  [() => c.norm(c.ones([1]), 0, false, n(3)), 'norm: the order is 1, 2 or Infinity, got 3.'],
  [() => c.sum(c.ones([2]), n(0.5)), 'sum: an axis is a whole number, got 0.5'],
  [() => c.roll(c.ones([2]), 0.5, 0), 'roll: the shift is a whole number, got 0.5.'],
  [() => c.tile(c.ones([2]), [-1]), 'tile: a count is a whole number from 0, got -1.'],
  [
    () => c.slice(c.ones([4]), 0, 0, 4, 0 as number),
    'slice: start, stop and step are whole numbers, the step at least 1; got 0, 4, 0.',
  ],
  [() => c.tril(c.eye(2), 0.5), 'tril: the offset is a whole number, got 0.5.'],
  [() => c.pad(c.ones([3]), [[-1, 0]]), 'pad: a border is a whole number from 0, got -1; use slice to cut.'],
  [
    () => c.pad(c.ones([3]), [[3, 0]], { mode: 'reflect' }),
    "ShapeError: pad: axis 0 of [3] is too small for a 'reflect' border of 3",
  ],
  [
    () => c.pad(c.ones([3]), [[1, 0]], { mode: n('mirror') }),
    'pad: the mode is constant, edge, reflect or wrap, got mirror.',
  ],

  // shapes known at run time only
  [() => c.reshape(c.ones([6, 4]), n(['b', 't', 4])), 'ShapeError: reshape: [6, 4] to [b, t, 4]: 24 elements vs 96'],
  [
    () => c.reshape(c.ones([6, 4]), n([2, 'n', 'm'])),
    "ShapeError: reshape: [6, 4] to [2, n, m]: 'n' has no size here; write its size",
  ],
  [() => c.realize(c.ones([2, 3]), ['n', 'n']), 'ShapeError: realize: the tensor has shape [2, 3], not [n, n]'],
  [() => c.realize(c.ones([2, 3]), n([2])), 'ShapeError: realize: the tensor has shape [2, 3], not [2]'],
  [
    () => c.linear(c.ones([2, 5]), n(c.ones([3, 4]))),
    'ShapeError: linear: x [2, 5] has 5 features but the weight [3, 4] expects 4',
  ],
  [
    () => c.linear(c.ones([2, 4]), c.ones([3, 4]), n(c.ones([4]))),
    'ShapeError: linear: the bias must be [3] for the weight [3, 4], got [4]',
  ],
  [() => c.einsum(n('i->ii'), c.ones([3])), "ShapeError: einsum: output index 'i' is given twice ('i->ii' with [3])"],
  [
    () => c.rearrange(c.ones([2, 3]), n('a b -> a')),
    "ShapeError: rearrange: axis 'b' does not appear on the right ('a b -> a' of [2, 3])",
  ],
  [
    () => c.rearrange(c.ones([2]), n('1 -> 1')),
    "ShapeError: rearrange: '1' stands for a dimension of 2 ('1 -> 1' of [2])",
  ],
  [
    () => c.dynamicSlice(c.ones([3]), [0], n([4])),
    'ShapeError: dynamicSlice: a block [4] does not fit into [3]: 4 vs 3',
  ],
  [
    () => c.dynamicSlice(c.ones([3, 3]), [0], [1, 1]),
    'ShapeError: dynamicSlice: 1 starts given for shape [3, 3] of rank 2',
  ],
  [
    () => c.dynamicSlice(c.ones([3]), [n(c.scalar(1))], [1]),
    'DTypeError: dynamicSlice: a start is a number or an int32 scalar, got float32[]',
  ],
  [
    () => c.dynamicUpdateSlice(c.ones([3]), n(c.ones([1, 1])), [0]),
    'ShapeError: dynamicUpdateSlice: the update [1, 1] and x [3] differ in rank',
  ],
  [() => c.meshgrid(c.ones([2]), n(c.ones([2, 2]))), 'ShapeError: meshgrid: vectors needed, got [2, 2]'],
]

it.each(rows.map(([call, sentence]) => ({ call, sentence })))('$sentence', ({ call, sentence }) => {
  expect(thrown(call)).toBe(sentence)
})
