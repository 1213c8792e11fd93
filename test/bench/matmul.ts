/** Matrix products: GFLOP/s of a jitted call, operands resident, result not read; with what follows them in a layer too. */
import { add, fromTypedArray, jit, matmul as product, type Tensor, tanh, transpose } from '../../src/index.ts'
import { type Case, milliseconds, noise } from './harness.ts'

type Matrix = Tensor<readonly [number, number]>

const square = (n: number, seed: number): Matrix => fromTypedArray(noise(n * n, seed), [n, n])

const variants: readonly [suffix: string, f: (a: Matrix, b: Matrix) => Matrix][] = [
  ['', (a, b) => product(a, b)],
  ['-tA', (a, b) => product(transpose(a), b)],
  ['-tB', (a, b) => product(a, transpose(b))],
  ['-tA-tB', (a, b) => product(transpose(a), transpose(b))],
]

const single: readonly Case[] = [64, 256, 512, 1024, 2048].flatMap((n) =>
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

/** The gradient of a dense layer's weights: few rows, much depth. */
const gradient: Case = {
  name: 'matmul-f32-xT.g-784x128x128',
  run(emit) {
    const [x, g] = [fromTypedArray(noise(128 * 784, 1), [128, 784]), fromTypedArray(noise(128 * 128, 2), [128, 128])]
    const compiled = jit((a: Matrix, b: Matrix) => product(transpose(a), b))
    const ms = milliseconds(() => void compiled(x, g), 5)
    emit('matmul-f32-xT.g-784x128x128', (2 * 784 * 128 * 128) / ms / 1e6, 'GFLOP/s')
  },
}

/** tanh(x w + b): the epilogue costs what it computes, and no way through memory. */
const layer: Case = {
  name: 'matmul-f32-512-tanh',
  run(emit) {
    const n = 512
    const [x, w, b] = [square(n, 1), square(n, 2), fromTypedArray(noise(n, 3), [n])]
    const compiled = jit((p: Matrix, q: Matrix, r: Tensor<readonly [number]>) => tanh(add(product(p, q), r)))
    const ms = milliseconds(() => void compiled(x, w, b), 5)
    emit('matmul-f32-512-tanh', (2 * n ** 3) / ms / 1e6, 'GFLOP/s')
  },
}

/** A matrix times a vector, by rows and by columns: gigabytes of the matrix in a second. */
const vectors: readonly Case[] = ['', '-tA'].map((suffix) => ({
  name: `matvec-f32-2048${suffix}`,
  run(emit) {
    const n = 2048
    const [a, x] = [square(n, 1), fromTypedArray(noise(n, 2), [n])]
    const compiled = jit((m: Matrix, v: Tensor<readonly [number]>) => product(suffix === '' ? m : transpose(m), v))
    const ms = milliseconds(() => void compiled(a, x), 5)
    emit(`matvec-f32-2048${suffix}`, (4 * n * n) / ms / 1e6, 'GB/s')
  },
}))

/** Square, transposed and batched products, of matrices and vectors. */
export const matmul: readonly Case[] = [...single, ...batched, double, gradient, layer, ...vectors]
