/** Examples as modules: those of doc comments (`@example`) and of Markdown pages (code blocks marked `ts`). */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
/** Git ignores it. */
const generated = join(root, 'test/.generated')

/** A piece of code that readers are shown. */
export interface Example {
  /** `src/jit.ts:48`: file and first line. */
  readonly place: string
  readonly code: readonly string[]
}

/** What a line of an example says that it prints. */
export interface Claim {
  /** The line of the `console.log`, from 0. */
  readonly line: number
  readonly text: string
}

/** The floors above the doors: their examples are for those who build the house, and cannot import it by its name. */
const internal = /^src\/(?!operations\/)[\w-]+\//

/** All examples of the doc comments under these folders that a user can run. */
export const documented = (...folders: readonly string[]): Example[] =>
  folders
    .flatMap((folder) => filesUnder(folder, '.ts'))
    .filter((file) => !internal.test(file))
    .flatMap(examplesOfSource)

/**
 * The code blocks marked `ts` of these files and folders. A block that imports nothing goes on where the last one ended.
 * Files that do not exist have none.
 */
export const written = (...places: readonly string[]): Example[] =>
  places.flatMap((place) => filesUnder(place, '.md')).flatMap(examplesOfPage)

function filesUnder(place: string, extension: string): string[] {
  if (!existsSync(join(root, place))) return []
  if (place.endsWith(extension)) return [place]
  const inside = readdirSync(join(root, place), { recursive: true, withFileTypes: true })
  return inside
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

function examplesOfSource(file: string): Example[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  const starts = lines.flatMap((line, i) => (/^\s*\* @example\s*$/.test(line) ? [i + 1] : []))
  return starts.map((start) => {
    const length = lines.slice(start).findIndex((line) => /^\s*\*(\/| @)/.test(line))
    const code = lines.slice(start, start + length).map((line) => line.replace(/^\s*\* ?/, ''))
    return { place: `${file}:${start + 1}`, code }
  })
}

function examplesOfPage(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: Example[] = []
  for (const block of text.matchAll(/^```ts\n([\s\S]*?)^```/gm)) {
    const code = block[1]!.trimEnd().split('\n')
    const last = found.at(-1)
    if (last !== undefined && !code.some((line) => line.startsWith('import '))) {
      found[found.length - 1] = { ...last, code: [...last.code, ...code] }
    } else found.push({ place: `${file}:${text.slice(0, block.index).split('\n').length + 1}`, code })
  }
  return found
}

/** What the comments after `console.log(…)` promise, on its line or on the line of its closing bracket. */
export function claims({ code }: Example): Claim[] {
  let open = -1
  return code.flatMap((line, i) => {
    if (line.includes('console.log(')) open = i
    const text = /\) \/\/ (.*)$/.exec(line)?.[1]
    return text !== undefined && open >= 0 && (open === i || line.startsWith(')')) ? [{ line: open, text }] : []
  })
}

/** Lines that name a value in a comment without printing it, so that nobody checks it. */
export const unchecked = ({ code }: Example): string[] =>
  code.filter((line) => /\S.* \/\/ ['"[{\d-]/.test(line) && !line.includes('console.log(') && !line.startsWith(')'))

/**
 * Writes each example twice: as it is, for the compiler, and with `console.log` replaced by a recorder, to be run.
 * @returns the paths of the modules to be run, in order.
 */
export function writeModules(examples: readonly Example[]): string[] {
  rmSync(generated, { recursive: true, force: true })
  mkdirSync(join(generated, 'shown'), { recursive: true })
  mkdirSync(join(generated, 'run'))
  writeFileSync(join(generated, 'tsconfig.json'), JSON.stringify(configuration))
  return examples.map(({ place, code }) => {
    const name = `${place.replace(/\W+/g, '-')}.ts`
    writeFileSync(join(generated, 'shown', name), `${code.join('\n')}\nexport {}\n`)
    const run = code.map((line, i) => line.replaceAll('console.log(', `recordPrint(${JSON.stringify(place)}, ${i}, `))
    const head = "import { recordPrint } from '../../documentation/printed.ts'\n"
    writeFileSync(join(generated, 'run', name), `${head}${run.join('\n')}\n`)
    return join(generated, 'run', name)
  })
}

/** An example may name a result and leave it. */
const configuration = {
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['shown'],
}

/** The configuration with which the compiler checks the examples. */
export const examplesProject = join(generated, 'tsconfig.json')
