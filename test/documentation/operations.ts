/**
 * The page `docs/operations.md`: every primitive by machine, as the table of laws tests it, what the GPU refuses, and the public
 * operations by file. `npm run docs` writes it; a test keeps it true.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { refusalOf, refusals } from '../../src/backends/wgsl/run/refusals.ts'
import { primitives } from '../../src/primitives/index.ts'
import type { Row } from '../laws/case.ts'
import { derivations, programFor } from '../laws/derived.ts'
import { rows } from '../laws/table.ts'
import { declared, type Exported, exportsOf } from './exports.ts'

const root = resolve(import.meta.dirname, '../..')

/** Where the page stands. */
export const operationsPage = join(root, 'docs/operations.md')

type Machine = keyof typeof derivations

/** What one machine is tested with in the cases of a row. */
interface Support {
  /** Orders of derivatives that run in some case. */
  readonly orders: ReadonlySet<number>
  /** Reason → orders in which some case is refused. */
  readonly refused: ReadonlyMap<string, ReadonlySet<number>>
}

/** The text of the page. */
export function operationsText(): string {
  const lines = Object.keys(primitives).map(primitiveLine)
  const ways = refusals.map(({ reason, sentence }) => `* ${reason}: ${sentence.replace(/^webgpu: /, '')}`)
  return [
    '# Primitives and operations',
    'Written by `npm run docs` from the tables of the tests; `test/documentation/operations.test.ts` compares.',
    '## Primitives by machine',
    explanation,
    ['| primitive | cases | reference | CPU | WebGPU |', '|---|---|---|---|---|', ...lines].join('\n'),
    '## What WebGPU refuses',
    'A program that no GPU of the web can run is refused before it runs, and the sentence names the way out:',
    ways.join('\n'),
    '## Public operations',
    ...publicOperations(),
  ].join('\n\n')
}

const explanation = `A cell says what the tests run on that machine, in the cases of the primitive's row in \`test/laws\`: 0 are the values, 1 to 3 the
orders of the derivatives (through one loss, by all float inputs). The reference is compared with finite differences, and in
orders 2 and 3 with itself in every nesting of forward and reverse mode; the CPU and WebGPU are compared with the reference. A
cell that ends at 0 belongs to a primitive whose cases have nothing to differentiate.`

function primitiveLine(name: string): string {
  const row = (rows as Readonly<Record<string, Row>>)[name]
  if (row === undefined) return `| \`${name}\` | – | reverse mode alone: \`test/primitives/custom.test.ts\` | – | – |`
  const cells = (['reference', 'cpu', 'webgpu'] as const).map((machine) => cell(supportOf(row, machine)))
  const note = row.stopped ? '; the derivative is 0 by definition' : ''
  return `| \`${name}\` | ${row.cases.length}${note} | ${cells.join(' | ')} |`
}

function supportOf({ cases }: Row, machine: Machine): Support {
  const orders = new Set<number>()
  const refused = new Map<string, Set<number>>()
  for (const derivation of derivations[machine]) {
    for (const one of cases) {
      const made = programFor(one, derivation)
      if (made === null) continue
      const refusal = machine === 'webgpu' ? refusalOf(made.program) : null
      if (refusal === null) orders.add(derivation.order)
      else refused.set(refusal.reason, (refused.get(refusal.reason) ?? new Set()).add(derivation.order))
    }
  }
  return { orders, refused }
}

const listed = (orders: ReadonlySet<number>): string => [...orders].sort().join(' ')

function cell({ orders, refused }: Support): string {
  const exceptions = [...refused].map(([reason, where]) => `refuses ${reason} in ${listed(where)}`)
  return [listed(orders), ...exceptions].filter((text) => text !== '').join('; ')
}

/** The functions of the public door, by the files that declare them. */
function publicOperations(): string[] {
  const random = namesIn('src/operations/random.ts').map((entry) => ({ ...entry, name: `random.${entry.name}` }))
  const all = [...exportsOf('src/index.ts'), ...random].filter(takesTensors)
  const files = [...new Set(all.map(({ file }) => file))].sort()
  return files.flatMap((file) => [
    `### ${headingOf(file)}`,
    all
      .filter((entry) => entry.file === file)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, comment }) => `* \`${name}\`: ${firstSentence(comment)}`)
      .join('\n'),
  ])
}

/** Operations, and the control flow and transforms of functions of tensors. */
function takesTensors({ name, file, value }: Exported): boolean {
  if (!value || !/^(random\.)?[a-z]/.test(name)) return false
  return (
    file.startsWith('src/operations/') || /^src\/(control|custom|differentiate|jacobian|vectorise|tap)\.ts$/.test(file)
  )
}

/** All functions that a file declares for others. */
const namesIn = (file: string): Exported[] => {
  const text = readFileSync(join(root, file), 'utf8')
  const names = [...text.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name!)
  return [...new Set(names)].map((name) => declared(file, name, name))
}

/** What the header of a file says that it is. */
function headingOf(file: string): string {
  const header = /\/\*\*[\s\S]*?\*\//.exec(readFileSync(join(root, file), 'utf8'))?.[0] ?? ''
  return `${firstSentence(header).replace(/\.$/, '')} (\`${file}\`)`
}

/** The first sentence of a doc comment; an initial (A. Author) does not end one. */
function firstSentence(comment: string): string {
  const lines = comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
  const tags = lines.findIndex((line) => line.startsWith('@'))
  const text = (tags < 0 ? lines : lines.slice(0, tags)).join(' ').trim()
  return /^.*?[^.](?<!\b[A-Z])\.(?= [A-Z`(]|$)/.exec(text)?.[0] ?? text
}
