/**
 * A kernel of the lower language as WGSL. Each iteration of the outer parallel loops is done by a team of threads (`layout.ts`):
 * by one thread, which runs everything inside alone, or by several, which share every loop and reduction inside. What only runs
 * in order (`while`, `if`, single stores) is done by the first thread of a team. A kernel of several nests without shared
 * variables is several shaders, and long reductions are cut into stages (`stages.ts`).
 */
import type { Kernel } from '../../kernels/kernel.ts'
import { layoutOf, threadsOf } from './layout.ts'
import { extentOf, nestOf, type Part, statementsOf } from './parts.ts'
import type { Scratch } from './scratch.ts'
import type { ShaderMemory } from './shader-memory.ts'
import type { Predicate, Shader, ShaderSource } from './shader-source.ts'
import { shaderText } from './shader-text.ts'
import { ShaderWriter } from './shader-writer.ts'
import { stagesOf } from './stages.ts'
import { emitAlone } from './statements.ts'
import { TeamWriter } from './team-writer.ts'
import { buffersOf, writtenBy } from './touched.ts'

/** The shaders of a kernel, to be run in order. */
export function loopSources({ name, body }: Pick<Kernel, 'name' | 'body'>, scratch: Scratch): readonly ShaderSource[] {
  const separate = body.every((statement) => statement.kind === 'for')
  const nests = separate ? body.map((statement) => nestOf(name, [statement])) : [nestOf(name, body)]
  return nests.flatMap((nest) => stagesOf(nest, scratch)).map(sourceOf)
}

function sourceOf(part: Part): ShaderSource {
  const body = statementsOf(part)
  return {
    name: part.name,
    buffers: buffersOf(body),
    written: writtenBy(body),
    shader: (memory, predicate) => loopShader(part, memory, predicate),
  }
}

function loopShader(part: Part, memory: ShaderMemory, predicate: Predicate | null): Shader {
  const { name, grid, inner, prologue, once } = part
  const layout = layoutOf(part)
  const threads = threadsOf(layout)
  const iterations = extentOf(grid)
  const writer = new ShaderWriter(memory, writtenBy(statementsOf(part)))
  if (layout.lanes === 1 && prologue.length === 0) {
    if (once.length > 0) writer.block('if (group == 0u)', () => emitAlone(writer, once))
    writer.bindLoops(grid, 'i32(group)')
    emitAlone(writer, inner)
    const code = shaderText(memory, writer, { name, threads, iterations, each: 'thread', predicate, declarations: [] })
    return { name, code, workgroups: Math.ceil(iterations / threads) }
  }
  const team = new TeamWriter(writer, part, layout)
  team.write()
  const workgroups = Math.ceil(iterations / layout.teams)
  const frame = { name, threads, iterations: workgroups, each: 'workgroup', predicate } as const
  return { name, code: shaderText(memory, writer, { ...frame, declarations: team.declarations }), workgroups }
}
