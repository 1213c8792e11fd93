/** A kernel as a WebAssembly function (several, if it is very long). */
import type { Buffer, Kernel, Node, Routine, Statement, Local as Variable } from '../../kernels/kernel.ts'
import type { FunctionBuilder } from './assembler.ts'
import type { Base, Context } from './context.ts'
import { allStatements, Dependences, nodesBelow, rootsOf } from './dependence.ts'
import { load, local } from './instructions.ts'
import { ARENA, FRAME, frameEntry, type ModuleState } from './module-state.ts'
import { Scopes } from './scopes.ts'
import { writeStatements } from './statements.ts'

/** Nodes of one function: V8 compiles a function whole, and takes more than its share of time for long ones. */
const LONGEST = 2000

/** Writes the functions of a kernel and gives their indices, in the order in which they are to be called. */
export function emitKernel(state: ModuleState, routine: Routine, kernel: Kernel): readonly number[] {
  return parts(kernel.body).map((body) => emitPart(state, routine, { ...kernel, body }))
}

function emitPart({ module, library }: ModuleState, routine: Routine, kernel: Kernel): number {
  const code = module.function(['i32', 'i32'], [], kernel.name)
  const context: Context = {
    code,
    library,
    dependences: new Dependences(kernel),
    scopes: new Scopes(code),
    indices: new Map(),
    bases: basesOf(code, routine, kernel),
    variables: new Map(),
    lanes: null,
    isHot: false,
  }
  writeStatements(context, kernel.body)
  return code.index
}

/** Arena buffers are the arena and an offset; the addresses of inputs and outputs are read from the frame once. */
function basesOf(code: FunctionBuilder, routine: Routine, kernel: Kernel): Map<Buffer, Base> {
  const bases = new Map<Buffer, Base>()
  for (const buffer of buffersOf(kernel.body)) {
    const { place } = buffer
    if (place === null) throw new Error(`wasm: buffer ${buffer.id} of ${kernel.name} has no place.`)
    if (place.kind === 'arena') bases.set(buffer, { local: ARENA, offset: place.offset })
    else {
      const address = code.local('i32')
      code.emit(local.set(address, load('i32.load', local.get(FRAME), 4 * frameEntry(routine, place))))
      bases.set(buffer, { local: address, offset: 0 })
    }
  }
  return bases
}

function buffersOf(body: readonly Statement[]): Set<Buffer> {
  const buffers = new Set<Buffer>()
  const statements = allStatements(body)
  for (const statement of statements) {
    if (statement.kind === 'store' || statement.kind === 'accumulate') buffers.add(statement.buffer)
  }
  for (const node of nodesBelow(statements.flatMap(rootsOf))) if (node.kind === 'load') buffers.add(node.buffer)
  return buffers
}

/** The body in runs of at most `LONGEST` nodes; statements that share a variable stay together. */
function parts(body: readonly Statement[]): readonly (readonly Statement[])[] {
  const nodes = body.map((statement) => nodesBelow(allStatements([statement]).flatMap(rootsOf)))
  if (nodes.reduce((sum, { length }) => sum + length, 0) <= LONGEST) return [body]
  const lastUse = new Map<Variable, number>()
  const used = body.map((statement, i) => variablesOf(statement, nodes[i]!))
  used.forEach((variables, i) => {
    for (const variable of variables) lastUse.set(variable, i)
  })
  const runs: Statement[][] = [[]]
  let length = 0
  let bound = -1
  body.forEach((statement, i) => {
    length += nodes[i]!.length
    if (i > bound && length > LONGEST && runs[runs.length - 1]!.length > 0) {
      runs.push([])
      length = nodes[i]!.length
    }
    runs[runs.length - 1]!.push(statement)
    for (const variable of used[i]!) bound = Math.max(bound, lastUse.get(variable)!)
  })
  return runs
}

function variablesOf(statement: Statement, nodes: readonly Node[]): Set<Variable> {
  const variables = new Set<Variable>()
  for (const node of nodes) if (node.kind === 'local') variables.add(node.local)
  for (const inner of allStatements([statement])) {
    if (inner.kind === 'assign' || inner.kind === 'reduce') variables.add(inner.local)
  }
  return variables
}
