/** Matrix products: in tiles, or as plain loops where they are small. */
import type { Contraction, MatrixOperand } from '../../../kernels/language/kernel.ts'
import { loopSources } from './loop-shader.ts'
import type { Scratch } from './scratch.ts'
import type { ShaderSource } from './shader-source.ts'
import { elementStore, productKernel } from './synthetic.ts'
import type { TileOperand } from './tile-operand.ts'
import { tilingOf } from './tile-shapes.ts'
import type { TiledProblem } from './tiled-product.ts'
import { tiledSources } from './tiled-sources.ts'

/** The shaders of a product. */
export function productSources(contraction: Contraction, scratch: Scratch): readonly ShaderSource[] {
  const { a, b, batch } = contraction
  const matrices = batch.reduce((product, extent) => product * extent, 1)
  const tiling = tilingOf({ ...contraction, matrices }, a.columnStride <= 1 && b.rowStride <= 1)
  if (tiling === null) return loopSources(productKernel(contraction), scratch)
  return tiledSources(tiledContraction(contraction), tiling, scratch)
}

/** A product as one that can run in tiles. */
export function tiledContraction(contraction: Contraction): TiledProblem {
  const { batch, rows, columns, inner, a, b } = contraction
  const operand = ({ buffer, offset, batchStrides }: MatrixOperand, extent: number, across: number, along: number) => ({
    ...{ buffer, offset, batchStrides },
    side: [{ extent, stride: across }],
    depth: [{ extent: inner, stride: along }],
    windows: [],
  })
  const left: TileOperand = operand(a, rows, a.rowStride, a.columnStride)
  const right: TileOperand = operand(b, columns, b.columnStride, b.rowStride)
  return {
    name: `tiled_${productKernel(contraction).name}`,
    ...{ batch, rows, columns, inner, a: left, b: right },
    target: { ...elementStore(contraction), groupColumns: null },
  }
}
