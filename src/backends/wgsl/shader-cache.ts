/** Shaders of kernels, remembered by which of their buffers stand in which memories. */
import type { Buffer } from '../../kernels/kernel.ts'
import { allNodes, eachStatement, nodesOf } from '../../kernels/walk.ts'
import { type Part, type Predicate, type Shader, shaderOf, writtenBy } from './kernel-shader.ts'
import { nameOf, type Region, type Resource } from './resource.ts'
import { type ElementType, elementOf, type Memory, type Place } from './shader-memory.ts'

/** A shader with the memories it binds. */
export interface BoundShader {
  readonly shader: Shader
  readonly resources: readonly Resource[]
  /** 'r' or 'w' for each memory. */
  readonly access: string
}

/** The buffers of a part, in order of first appearance. */
export function buffersOfPart(part: Part): readonly Buffer[] {
  let known = buffersOf.get(part)
  if (known === undefined) {
    const found = new Set<Buffer>()
    eachStatement(part.body, (statement) => {
      for (const node of allNodes(nodesOf(statement))) if (node.kind === 'load') found.add(node.buffer)
      if (statement.kind === 'store' || statement.kind === 'accumulate') found.add(statement.buffer)
    })
    known = [...found]
    buffersOf.set(part, known)
  }
  return known
}

const buffersOf = new WeakMap<Part, readonly Buffer[]>()

/** Finds or makes shaders. */
export class ShaderCache {
  readonly #known = new WeakMap<Part, Map<string, BoundShader>>()

  /** The shader of a part whose buffers stand in these regions. */
  find(part: Part, regions: readonly Region[], predicated: boolean): BoundShader {
    const key = `${predicated}${regions.map(({ resource }) => nameOf(resource))}`
    let shaders = this.#known.get(part)
    if (shaders === undefined) {
      shaders = new Map()
      this.#known.set(part, shaders)
    }
    let shader = shaders.get(key)
    if (shader === undefined) {
      shader = bind(part, regions, predicated)
      shaders.set(key, shader)
    }
    return shader
  }
}

function bind(part: Part, regions: readonly Region[], predicated: boolean): BoundShader {
  const buffers = buffersOfPart(part)
  const written = writtenBy(part.body)
  const resources = new Map<string, Resource>()
  for (const { resource } of regions) resources.set(nameOf(resource), resource)
  if (predicated) resources.set('arena', { kind: 'arena' })
  const names = [...resources.keys()]
  const counts = { arena: 0, input: 0, output: 0 }
  const memories = names.map((name): Memory => {
    const own = buffers.filter((_, i) => nameOf(regions[i].resource) === name)
    const { kind } = resources.get(name)!
    const number = counts[kind]++
    return {
      name: kind === 'arena' ? 'arena' : `${kind}${number}`,
      element: commonElement(own),
      writable: own.some((buffer) => written.has(buffer)),
    }
  })
  const places = new Map<Buffer, Place>()
  buffers.forEach((buffer, base) => {
    places.set(buffer, { memory: names.indexOf(nameOf(regions[base].resource)), base })
  })
  const predicate: Predicate | null = predicated ? { memory: names.indexOf('arena'), base: buffers.length } : null
  return {
    shader: shaderOf(part, { memories, places }, predicate),
    resources: [...resources.values()],
    access: memories.map(({ writable }) => (writable ? 'w' : 'r')).join(''),
  }
}

function commonElement(buffers: readonly Buffer[]): ElementType {
  const [first, ...others] = buffers.map(({ dtype }) => elementOf(dtype))
  return first !== undefined && others.every((element) => element === first) ? first : 'u32'
}
