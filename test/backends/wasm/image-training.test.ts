/** The training step of a small convolutional network: what it becomes, and that it learns. */
import { describe, expect, it } from 'vitest'
import { inspect, jit } from '../../../src/index.ts'
import { imageStep, imageTraining } from '../../bench/convolution.ts'

describe('a training step of a convolutional network', () => {
  it('is five convolutions and little else, in an arena near its lower bound', () => {
    const { p, s, x, y } = imageTraining()
    const { arenaBytes, lowerBoundBytes, kernels, kernelCount } = inspect(imageStep, p, s, x, y)
    expect(kernels.match(/convolve/g)).toHaveLength(5)
    expect(kernelCount).toBeLessThanOrEqual(20)
    expect(arenaBytes).toBeLessThanOrEqual(1.5 * lowerBoundBytes)
  })

  it('lowers its loss', () => {
    const step = jit(imageStep)
    let { p, s, x, y } = imageTraining()
    const losses = Array.from({ length: 6 }, () => {
      const next = step(p, s, x, y)
      p = next.p
      s = next.s
      return next.value.readSync()[0]
    })
    expect(losses.slice(1).every((loss, i) => loss < losses[i])).toBe(true)
  })
})
