/** Every example that readers are shown compiles, runs, and prints what its comments say; every export says what it is. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { claims, documented, examplesProject, unchecked, writeModules, written } from './examples.ts'
import { exportsOf } from './exports.ts'
import { keeps, printedBy } from './printed.ts'

const examples = [...documented('src', 'layers', 'optimisers'), ...written('README.md', 'docs')]
const modules = writeModules(examples)

describe('examples', () => {
  it.each(examples.map((example, i) => ({ ...example, module: modules[i]! })))('$place', async (example) => {
    await import(example.module)
    for (const { line, text } of claims(example)) {
      const printed = printedBy(example.place, line)
      expect(keeps(printed, text), `${example.code[line]}\n  says    ${text}\n  printed ${printed}`).toBe(true)
    }
  })

  it('print the values they name, so that these are checked', () => {
    expect(examples.flatMap((example) => unchecked(example).map((line) => `${example.place}: ${line}`))).toEqual([])
  })

  it('compile', () => {
    expect(compilerReport()).toBe('')
  }, 120_000)
})

const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/** What the compiler says of the examples; empty if nothing. */
function compilerReport(): string {
  try {
    return execFileSync(process.execPath, [compiler, '--noEmit', '--project', examplesProject], { encoding: 'utf8' })
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  }
}

describe('exports', () => {
  const doors = ['src/index.ts', 'layers/index.ts', 'optimisers/index.ts', 'types/index.ts']
  const all = doors.flatMap((door) => exportsOf(door).map((entry) => ({ door, ...entry })))

  it('have doc comments', () => {
    expect(all.filter(({ comment }) => comment === '').map(({ name, file }) => `${name} (${file})`)).toEqual([])
  })

  it('mostly have examples', () => {
    const values = all.filter(({ value }) => value)
    const without = values.filter(({ comment }) => !comment.includes('@example'))
    console.log(
      `${without.length} of ${values.length} exported values have no example: ${without.map(({ name }) => name).join(' ')}`,
    )
    expect(values.length).toBeGreaterThan(100)
  })
})

describe('the check of printed values', () => {
  it.each([
    ['Tensor float32[2] [1, 2]', '[1, 2]', true],
    ['Tensor float32[3] [1, 2, 3]', '[1, 2]', false],
    ['Tensor float32[] 0.5403023', '0.5403022', true],
    ['Tensor float32[] 0.5403023', '0.54031', false],
    ['Tensor float32[] 12', '2', false],
    ['Tensor float32[] -3', '3', false],
    ['{ a: Tensor float32[1] [5] }', '{ a: [5] }', true],
    ['log', 'log', true],
    ['', '1', false],
  ])('%s keeps %s: %s', (printed, promised, kept) => {
    expect(keeps(printed, promised)).toBe(kept)
  })
})
