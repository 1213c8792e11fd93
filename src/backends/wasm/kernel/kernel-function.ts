/** A kernel as a WebAssembly function (several, if it is very long). */
import type { Buffer, Kernel, Node, Routine, Statement, Local as Variable } from '../../../kernels/language/kernel.ts'
import { allNodes } from '../../../kernels/language/walk.ts'
import type { Expression } from '../code/assembler.ts'
import { call, sequence } from '../code/instructions.ts'
import { addressOf, type ModuleState } from '../code/module-state.ts'
import type { Context } from './context.ts'
import { allStatements, Dependences, rootsOf } from './dependence.ts'
import { shapeOf } from './kernel-shape.ts'
import { Scopes } from './scopes.ts'
import { writeStatements } from './statements.ts'

/** Parameters of one function; V8 takes 1000. */
const MOST_BUFFERS = 1000
/** Nodes of one function: V8 compiles a function whole, and takes more than its share of time for long ones. */
const LONGEST = 2000

/** Code that runs a kernel of a routine. Its functions are written once for all kernels of its shape. */
export function callKernel(state: ModuleState, routine: Routine, kernel: Kernel): Expression {
  const { key, buffers } = shapeOf(kernel)
  if (buffers.length > MOST_BUFFERS) throw new Error(`wasm: ${kernel.name} works on ${buffers.length} buffers.`)
  let functions = state.kernels.get(key)
  if (functions === undefined) {
    functions = parts(kernel.body).map((body) => emitPart(state, { ...kernel, body }, buffers))
    state.kernels.set(key, functions)
  }
  const addresses = buffers.map((buffer) => addressOf(routine, { buffer, offset: 0 }))
  return sequence(...functions.map((index) => call(index, ...addresses)))
}

/** The parameters of the function are the addresses of the buffers. */
function emitPart({ module, library }: ModuleState, kernel: Kernel, buffers: readonly Buffer[]): number {
  const code = module.function(
    buffers.map(() => 'i32'),
    [],
    kernel.name,
  )
  const context: Context = {
    code,
    library,
    dependences: new Dependences(kernel),
    scopes: new Scopes(code),
    indices: new Map(),
    bases: new Map(buffers.map((buffer, parameter) => [buffer, parameter])),
    variables: new Map(),
    lanes: null,
    turns: 1,
  }
  writeStatements(context, kernel.body)
  return code.index
}

/** The body in runs of at most `LONGEST` nodes; statements that share a variable stay together. */
function parts(body: readonly Statement[]): readonly (readonly Statement[])[] {
  const nodes = body.map((statement) => allNodes(allStatements([statement]).flatMap(rootsOf)))
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
