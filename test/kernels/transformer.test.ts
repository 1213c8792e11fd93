/** A transformer block with its gradient: what is fused, and that the memory plan wastes nothing. */
import { describe, expect, it } from 'vitest'
import { inspect } from '../../src/index.ts'
import { block, gradient, operands } from '../bench/transformer.ts'

describe('a transformer block', () => {
  const [p, x] = operands()

  it('is eight products and four kernels', () => {
    const { kernelCount, kernels, arenaBytes, lowerBoundBytes } = inspect(block, p, x)
    expect(kernels.match(/contract/g)).toHaveLength(8)
    expect(kernelCount).toBeLessThanOrEqual(12)
    expect(arenaBytes).toBeLessThanOrEqual(1.5 * lowerBoundBytes)
  })

  it('has a gradient in which every normalisation and softmax is one kernel', () => {
    const { kernelCount, kernels, arenaBytes, lowerBoundBytes } = inspect(gradient, p, x)
    expect(kernels.match(/contract/g)).toHaveLength(24)
    expect(kernelCount).toBeLessThanOrEqual(38 + 6) // six sums of columns are two kernels each
    expect(arenaBytes).toBeLessThanOrEqual(1.5 * lowerBoundBytes)
  })
})
