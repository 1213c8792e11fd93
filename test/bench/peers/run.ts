/**
 * `npm run bench:peers [-- case …] [--device webgpu] [--rounds=3] [--json]`: the same cases on conformable, jax-js and tfjs, which
 * are installed here when they are missing and are no dependencies of the package. The engines take turns, case by case, each
 * time in a new process, and the medians of the rounds stand beside one another; load from elsewhere meets all of them alike.
 * On the GPU all of them use the package `webgpu`; where it renders in software, products are small and calls few. What an
 * engine cannot do is told after the table.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Figure, medianOf, takeDevice } from '../harness.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const device = takeDevice()
const words = process.argv.slice(2)
const rounds = Number(words.find((word) => word.startsWith('--rounds='))?.slice('--rounds='.length) ?? 3)
const cases = words.filter((word) => !word.startsWith('--'))
const onDevice = device === 'cpu' ? [] : ['--device', device, ...((await rendersInSoftware()) ? ['--small'] : [])]

const peerDevice = device === 'cpu' ? 'wasm' : device
const engines = [
  { name: 'ours', prefix: `conformable/${device}/`, script: '../run.ts' },
  { name: 'jax-js', prefix: `jaxjs/${peerDevice}/`, script: 'jaxjs.mjs' },
  { name: 'tfjs', prefix: `tfjs/${peerDevice}/`, script: 'tfjs.mjs' },
] as const

type Engine = (typeof engines)[number]

/** What all engines measured of one figure. */
interface Row {
  readonly unit: string
  readonly values: { [engine in Engine['name']]?: number[] }
}

/** Is the GPU a program? Throws where there is none. */
async function rendersInSoftware(): Promise<boolean> {
  const { create } = await import('webgpu')
  const gpu = create([])
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new Error('bench: no GPU answers; name a driver by VK_DRIVER_FILES')
  const { isFallbackAdapter, architecture, description } = adapter.info
  return isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${architecture} ${description}`)
}

function install(): void {
  if (existsSync(`${here}node_modules/@tensorflow/tfjs-backend-webgpu`)) return
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: 'inherit' })
}

/** What an engine prints, line by line. */
function linesOf({ script }: Engine, options: readonly string[]): string[] {
  const node = [
    '--import',
    'tsx',
    '--import',
    `${here}../built.mjs`,
    '--conditions=source',
    `${here}${script}`,
    ...onDevice,
    ...options,
  ]
  const { stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (stdout === '') process.stderr.write(stderr)
  return stdout.split('\n').filter((line) => line !== '')
}

/** The cases of an engine that stand beside a case of ours. */
const counterparts = (name: string, known: readonly string[]): readonly string[] =>
  known.includes(name) ? [name] : known.filter((other) => other.startsWith(name) || name.startsWith(other))

function measure(): Map<string, Row> {
  const known = engines.map((engine) => linesOf(engine, ['--list']))
  const ours = linesOf(engines[0], ['--list', ...cases])
  const rows = new Map<string, Row>()
  for (const name of ours) {
    const names = known.map((list) => counterparts(name, list))
    if (names.slice(1).every((list) => list.length === 0)) continue
    for (let round = 0; round < rounds; round++) {
      engines.forEach((engine, i) => {
        const own = i === 0 ? [name] : names[i]!
        if (own.length > 0)
          for (const line of linesOf(engine, ['--exact', ...own])) enter(rows, engine, JSON.parse(line))
      })
    }
  }
  return rows
}

/** What an engine could not do. */
const failures = new Set<string>()

function enter(rows: Map<string, Row>, engine: Engine, { name, value, unit, error }: Figure): void {
  if (value === null) {
    failures.add(`${name}: ${error}`)
    return
  }
  const label = name.slice(engine.prefix.length)
  const row = rows.get(label) ?? { unit, values: {} }
  const values = row.values[engine.name] ?? []
  values.push(value)
  row.values[engine.name] = values
  rows.set(label, row)
}

/** How many times as good as the better peer: more of a rate, less of a time. */
function ratioOf(unit: string, ours: number | undefined, peers: readonly number[]): string {
  if (ours === undefined || peers.length === 0) return ''
  const isRate = unit.endsWith('/s')
  const ratio = isRate ? ours / Math.max(...peers) : Math.min(...peers) / ours
  return `${ratio.toPrecision(3)}×`
}

function print(rows: ReadonlyMap<string, Row>): void {
  const table = [['case', 'unit', ...engines.map(({ name }) => name), 'ratio']]
  for (const [label, { unit, values }] of rows) {
    const medians = engines.map(({ name }) => (values[name] === undefined ? undefined : medianOf(values[name])))
    const peers = medians.slice(1).filter((value) => value !== undefined)
    const shown = medians.map((value) => (value === undefined ? '–' : value.toPrecision(4)))
    table.push([label, unit, ...shown, ratioOf(unit, medians[0], peers)])
  }
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  for (const row of table) {
    console.log(row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | '))
  }
}

function printLines(rows: ReadonlyMap<string, Row>): void {
  for (const [label, { unit, values }] of rows) {
    for (const { name, prefix } of engines) {
      const measured = values[name]
      if (measured !== undefined)
        console.log(JSON.stringify({ name: prefix + label, value: medianOf(measured), unit, rounds: measured }))
    }
  }
}

install()
const rows = measure()
if (words.includes('--json')) printLines(rows)
else print(rows)
for (const failure of failures) process.stderr.write(`${failure}\n`)
// The GPU's driver would keep the process alive.
process.exit()
