/** Names of sizes: one that stands where another is asked for. At run time a name is the size that it stands for. */
import { add, concat, linear, matmul, realize, spec, type Tensor, transpose, zeros } from 'conformable'
import { exactly, mistake } from './case.ts'

const batch = () => realize(zeros([2, 3]), ['batch', 3])
const time = () => realize(zeros([5, 3]), ['time', 3])

/** The table. */
export const names = [
  mistake({
    says: 'ShapeError: add: cannot broadcast [batch, 3] with [time, 3]: batch vs time',
    throws: 'ShapeError: add: cannot broadcast [2, 3] with [5, 3]: 2 vs 5',
    wrong: () =>
      add(
        batch(),
        // @ts-expect-error
        time(),
      ),
    right: () => exactly<Tensor<readonly ['batch', 3]>>()(add(batch(), batch())),
  }),
  mistake({
    says: 'ShapeError: matmul: inner dimensions differ: batch vs time ([3, batch] @ [time, 3])',
    throws: 'ShapeError: matmul: inner dimensions differ: 2 vs 5 ([3, 2] @ [5, 3])',
    wrong: () =>
      matmul(
        transpose(batch()),
        // @ts-expect-error
        time(),
      ),
    right: () => exactly<Tensor<readonly ['batch', 'time']>>()(matmul(batch(), transpose(time()))),
  }),
  mistake({
    says: 'ShapeError: concat: [batch, 3] and [time, 3] along axis 1: axis 0: batch vs time',
    throws: 'ShapeError: concat: [2, 3] and [5, 3] along axis 1: axis 0: 2 vs 5',
    wrong: () =>
      concat(
        // @ts-expect-error
        [batch(), time()],
        1,
      ),
    right: () => exactly<Tensor<readonly ['batch', 6]>>()(concat([batch(), batch()], 1)),
  }),
  mistake({
    says: 'ShapeError: linear: x [batch, width] has width features but the weight [4, 3] expects 3',
    throws: 'ShapeError: linear: x [1, 2] has 2 features but the weight [4, 3] expects 3',
    wrong: () =>
      linear(
        spec('batch width').parse([[1, 2]]),
        // @ts-expect-error
        zeros([4, 3]),
      ),
    right: () => exactly<Tensor<readonly ['batch', 4]>>()(linear(spec('batch 3').parse([[1, 2, 3]]), zeros([4, 3]))),
  }),
  mistake({
    says: 'ShapeError: add: cannot broadcast [batch, 2] with [batch, time]: 2 vs time',
    throws: 'ShapeError: add: cannot broadcast [1, 2] with [1, 3]: 2 vs 3',
    wrong: () => {
      const { x, y } = spec({ x: 'batch 2', y: 'batch time' }).parse({ x: [[1, 2]], y: [[1, 2, 3]] })
      return add(
        x,
        // @ts-expect-error
        y,
      )
    },
    right: () => {
      const { x, y } = spec({ x: 'batch 2', y: 'batch 2' }).parse({ x: [[1, 2]], y: [[3, 4]] })
      return exactly<Tensor<readonly ['batch', 2]>>()(add(x, y))
    },
  }),
]
