/**
 * Matrix products as modules of their own, from which programs import: for each dtype on a memory, one for products in blocks
 * and one for a matrix times a vector. So they are written and compiled once, when the first program needs them, and are fast
 * from a program's first call: V8 optimises a function only after it has worked for some 10 ms (in Node 20), and forgets nothing
 * while the module lives. Modules that several threads run are whole, without imports.
 */
import { ModuleBuilder } from '../code/assembler.ts'
import { emitBlocks, emitMatmulParts, type MatmulParts } from './matmul.ts'
import { type MatmulDtype, type MatmulOptions, tileOf } from './matmul-tile.ts'
import { emitMatrixVector } from './matrix-vector.ts'

/** A library: what for, and which variant. */
export interface ProductLibrary extends MatmulOptions {
  readonly kind: 'blocks' | 'vector'
}

/** Functions that multiply in blocks, as indices in a module. */
export interface BlockProducts {
  /** The function of `emitBlocks`, without a finish. */
  readonly whole: number
  readonly parts: MatmulParts
}

/** The functions of products that a module has, imported or of its own. */
export interface Products {
  readonly blocks: Map<MatmulDtype, BlockProducts>
  /** The functions of `emitMatrixVector`. */
  readonly vector: Map<MatmulDtype, number>
}

/** Declares the imports of libraries, before a module has functions of its own. */
export function importProducts(module: ModuleBuilder, libraries: readonly ProductLibrary[]): Products {
  const products: Products = { blocks: new Map(), vector: new Map() }
  for (const library of libraries) {
    const imported = (name: string, parameters: number): number =>
      module.importFunction(namespaceOf(library), name, Array(parameters).fill('i32'))
    if (library.kind === 'vector') products.vector.set(library.dtype, imported('vector', 11))
    else products.blocks.set(library.dtype, importBlocks(library, imported))
  }
  return products
}

function importBlocks(options: MatmulOptions, imported: (name: string, parameters: number) => number): BlockProducts {
  const whole = imported('whole', 13)
  const [packA, packB] = [imported('packA', 6), imported('packB', 6)]
  return {
    whole,
    parts: { tile: tileOf(options), packA, packB, panel: imported('panel', 14), rows: imported('rows', 14) },
  }
}

/** The functions written into a module, for modules that import none. */
export function writeBlocks(module: ModuleBuilder, options: MatmulOptions): BlockProducts {
  const parts = emitMatmulParts(module, options)
  return { whole: emitBlocks(module, parts, null), parts }
}

const namespaceOf = ({ kind, dtype }: ProductLibrary): string => `products ${kind} ${dtype}`

/** What modules that import products must be given. */
export const productImports = (memory: WebAssembly.Memory, libraries: readonly ProductLibrary[]): WebAssembly.Imports =>
  Object.fromEntries(libraries.map((library) => [namespaceOf(library), exportsOf(memory, library)]))

const instances = new WeakMap<WebAssembly.Memory, Map<string, WebAssembly.ModuleImports>>()

function exportsOf(memory: WebAssembly.Memory, library: ProductLibrary): WebAssembly.ModuleImports {
  const known = instances.get(memory) ?? new Map<string, WebAssembly.ModuleImports>()
  instances.set(memory, known)
  const key = `${namespaceOf(library)} ${library.fma}`
  const functions = known.get(key) ?? instantiate(memory, library)
  known.set(key, functions)
  return functions
}

function instantiate(memory: WebAssembly.Memory, library: ProductLibrary): WebAssembly.ModuleImports {
  const module = new ModuleBuilder()
  module.importMemory({ initial: 1 })
  if (library.kind === 'vector') {
    module.exportFunction('vector', emitMatrixVector(module, library))
  } else {
    const { whole, parts } = writeBlocks(module, library)
    module.exportFunction('whole', whole)
    for (const name of ['packA', 'packB', 'panel', 'rows'] as const) module.exportFunction(name, parts[name])
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } })
  return exports as WebAssembly.ModuleImports // it exports functions only
}
