/** The text of a whole shader: bindings, the functions it calls, the entry. */
import { functionTexts } from '../maths/index.ts'
import { typeOf } from './scalar.ts'
import { elementAt, type ShaderMemory } from './shader-memory.ts'
import type { Predicate } from './shader-source.ts'
import type { ShaderWriter } from './shader-writer.ts'

/** What makes a shader besides its statements. */
export interface ShaderFrame {
  readonly name: string
  readonly threads: number
  /** Iterations, and whether each is a thread or a workgroup. */
  readonly iterations: number
  readonly each: 'thread' | 'workgroup'
  readonly predicate: Predicate | null
  /** Declarations outside of the entry. */
  readonly declarations: readonly string[]
}

/** The shader whose statements a writer holds. `group` is the number of its iteration, `thread` that of the thread in its workgroup. */
export function shaderText(memory: ShaderMemory, writer: ShaderWriter, frame: ShaderFrame): string {
  const { name, threads, iterations, each, predicate, declarations } = frame
  const locals = [...writer.locals].map(([local, variable]) => `  var ${variable}: ${typeOf(local.dtype)};`)
  const workgroup = 'workgroup.y * grid.x + workgroup.x'
  const number = each === 'thread' ? `(${workgroup}) * ${threads}u + thread` : workgroup
  const together = predicate !== null && each === 'workgroup'
  return [
    `// ${name}`,
    ...bindings(memory, predicate),
    ...functionTexts(writer.functions),
    ...declarations,
    ...(together ? ['var<workgroup> is_on: u32;'] : []),
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) thread: u32) {',
    `  let group = ${number};`,
    `  if (group >= ${iterations}u) { return; }`,
    ...(predicate === null ? [] : test(memory, predicate, together)),
    ...[...memory.places.values()].map(({ base }) => `  let base${base} = bases[${base >> 2}][${base & 3}];`),
    ...locals,
    ...writer.lines,
    '}',
    '',
  ].join('\n')
}

/** Binding 0 holds the bases, the memories follow. */
function bindings({ memories, places }: ShaderMemory, predicate: Predicate | null): string[] {
  const words = places.size + (predicate === null ? 0 : 1)
  return [
    `@group(0) @binding(0) var<uniform> bases: array<vec4<i32>, ${Math.max(1, Math.ceil(words / 4))}>;`,
    ...memories.map(
      ({ name, element, writable, inFours }, i) =>
        `@group(0) @binding(${i + 1}) var<storage, ${writable ? 'read_write' : 'read'}> ${name}: array<${inFours ? `vec4<${element}>` : element}>;`,
    ),
  ]
}

/** Leaves where the flag is 0; threads that wait for one another must leave together, which the compiler wants to see. */
function test({ memories }: ShaderMemory, { memory, base }: Predicate, together: boolean): string[] {
  const flag = `bitcast<u32>(${elementAt(memories[memory], `bases[${base >> 2}][${base & 3}]`)})`
  if (!together) return [`  if (${flag} == 0u) { return; }`]
  return [`  if (thread == 0u) { is_on = ${flag}; }`, '  if (workgroupUniformLoad(&is_on) == 0u) { return; }']
}
