/** Names of kernels for people: the first operations that they do. */
import type { Statement } from './kernel.ts'
import { allNodes, eachStatement, nodesOf } from './walk.ts'

/** Operations in a name. */
const LONGEST = 4
/** Operations that say little of what a kernel is for. */
const silent: ReadonlySet<string> = new Set(['convert', 'bitcast', 'select', 'stopGradient'])

/** `mul_add_tanh`: the operations in order of execution, each once; `otherwise` if there is none worth naming. */
export function kernelName(body: readonly Statement[], otherwise: string): string {
  const names = new Set<string>()
  eachStatement(body, (statement) => {
    for (const node of allNodes(nodesOf(statement)))
      if (node.kind === 'apply' && !silent.has(node.name)) names.add(node.name)
    if (statement.kind === 'reduce') names.add(statement.operation)
  })
  return names.size === 0 ? otherwise : [...names].slice(0, LONGEST).join('_')
}
