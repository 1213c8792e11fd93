/** From the start of a process to the first gradient of an MLP 784-128-10 on a batch of 128, with the built package. */
import { spawnSync } from 'node:child_process'
import { type Case, type Emit, medianOf } from './harness.ts'

const RUNS = 9

/** What a child process prints: milliseconds since its start. */
type Times = Readonly<Record<string, number>>

/** Without extra certificates, which Node would parse for tens of milliseconds before the first line. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env

/** Medians, over several processes, of what a script prints as JSON. */
export function coldStartOf(script: URL, emit: Emit): void {
  const runs = Array.from({ length: RUNS }, (): Times => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [script.pathname], { encoding: 'utf8', env })
    if (status !== 0) throw new Error(stderr.slice(-400))
    return JSON.parse(stdout)
  })
  for (const name of Object.keys(runs[0]!)) emit(name, medianOf(runs.map((times) => times[name]!)), 'ms')
}

/** Milliseconds until node runs its first line, until the package is loaded, and until the gradient has been read. */
export const coldStart: Case = {
  name: 'cold-start',
  run: (emit) => coldStartOf(new URL('./cold-start-child.mjs', import.meta.url), emit),
}
