/**
 * Chains of elements four at a time: a thread loads, computes and stores vectors where every address runs through memory element
 * by element. What does not vary along the four is computed once; functions of the library are called for each of them.
 */
import type { Address, Buffer, Loop, Node, ScalarName, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes, nodesOf, operandsOf, strideAlong } from '../../../kernels/language/walk.ts'
import { extentOf, type Part } from './parts.ts'
import { rows, typeOf } from './scalar.ts'
import { decodedFour, encodedFour } from './shader-memory.ts'
import type { ShaderWriter } from './shader-writer.ts'
import { writtenBy } from './touched.ts'

/** Elements from which threads of four still fill a GPU. */
const MANY = 2 ** 15

/** A chain whose innermost loop may be done four turns at a time. */
export interface Fours {
  readonly loop: Loop
  /** The grid with a quarter of that loop's turns. */
  readonly grid: readonly Loop[]
  readonly stores: readonly Store[]
  /** What is loaded or stored by fours: they must begin at multiples of four. */
  readonly buffers: ReadonlySet<Buffer>
}

type Store = Extract<Statement, { kind: 'store' }>

/** The chain that a part is; null if elements had better be taken one by one. */
export function foursOf({ grid, inner, prologue }: Part): Fours | null {
  const loop = grid[grid.length - 1]
  if (loop === undefined || prologue.length > 0 || extentOf(grid) < MANY) return null
  const stores = inner.filter((statement) => statement.kind === 'store')
  if (stores.length < inner.length || !endsWithMemory(loop, grid, stores)) return null
  const written = writtenBy(stores)
  const buffers = new Set<Buffer>()
  for (const { buffer, address } of stores) {
    if (strideAlong(address, loop) !== 1 || !isAligned(address, loop)) return null
    buffers.add(buffer)
  }
  for (const node of allNodes(stores.flatMap(nodesOf))) {
    if (node.kind !== 'load') continue
    const { address, buffer } = node
    const stride = strideAlong(address, loop)
    if (written.has(buffer) || address.dynamic !== null || stride > 1 || stride < 0) return null
    if (stride === 0) continue
    if (!isAligned(address, loop)) return null
    buffers.add(buffer)
  }
  const quarter: Loop = { ...loop, extent: Math.ceil(loop.extent / 4) }
  return { loop, grid: [...grid.slice(0, -1), quarter], stores, buffers }
}

/** Do the last four end where the loop does, or where nothing but padding follows? */
const endsWithMemory = (loop: Loop, grid: readonly Loop[], stores: readonly Store[]): boolean =>
  loop.extent % 4 === 0 || (grid.length === 1 && stores.every(({ buffer }) => buffer.elements === loop.extent))

const isAligned = ({ offset, terms, dynamic }: Address, along: Loop): boolean =>
  dynamic === null && offset % 4 === 0 && terms.every(({ loop, stride }) => loop === along || stride % 4 === 0)

/** Operations that WGSL has for vectors, a number among their operands or not. */
const forVectors: ReadonlySet<ScalarName> = new Set(['add', 'sub', 'mul', 'floor', 'ceil', 'round', 'trunc', 'sqrt'])

/** Writes the statements of a chain; `writer` holds what is the same for all four. */
export class FoursWriter {
  readonly #writer: ShaderWriter
  readonly #fours: Fours
  readonly #names = new Map<Node, string>()
  readonly #varies = new Map<Node, boolean>()

  constructor(writer: ShaderWriter, fours: Fours) {
    this.#writer = writer
    this.#fours = fours
  }

  write(): void {
    const { grid, loop, stores } = this.#fours
    const writer = this.#writer
    writer.bindLoops(grid, 'i32(group)')
    const quarter = writer.node({ kind: 'index', dtype: 'int32', loop: grid[grid.length - 1] })
    writer.line(`let first = ${quarter} * 4;`)
    writer.bindLoop(loop, 'first')
    for (const { buffer, address, value } of stores) {
      const four = this.#isVarying(value) ? this.#four(value) : `vec4<${typeOf(value.dtype)}>(${writer.node(value)})`
      const { element } = writer.memoryOf(buffer)
      writer.line(`${this.#place(buffer, address)} = ${encodedFour(four, element, buffer.dtype)};`)
    }
  }

  /** The name of four values. */
  #four(node: Node): string {
    let name = this.#names.get(node)
    if (name === undefined) {
      const text = this.#text(node)
      name = this.#writer.fresh('x')
      this.#writer.line(`let ${name} = ${text};`)
      this.#names.set(node, name)
    }
    return name
  }

  #text(node: Node): string {
    if (node.kind === 'index') return 'vec4<i32>(first, first + 1, first + 2, first + 3)'
    if (node.kind === 'load')
      return decodedFour(this.#place(node.buffer, node.address), this.#writer.memoryOf(node.buffer).element, node.dtype)
    return this.#apply(node as Extract<Node, { kind: 'apply' }>) // nothing else varies
  }

  #apply(node: Extract<Node, { kind: 'apply' }>): string {
    const { name, operands, dtype, exponent } = node
    const varies = operands.map((operand) => this.#isVarying(operand))
    const texts = operands.map((operand, i) => (varies[i] ? this.#four(operand) : this.#writer.node(operand)))
    const application = { operand: operands[0].dtype, result: dtype, exponent: exponent ?? 0, call: this.#writer.call }
    if (forVectors.has(name) && dtype !== 'bool') return rows[name](texts, application)
    const one = (lane: string): string =>
      rows[name](
        texts.map((text, i) => (varies[i] ? `${text}.${lane}` : text)),
        application,
      )
    return `vec4<${typeOf(dtype)}>(${[...'xyzw'].map(one).join(', ')})`
  }

  #place(buffer: Buffer, address: Address): string {
    return `${this.#writer.memoryOf(buffer).name}[(${this.#writer.positionOf(buffer, address)}) >> 2u]`
  }

  #isVarying(node: Node): boolean {
    let varies = this.#varies.get(node)
    if (varies === undefined) {
      const { loop } = this.#fours
      const itself =
        node.kind === 'index' ? node.loop === loop : node.kind === 'load' && strideAlong(node.address, loop) !== 0
      varies = itself || operandsOf(node).some((operand) => this.#isVarying(operand))
      this.#varies.set(node, varies)
    }
    return varies
  }
}
