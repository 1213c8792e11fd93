/** Matrix products of the device: in tiles where they are large, cut into parts where the result is small, also in branches. */
import {
  add,
  cond,
  conv2d,
  fromTypedArray,
  grad,
  greater,
  jit,
  matmul,
  mul,
  random,
  square,
  sum,
  type Tensor,
  tanh,
  to,
  transpose,
} from 'conformable'
import { describe, expect, it } from 'vitest'
import { tileShapes, tilingOf, tilingWith, workgroupsOf } from '../../../src/backends/wgsl/shader/tile-shapes.ts'
import { distance } from '../../helpers/golden.ts'
import { gpu } from '../../helpers/webgpu.ts'

const normal = <const S extends readonly number[]>(shape: S, seed: number): Tensor<S> =>
  random.normal(random.key(seed), shape)

/** The same numbers on the CPU and on the GPU, relative to the largest. */
async function agree<A extends readonly unknown[]>(
  f: (...args: A) => Tensor<readonly number[]>,
  args: Readonly<A>,
): Promise<void> {
  const expected = await jit(f)(...args).read()
  const result = await jit(f)(...to(args, await gpu())).read()
  expect(distance(result, expected)).toBeLessThanOrEqual(1e-5)
}

describe('products on the device', () => {
  it('a long depth in parts', async () => {
    expect(tilingOf({ matrices: 1, rows: 70, columns: 65, inner: 530 }, false)!.parts).toBeGreaterThan(1)
    await agree((a, b, bias) => tanh(add(mul(matmul(a, b), 0.05), bias)), [
      normal([70, 530], 1),
      normal([530, 65], 2),
      normal([65], 3),
    ] as const)
  })

  it('a row times a matrix, and a matrix times a column that is no row', async () => {
    await agree((x, w) => matmul(x, w), [normal([1, 700], 1), normal([700, 400], 2)] as const)
    await agree((w, x) => matmul(transpose(w), x), [normal([700, 400], 1), normal([700, 1], 2)] as const)
  })

  it('batches and one matrix for all', async () => {
    await agree((a, b) => matmul(a, b), [normal([5, 50, 45], 5), normal([45, 70], 6)] as const)
  })

  it('the gradient of a convolution with respect to its weights', async () => {
    const loss = (x: Tensor<readonly [8, 15, 15, 8]>, w: Tensor<readonly [3, 3, 8, 16]>) =>
      sum(square(mul(conv2d(x, w, { padding: 'same', stride: 2 }), 0.1)))
    expect(tilingOf({ matrices: 1, rows: 512, columns: 16, inner: 72 }, false)).not.toBeNull()
    await agree((x, w) => grad(loss, 1)(x, w), [normal([8, 15, 15, 8], 1), normal([3, 3, 8, 16], 2)] as const)
  })

  it('in the branch that is taken', async () => {
    const f = (level: Tensor<readonly []>, a: Tensor<readonly [64, 512]>, b: Tensor<readonly [512, 64]>) =>
      cond(
        greater(level, 0),
        (x: typeof a, y: typeof b) => matmul(x, y),
        (x: typeof a, y: typeof b) => mul(matmul(tanh(x), y), 2),
        a,
        b,
      )
    for (const level of [-1, 1])
      await agree(f, [fromTypedArray(Float32Array.of(level), []), normal([64, 512], 1), normal([512, 64], 2)] as const)
  })
})

describe('tilings', () => {
  it('cover the depth with whole slices, and leave no part empty', () => {
    for (const shape of tileShapes)
      for (const inner of [1, 15, 16, 17, 100, 784, 50_176])
        for (const wanted of [1, 2, 3, 8, 100]) {
          const { span, parts } = tilingWith(shape, inner, wanted)
          expect(span % shape.depth).toBe(0)
          expect(parts * span).toBeGreaterThanOrEqual(inner)
          expect((parts - 1) * span).toBeLessThan(inner)
          expect(parts).toBeLessThanOrEqual(wanted)
        }
  })

  it('are large where there is much to do, many where the result is small, and none for little', () => {
    const chosen = (rows: number, columns: number, inner: number) =>
      tilingOf({ matrices: 1, rows, columns, inner }, false)
    expect(chosen(16, 16, 16)).toBeNull()
    expect(chosen(4096, 4096, 4096)).toMatchObject({ shape: tileShapes[0], parts: 1 })
    const gradient = chosen(784, 128, 4096)!
    expect(gradient.parts).toBeGreaterThan(1)
    expect(workgroupsOf({ matrices: 1, rows: 784, columns: 128, inner: 4096 }, gradient)).toBeGreaterThan(64)
  })

  it('fit every GPU: sizes are powers of 2, at most 256 threads and 16 KiB', () => {
    for (const shape of tileShapes) {
      const { rows, columns, depth, partRows, partColumns } = shape
      for (const size of [rows, columns, depth, partRows, partColumns]) {
        expect(size).toBeGreaterThanOrEqual(4)
        expect(Math.log2(size) % 1).toBe(0)
      }
      expect((rows / partRows) * (columns / partColumns)).toBeLessThanOrEqual(256)
      expect(4 * depth * (rows + 4 + columns + 4) + 4).toBeLessThanOrEqual(16_384)
    }
  })
})
