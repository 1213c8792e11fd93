/**
 * Epilogues as functions: `(firstRow, endRow, firstColumn, endColumn, …batch indices, …addresses of buffers)`, all i32, runs the
 * epilogue over the elements of one rectangle of one batch, which must stand finished where the product is summed (`c`). Rows are
 * counted, columns run in lanes.
 *
 * Any product that writes its result in rectangles can use it, not only matrix products: it takes from the contraction only
 * its result and the epilogue. The caller appends to the four bounds the indices of the batch axes and
 * `addressOf(routine, { buffer, offset: 0 })` of each of `buffers`, best for a rectangle that has just been finished and is
 * small enough to be in cache.
 */
import { bytesOf } from '../../../core/dtype.ts'
import { epilogueKernel, type Finished } from '../../../kernels/fusion/epilogue-kernel.ts'
import type { Buffer, Kernel, Loop, Statement } from '../../../kernels/language/kernel.ts'
import { replaceLoops } from '../../../kernels/language/rewrite-loops.ts'
import type { Local } from '../code/assembler.ts'
import type { ModuleState } from '../code/module-state.ts'
import type { Context } from './context.ts'
import { scoped } from './context.ts'
import { Dependences } from './dependence.ts'
import { shapeOf } from './kernel-shape.ts'
import { hoist, inSections, inSectionsBetween, type Plan, repeatBetween } from './loops.ts'
import { Scopes } from './scopes.ts'
import { planOf, writeStatements } from './statements.ts'

/** A function of the module that runs an epilogue over a rectangle. */
export interface EpilogueFunction {
  readonly index: number
  /** The buffers whose addresses are its last parameters. */
  readonly buffers: readonly Buffer[]
}

/** Bytes of a row of a rectangle: a run that is long enough to be read ahead; 120 of them are a part of the second cache. */
const ROW_BYTES = 2048

/** Columns of a rectangle. A product of no more is always given whole rows: the bounds of the columns are not read. */
export const chunkOf = (dtype: Finished['dtype']): number => ROW_BYTES / bytesOf(dtype)

/** The bounds of the rectangle, which are the first parameters. */
const bound = { firstRow: 0, endRow: 1, firstColumn: 2, endColumn: 3 } as const satisfies Record<string, Local>
const BOUNDS = 4

/** Writes the function, once for all epilogues of its shape; the product has at least two rows and two columns. */
export function emitEpilogue(state: ModuleState, product: Finished): EpilogueFunction {
  const kernel = epilogueKernel(product)
  const marked = { ...kernel, body: inLanes(kernel.body, product.epilogue.loops.at(-1)!) }
  const { key, buffers } = shapeOf(marked)
  const name = `epilogue ${key}`
  const known = state.kernels.get(name)
  if (known !== undefined) return { index: known[0]!, buffers }
  const index = writeFunction(state, marked, buffers, chunkOf(product.dtype))
  state.kernels.set(name, [index])
  return { index, buffers }
}

const inLanes = (body: readonly Statement[], columns: Loop): readonly Statement[] =>
  replaceLoops(body, new Map([[columns, { ...columns, vector: true }]]))

function writeFunction(
  { module, library }: ModuleState,
  kernel: Kernel,
  buffers: readonly Buffer[],
  chunk: number,
): number {
  const { loops, body } = unwrapped(kernel.body)
  const batch = loops.slice(0, -2)
  const first = BOUNDS + batch.length
  const code = module.function(Array(first + buffers.length).fill('i32'), [], kernel.name)
  const context: Context = {
    code,
    library,
    dependences: new Dependences(kernel),
    scopes: new Scopes(code),
    indices: new Map(batch.map((loop, i) => [loop, { counter: BOUNDS + i, plus: 0 }])),
    bases: new Map(buffers.map((buffer, i) => [buffer, first + i])),
    variables: new Map(),
    lanes: null,
    turns: 1,
  }
  writeRows(context, loops.at(-2)!, loops.at(-1)!, body, chunk)
  return code.index
}

/** The loops of a nest, outermost first, and what stands inside. */
function unwrapped(nest: readonly Statement[]): {
  readonly loops: readonly Loop[]
  readonly body: readonly Statement[]
} {
  const loops: Loop[] = []
  let body = nest
  for (let [only] = body; only?.kind === 'for'; [only] = body) {
    loops.push(only.loop)
    body = only.body
  }
  return { loops, body }
}

function writeRows(context: Context, rows: Loop, columns: Loop, body: readonly Statement[], chunk: number): void {
  const plan = planOf(context, columns, body)
  if (plan === null) throw new Error('wasm: an epilogue cannot run in lanes.')
  const inner: Statement = { kind: 'for', loop: columns, body }
  scoped(context, () => {
    hoist(context, [inner], plan)
    repeatBetween(context, rows, bound.firstRow, bound.endRow, 1, rows.extent, () => {
      hoist(context, body, plan)
      writeColumns(context, plan, chunk, () => writeStatements(context, body))
    })
  })
}

function writeColumns(context: Context, plan: Plan, chunk: number, write: () => void): void {
  if (plan.loop.extent <= chunk) inSections(context, plan, write)
  else inSectionsBetween(context, plan, bound.firstColumn, bound.endColumn, write)
}
