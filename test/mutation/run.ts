/**
 * How good are the laws? Each rule in src/primitives is changed in many ways (src stays as it is: a copy is changed), and the tests of
 * primitives and transforms must notice every change. Run it by hand, it takes long:
 * `npx tsx --conditions=source test/mutation/run.ts [count] [seed]`. Prints the share that was caught, and the survivors.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Mutant } from './mutants.ts'
import { mutantsOf } from './mutants.ts'

const root = resolve(import.meta.dirname, '..', '..')
const [count, seed] = [Number(process.argv[2] ?? Number.POSITIVE_INFINITY), Number(process.argv[3] ?? 1)]

/** A change and the file it is made in. */
interface Planned extends Mutant {
  readonly file: string
}

const files = readdirSync(join(root, 'src/primitives'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src/primitives', name))

/** The mutants in a random order that the seed decides. */
function planned(): Planned[] {
  const all = files.flatMap((file) =>
    mutantsOf(readFileSync(join(root, file), 'utf8')).map((one) => ({ ...one, file })),
  )
  const rank = (i: number): number => Math.abs(Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453) % 1
  return all
    .map((one, i) => ({ one, rank: rank(i) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one)
    .slice(0, count)
}

/** A copy of the tree that shares only the installed packages. */
function copyOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'))
  for (const name of [
    'src',
    'test',
    'types',
    'layers',
    'optimisers',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

const laws = ['test/laws/primitives.test.ts']
const wider = [...laws, 'test/laws/golden.test.ts', 'test/laws/kinks.test.ts', 'test/primitives', 'test/transforms']

/** Do these tests fail? */
function fails(folder: string, tests: readonly string[], filter: readonly string[]): boolean {
  const options = ['--typecheck.enabled=false', '--bail=1', '--reporter=dot', ...filter]
  const { status } = spawnSync('npx', ['vitest', 'run', ...tests, ...options], {
    cwd: folder,
    stdio: 'ignore',
    timeout: 300_000,
  })
  return status !== 0
}

/** The row of the changed primitive first, then everything: most changes are noticed at once. */
const isCaught = (folder: string, { primitive }: Planned): boolean =>
  (primitive !== null && fails(folder, laws, ['-t', `^${primitive} `])) || fails(folder, wider, [])

function main(): void {
  const folder = copyOfTree()
  const survivors: Planned[] = []
  const mutants = planned()
  try {
    if (fails(folder, wider, [])) throw new Error('The tests fail without any change; there is nothing to measure.')
    for (const [i, mutant] of mutants.entries()) {
      const original = readFileSync(join(folder, mutant.file), 'utf8')
      writeFileSync(join(folder, mutant.file), mutant.text)
      const caught = isCaught(folder, mutant)
      writeFileSync(join(folder, mutant.file), original)
      if (!caught) survivors.push(mutant)
      const { file, line, before, after } = mutant
      const change = `${file}:${line}  ${before}  →  ${after}`.replace(/\s+/g, ' ')
      console.log(`${i + 1}/${mutants.length} ${caught ? 'caught  ' : 'SURVIVED'} ${change}`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  const share = (100 * (mutants.length - survivors.length)) / mutants.length
  console.log(`${mutants.length - survivors.length} of ${mutants.length} changes were noticed: ${share.toFixed(1)} %`)
}

main()
