/**
 * Matrix products. Large ones run in tiles: a workgroup of 16 × 16 threads computes 64 × 64 elements, each thread 4 × 4, from
 * slices of both operands that lie in workgroup memory; the epilogue follows in registers. Small ones are plain loops.
 */
import type { Contraction, MatrixOperand } from '../../kernels/kernel.ts'
import { loopSources } from './loop-shader.ts'
import type { ShaderMemory } from './shader-memory.ts'
import type { Predicate, Shader, ShaderSource } from './shader-source.ts'
import { shaderText } from './shader-text.ts'
import { ShaderWriter } from './shader-writer.ts'
import { emitAlone } from './statements.ts'
import { elementStore, productKernel } from './synthetic.ts'
import { buffersOf, writtenBy } from './touched.ts'

/** Rows and columns of a tile, of the part of a thread, and the depth of a slice. */
const TILE = 64
const PART = 4
const DEPTH = 16
const THREADS = (TILE / PART) ** 2

/** From so many multiplications on, and on such sides, tiles pay. */
const LARGE = 2 ** 18
const LARGE_SIDE = 32

/** The shaders of a product. */
export function productSources(contraction: Contraction): readonly ShaderSource[] {
  const { rows, columns, inner, batch } = contraction
  const matrices = batch.reduce((product, extent) => product * extent, 1)
  const large = Math.min(rows, columns) >= LARGE_SIDE && inner >= DEPTH && matrices * rows * columns * inner >= LARGE
  return large ? [tiledSource(contraction)] : loopSources(productKernel(contraction))
}

/** A product in tiles, whatever its size. */
function tiledSource(contraction: Contraction): ShaderSource {
  const { name, body } = productKernel(contraction)
  return {
    name: `tiled_${name}`,
    buffers: buffersOf(body),
    written: writtenBy(body),
    shader: (memory, predicate) => tiledShader(contraction, `tiled_${name}`, memory, predicate),
  }
}

function tiledShader(
  contraction: Contraction,
  name: string,
  memory: ShaderMemory,
  predicate: Predicate | null,
): Shader {
  const { rows, columns, batch } = contraction
  const { body } = productKernel(contraction)
  const writer = new ShaderWriter(memory, writtenBy(body))
  new TiledProduct(contraction, writer).emit()
  const tiles = Math.ceil(rows / TILE) * Math.ceil(columns / TILE)
  const workgroups = batch.reduce((product, extent) => product * extent, tiles)
  const declarations = ['a', 'b'].map((side) => `var<workgroup> tile_${side}: array<vec4f, ${(DEPTH * TILE) / 4}>;`)
  const frame = { name, threads: THREADS, iterations: workgroups, each: 'workgroup', predicate, declarations } as const
  return { name, code: shaderText(memory, writer, frame), workgroups }
}

class TiledProduct {
  readonly #contraction: Contraction
  readonly #writer: ShaderWriter

  constructor(contraction: Contraction, writer: ShaderWriter) {
    this.#contraction = contraction
    this.#writer = writer
  }

  emit(): void {
    const writer = this.#writer
    const { inner } = this.#contraction
    this.#places()
    writer.line(`var sums: array<vec4f, ${PART}>;`)
    writer.block(`for (var depth = 0; depth < ${inner}; depth += ${DEPTH})`, () => {
      this.#fetch('a')
      this.#fetch('b')
      writer.line('workgroupBarrier();')
      this.#multiply()
      writer.line('workgroupBarrier();')
    })
    this.#finish()
  }

  /** Which matrix, and where the tile and the thread's part of it begin. */
  #places(): void {
    const writer = this.#writer
    const { rows, columns, batch } = this.#contraction
    const across = Math.ceil(columns / TILE)
    const down = Math.ceil(rows / TILE)
    writer.line('let number = i32(group);')
    writer.line(`let first_column = (number % ${across}) * ${TILE};`)
    writer.line(`let first_row = ((number / ${across}) % ${down}) * ${TILE};`)
    let stride = across * down
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      writer.line(`let batch${axis} = (number / ${stride}) % ${batch[axis]};`)
      stride *= batch[axis]
    }
    writer.line(`let part_row = (i32(thread) / ${TILE / PART}) * ${PART};`)
    writer.line(`let part_column = (i32(thread) % ${TILE / PART}) * ${PART};`)
  }

  /** Copies a slice of an operand; neighbouring threads read neighbouring elements. */
  #fetch(side: 'a' | 'b'): void {
    const writer = this.#writer
    const { rows, columns, inner, a, b } = this.#contraction
    const operand = side === 'a' ? a : b
    const [alongDepth, across] =
      side === 'a' ? [operand.columnStride, operand.rowStride] : [operand.rowStride, operand.columnStride]
    const depthFirst = alongDepth <= across && alongDepth !== 0
    const limit = side === 'a' ? rows : columns
    writer.block(`for (var e = i32(thread); e < ${DEPTH * TILE}; e += ${THREADS})`, () => {
      writer.line(`let k = ${depthFirst ? `e % ${DEPTH}` : `e / ${TILE}`};`)
      writer.line(`let j = ${depthFirst ? `e / ${DEPTH}` : `e % ${TILE}`};`)
      writer.line(`let place = ${side === 'a' ? 'first_row' : 'first_column'} + j;`)
      writer.line('var value = 0.0f;')
      writer.block(`if (place < ${limit} && depth + k < ${inner})`, () => {
        const index = [`(depth + k) * ${alongDepth}`, `place * ${across}`]
        writer.line(`value = ${this.#load(operand, index)};`)
      })
      writer.line(`tile_${side}[k * ${TILE / 4} + j / 4][j % 4] = value;`)
    })
  }

  #load(operand: MatrixOperand, index: readonly string[]): string {
    const batches = operand.batchStrides.map((stride, axis) => `batch${axis} * ${stride}`)
    return this.#writer.loadAt(operand.buffer, [`${operand.offset}`, ...batches, ...index].join(' + '))
  }

  #multiply(): void {
    const writer = this.#writer
    writer.block(`for (var k = 0; k < ${DEPTH}; k++)`, () => {
      writer.line(`let left = tile_a[k * ${TILE / 4} + part_row / 4];`)
      writer.line(`let right = tile_b[k * ${TILE / 4} + part_column / 4];`)
      for (let i = 0; i < PART; i++) writer.line(`sums[${i}] += left[${i}] * right;`)
    })
  }

  /** The epilogue of the thread's elements. */
  #finish(): void {
    const writer = this.#writer
    const { rows, columns } = this.#contraction
    const { loops, product, body } = elementStore(this.#contraction)
    writer.block(`for (var i = 0; i < ${PART}; i++)`, () => {
      writer.block(`for (var j = 0; j < ${PART}; j++)`, () => {
        writer.line('let row = first_row + part_row + i;')
        writer.line('let column = first_column + part_column + j;')
        writer.block(`if (row < ${rows} && column < ${columns})`, () => {
          loops.forEach((loop, axis) => {
            const position = axis - (loops.length - 2)
            writer.bindLoop(loop, position < 0 ? `batch${axis}` : position === 0 ? 'row' : 'column')
          })
          writer.line(`${writer.localName(product)} = sums[i][j];`)
          emitAlone(writer, body)
        })
      })
    })
  }
}
