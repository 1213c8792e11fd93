/**
 * The shaders of a product in tiles. Where the depth is cut into parts, each part's sums go to memory of their own, and a second
 * kernel adds them up, always in the same order, and does what follows the product.
 */
import type { Address, Buffer, Local, Loop, Statement } from '../../../kernels/language/kernel.ts'
import { loopSources } from './loop-shader.ts'
import type { Scratch } from './scratch.ts'
import type { ShaderSource } from './shader-source.ts'
import type { Tiling } from './tile-shapes.ts'
import { type TiledProblem, type TileTarget, tiledSource } from './tiled-product.ts'

/** One shader, or those of the parts and of their sum. */
export function tiledSources(problem: TiledProblem, tiling: Tiling, scratch: Scratch): readonly ShaderSource[] {
  const { target } = problem
  const { parts } = tiling
  if (parts === 1) return [tiledSource(problem, tiling)]
  const buffer = scratch('float32', parts * target.loops.reduce((product, { extent }) => product * extent, 1))
  const part = loopOf(target, parts)
  const partial = { ...problem, name: `${problem.name}_parts`, target: partialTarget(target, part, buffer) }
  return [
    tiledSource(partial, tiling, part),
    ...loopSources(sumOfParts(problem, loopOf(target, parts), buffer), scratch),
  ]
}

const loopOf = ({ loops }: TileTarget, parts: number): Loop => ({
  id: loops.length,
  extent: parts,
  parallel: true,
  vector: false,
})

/** Part by part, the elements row-major. */
function addressOf(loops: readonly Loop[], part: Loop): Address {
  const terms: { loop: Loop; stride: number }[] = []
  let stride = 1
  for (const loop of [part, ...loops].reverse()) {
    terms.push({ loop, stride })
    stride *= loop.extent
  }
  return { offset: 0, terms, dynamic: null }
}

function partialTarget({ loops, groupColumns }: TileTarget, part: Loop, buffer: Buffer): TileTarget {
  const product: Local = { id: 0, dtype: buffer.dtype }
  const value = { kind: 'local', dtype: buffer.dtype, local: product } as const
  return {
    loops,
    product,
    body: [{ kind: 'store', buffer, address: addressOf(loops, part), value }],
    groupColumns,
  }
}

function sumOfParts({ name, target: { loops, product, body } }: TiledProblem, part: Loop, buffer: Buffer) {
  const value = { kind: 'load', dtype: buffer.dtype, buffer, address: addressOf(loops, part) } as const
  const sum: Statement = { kind: 'reduce', loops: [part], local: product, operation: 'sum', value }
  const nest = loops.reduceRight<readonly Statement[]>(
    (inside, loop) => [{ kind: 'for', loop, body: inside }],
    [sum, ...body],
  )
  return { name: `${name}_sum`, body: nest }
}
