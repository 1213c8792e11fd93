/** Compiles small programs against the published declarations, as a user's project does, with each compiler that is supported. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const modules = join(root, 'node_modules')

/** The compilers that users have. */
export const compilers = { '7.0': 'typescript', '6.0': 'typescript-6', '5.9': 'typescript-5.9' } as const

/** The name of a compiler. */
export type Compiler = keyof typeof compilers

/** What a compiler says of one place. */
interface Diagnostic {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** All of it: the first line, then what it is followed by. */
  readonly text: readonly string[]
}

/** What a compilation gives. */
export interface Compilation {
  readonly diagnostics: readonly Diagnostic[]
  /** The compiler's measure of work, which does not depend on the machine. */
  readonly instantiations: number
}

/** A folder with the declarations of the package, and projects that use them. Call `remove` when done. */
export interface Bench {
  /** Where the declarations are. */
  readonly declarations: string
  /** Compiles the modules of one project, given by name and source. */
  compile(compiler: Compiler, sources: Readonly<Record<string, string>>): Compilation
  /** What a module is published as: its declarations. */
  declare(source: string): string
  remove(): void
}

/** Writes the declarations of the package, as they are published. */
export function bench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'conformable-types-'))
  const declarations = join(folder, 'dist')
  run('7.0', ['-p', join(root, 'tsconfig.build.json'), '--outDir', declarations, ...DECLARATIONS_ONLY])
  let projects = 0
  const project = (sources: Readonly<Record<string, string>>): string => {
    const place = join(folder, `project-${projects++}`)
    return writeProject(place, declarations, sources)
  }
  return {
    declarations,
    compile(compiler, sources) {
      const output = run(compiler, ['-p', project(sources), '--noEmit', '--extendedDiagnostics'])
      return {
        diagnostics: parsed(output),
        instantiations: Number(/Instantiations:\s*(\d+)/.exec(output)?.[1]),
      }
    },
    declare(source) {
      const place = project({ 'model.ts': source })
      const output = run('7.0', ['-p', place, '--declaration', '--emitDeclarationOnly', '--outDir', join(place, 'out')])
      if (output !== '') throw new Error(output)
      return execFileSync('cat', [join(place, 'out/model.d.ts')], { encoding: 'utf8' })
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

const DECLARATIONS_ONLY = ['--emitDeclarationOnly', '--sourceMap', 'false', '--declarationMap', 'false']

function writeProject(place: string, declarations: string, sources: Readonly<Record<string, string>>): string {
  execFileSync('mkdir', ['-p', place])
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(place, name), source)
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(configuration(declarations)))
  return place
}

/** A strict project as a user writes it; the package is found under its name. */
const configuration = (declarations: string) => ({
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023', 'dom', 'esnext.disposable'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: false,
    emitDeclarationOnly: true,
    declaration: true,
    skipLibCheck: true,
    typeRoots: [join(modules, '@types')],
    types: ['node'],
    paths: {
      conformable: [join(declarations, 'src/index.d.ts')],
      'conformable/*': [join(declarations, '*/index.d.ts')],
      'fp-ts': [join(modules, 'fp-ts')],
      'io-ts': [join(modules, 'io-ts')],
      'zod/mini': [join(modules, 'zod/mini')],
    },
  },
  include: ['*.ts'],
})

/** Runs a compiler; its report, whether or not it is content. */
function run(compiler: Compiler, args: readonly string[]): string {
  const program = join(modules, compilers[compiler], 'bin/tsc')
  try {
    return execFileSync(process.execPath, [program, '--pretty', 'false', ...args], { encoding: 'utf8' })
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  }
}

function parsed(output: string): Diagnostic[] {
  const found: { file: string; line: number; text: string[] }[] = []
  for (const line of output.split('\n')) {
    const head = /^(.*)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line)
    if (head !== null) found.push({ file: head[1]!.replace(/.*\//, ''), line: Number(head[2]), text: [head[3]!] })
    else if (/^ {2}/.test(line)) found.at(-1)?.text.push(line)
  }
  return found
}
