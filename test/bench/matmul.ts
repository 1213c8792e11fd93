/** Matrix products: GFLOP/s of a jitted call, operands resident, result not read. */
import { fromTypedArray, jit, matmul as product, type Tensor, transpose } from '../../src/index.ts'
import { type Case, milliseconds, noise } from './harness.ts'

type Matrix = Tensor<readonly [number, number]>

const square = (n: number, seed: number): Matrix => fromTypedArray(noise(n * n, seed), [n, n])

const variants: readonly [suffix: string, f: (a: Matrix, b: Matrix) => Matrix][] = [
  ['', (a, b) => product(a, b)],
  ['-tA', (a, b) => product(transpose(a), b)],
  ['-tB', (a, b) => product(a, transpose(b))],
]

const single: readonly Case[] = [64, 256, 512, 1024].flatMap((n) =>
  variants.map(([suffix, f]) => ({
    name: `matmul-f32-${n}${suffix}`,
    run(emit) {
      const [a, b, compiled] = [square(n, 1), square(n, 2), jit(f)]
      const ms = milliseconds(() => void compiled(a, b), 5)
      emit(`matmul-f32-${n}${suffix}`, (2 * n ** 3) / ms / 1e6, 'GFLOP/s')
    },
  })),
)

const batched: readonly Case[] = (
  [
    [64, 64],
    [32, 128],
    [8, 256],
  ] as const
).map(([count, n]) => ({
  name: `matmul-f32-batched-${count}x${n}`,
  run(emit) {
    const compiled = jit((a: Tensor<readonly [number, number, number]>, b: Tensor<readonly [number, number, number]>) =>
      product(a, b),
    )
    const [a, b] = [1, 2].map((seed) => fromTypedArray(noise(count * n * n, seed), [count, n, n]))
    const ms = milliseconds(() => void compiled(a!, b!), 5)
    emit(`matmul-f32-batched-${count}x${n}`, (2 * count * n ** 3) / ms / 1e6, 'GFLOP/s')
  },
}))

const double: Case = {
  name: 'matmul-f64-512',
  run(emit) {
    const [a, b] = [1, 2].map((seed) => fromTypedArray(Float64Array.from(noise(512 * 512, seed)), [512, 512]))
    const compiled = jit((x: Tensor<readonly [512, 512], 'float64'>, y: Tensor<readonly [512, 512], 'float64'>) =>
      product(x, y),
    )
    const ms = milliseconds(() => void compiled(a!, b!), 5)
    emit('matmul-f64-512', (2 * 512 ** 3) / ms / 1e6, 'GFLOP/s')
  },
}

/** Square, transposed and batched products. */
export const matmul: readonly Case[] = [...single, ...batched, double]
