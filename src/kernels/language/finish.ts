/** The last steps of every kernel: loops merged, lanes chosen, cost counted. */
import { collapse } from './collapse.ts'
import type { Kernel, Statement } from './kernel.ts'
import { kernelCost } from './kernel-cost.ts'
import { chooseLanes } from './lanes.ts'

/** A kernel of these statements, refined. */
export function finishKernel(name: string, body: readonly Statement[]): Kernel {
  const final = chooseLanes(collapse(body))
  return { name, body: final, ...kernelCost(final) }
}
