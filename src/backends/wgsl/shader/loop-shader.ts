/**
 * A kernel of the lower language as WGSL. Each iteration of the outer parallel loops is done by a team of threads (`layout.ts`):
 * by one thread, which runs everything inside alone, or by several, which share every loop and reduction inside. What only runs
 * in order (`while`, `if`, single stores) is done by the first thread of a team. A kernel of several nests without shared
 * variables is several shaders, and long reductions are cut into stages (`stages.ts`).
 */
import type { Kernel } from '../../../kernels/language/kernel.ts'
import { partSource } from './part-shader.ts'
import { nestOf } from './parts.ts'
import { runningSumOf, runningSumSources } from './running-sum.ts'
import type { Scratch } from './scratch.ts'
import type { ShaderSource } from './shader-source.ts'
import { stagesOf } from './stages.ts'

/** The shaders of a kernel, to be run in order. */
export function loopSources({ name, body }: Pick<Kernel, 'name' | 'body'>, scratch: Scratch): readonly ShaderSource[] {
  const separate = body.every((statement) => statement.kind === 'for')
  const nests = separate ? body.map((statement) => nestOf(name, [statement])) : [nestOf(name, body)]
  return nests.flatMap((nest) => {
    const sum = runningSumOf(nest)
    return sum === null ? stagesOf(nest, scratch).map(partSource) : runningSumSources(sum, scratch)
  })
}
