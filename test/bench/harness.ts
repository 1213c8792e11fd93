/** Benchmarks: medians of several batches after a warm-up; one JSON line `{ name, value, unit }` for each case. */

/** One case: `run` measures and reports through `emit`. */
export interface Case {
  /** Selected by `npm run bench -- name`, which matches the beginning. */
  readonly name: string
  run(emit: Emit): void | Promise<void>
}

/** Prints a result under `conformable/cpu/…`. */
export type Emit = (name: string, value: number, unit: string) => void

/** Seconds of measurement for each case. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 1)

/** Median milliseconds of one call in the steady state. */
export function milliseconds(step: () => void, warmup = 10, runs = 7): number {
  for (let i = 0; i < warmup; i++) step()
  const start = performance.now()
  step()
  const one = Math.max(performance.now() - start, 1e-4)
  const batch = Math.max(1, Math.round((SECONDS * 1000) / runs / one))
  const samples = Array.from({ length: runs }, () => {
    const begin = performance.now()
    for (let i = 0; i < batch; i++) step()
    return (performance.now() - begin) / batch
  })
  samples.sort((a, b) => a - b)
  return samples[runs >> 1]!
}

/** Milliseconds of a single call: what a first call costs. */
export function once(step: () => void): number {
  const start = performance.now()
  step()
  return performance.now() - start
}

/** Deterministic noise in [−scale, scale), the same as the peers' benchmarks use. */
export function noise(length: number, seed: number, scale = 1): Float32Array {
  const out = new Float32Array(length)
  let s = seed >>> 0 || 1
  for (let i = 0; i < length; i++) {
    s ^= s << 13
    s >>>= 0
    s ^= s >>> 17
    s ^= s << 5
    s >>>= 0
    out[i] = (s / 2147483648 - 1) * scale
  }
  return out
}
