/** Each mistake of the tables: refused by every supported compiler in one line at its place, and by the running program likewise. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sentenceOf } from '../../src/core/errors.ts'
import { type Bench, bench, type Compilation, type Compiler, compilers } from './compilers.ts'
import { elements } from './mistakes/elements.ts'
import { images } from './mistakes/images.ts'
import { ofLayers } from './mistakes/layers.ts'
import { movements } from './mistakes/movements.ts'
import { names } from './mistakes/names.ts'
import { products } from './mistakes/products.ts'
import { rules } from './mistakes/rules.ts'
import { searches } from './mistakes/searches.ts'
import { selections } from './mistakes/selections.ts'
import { slips } from './mistakes/slips.ts'
import { transforms } from './mistakes/transforms.ts'
import { windows } from './mistakes/windows.ts'

const folder = join(import.meta.dirname, 'mistakes')
const tables = {
  products,
  movements,
  selections,
  elements,
  transforms,
  layers: ofLayers,
  images,
  windows,
  names,
  searches,
  rules,
  slips,
}

const all = Object.entries(tables).flatMap(([table, rows]) => rows.map((row) => ({ table, ...row })))

it('there are enough of them', () => {
  expect(all.length).toBeGreaterThanOrEqual(60)
})

describe('running', () => {
  it.each(all)('$table: $says', ({ says, throws, wrong, right }) => {
    right()
    if (throws !== null) expect(said(wrong)).toBe(throws ?? says)
  })
})

describe('compiling', () => {
  const expected = Object.keys(tables).flatMap((table) => expectations(join(folder, `${table}.ts`)))
  let place: Bench
  beforeAll(() => {
    place = bench()
  }, 120_000)
  afterAll(() => place.remove())

  it('every row says what it expects', () => {
    expect(expected.length).toBe(all.length)
  })

  describe.each(Object.keys(compilers) as Compiler[])('with TypeScript %s', (compiler) => {
    let result: Compilation
    beforeAll(() => {
      result = place.compile(compiler, sources())
    }, 120_000)

    it('nothing else is refused', () => {
      const places = new Set(expected.map(({ file, line }) => `${file}:${line}`))
      const others = result.diagnostics.filter(({ file, line }) => !places.has(`${file}:${line}`))
      expect(others.map(({ file, line, text }) => `${file}:${line} ${text.join(' | ')}`)).toEqual([])
    })

    it.each(expected)('$file: $says', ({ file, line, says, lines }) => {
      const [only, ...more] = result.diagnostics.filter((said) => said.file === file && said.line === line)
      expect(more).toEqual([])
      expect(only?.text.join('\n')).toContain(`'"${says}"'`)
      expect(only!.text.length).toBe(lines)
    })
  })
})

/** What a call throws, with the name of the error in front as the console shows it. */
function said(f: () => unknown): string {
  try {
    f()
  } catch (error) {
    const sentence = sentenceOf(error)
    return sentence.startsWith((error as Error).name) ? sentence : `${(error as Error).name}: ${sentence}`
  }
  return 'nothing was thrown'
}

interface Expectation {
  readonly file: string
  /** The line after `@ts-expect-error`. */
  readonly line: number
  readonly says: string
  readonly lines: number
}

/** Where a table expects the compiler to refuse, and with what words. */
function expectations(path: string): Expectation[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  let says = ''
  let count = 1
  return lines.flatMap((line, i) => {
    if (line.trim() === 'says:') says = unquoted(lines[i + 1]!)
    else if (line.trim().startsWith('says: ')) says = unquoted(line.trim().slice(6))
    if (line.includes('mistake({')) count = 1
    const own = /^lines: (\d+),$/.exec(line.trim())?.[1]
    if (own !== undefined) count = Number(own)
    return line.trim() === '// @ts-expect-error' ? [{ file: basename(path), line: i + 2, says, lines: count }] : []
  })
}

/** The text of a string in quotes of either kind, with a comma after it; in the words of the compiler. */
const unquoted = (line: string): string => line.trim().replace(/,$/, '').slice(1, -1)

/** The tables without their `@ts-expect-error`, so that the compiler speaks. */
function sources(): Record<string, string> {
  const files = [...Object.keys(tables), 'case'].map((name) => `${name}.ts`)
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(join(folder, file), 'utf8').replaceAll('// @ts-expect-error', '//')]),
  )
}
