/**
 * Every shape of tile on the GPU at hand: squares whole, and a gradient of weights (few elements, long depth) in parts. What it
 * prints belongs into `src/backends/wgsl/shader/tile-shapes.ts`; the candidates below are not in that table yet.
 */
import { tiledContraction } from '../../src/backends/wgsl/shader/product-shader.ts'
import { type TileShape, tileShapes, tilingOf, tilingWith } from '../../src/backends/wgsl/shader/tile-shapes.ts'
import { tiledSources } from '../../src/backends/wgsl/shader/tiled-sources.ts'
import type { Buffer, Contraction } from '../../src/kernels/language/kernel.ts'
import { openGpu, ShaderRun } from '../helpers/shader-run.ts'
import { type Case, type Emit, gpuSizes, millisecondsOnGpu, noise } from './harness.ts'

const candidates: readonly TileShape[] = [
  { rows: 128, columns: 64, depth: 16, partRows: 8, partColumns: 8, speed: 1 },
  { rows: 128, columns: 64, depth: 8, partRows: 8, partColumns: 4, speed: 1 },
  { rows: 64, columns: 64, depth: 8, partRows: 8, partColumns: 8, speed: 1 },
  { rows: 64, columns: 64, depth: 8, partRows: 8, partColumns: 4, speed: 1 },
  { rows: 64, columns: 64, depth: 16, partRows: 4, partColumns: 4, speed: 1 },
  { rows: 64, columns: 32, depth: 16, partRows: 4, partColumns: 4, speed: 1 },
]

type Size = readonly [rows: number, columns: number, inner: number]

/** Row-major a [rows, inner] · b [inner, columns], or with a transposed, as in gradients of weights. */
function contractionOf([rows, columns, inner]: Size, turned: boolean): Contraction {
  const buffer = (kind: 'input' | 'output', index: number, elements: number): Buffer => ({
    id: index,
    dtype: 'float32',
    elements,
    place: { kind, index },
  })
  const matrix = { offset: 0, columnStride: 1, batchStrides: [] }
  const [rowStride, columnStride] = turned ? [1, rows] : [inner, 1]
  return {
    ...{ name: 'dot', dtype: 'float32', batch: [], rows, columns, inner, epilogue: null },
    a: { ...matrix, buffer: buffer('input', 0, rows * inner), rowStride, columnStride },
    b: { ...matrix, buffer: buffer('input', 1, inner * columns), rowStride: columns },
    c: { ...matrix, buffer: buffer('output', 0, rows * columns), rowStride: columns },
  }
}

async function measure(device: GPUDevice, size: Size, shape: TileShape, parts: number, emit: Emit): Promise<void> {
  const [rows, columns, inner] = size
  const turned = rows !== columns
  const tiling = tilingWith(shape, inner, parts)
  const problem = tiledContraction(contractionOf(size, turned))
  const inputs = [noise(rows * inner, 1), noise(inner * columns, 2)] as Float32Array<ArrayBuffer>[]
  device.pushErrorScope('validation')
  const run = new ShaderRun(device, (scratch) => tiledSources(problem, tiling, scratch), inputs, [rows * columns])
  const error = await device.popErrorScope()
  if (error !== null) throw new Error(error.message)
  const step = () => {
    run.run()
    return { read: () => device.queue.onSubmittedWorkDone() }
  }
  const ms = await millisecondsOnGpu(step)
  run.destroy()
  const tile = `${shape.rows}x${shape.columns}x${shape.depth}-${shape.partRows}x${shape.partColumns}`
  const name = `product-tiles-${rows}x${columns}x${inner}-${tile}-parts-${tiling.parts}`
  emit(name, (2 * rows * columns * inner) / ms / 1e6, 'GFLOP/s')
}

/** The parts that the table would choose for a shape of the gradient's size, and one. */
function partsFor([rows, columns, inner]: Size): readonly number[] {
  const chosen = tilingOf({ matrices: 1, rows, columns, inner }, false)?.parts ?? 1
  return [...new Set([1, chosen, 2 * chosen])]
}

/** All shapes, one after another. */
export const productTiles: Case = {
  name: 'product-tiles',
  async run(emit) {
    const device = await openGpu()
    for (const n of gpuSizes)
      for (const shape of [...tileShapes, ...candidates]) await measure(device, [n, n, n], shape, 1, emit)
    const gradient: Size = [784, 128, 2 * gpuSizes[gpuSizes.length - 1]!]
    for (const shape of tileShapes)
      for (const parts of partsFor(gradient)) await measure(device, gradient, shape, parts, emit)
    device.destroy()
  },
}
