/** The examples of optimisation run to their end: each throws if it did not find what it promises. */
import { expect, it, vi } from 'vitest'

it.each(['rosenbrock', 'curve-fit', 'logistic-regression', 'polish', 'third-party-optimiser'])(
  '%s',
  async (name) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    await import(`../../examples/${name}.ts`)
    expect(log.mock.calls.length).toBeGreaterThan(1)
    log.mockRestore()
  },
  120_000,
)
