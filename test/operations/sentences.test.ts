/**
 * One sentence for each mistake: what the compiler shows for shapes that it knows is what is thrown for shapes that it does not.
 * `says<Contract>` takes only the literal that the contract's type is, so a difference is an error of the type check, and the test
 * compares the same literal with what is thrown.
 */
import * as c from 'conformable'
import type * as t from 'conformable/types'
import { expect, it } from 'vitest'
import { thrown } from '../helpers/thrown.ts'

type Loose = c.Tensor<any, any>

/** A tensor whose shape the compiler does not know. */
const of = (...shape: number[]): Loose => c.zeros(shape)

const indices = (...shape: number[]): Loose => c.zeros(shape, 'int32')

function says<Contract>(sentence: Contract & string, call: () => unknown): void {
  it(sentence, () => {
    expect(thrown(call)).toBe(sentence)
  })
}

const n = (x: unknown): never => x as never

// ---- elementwise
says<t.Broadcast<readonly [32, 10], readonly [7], 'add'>>(
  'ShapeError: add: cannot broadcast [32, 10] with [7]: 10 vs 7',
  () => c.add(of(32, 10), of(7)),
)
says<t.Broadcast<readonly [2, 3], readonly [3, 2], 'logaddexp'>>(
  'ShapeError: logaddexp: cannot broadcast [2, 3] with [3, 2]: 3 vs 2',
  () => c.logaddexp(of(2, 3), of(3, 2)),
)
says<t.Where<readonly [3], readonly [3], readonly [2]>>(
  'ShapeError: where: cannot broadcast [3] with [2]: 3 vs 2',
  () => c.where(c.equal(of(3), 0), of(3), n(of(2))),
)
says<t.Where<readonly [3], readonly [3], readonly [4], 'lerp'>>(
  'ShapeError: lerp: cannot broadcast [3] with [4]: 3 vs 4',
  () => c.lerp(of(3), of(3), n(of(4))),
)
says<t.CheckDTypes<'mul', readonly [3], 'float32', readonly [3], 'float64', never>>(
  "DTypeError: mul: float32[3] with float64[3]; convert one of them: convert(x, 'float32')",
  () => c.mul(of(3), n(c.zeros([3], 'float64'))),
)
says<t.CheckDTypes<'matmul', readonly [3, 3], 'float32', readonly [3, 3], 'int32', never>>(
  "DTypeError: matmul: float32[3, 3] with int32[3, 3]; convert one of them: convert(x, 'float32')",
  () => c.matmul(of(3, 3), n(indices(3, 3))),
)

// ---- creation
says<t.FromNested<readonly [readonly [1, 2], readonly [3]]>>(
  'ShapeError: tensor: row 0 has shape [2] but row 1 has shape [1]',
  () => c.tensor(n([[1, 2], [3]])),
)
says<t.FromNested<readonly [readonly [readonly [1], readonly [2, 3]], readonly [4]]>>(
  'ShapeError: tensor: row 0 has shape [1] but row 1 has shape [2]',
  () => c.tensor(n([[[1], [2, 3]], [4]])),
)
says<t.Arange<0, 3, 0>>('ShapeError: arange: the step must not be 0', () => c.arange(0, 3, n(0)))

// ---- reductions
says<t.Reduce<readonly [2, 3], 2, false, 'sum'>>(
  'ShapeError: sum: axis 2 is out of range for shape [2, 3] (rank 2)',
  () => c.sum(of(2, 3), n(2)),
)
says<t.Reduce<readonly [2, 3], readonly [0, -2], false, 'mean'>>(
  'ShapeError: mean: axis -2 of [2, 3] is given twice',
  () => c.mean(of(2, 3), n([0, -2])),
)
says<t.Reduce<readonly [2, 3], -3, true, 'logsumexp'>>(
  'ShapeError: logsumexp: axis -3 is out of range for shape [2, 3] (rank 2)',
  () => c.logsumexp(of(2, 3), n(-3), true),
)
says<t.ArgReduce<readonly [2, 3], 5, 'argmin'>>(
  'ShapeError: argmin: axis 5 is out of range for shape [2, 3] (rank 2)',
  () => c.argmin(of(2, 3), n(5)),
)
says<t.AlongAxis<readonly [2, 3], 2, 'softmax'>>(
  'ShapeError: softmax: axis 2 is out of range for shape [2, 3] (rank 2)',
  () => c.softmax(of(2, 3), n(2)),
)
says<t.Cumulative<readonly [2, 3], 2, 'cumprod'>>(
  'ShapeError: cumprod: axis 2 is out of range for shape [2, 3] (rank 2)',
  () => c.cumprod(of(2, 3), n(2)),
)

// ---- shapes
says<t.Reshape<readonly [32, 784], readonly [32, 28, 27]>>(
  'ShapeError: reshape: [32, 784] to [32, 28, 27]: 25088 elements vs 24192',
  () => c.reshape(of(32, 784), n([32, 28, 27])),
)
says<t.Reshape<readonly [32, 784], readonly [32, 100, -1]>>(
  'ShapeError: reshape: [32, 784] to [32, 100, -1]: 784 is not divisible by 100',
  () => c.reshape(of(32, 784), n([32, 100, -1])),
)
says<t.Reshape<readonly [6], readonly [-1, -1]>>('ShapeError: reshape: [6] to [-1, -1]: only one -1 is allowed', () =>
  c.reshape(of(6), n([-1, -1])),
)
says<t.Flatten<readonly [2], 2>>('ShapeError: flatten: cannot keep 2 dimensions of [2]', () => c.flatten(of(2), n(2)))
says<t.Permute<readonly [2, 3, 4], readonly [0, 2, 2]>>(
  'ShapeError: permute: [0, 2, 2] is not a permutation of the axes of [2, 3, 4]',
  () => c.permute(of(2, 3, 4), n([0, 2, 2])),
)
says<t.Permute<readonly [2, 3], readonly [0]>>('ShapeError: permute: 1 axes given for shape [2, 3] of rank 2', () =>
  c.permute(of(2, 3), n([0])),
)
says<t.Transpose<readonly [2]>>('ShapeError: transpose: rank >= 2 needed, got [2]', () => c.transpose(n(of(2))))
says<t.MoveAxis<readonly [2, 3], 0, 2>>('ShapeError: moveAxis: axis 2 is out of range for shape [2, 3] (rank 2)', () =>
  c.moveAxis(of(2, 3), n(0), 2),
)
says<t.SwapAxes<readonly [2, 3], -3, 0>>(
  'ShapeError: swapAxes: axis -3 is out of range for shape [2, 3] (rank 2)',
  () => c.swapAxes(of(2, 3), n(-3), 0),
)
says<t.Squeeze<readonly [2, 3], 0>>('ShapeError: squeeze: axis 0 of [2, 3] is 2, not 1', () =>
  c.squeeze(of(2, 3), n(0)),
)
says<t.ExpandDims<readonly [2], 3>>('ShapeError: expandDims: axis 3 is out of range for shape [2, 1] (rank 2)', () =>
  c.expandDims(of(2), n(3)),
)
says<t.BroadcastTo<readonly [2], readonly [2, 3]>>(
  'ShapeError: broadcastTo: cannot broadcast [2] to [2, 3]: 2 vs 3',
  () => c.broadcastTo(of(2), n([2, 3])),
)
says<t.BroadcastTo<readonly [2, 3], readonly [3]>>(
  'ShapeError: broadcastTo: cannot broadcast [2, 3] to [3]: the target has fewer dimensions',
  () => c.broadcastTo(of(2, 3), n([3])),
)

// ---- joins
says<t.Concat<readonly [readonly [2, 3], readonly [2, 4]], 0>>(
  'ShapeError: concat: [2, 3] and [2, 4] along axis 0: axis 1: 3 vs 4',
  () => c.concat([of(2, 3), of(2, 4)], n(0)),
)
says<t.Concat<readonly [readonly [2, 3], readonly [2]], 0>>(
  'ShapeError: concat: [2, 3] and [2] along axis 0: ranks differ',
  () => c.concat([of(2, 3), of(2)], n(0)),
)
says<t.Concat<readonly [readonly [2]], 1>>('ShapeError: concat: axis 1 is out of range for shape [2] (rank 1)', () =>
  c.concat([of(2)], n(1)),
)
says<t.Concat<readonly [], 0>>('ShapeError: concat: needs at least one tensor', () => c.concat(n([]), n(0)))
says<t.Stack<readonly [readonly [2, 3], readonly [2, 4]]>>('ShapeError: stack: [2, 3] and [2, 4]: axis 1: 3 vs 4', () =>
  c.stack([of(2, 3), of(2, 4)]),
)
says<t.Stack<readonly [readonly [2], readonly [2]], 2>>(
  'ShapeError: stack: axis 2 is out of range for shape [2, 2] (rank 2)',
  () => c.stack([of(2), of(2)], n(2)),
)
says<t.Split<readonly [10, 2], 3, 0>>('ShapeError: split: axis 0 of [10, 2] (size 10) is not divisible by 3', () =>
  c.split(of(10, 2), 3 as number, 0),
)
says<t.Flip<readonly [2, 3], readonly [1, -1]>>('ShapeError: flip: axis -1 of [2, 3] is given twice', () =>
  c.flip(of(2, 3), n([1, -1])),
)
says<t.Roll<readonly [2], 1>>('ShapeError: roll: axis 1 is out of range for shape [2] (rank 1)', () =>
  c.roll(of(2), 1, n(1)),
)
says<t.Repeat<readonly [2], 2, 1>>('ShapeError: repeat: axis 1 is out of range for shape [2] (rank 1)', () =>
  c.repeat(of(2), 2, n(1)),
)
says<t.Pad<readonly [2, 3], readonly [readonly [1, 1]]>>(
  'ShapeError: pad: 1 pairs given for shape [2, 3] of rank 2',
  () => c.pad(of(2, 3), n([[1, 1]])),
)

// ---- indexing
says<t.Slice<readonly [10, 4], 0, 7, 7>>(
  'ShapeError: slice: [7, 7) is empty or out of range for axis 0 of [10, 4]',
  () => c.slice(of(10, 4), n(0), 7, 7),
)
says<t.Slice<readonly [10], 1, 0, 2>>('ShapeError: slice: axis 1 is out of range for shape [10] (rank 1)', () =>
  c.slice(of(10), n(1), 0, 2),
)
says<t.At<readonly [10, 4], 10>>('ShapeError: at: index 10 is out of range for axis 0 of [10, 4]', () =>
  c.at(of(10, 4), n(10)),
)
says<t.At<readonly [10, 4], -5, 1>>('ShapeError: at: index -5 is out of range for axis 1 of [10, 4]', () =>
  c.at(of(10, 4), n(-5), 1),
)
says<t.Take<readonly [10], readonly [2], 1>>('ShapeError: take: axis 1 is out of range for shape [10] (rank 1)', () =>
  c.take(of(10), indices(2), n(1)),
)
says<t.TakeAlongAxis<readonly [4, 3], readonly [2, 3], 1>>(
  'ShapeError: takeAlongAxis: indices [2, 3] do not fit [4, 3] along axis 1: axis 0: 4 vs 2',
  () => c.takeAlongAxis(of(4, 3), indices(2, 3), n(1)),
)
says<t.TakeAlongAxis<readonly [4, 3], readonly [4], 1>>(
  'ShapeError: takeAlongAxis: indices [4] do not fit [4, 3] along axis 1: ranks differ',
  () => c.takeAlongAxis(of(4, 3), indices(4), n(1)),
)
says<t.ScatterAdd<readonly [3], readonly [4, 2], 5, 0>>(
  'ShapeError: scatterAdd: updates [4, 2] do not hold the indices [3] at axis 0',
  () => c.scatterAdd(indices(3), n(of(4, 2)), 5),
)
says<t.DynamicSlice<readonly [4, 3], readonly [2]>>(
  'ShapeError: dynamicSlice: 1 sizes given for shape [4, 3] of rank 2',
  () => c.dynamicSlice(of(4, 3), [0, 0], n([2])),
)
says<t.Diff<readonly [4], 1>>('ShapeError: diff: axis 1 is out of range for shape [4] (rank 1)', () =>
  c.diff(of(4), n(1)),
)

// ---- order
says<t.Sort<readonly [4], 1, 'argsort'>>('ShapeError: argsort: axis 1 is out of range for shape [4] (rank 1)', () =>
  c.argsort(of(4), n(1)),
)
says<t.TopK<readonly [2, 4], 5>>('ShapeError: topK: cannot take 5 of axis -1 of [2, 4]: it has 4', () =>
  c.topK(of(2, 4), n(5)),
)

// ---- products
says<t.MatMul<readonly [2, 784], readonly [64, 10]>>(
  'ShapeError: matmul: inner dimensions differ: 784 vs 64 ([2, 784] @ [64, 10])',
  () => c.matmul(of(2, 784), of(64, 10)),
)
says<t.MatMul<readonly [2, 3], readonly []>>('ShapeError: matmul: right operand must have rank >= 1, got []', () =>
  c.matmul(of(2, 3), of()),
)
says<t.MatMul<readonly [], readonly [3]>>('ShapeError: matmul: left operand must have rank >= 1, got []', () =>
  c.matmul(of(), of(3)),
)
says<t.MatMul<readonly [2, 3, 4], readonly [5, 4, 3]>>(
  'ShapeError: matmul: batch dimensions do not broadcast: 2 vs 5 ([2, 3, 4] @ [5, 4, 3])',
  () => c.matmul(of(2, 3, 4), of(5, 4, 3)),
)
says<t.Dot<readonly [2], readonly [3]>>('ShapeError: dot: lengths differ: 2 vs 3 ([2] with [3])', () =>
  c.dot(of(2), of(3)),
)
says<t.Dot<readonly [2, 2], readonly [2]>>(
  'ShapeError: dot: both operands must be vectors, got [2, 2] and [2]; use matmul or tensorDot',
  () => c.dot(of(2, 2), of(2)),
)
says<t.OuterProduct<readonly [2, 2], readonly [2]>>(
  'ShapeError: outer: both operands must be vectors, got [2, 2] and [2]',
  () => c.outer(of(2, 2), of(2)),
)
says<t.TensorDot<readonly [2, 3], readonly [4, 3], readonly [1], readonly [0]>>(
  'ShapeError: tensorDot: axis 1 of [2, 3] and axis 0 of [4, 3] differ: 3 vs 4',
  () => c.tensorDot(of(2, 3), of(4, 3), n([[1], [0]])),
)
says<t.TensorDot<readonly [2, 3], readonly [4, 3], readonly [1], readonly [0, 1]>>(
  'ShapeError: tensorDot: 1 axes of [2, 3] are paired with 2 of [4, 3]',
  () => c.tensorDot(of(2, 3), of(4, 3), n([[1], [0, 1]])),
)
says<t.Kron<readonly [2], readonly [2, 2]>>('ShapeError: kron: ranks differ: [2] and [2, 2]', () =>
  c.kron(of(2), of(2, 2)),
)
says<t.Cross<readonly [2], readonly [2]>>('ShapeError: cross: equal shapes [..., 3] needed, got [2] and [2]', () =>
  c.cross(of(2), of(2)),
)
says<t.Einsum<'ij,jk->ik', readonly [readonly [2, 3], readonly [5, 4]]>>(
  "ShapeError: einsum: index 'j' is both 3 and 5 ('ij,jk->ik' with [2, 3], [5, 4])",
  () => c.einsum(n('ij,jk->ik'), of(2, 3), of(5, 4)),
)
says<t.Einsum<'ij->ik', readonly [readonly [2, 3]]>>(
  "ShapeError: einsum: output index 'k' does not appear in the inputs ('ij->ik' with [2, 3])",
  () => c.einsum(n('ij->ik'), of(2, 3)),
)
says<t.Einsum<'ijk->i', readonly [readonly [2, 3]]>>(
  "ShapeError: einsum: more indices than dimensions of [2, 3] ('ijk->i' with [2, 3])",
  () => c.einsum(n('ijk->i'), of(2, 3)),
)
says<t.Einsum<'i->i', readonly [readonly [2, 3]]>>(
  "ShapeError: einsum: fewer indices than dimensions of [2, 3] ('i->i' with [2, 3])",
  () => c.einsum(n('i->i'), of(2, 3)),
)
says<t.Einsum<'ij,jk', readonly [readonly [2, 3], readonly [3, 4]]>>(
  "ShapeError: einsum: 'ij,jk' has no '->' ('ij,jk' with [2, 3], [3, 4])",
  () => c.einsum(n('ij,jk'), of(2, 3), of(3, 4)),
)
says<t.Einsum<'ij->i', readonly [readonly [2, 3], readonly [3, 4]]>>(
  "ShapeError: einsum: more operands than subscripts ('ij->i' with [2, 3], [3, 4])",
  () => c.einsum(n('ij->i'), of(2, 3), of(3, 4)),
)
says<t.Einsum<'ij,jk->i', readonly [readonly [2, 3]]>>(
  "ShapeError: einsum: fewer operands than subscripts ('ij,jk->i' with [2, 3])",
  () => c.einsum(n('ij,jk->i'), of(2, 3)),
)

// ---- matrices
says<t.Tril<readonly [2]>>('ShapeError: tril: rank >= 2 needed, got [2]', () => c.tril(n(of(2))))
says<t.Diag<readonly []>>('ShapeError: diag: a vector or a matrix needed, got []', () => c.diag(n(of())))
says<t.Diagonal<readonly [2]>>('ShapeError: diagonal: rank >= 2 needed, got [2]', () => c.diagonal(n(of(2))))
says<t.Trace<readonly [2]>>('ShapeError: trace: rank >= 2 needed, got [2]', () => c.trace(n(of(2))))
says<t.Square<readonly [2, 3], 'cholesky'>>('ShapeError: cholesky: [..., n, n] needed, got [2, 3]', () =>
  c.cholesky(n(of(2, 3))),
)
says<t.Determinant<readonly [3], 'determinant'>>('ShapeError: determinant: [..., n, n] needed, got [3]', () =>
  c.determinant(n(of(3))),
)
says<t.Solve<readonly [3, 3], readonly [2], 'solve'>>(
  'ShapeError: solve: right-hand sides [2] do not fit [3, 3]; [..., n] or [..., n, k] needed',
  () => c.solve(of(3, 3), n(of(2))),
)

// ---- named axes
says<t.Rearrange<readonly [2, 5, 768], 'b t (h d) -> b h t d', { h: 10 }>>(
  "ShapeError: rearrange: 768 is not divisible by 10 in (h d) ('b t (h d) -> b h t d' of [2, 5, 768])",
  () => c.rearrange(of(2, 5, 768), n('b t (h d) -> b h t d'), { h: 10 }),
)
says<t.Rearrange<readonly [2, 5], 'b t'>>("ShapeError: rearrange: 'b t' has no '->' ('b t' of [2, 5])", () =>
  c.rearrange(of(2, 5), n('b t')),
)
says<t.Rearrange<readonly [2, 5], 'b -> b'>>(
  "ShapeError: rearrange: the left side has another rank than the tensor ('b -> b' of [2, 5])",
  () => c.rearrange(of(2, 5), n('b -> b')),
)
says<t.Rearrange<readonly [2, 5], 'b b -> b'>>(
  "ShapeError: rearrange: axis 'b' is both 2 and 5 ('b b -> b' of [2, 5])",
  () => c.rearrange(of(2, 5), n('b b -> b')),
)
says<t.Rearrange<readonly [12], '(h d) -> h d'>>(
  "ShapeError: rearrange: give sizes for all but one axis of (h d) ('(h d) -> h d' of [12])",
  () => c.rearrange(of(12), n('(h d) -> h d')),
)
says<t.Rearrange<readonly [12], '(h d) -> h d', { h: 2; d: 5 }>>(
  "ShapeError: rearrange: (h d) = 10 but the dimension is 12 ('(h d) -> h d' of [12])",
  () => c.rearrange(of(12), n('(h d) -> h d'), { h: 2, d: 5 }),
)
says<t.Rearrange<readonly [2, 5], 'b t -> b s'>>(
  "ShapeError: rearrange: axis 's' does not appear on the left ('b t -> b s' of [2, 5])",
  () => c.rearrange(of(2, 5), n('b t -> b s')),
)
