/** The floor plan as a test: who may import whom, no import circles, sizes of files and functions. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** First row whose pattern matches a file is its floor; it may import its own floor's folder and the listed ones. */
const floors: readonly { readonly files: RegExp; readonly name: string; readonly may: readonly RegExp[] }[] = [
  { name: 'types', files: /^types\//, may: [/^types\//] },
  { name: 'core', files: /^src\/core\//, may: [/^types\//, /^src\/core\//] },
  { name: 'primitives', files: /^src\/primitives\//, may: [/^types\//, /^src\/(core|primitives)\//] },
  { name: 'transforms', files: /^src\/transforms\//, may: [/^types\//, /^src\/(core|primitives|transforms)\//] },
  { name: 'rewrite', files: /^src\/rewrite\//, may: [/^types\//, /^src\/(core|primitives|rewrite)\//] },
  {
    name: 'parameters and files',
    files: /^src\/(parameters|files)\//,
    may: [/^types\//, /^src\/(core|primitives|parameters|files)\//, /^src\/fp\.ts$/, /^io-ts$/, /^node:/],
  },
  { name: 'kernels', files: /^src\/kernels\//, may: [/^types\//, /^src\/(core|primitives|rewrite|kernels)\//] },
  {
    name: 'reference back end',
    files: /^src\/backends\/reference\//,
    may: [/^types\//, /^src\/(core|primitives|rewrite|kernels|backends\/reference)\//],
  },
  {
    name: 'wasm back end',
    files: /^src\/backends\/wasm\//,
    may: [/^types\//, /^src\/(core|primitives|rewrite|kernels|backends\/wasm)\//, /^node:worker_threads$/],
  },
  {
    name: 'WebGPU back end',
    files: /^src\/backends\/wgsl\//,
    may: [/^types\//, /^src\/(core|primitives|rewrite|kernels|backends\/wgsl)\//, /^src\/fp\.ts$/],
  },
  { name: 'functional programming', files: /^src\/fp\.ts$/, may: [/^fp-ts$/] },
  { name: 'options', files: /^src\/options\.ts$/, may: [/^zod/, /^src\/core\/errors\.ts$/] },
  {
    name: 'wiring',
    files: /^src\/([\w-]+|operations\/[\w-]+)\.ts$/,
    may: [/^types\//, /^src\//],
  },
  {
    name: 'layers',
    files: /^layers\//,
    may: [/^layers\//, /^types\//, /^src\/(index|options|fp)\.ts$/, /^src\/solvers\/index\.ts$/, /^zod/],
  },
  {
    name: 'optimisers',
    files: /^optimisers\//,
    may: [/^optimisers\//, /^types\//, /^src\/(index|options|fp)\.ts$/, /^zod/],
  },
  {
    name: 'examples',
    files: /^examples\//,
    may: [/^examples\//, /^conformable(\/\w+)?$/, /^node:/, /^mnist$/, /^vite$/],
  },
]

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

const sources = ['types', 'src', 'layers', 'optimisers', 'examples'].flatMap(filesUnder).map(read)

function filesUnder(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

function read(file: string): Source {
  const text = readFileSync(file, 'utf8').replace(/\/\*\*?[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
  // Examples in doc comments import the package by its name.
  const code = text.replace(/\/\*\*[\s\S]*?\*\//g, '')
  const specifiers = [
    ...code.matchAll(
      /^\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm,
    ),
  ]
  const imports = specifiers.map((match) => match[1] ?? match[2] ?? match[3]!)
  const absolute = imports.map((name) => (name.startsWith('.') ? relative(root, resolve(dirname(file), name)) : name))
  return { path: relative(root, file), text, imports: absolute }
}

describe('floors', () => {
  it('every source file stands on a floor', () => {
    expect(sources.filter(({ path }) => !floors.some(({ files }) => files.test(path))).map(({ path }) => path)).toEqual(
      [],
    )
  })

  it('imports go downwards only', () => {
    const breaches = sources.flatMap(({ path, imports }) => {
      const floor = floors.find(({ files }) => files.test(path))!
      const wrong = imports.filter((name) => !floor.may.some((allowed) => allowed.test(name)))
      return wrong.map(
        (name) => `${path} imports ${name}: ${floor.name} may import ${floor.may.map((p) => p.source).join(' ')}`,
      )
    })
    expect(breaches).toEqual([])
  })

  it('back ends take only names as types from primitives', () => {
    const breaches = sources
      .filter(({ path }) => path.startsWith('src/backends/wasm/'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/^import (?!type)[^'"]*from '[^']*primitives[^']*'/gm)].map(
          (match) => `${path}: ${match[0]}`,
        ),
      )
    expect(breaches).toEqual([])
  })
})

describe('import circles', () => {
  it('there are none among values', () => {
    expect(circles()).toEqual([])
  })
})

/** Depth-first search over value imports; returns each circle found as a path. */
function circles(): string[] {
  const graph = new Map(sources.map(({ path, text }) => [path, valueImports(path, text)]))
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}

function valueImports(path: string, text: string): string[] {
  const matches = [...text.matchAll(/^\s*(?:import|export)\s+(?!type\s)([^'"]*?)from\s+['"](\.[^'"]+)['"]/gm)]
  const values = matches.filter((match) => !onlyTypes(match[1]!))
  return values.map((match) => relative(root, resolve(root, dirname(path), match[2]!)))
}

/** `{ type A, type B }` imports nothing at run time. */
function onlyTypes(clause: string): boolean {
  const names = /\{([^}]*)\}/.exec(clause)?.[1]
  return (
    names !== undefined &&
    clause.trim().startsWith('{') &&
    names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '))
  )
}

describe('sizes', () => {
  const lengths = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))

  it('no file is longer than 500 lines', () => {
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b)
    const total = sorted.reduce((sum, lines) => sum + lines, 0)
    console.log(
      `${sorted.length} files, ${total} lines, median ${sorted[Math.floor(sorted.length / 2)]}, longest ${sorted.at(-1)}`,
    )
    expect(lengths.filter(({ lines }) => lines > 500)).toEqual([])
  })

  it('no function is longer than 60 lines', () => {
    const all = sources.flatMap(({ path, text }) =>
      functionLengths(text).map(({ name, lines }) => ({ path, name, lines })),
    )
    const sorted = all.map(({ lines }) => lines).sort((a, b) => a - b)
    const at = (share: number): number | undefined => sorted[Math.floor((sorted.length - 1) * share)]
    console.log(`${all.length} functions: median ${at(0.5)}, 90 % ${at(0.9)}, longest ${at(1)} lines`)
    expect(all.filter(({ lines }) => lines > 60)).toEqual([])
  })
})

/** Top-level functions and methods, by their indentation: a body ends at the first line that closes at the same depth. */
function functionLengths(text: string): { name: string; lines: number }[] {
  const lines = text.split('\n')
  const found: { name: string; lines: number }[] = []
  lines.forEach((line, start) => {
    const match =
      /^(\s*)(?:export )?(?:async )?(?:function\*? (\w+)|const (\w+)(?:: [^=]+)? = (?:async )?(?:<[^>]*>)?\([^=]*=> \{$|(?:override |static |async )*(#?\w+)\([^)]*\)[^=;]*\{$)/.exec(
        line,
      )
    const name = match?.[2] ?? match?.[3] ?? match?.[4]
    if (match === null || name === undefined || /^(if|for|while|switch|catch)$/.test(name)) return
    const end = lines.findIndex((other, i) => i > start && other.startsWith(`${match[1]}}`))
    if (end > start) found.push({ name, lines: end - start + 1 })
  })
  return found
}
