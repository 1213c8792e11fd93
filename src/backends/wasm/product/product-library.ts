/**
 * Matrix products as modules of their own, one for each dtype on a memory, from which programs import. So they are written and
 * compiled once, and are fast from a program's first call: V8 optimises a function only after it has worked for some 10 ms
 * (in Node 20), and forgets nothing while the module lives. Modules that several threads run are whole, without imports.
 */
import { ModuleBuilder } from '../code/assembler.ts'
import { emitMatmul, emitMatmulParts, type MatmulParts } from './matmul.ts'
import { type MatmulDtype, type MatmulOptions, tileOf } from './matmul-tile.ts'

/** The functions of a library and the number of their parameters, all i32; none has a result. */
const functions = { matmul: 13, packA: 6, packB: 6, panel: 14, rows: 14 } as const

/** The indices of the functions in a module. */
export interface Products {
  /** The function of `emitMatmul`. */
  readonly matmul: number
  readonly parts: MatmulParts
}

/** Declares the imports, before a module has functions of its own. */
export function importProducts(module: ModuleBuilder, options: MatmulOptions): Products {
  const imported = (name: keyof typeof functions): number =>
    module.importFunction(namespaceOf(options.dtype), name, Array(functions[name]).fill('i32'))
  const matmul = imported('matmul')
  const [packA, packB, panel, rows] = (['packA', 'packB', 'panel', 'rows'] as const).map(imported)
  return { matmul, parts: { tile: tileOf(options), packA, packB, panel, rows } }
}

/** The functions written into a module, for modules that import none. */
export function writeProducts(module: ModuleBuilder, options: MatmulOptions): Products {
  const parts = emitMatmulParts(module, options)
  return { matmul: emitMatmul(module, options, parts), parts }
}

const namespaceOf = (dtype: MatmulDtype): string => `products ${dtype}`

/** What modules that import products must be given. */
export const productImports = (memory: WebAssembly.Memory, products: readonly MatmulOptions[]): WebAssembly.Imports =>
  Object.fromEntries(products.map((options) => [namespaceOf(options.dtype), libraryOf(memory, options)]))

const libraries = new WeakMap<WebAssembly.Memory, Map<string, WebAssembly.ModuleImports>>()

function libraryOf(memory: WebAssembly.Memory, options: MatmulOptions): WebAssembly.ModuleImports {
  const known = libraries.get(memory) ?? new Map<string, WebAssembly.ModuleImports>()
  libraries.set(memory, known)
  const key = `${options.dtype} ${options.fma}`
  const library = known.get(key) ?? instantiate(memory, options)
  known.set(key, library)
  return library
}

function instantiate(memory: WebAssembly.Memory, options: MatmulOptions): WebAssembly.ModuleImports {
  const module = new ModuleBuilder()
  module.importMemory({ initial: 1 })
  const { matmul, parts } = writeProducts(module, options)
  module.exportFunction('matmul', matmul)
  for (const name of ['packA', 'packB', 'panel', 'rows'] as const) module.exportFunction(name, parts[name])
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } })
  return exports as WebAssembly.ModuleImports // it exports functions only
}
