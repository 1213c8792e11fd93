/**
 * A product in tiles, C[m, n] = Σ A[m, k] B[k, n], as a shader: a workgroup computes a tile of C from slices of both operands that
 * lie in workgroup memory, each thread a part of the tile in registers. While a slice is multiplied the next one is on its way.
 *
 * In workgroup memory quads of neighbours along the side are vectors, stored and loaded whole (to write one component is to
 * touch all four), and one vector of padding after each row keeps the threads of a store in different banks. A thread's part is
 * several quads that lie apart, so that neighbouring threads load neighbouring vectors.
 */
import type { Buffer, Local, Loop, Statement } from '../../../kernels/language/kernel.ts'
import type { ShaderMemory } from './shader-memory.ts'
import type { Predicate, Shader, ShaderSource } from './shader-source.ts'
import { shaderText } from './shader-text.ts'
import { ShaderWriter } from './shader-writer.ts'
import { emitAlone } from './statements.ts'
import { digitTexts, type IndexNames, OperandWriter, runsAlongDepth, type TileOperand } from './tile-operand.ts'
import { type Tiling, threadsOf, workgroupsOf } from './tile-shapes.ts'
import { buffersOf, writtenBy } from './touched.ts'

/** What is done with the elements of a product. */
export interface TileTarget {
  /** Over the elements: of a matrix the batch axes, the row and the column, of an image the digits of the row and the channel. */
  readonly loops: readonly Loop[]
  readonly product: Local
  readonly body: readonly Statement[]
  /** Channels of a group, if it is an image; else null. */
  readonly groupColumns: number | null
}

/** A product that can run in tiles. */
export interface TiledProblem {
  readonly name: string
  readonly batch: readonly number[]
  readonly rows: number
  readonly columns: number
  readonly inner: number
  readonly a: TileOperand
  readonly b: TileOperand
  readonly target: TileTarget
}

/** The shader of a product in tiles. With several parts, `part` is the loop over them in the target's body. */
export function tiledSource(problem: TiledProblem, tiling: Tiling, part: Loop | null = null): ShaderSource {
  const { a, b, target } = problem
  return {
    name: problem.name,
    buffers: [...new Set<Buffer>([a.buffer, b.buffer, ...buffersOf(target.body)])],
    written: writtenBy(target.body),
    shader: (memory, predicate) => tiledShader(problem, tiling, part, memory, predicate),
  }
}

function tiledShader(
  problem: TiledProblem,
  tiling: Tiling,
  part: Loop | null,
  memory: ShaderMemory,
  predicate: Predicate | null,
): Shader {
  const { name, batch, target } = problem
  const { shape } = tiling
  const writer = new ShaderWriter(memory, writtenBy(target.body))
  new TileEmitter(problem, tiling, writer).emit(part)
  const matrices = batch.reduce((product, extent) => product * extent, 1)
  const workgroups = workgroupsOf({ ...problem, matrices }, tiling)
  const declarations = (['a', 'b'] as const).map(
    (side) =>
      `var<workgroup> tile_${side}: array<vec4f, ${shape.depth * pitchOf(side === 'a' ? shape.rows : shape.columns)}>;`,
  )
  const threads = threadsOf(shape)
  const frame = { name, threads, iterations: workgroups, each: 'workgroup', predicate, declarations } as const
  return { name, code: shaderText(memory, writer, frame), workgroups }
}

/** Vectors from one row of a slice to the next. */
const pitchOf = (side: number): number => side / 4 + 1

const component = (i: number): string => 'xyzw'[i % 4]

/** How a slice of one operand is fetched: what each thread brings, quad by quad. */
interface Fetch {
  readonly operand: OperandWriter
  readonly name: 'a' | 'b'
  readonly pitch: number
  /** Do all threads bring something? Else those below this number. */
  readonly threads: number | null
  /** The place of each quad in the slice, along the depth and along the side, and its four sides. */
  readonly quads: readonly { readonly k: string; readonly place: string; readonly sides: readonly IndexNames[] }[]
}

class TileEmitter {
  readonly #problem: TiledProblem
  readonly #tiling: Tiling
  readonly #writer: ShaderWriter
  readonly #threads: number

  constructor(problem: TiledProblem, tiling: Tiling, writer: ShaderWriter) {
    this.#problem = problem
    this.#tiling = tiling
    this.#writer = writer
    this.#threads = threadsOf(tiling.shape)
  }

  emit(part: Loop | null): void {
    const writer = this.#writer
    const { shape } = this.#tiling
    this.#places(part)
    const fetches = [this.#fetching('a'), this.#fetching('b')]
    for (const name of this.#sums()) writer.line(`var ${name} = vec4f();`)
    for (const { name, quads } of fetches) for (const i of quads.keys()) writer.line(`var next_${name}${i} = vec4f();`)
    writer.block(`for (var depth = first_depth; depth < end + ${shape.depth}; depth += ${shape.depth})`, () => {
      writer.block('if (depth < end)', () => {
        for (const fetch of fetches) this.#fetch(fetch)
      })
      writer.block('if (depth > first_depth)', () => this.#multiply())
      writer.line('workgroupBarrier();')
      for (const fetch of fetches) this.#store(fetch)
      writer.line('workgroupBarrier();')
    })
    this.#finish(part, fetches)
  }

  /** Which matrix and which part of the depth, and where the tile begins. */
  #places(part: Loop | null): void {
    const writer = this.#writer
    const { rows, columns, inner, batch } = this.#problem
    const { shape, span, parts } = this.#tiling
    const axes = [
      { name: 'part', extent: parts },
      ...batch.map((extent, axis) => ({ name: `batch${axis}`, extent })),
      { name: 'tile_row', extent: Math.ceil(rows / shape.rows) },
      { name: 'tile_column', extent: Math.ceil(columns / shape.columns) },
    ]
    for (const [{ name }, text] of digitTexts(axes, 'i32(group)')) writer.line(`let ${name} = ${text};`)
    if (part !== null) writer.bindLoop(part, 'part')
    writer.line(`let first_row = tile_row * ${shape.rows};`)
    writer.line(`let first_column = tile_column * ${shape.columns};`)
    writer.line(`let first_depth = part * ${span};`)
    writer.line(`let end = min(first_depth + ${span}, ${inner});`)
    const across = shape.columns / shape.partColumns
    writer.line(`let thread_row = i32(thread / ${across}u);`)
    writer.line(`let thread_column = i32(thread % ${across}u);`)
  }

  /** Writes what a thread knows of its quads before the loop. Sides beyond the end repeat the last one: nobody stores what they give. */
  #fetching(name: 'a' | 'b'): Fetch {
    const writer = this.#writer
    const { shape } = this.#tiling
    const { rows, columns, a, b } = this.#problem
    const [data, size, limit, first] =
      name === 'a' ? [a, shape.rows, rows, 'first_row'] : [b, shape.columns, columns, 'first_column']
    const operand = new OperandWriter(data, writer, name)
    const quads = (size / 4) * shape.depth
    const along = runsAlongDepth(data)
    const fast = along ? shape.depth : size / 4
    const [low, high] = [`i32(thread % ${fast}u)`, `i32(thread / ${fast}u)`]
    const sidesAt = (place: string): IndexNames[] =>
      [0, 1, 2, 3].map((i) => {
        const index = `${first} + ${place} * 4 + ${i}`
        return operand.side(limit % size === 0 ? `(${index})` : `min(${index}, ${limit - 1})`)
      })
    const shared = along ? null : sidesAt(low)
    const list = Array.from({ length: Math.max(1, quads / this.#threads) }, (_, i) => {
      const slow = i === 0 ? high : `(${high} + ${(i * this.#threads) / fast})`
      return along ? { k: low, place: slow, sides: sidesAt(slow) } : { k: slow, place: low, sides: shared! }
    })
    const threads = quads < this.#threads ? quads : null
    return { operand, name, pitch: pitchOf(size), threads, quads: list }
  }

  /** Loads a slice into registers. */
  #fetch({ operand, name, quads, threads }: Fetch): void {
    const writer = this.#writer
    const load = (): void => {
      let [known, depth] = ['', null as IndexNames | null]
      for (const [i, { k, sides }] of quads.entries()) {
        if (known !== k || depth === null) depth = operand.depth(this.#depthIndex(k))
        known = k
        const elements = sides.map((side) => operand.load(side, depth!))
        this.#gather(`next_${name}${i}`, elements, k)
      }
    }
    if (threads === null) load()
    else writer.block(`if (thread < ${threads}u)`, load)
  }

  #depthIndex = (k: string): string => `(depth + ${k})`

  /** A quad of elements, zero beyond the depth and where an image ends. */
  #gather(target: string, elements: readonly ReturnType<OperandWriter['load']>[], k: string): void {
    const writer = this.#writer
    const { inner } = this.#problem
    const write = (): void => {
      if (elements.every(({ conditions }) => conditions.length === 0)) {
        writer.line(`${target} = vec4f(${elements.map(({ value }) => value).join(', ')});`)
        return
      }
      for (const [i, { value, conditions }] of elements.entries()) {
        writer.line(`if (${conditions.join(' && ')}) { ${target}.${component(i)} = ${value}; }`)
      }
    }
    const isTail = inner % this.#tiling.shape.depth !== 0
    const isGuarded = isTail || elements.some(({ conditions }) => conditions.length > 0)
    if (isGuarded) writer.line(`${target} = vec4f();`)
    if (isTail) writer.block(`if (depth + ${k} < ${inner})`, write)
    else write()
  }

  /** Puts the fetched slice into workgroup memory. */
  #store({ name, pitch, quads, threads }: Fetch): void {
    const writer = this.#writer
    const write = (): void => {
      for (const [i, { k, place }] of quads.entries())
        writer.line(`tile_${name}[${k} * ${pitch} + ${place}] = next_${name}${i};`)
    }
    if (threads === null) write()
    else writer.block(`if (thread < ${threads}u)`, write)
  }

  /** The sums of a thread: for each of its rows a vector for each quad of columns. */
  #sums(): string[] {
    const { partRows, partColumns } = this.#tiling.shape
    return Array.from({ length: (partRows * partColumns) / 4 }, (_, i) => `sum${i}`)
  }

  #multiply(): void {
    const writer = this.#writer
    const { rows, columns, depth, partRows, partColumns } = this.#tiling.shape
    const vectors = (name: string, thread: string, side: number, part: number): void => {
      for (let i = 0; i < part / 4; i++) {
        const place = `k * ${pitchOf(side)} + ${thread} + ${(i * side) / part}`
        writer.line(`let ${name === 'a' ? 'left' : 'right'}${i} = tile_${name}[${place}];`)
      }
    }
    writer.block(`for (var k = 0; k < ${depth}; k++)`, () => {
      vectors('a', 'thread_row', rows, partRows)
      vectors('b', 'thread_column', columns, partColumns)
      for (const [i, sum] of this.#sums().entries()) {
        const row = Math.floor(i / (partColumns / 4))
        writer.line(`${sum} += left${Math.floor(row / 4)}.${component(row)} * right${i % (partColumns / 4)};`)
      }
    })
  }

  /** What is done with each element of the thread's part. The sums are a list only here: in the loop they are registers. */
  #finish(part: Loop | null, [left, right]: readonly Fetch[]): void {
    const writer = this.#writer
    const { rows, columns, target } = this.#problem
    const { shape } = this.#tiling
    const quads = shape.partColumns / 4
    const sums = this.#sums()
    writer.line(`var sums = array<vec4f, ${sums.length}>(${sums.join(', ')});`)
    writer.block(`for (var vector = 0; vector < ${sums.length}; vector++)`, () => {
      writer.line(`let own_row = vector / ${quads};`)
      const down = shape.rows / shape.partRows
      const across = shape.columns / shape.partColumns
      writer.line(`let row = first_row + (thread_row + own_row / 4 * ${down}) * 4 + own_row % 4;`)
      writer.line(`let quad = first_column + (thread_column + vector % ${quads} * ${across}) * 4;`)
      writer.block('for (var j = 0; j < 4; j++)', () => {
        writer.line('let column = quad + j;')
        writer.block(`if (row < ${rows} && column < ${columns})`, () => {
          const product = writer.localName(target.product)
          writer.line(`${product} = sums[vector][j];`)
          if (this.#problem.a.windows.length > 0) this.#sumAgain(product, left, right)
          this.#bind(part)
          emitAlone(writer, target.body)
        })
      })
    })
  }

  #bind(part: Loop | null): void {
    const writer = this.#writer
    const { loops, groupColumns } = this.#problem.target
    if (part !== null) writer.bindLoop(part, 'part')
    if (groupColumns === null) {
      const names = [...this.#problem.batch.map((_, axis) => `batch${axis}`), 'row', 'column']
      for (const [i, loop] of loops.entries()) writer.bindLoop(loop, names[i])
      return
    }
    for (const [loop, text] of digitTexts(loops.slice(0, -1), 'row')) {
      const name = writer.fresh('digit')
      writer.line(`let ${name} = ${text};`)
      writer.bindLoop(loop, name)
    }
    const channel = writer.fresh('channel')
    const group = this.#problem.batch.length === 0 ? '' : `batch0 * ${groupColumns} + `
    writer.line(`let ${channel} = ${group}column;`)
    writer.bindLoop(loops[loops.length - 1], channel)
  }

  /** Elements outside of an image are left out of a sum; as zeros they would make NaN of what is infinite. */
  #sumAgain(product: string, left: Fetch, right: Fetch): void {
    const writer = this.#writer
    writer.block(`if (${writer.call('is_nan', product)})`, () => {
      writer.line(`${product} = 0.0f;`)
      const sides = [left.operand.side('row'), right.operand.side('column')]
      writer.block('for (var depth = first_depth; depth < end; depth++)', () => {
        const a = left.operand.load(sides[0], left.operand.depth('depth'))
        const b = right.operand.load(sides[1], right.operand.depth('depth'))
        const conditions = [...a.conditions, ...b.conditions].join(' && ')
        writer.line(`if (${conditions}) { ${product} += ${a.value} * ${b.value}; }`)
      })
    })
  }
}
