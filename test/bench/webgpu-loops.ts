/** Loop kernels on the GPU: sums of everything, of rows and of columns, row kernels, running sums, scatter-adds, chains of elements. */
import { softmaxCrossEntropy } from '../../layers/index.ts'
import {
  add,
  argmax,
  convert,
  cumsum,
  type Device,
  exp,
  fromTypedArray,
  grad,
  jit,
  mean,
  mul,
  random,
  scatterAdd,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  to,
} from '../../src/index.ts'
import { type Case, noise } from './harness.ts'

type Vector = Tensor<readonly [number]>
type Matrix = Tensor<readonly [number, number]>
type Places = Tensor<readonly [number], 'int32'>

/** Something that is read when its batch of calls is over. */
type Read = { read(): Promise<unknown> }

const vector = (n: number): Vector => fromTypedArray(noise(n, 1), [n])
const matrix = (rows: number, columns: number): Matrix => fromTypedArray(noise(rows * columns, 2), [rows, columns])
const places = (n: number, size: number): Places => random.randomInteger(random.key(3), [n], 0, size)

const crossEntropy = (x: Matrix, y: Places) => mean(softmaxCrossEntropy(x, y))

/** A case of one compiled function. */
interface LoopCase {
  readonly name: string
  readonly bytes: number
  make(device: Device): () => Read
}

function loopCase<A extends readonly unknown[]>(
  name: string,
  bytes: number,
  f: (...args: A) => Read,
  args: () => Readonly<A>,
): LoopCase {
  const compiled = jit(f)
  return {
    name,
    bytes,
    make(device) {
      const there = to(args(), device)
      return () => compiled(...there)
    },
  }
}

/** The cases at their sizes; `scale` makes them smaller, for rendering in software. */
function sized(scale: number): readonly LoopCase[] {
  const n = 2 ** 24 / scale
  const rows = n / 1024
  const [many, words] = [2 ** 15 / scale, 2 ** 14 / scale]
  const vectors = () => [vector(n)] as const
  return [
    loopCase('sum', 4 * n, (x: Vector) => sum(square(x)), vectors),
    loopCase('argmax', 4 * n, (x: Vector) => argmax(x), vectors),
    loopCase(
      'sum-rows',
      4 * n,
      (x: Matrix) => sum(square(x), 1),
      () => [matrix(rows, 1024)],
    ),
    loopCase(
      'sum-columns',
      4 * n,
      (x: Matrix) => sum(square(x), 0),
      () => [matrix(n / 256, 256)],
    ),
    loopCase(
      'softmax-rows',
      8 * n,
      (x: Matrix) => softmax(x, 1),
      () => [matrix(rows, 1024)],
    ),
    loopCase(
      'softmax-short-rows',
      8 * n,
      (x: Matrix) => softmax(x, 1),
      () => [matrix(n / 32, 32)],
    ),
    loopCase('softmax-one-row', 8 * n, (x: Vector) => softmax(x, 0), vectors),
    loopCase('cross-entropy-gradient', 8 * n, grad(crossEntropy), () => [matrix(rows, 1024), places(rows, 1024)]),
    loopCase('cumsum', 8 * n, (x: Vector) => cumsum(x, 0), vectors),
    loopCase(
      'cumsum-rows',
      8 * n,
      (x: Matrix) => cumsum(x, 1),
      () => [matrix(rows, 1024)],
    ),
    loopCase(
      'scatter-add',
      4 * 128 * (many + words),
      (at: Places, x: Matrix) => scatterAdd(at, x, words),
      () => [places(many, words), matrix(many, 128)],
    ),
    loopCase(
      'histogram',
      4 * many,
      (at: Places) => scatterAdd(at, convert(add(mul(at, 0), 1), 'float32'), 256),
      () => [places(many, 256)],
    ),
    loopCase('chain-cheap', 8 * n, (x: Vector) => sub(mul(x, add(x, 1)), mul(x, 0.25)), vectors),
    loopCase('chain-costly', 8 * n, (x: Vector) => add(tanh(x), exp(mul(x, -0.5))), vectors),
  ]
}

/** The cases; `timed` gives the milliseconds of one call. */
export const loops = (
  isSmall: boolean,
  gpu: () => Promise<Device>,
  timed: (step: () => Read) => Promise<number>,
): readonly Case[] =>
  sized(isSmall ? 64 : 1).map(({ name, bytes, make }) => ({
    name,
    async run(emit) {
      emit(name, bytes / (await timed(make(await gpu()))) / 1e6, 'GB/s')
    },
  }))
