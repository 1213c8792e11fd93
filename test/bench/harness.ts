/**
 * Benchmarks: medians of several batches after a warm-up; one JSON line `{ name, value, unit }` for each figure. A case that
 * reports a first call makes it before its warm-up.
 */

/** One case: `run` measures and reports through `emit`. */
export interface Case {
  /** Selected by `npm run bench -- name`, which matches the beginning. */
  readonly name: string
  run(emit: Emit): void | Promise<void>
}

/** Reports one figure of a case. */
export type Emit = (name: string, value: number, unit: string) => void

/** One figure, as it is printed. `error` tells why there is none. */
export interface Figure {
  readonly name: string
  readonly value: number | null
  readonly unit: string
  readonly error?: string
}

/**
 * Runs the cases whose names begin with one of the words of the command line (all, without words; after `--exact` those whose
 * names they are), and prints a JSON line for each figure, named `engine/…`. A case that throws becomes a line with the unit
 * `error`. After `--list` it prints the names alone.
 */
export async function runCases(engine: string, cases: readonly Case[]): Promise<void> {
  const words = process.argv.slice(2)
  const wanted = words.filter((word) => !word.startsWith('--'))
  const matches = (name: string, word: string) => (words.includes('--exact') ? name === word : name.startsWith(word))
  const print = (figure: Figure): void => console.log(JSON.stringify({ ...figure, name: `${engine}/${figure.name}` }))
  for (const { name, run } of cases) {
    if (wanted.length > 0 && !wanted.some((word) => matches(name, word))) continue
    if (words.includes('--list')) {
      console.log(name)
      continue
    }
    try {
      await run((label, value, unit) => print({ name: label, value: Number(value.toPrecision(5)), unit }))
    } catch (error) {
      print({ name, value: null, unit: 'error', error: String(error).slice(0, 200) })
      process.exitCode = 1
    }
  }
}

/** What `--device` names, taken from the command line, whose other words are names of cases. */
export function takeDevice(): 'cpu' | 'webgpu' {
  const place = process.argv.indexOf('--device')
  const device = place < 0 ? 'cpu' : process.argv.splice(place, 2)[1]
  if (device !== 'cpu' && device !== 'webgpu') throw new Error(`--device is cpu or webgpu, got ${device}.`)
  return device
}

/** After `--small`, for rendering in software: small products and a few calls. */
export const isSmall = process.argv.includes('--small')

/** Sides of the products that are measured on a GPU. */
export const gpuSizes: readonly number[] = isSmall ? [64, 128] : [1024, 2048]

/** Milliseconds of a call on a GPU, which returns before it is done. */
export const millisecondsOnGpu = (step: () => { read(): Promise<unknown> }): Promise<number> =>
  isSmall ? millisecondsSettled(step, 1, 1, 0.1) : millisecondsSettled(step)

/** Milliseconds of the first call: tracing, shaders and a result that was read. */
export async function firstOnGpu(step: () => { read(): Promise<unknown> }): Promise<number> {
  const begin = performance.now()
  await step().read()
  return performance.now() - begin
}

/** Seconds of measurement for each case. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 1)

/** Milliseconds for which calls are made, at least, before they are measured: so long the engine compiles what they run. */
const WARM = 200

/** Milliseconds of calls that tell how many of them a sample has. */
const TRIAL = 5

/** Median milliseconds of one call in the steady state. */
export function milliseconds(step: () => void, warmup = 10, runs = 7): number {
  const first = performance.now()
  for (let i = 0; i < warmup || performance.now() - first < WARM; i++) step()
  const start = performance.now()
  let calls = 0
  for (; calls === 0 || performance.now() - start < TRIAL; calls++) step()
  const batch = batchOf((performance.now() - start) / calls, runs)
  const samples = Array.from({ length: runs }, () => {
    const begin = performance.now()
    for (let i = 0; i < batch; i++) step()
    return (performance.now() - begin) / batch
  })
  return medianOf(samples)
}

/** Calls of one sample, by the milliseconds of a single call. */
const batchOf = (one: number, runs: number, seconds = SECONDS): number =>
  Math.max(1, Math.round((seconds * 1000) / runs / Math.max(one, 1e-4)))

/** The middle of some figures (the upper one of two). */
export const medianOf = (figures: readonly number[]): number => [...figures].sort((a, b) => a - b)[figures.length >> 1]!

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

/** `milliseconds` of a step that is awaited. */
export async function millisecondsAwaited(step: () => Promise<void>, warmup = 10, runs = 7): Promise<number> {
  const first = performance.now()
  for (let i = 0; i < warmup || performance.now() - first < WARM; i++) await step()
  const start = performance.now()
  let calls = 0
  for (; calls === 0 || performance.now() - start < TRIAL; calls++) await step()
  const batch = batchOf((performance.now() - start) / calls, runs)
  const samples: number[] = []
  for (let run = 0; run < runs; run++) {
    const begin = performance.now()
    for (let i = 0; i < batch; i++) await step()
    samples.push((performance.now() - begin) / batch)
  }
  return medianOf(samples)
}

/** `milliseconds` of a step that returns before it is done: each batch of calls ends when the result of its last one is read. */
async function millisecondsSettled(
  step: () => { read(): Promise<unknown> },
  warmup = 10,
  runs = 7,
  seconds = SECONDS,
): Promise<number> {
  for (let i = 1; i < warmup; i++) step()
  await step().read()
  const start = performance.now()
  await step().read()
  const batch = batchOf(performance.now() - start, runs, seconds)
  const samples: number[] = []
  for (let run = 0; run < runs; run++) {
    const begin = performance.now()
    for (let i = 1; i < batch; i++) step()
    await step().read()
    samples.push((performance.now() - begin) / batch)
  }
  return medianOf(samples)
}
