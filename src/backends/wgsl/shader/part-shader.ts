/** The shader of a part: how its grid is numbered, and who does what stands inside. */
import { type Fours, FoursWriter, foursOf } from './fours.ts'
import { alone, layoutOf, threadsOf } from './layout.ts'
import { extentOf, type Part, statementsOf } from './parts.ts'
import type { ShaderMemory } from './shader-memory.ts'
import type { Predicate, Shader, ShaderSource } from './shader-source.ts'
import { shaderText } from './shader-text.ts'
import { ShaderWriter } from './shader-writer.ts'
import { emitAlone } from './statements.ts'
import { TeamWriter } from './team-writer.ts'
import { buffersOf, writtenBy } from './touched.ts'

/** The source of a part's shaders. */
export function partSource(part: Part): ShaderSource {
  const body = statementsOf(part)
  const fours = foursOf(part)
  return {
    ...(fours === null ? {} : { fours: fours.buffers }),
    name: part.name,
    buffers: buffersOf(body),
    written: writtenBy(body),
    shader: (memory, predicate) =>
      fours !== null && memory.memories.some(({ inFours }) => inFours)
        ? foursShader(part, fours, memory, predicate)
        : partShader(part, memory, predicate),
  }
}

function partShader(part: Part, memory: ShaderMemory, predicate: Predicate | null): Shader {
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

function foursShader(
  { name, inner, once }: Part,
  fours: Fours,
  memory: ShaderMemory,
  predicate: Predicate | null,
): Shader {
  const writer = new ShaderWriter(memory, writtenBy(inner))
  if (once.length > 0) writer.block('if (group == 0u)', () => emitAlone(writer, once))
  new FoursWriter(writer, fours).write()
  const iterations = extentOf(fours.grid)
  const threads = threadsOf(alone(iterations))
  const code = shaderText(memory, writer, { name, threads, iterations, each: 'thread', predicate, declarations: [] })
  return { name, code, workgroups: Math.ceil(iterations / threads) }
}
