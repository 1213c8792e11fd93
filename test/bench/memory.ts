/** A hundred thousand steps that never yield to the event loop and never read: resident memory must stay flat. */
import { add, jit, mul, type Tensor, tensor } from '../../src/index.ts'
import type { Case, Emit } from './harness.ts'
import { compiledStep, training } from './network.ts'

const STEPS = 100_000

/** Growth in MB between the first fifth of the steps and the last. */
function growth(step: () => void, steps: number): number {
  for (let i = 0; i < steps / 5; i++) step()
  const before = process.memoryUsage().rss
  for (let i = 0; i < steps; i++) step()
  return (process.memoryUsage().rss - before) / 1e6
}

function small(emit: Emit): void {
  const f = jit((x: Tensor<readonly [10]>) => add(mul(x, 0.5), 1))
  let x: Tensor<readonly [10]> = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  emit(
    'memory-100000-small-steps',
    growth(() => {
      x = f(x)
    }, STEPS),
    'MB',
  )
}

function mlp(emit: Emit): void {
  const steps = process.env.BENCH_FULL === '1' ? STEPS : 5_000
  const compiled = compiledStep(false)
  let { p, s, x, y } = training()
  const train = () => {
    const next = compiled(p, s, x, y)
    p = next.p
    s = next.s
  }
  emit(`memory-${steps}-mlp-steps`, growth(train, steps), 'MB')
}

/** Flat memory in synchronous loops; `BENCH_FULL=1` runs a hundred thousand training steps too. */
export const memory: readonly Case[] = [
  { name: 'memory-small', run: small },
  { name: 'memory-mlp', run: mlp },
]
