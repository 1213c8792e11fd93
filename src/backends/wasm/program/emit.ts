/**
 * Programs as WebAssembly modules: one module for each program, on the device's one memory, with one exported function
 * `run(arena, frame)`. Every routine and every kernel is a function of its own: V8 compiles functions when they are first
 * called, and does not replace one that is running.
 */
import type { HostStep, PlannedRoutine, Step } from '../../../kernels/language/kernel.ts'
import { type Crew, mostParts } from '../../../kernels/planning/crew.ts'
import { stagesOf } from '../../../kernels/planning/stages.ts'
import { ModuleBuilder } from '../code/assembler.ts'
import { call, global, i32, local, sequence } from '../code/instructions.ts'
import { ARENA, allSteps, FRAME, type ModuleState, type Threading } from '../code/module-state.ts'
import { convolutionWorkspaceBytes } from '../convolution/convolution.ts'
import { Library } from '../kernel/library.ts'
import { rowBufferBytes } from '../kernel/row-buffers.ts'
import { PAGES } from '../memory/memory.ts'
import { matmulWorkspaceBytes } from '../product/matmul.ts'
import { tileOf } from '../product/matmul-tile.ts'
import { importProducts, type ProductLibrary } from '../product/product-library.ts'
import { hasVector } from '../product/product-step.ts'
import { isSmall } from '../product/small-product.ts'
import { emitRoutine } from './routine-function.ts'

/** A program as bytes, and what a device must give it. */
export interface EmittedModule {
  /** Brings its constants to the first bytes of the memory (`constant-pool.ts`). Imports `env.memory`, `env.host(step, frame)` and libraries of products; exports `run(arena, frame)` → the largest count that did not fit, or 0. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Bytes of the arena, whose address is a multiple of 64. */
  readonly arenaBytes: number
  /** What `env.host` runs, by number. The frame holds the addresses of the step's inputs, then of its outputs. */
  readonly hostSteps: readonly HostStep[]
  /**
   * For several threads: the module also imports `env.fork(group, arena, frame)`, which runs the parts of a group, and exports
   * every part as `part0(arena, frame)` …; here are the numbers of parts in each group. Empty: nothing is worth cutting.
   */
  readonly groups: readonly number[]
  /** The libraries of matrix products that it imports, as `productImports` gives them; for several threads it has its own. */
  readonly libraries: readonly ProductLibrary[]
}

/** What an engine can do. */
export interface EmitOptions {
  /** May the code use the fused multiply-add of relaxed SIMD? */
  readonly fma: boolean
  /** How many threads share the memory; 1 if not given. */
  readonly threads?: number
}

/** The module of a planned routine. */
export function emitModule(planned: PlannedRoutine, { fma, threads = 1 }: EmitOptions): EmittedModule {
  const module = new ModuleBuilder({ pooled: true })
  module.importMemory(threads > 1 ? { initial: 1, maximum: PAGES, shared: true } : { initial: 1 })
  const host = module.importFunction('env', 'host', ['i32', 'i32'])
  const steps = allSteps(planned)
  const libraries = threads > 1 ? [] : librariesOf(steps, fma)
  const products = importProducts(module, libraries)
  const workspace = aligned(planned.arenaBytes)
  const crew = threads > 1 ? { threads, tileRows: tileOf({ dtype: 'float32', fma }).rows } : null
  const ownBytes = aligned(workspaceBytes(crew === null ? steps : withParts(steps, crew)))
  const threading = crew === null ? null : threadingOf(module, crew, ownBytes)
  const state: ModuleState = {
    module,
    library: new Library(module, fma),
    fma,
    host,
    hostSteps: [],
    kernels: new Map(),
    products,
    threading,
    overflow: module.global('i32', i32(0)),
    workspace,
    arenaBytes: workspace + ownBytes * (threads > 1 ? mostParts(threads) : 1), // no step has more parts
  }
  const main = emitRoutine(state, planned.routine)
  emitEntry(state, main)
  const { arenaBytes, hostSteps } = state
  return {
    bytes: module.encode(),
    arenaBytes: aligned(arenaBytes),
    hostSteps,
    groups: threading?.groups ?? [],
    libraries,
  }
}

const threadingOf = (module: ModuleBuilder, crew: Crew, ownBytes: number): Threading => ({
  crew,
  fork: module.importFunction('env', 'fork', ['i32', 'i32', 'i32']),
  workspaceBytes: ownBytes,
  groups: [],
})

/** Saves what a call further out has found, since a host step may run the same program again. */
function emitEntry({ module, overflow }: ModuleState, main: number): void {
  const code = module.function(['i32', 'i32'], ['i32'], 'run')
  const [saved, found] = [code.local('i32'), code.local('i32')]
  code.emit(
    local.set(saved, global.get(overflow)),
    global.set(overflow, i32(0)),
    call(main, local.get(ARENA), local.get(FRAME)),
    local.set(found, global.get(overflow)),
    sequence(global.set(overflow, local.get(saved)), local.get(found)),
  )
  module.exportFunction('run', code.index)
}

/** The libraries of the matrix products that are not small. */
function librariesOf(steps: readonly Step[], fma: boolean): readonly ProductLibrary[] {
  const libraries: ProductLibrary[] = []
  for (const step of steps) {
    if (step.kind !== 'contract' || isSmall(step.contraction)) continue
    const { dtype } = step.contraction
    const kind = hasVector(step.contraction) ? 'vector' : 'blocks'
    if (!libraries.some((known) => known.kind === kind && known.dtype === dtype)) libraries.push({ kind, dtype, fma })
  }
  return libraries
}

/** The steps, and the parts of those that are cut: a part may need more room than the whole. */
const withParts = (steps: readonly Step[], crew: Crew): readonly Step[] =>
  steps.flatMap((step) => [step, ...stagesOf(step, crew).flat()])

/** The matrix products and convolutions work in one place, one after the other, and parts of kernels keep their rows there. */
function workspaceBytes(steps: readonly Step[]): number {
  let bytes = 0
  for (const step of steps) {
    if (step.kind === 'kernel') bytes = Math.max(bytes, rowBufferBytes(step.kernel))
    if (step.kind === 'convolve') bytes = Math.max(bytes, convolutionWorkspaceBytes(step.convolution))
    if (step.kind !== 'contract') continue
    const { dtype, rows, columns, inner } = step.contraction
    bytes = Math.max(bytes, matmulWorkspaceBytes(dtype, rows, columns, inner))
  }
  return bytes
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64
