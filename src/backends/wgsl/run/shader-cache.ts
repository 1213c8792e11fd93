/** Shaders of kernels, remembered by which of their buffers stand in which memories. */
import type { Buffer } from '../../../kernels/language/kernel.ts'
import { type ElementType, elementOf, type Memory, type Place } from '../shader/shader-memory.ts'
import type { Predicate, Shader, ShaderSource } from '../shader/shader-source.ts'
import { nameOf, type Region, type Resource } from './resource.ts'

/** A shader with the memories it binds. */
export interface BoundShader {
  readonly shader: Shader
  readonly resources: readonly Resource[]
  /** 'r' or 'w' for each memory. */
  readonly access: string
}

/** Finds or makes shaders. */
export class ShaderCache {
  readonly #known = new WeakMap<ShaderSource, Map<string, BoundShader>>()

  /** The shader of a source whose buffers stand in these regions. */
  find(source: ShaderSource, regions: readonly Region[], predicated: boolean): BoundShader {
    const inFours = memoriesInFours(source, regions)
    const key = `${predicated}${inFours.size > 0}${regions.map(({ resource }) => nameOf(resource))}`
    let shaders = this.#known.get(source)
    if (shaders === undefined) {
      shaders = new Map()
      this.#known.set(source, shaders)
    }
    let shader = shaders.get(key)
    if (shader === undefined) {
      shader = bind(source, regions, predicated, inFours)
      shaders.set(key, shader)
    }
    return shader
  }
}

function bind(
  source: ShaderSource,
  regions: readonly Region[],
  predicated: boolean,
  inFours: ReadonlySet<string>,
): BoundShader {
  const { buffers, written } = source
  const resources = new Map<string, Resource>()
  for (const { resource } of regions) resources.set(nameOf(resource), resource)
  if (predicated) resources.set('arena', { kind: 'arena' })
  const names = [...resources.keys()]
  const counts: Record<Resource['kind'], number> = { arena: 0, gates: 0, input: 0, output: 0 }
  const memories = names.map((name): Memory => {
    const own = buffers.filter((_, i) => nameOf(regions[i].resource) === name)
    const { kind } = resources.get(name)!
    const number = counts[kind]++
    return {
      name: kind === 'arena' ? 'arena' : `${kind}${number}`,
      element: commonElement(own),
      writable: own.some((buffer) => written.has(buffer)),
      inFours: inFours.has(name),
    }
  })
  const places = new Map<Buffer, Place>()
  buffers.forEach((buffer, base) => {
    places.set(buffer, { memory: names.indexOf(nameOf(regions[base].resource)), base })
  })
  const predicate: Predicate | null = predicated ? { memory: names.indexOf('arena'), base: buffers.length } : null
  return {
    shader: source.shader({ memories, places }, predicate),
    resources: [...resources.values()],
    access: memories.map(({ writable }) => (writable ? 'w' : 'r')).join(''),
  }
}

/**
 * The memories that a shader sees as vectors: all that hold what it can reach in fours, or none. A single element cannot be written
 * there, since the vector around it would be.
 */
function memoriesInFours({ buffers, written, fours }: ShaderSource, regions: readonly Region[]): ReadonlySet<string> {
  const names = new Set<string>()
  if (fours === undefined) return names
  const isAligned = buffers.every((buffer, i) => !fours.has(buffer) || regions[i].start % 4 === 0)
  if (!isAligned) return names
  buffers.forEach((buffer, i) => {
    if (fours.has(buffer)) names.add(nameOf(regions[i].resource))
  })
  const isMixed = buffers.some(
    (buffer, i) => written.has(buffer) && !fours.has(buffer) && names.has(nameOf(regions[i].resource)),
  )
  return isMixed ? new Set() : names
}

function commonElement(buffers: readonly Buffer[]): ElementType {
  const [first, ...others] = buffers.map(({ dtype }) => elementOf(dtype))
  return first !== undefined && others.every((element) => element === first) ? first : 'u32'
}
