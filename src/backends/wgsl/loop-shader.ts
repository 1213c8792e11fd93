/**
 * A kernel of the lower language as WGSL. Two ways to share out the work:
 *
 *  - *flat*: each iteration of the outer parallel loops is a thread, which runs everything inside alone;
 *  - *joint*: each iteration of the outer parallel loops is a workgroup, whose threads share every loop and reduction inside;
 *    rows of a softmax or a layer norm, sums of everything, and kernels whose outermost loop has an order.
 *
 * What only runs in order (`while`, `if`, single stores) is done by one thread there. A kernel of several nests without shared
 * variables is several shaders.
 */
import type { Kernel, Loop, Statement } from '../../kernels/kernel.ts'
import { allNodes, eachStatement, nodesOf, strideAlong } from '../../kernels/walk.ts'
import { acrossName, acrossWorkgroup, combined, neutral } from './reductions.ts'
import type { ShaderMemory } from './shader-memory.ts'
import type { Predicate, Shader, ShaderSource } from './shader-source.ts'
import { shaderText } from './shader-text.ts'
import { ShaderWriter } from './shader-writer.ts'
import { emitAlone, emitLoop, emitSimple } from './statements.ts'
import { buffersOf, writtenBy } from './touched.ts'

/** Threads of a workgroup. */
const FLAT_THREADS = 64
const JOINT_THREADS = 128
/** From so much work inside an iteration on, a workgroup may share it. */
const MUCH_WORK = 64
/** Iterations that are too few to keep a GPU busy, and enough of them (times work). */
const FEW_THREADS = 256
const ENOUGH_THREADS = 2 ** 20

/** The shaders of a kernel. */
export function loopSources({ name, body }: Pick<Kernel, 'name' | 'body'>): readonly ShaderSource[] {
  const separate = body.every((statement) => statement.kind === 'for')
  return separate ? body.map((statement) => sourceOf(name, [statement])) : [sourceOf(name, body)]
}

/** Statements that become one shader, and how. */
interface Part {
  readonly name: string
  readonly body: readonly Statement[]
  readonly mode: 'flat' | 'joint'
  /** The outer parallel loops, and what stands inside them. */
  readonly grid: readonly Loop[]
  readonly inner: readonly Statement[]
}

function sourceOf(name: string, body: readonly Statement[]): ShaderSource {
  const part = partOf(name, body)
  return {
    name,
    buffers: buffersOf(body),
    written: writtenBy(body),
    shader: (memory, predicate) => loopShader(part, memory, predicate),
  }
}

function partOf(name: string, body: readonly Statement[]): Part {
  const grid: Loop[] = []
  let inner = body
  while (inner.length === 1 && inner[0].kind === 'for' && inner[0].loop.parallel) {
    grid.push(inner[0].loop)
    inner = inner[0].body
  }
  return { name, body, mode: isJoint(grid, inner) ? 'joint' : 'flat', grid, inner }
}

/**
 * Workgroups share the work inside an iteration if there is much of it and neighbouring threads then read neighbouring elements,
 * or if there are too few iterations to keep a GPU busy.
 */
function isJoint(grid: readonly Loop[], inner: readonly Statement[]): boolean {
  if (grid.length === 0) return true
  const work = workInside(inner)
  if (work < MUCH_WORK) return false
  const iterations = extentOf(grid)
  if (iterations < FEW_THREADS) return true
  return runsAlongRows(inner) || iterations < ENOUGH_THREADS / work
}

/** Do loops or reductions inside run along elements that lie side by side? */
function runsAlongRows(body: readonly Statement[]): boolean {
  let along = false
  eachStatement(body, (statement) => {
    if (statement.kind === 'for' && statement.loop.parallel) along = true
    if (statement.kind !== 'reduce') return
    const innermost = statement.loops[statement.loops.length - 1]
    const loads = allNodes(nodesOf(statement)).filter((node) => node.kind === 'load')
    if (loads.length > 0 && loads.every(({ address }) => [0, 1].includes(strideAlong(address, innermost)))) along = true
  })
  return along
}

const extentOf = (loops: readonly Loop[]): number => loops.reduce((product, { extent }) => product * extent, 1)

/** The largest number of iterations that a workgroup could share. */
function workInside(body: readonly Statement[]): number {
  let most = 0
  let ordered = false
  eachStatement(body, (statement, loops) => {
    if (statement.kind === 'reduce') most = Math.max(most, extentOf(statement.loops))
    if (statement.kind === 'for' && statement.loop.parallel) most = Math.max(most, extentOf([...loops, statement.loop]))
    if (statement.kind === 'while' || statement.kind === 'if') ordered = true
  })
  return ordered ? 0 : most
}

function loopShader(part: Part, memory: ShaderMemory, predicate: Predicate | null): Shader {
  const { name, mode, grid } = part
  const threads = mode === 'flat' ? FLAT_THREADS : JOINT_THREADS
  const emitter = new Emitter(part, memory, threads)
  emitter.emit()
  const iterations = extentOf(grid)
  const each = mode === 'flat' ? 'thread' : 'workgroup'
  const declarations = [...emitter.across.values()]
  const code = shaderText(memory, emitter.writer, { name, threads, iterations, each, predicate, declarations })
  return { name, code, workgroups: mode === 'flat' ? Math.ceil(iterations / threads) : iterations }
}

class Emitter {
  readonly writer: ShaderWriter
  /** Operations that threads do together. */
  readonly across = new Map<string, string>()
  readonly #part: Part
  readonly #threads: number

  constructor(part: Part, memory: ShaderMemory, threads: number) {
    this.writer = new ShaderWriter(memory, writtenBy(part.body))
    this.#part = part
    this.#threads = threads
  }

  emit(): void {
    const { grid, inner, mode } = this.#part
    this.#bind(grid, 'i32(group)')
    if (mode === 'flat') emitAlone(this.writer, inner)
    else this.#together(inner)
  }

  /** Names the indices of nested loops, given the number of the iteration. */
  #bind(loops: readonly Loop[], number: string): void {
    if (loops.length === 0) return
    const { writer } = this
    if (loops.length === 1) {
      const name = writer.fresh('i')
      writer.line(`let ${name} = ${number};`)
      writer.bindLoop(loops[0], name)
      return
    }
    const rest = writer.fresh('n')
    writer.line(`let ${rest} = ${number};`)
    let stride = 1
    for (const loop of loops.toReversed()) {
      const name = writer.fresh('i')
      const quotient = stride === 1 ? rest : `${rest} / ${stride}`
      writer.line(`let ${name} = ${loop === loops[0] ? quotient : `(${quotient}) % ${loop.extent}`};`)
      writer.bindLoop(loop, name)
      stride *= loop.extent
    }
  }

  /** The threads of a workgroup do it together. Every thread knows all locals of this level. */
  #together(body: readonly Statement[]): void {
    const { writer } = this
    for (const statement of body) {
      writer.statement()
      switch (statement.kind) {
        case 'for':
          this.#loopTogether(statement)
          break
        case 'reduce':
          this.#reduceTogether(statement)
          break
        case 'assign':
          emitSimple(this.writer, statement)
          break
        default:
          writer.block('if (thread == 0u)', () => emitAlone(this.writer, [statement]))
          writer.line('storageBarrier();')
      }
    }
  }

  #loopTogether(statement: Extract<Statement, { kind: 'for' }>): void {
    const { writer } = this
    const { loop, body } = statement
    const rows = loop.extent < this.#threads && workInside(body) >= MUCH_WORK
    if (!loop.parallel || rows) {
      emitLoop(this.writer, loop, () => this.#together(body))
      return
    }
    const grid = [loop]
    let inner = body
    while (inner.length === 1 && inner[0].kind === 'for' && inner[0].loop.parallel) {
      grid.push(inner[0].loop)
      inner = inner[0].body
    }
    this.#share(grid, () => emitAlone(this.writer, inner))
    writer.line('storageBarrier();')
  }

  /** The iterations of nested loops shared out over the threads. */
  #share(loops: readonly Loop[], write: () => void): void {
    const number = this.writer.fresh('t')
    const head = `for (var ${number} = i32(thread); ${number} < ${extentOf(loops)}; ${number} += ${this.#threads})`
    this.writer.block(head, () => {
      this.#bind(loops, number)
      write()
    })
  }

  #reduceTogether({ loops, local, operation, value }: Extract<Statement, { kind: 'reduce' }>): void {
    const { writer } = this
    const part = writer.fresh('part')
    writer.line(`var ${part} = ${neutral(operation, local.dtype, writer.call)};`)
    this.#share(loops, () =>
      writer.line(`${part} = ${combined(operation, local.dtype, part, writer.node(value), writer.call)};`),
    )
    const name = acrossName(operation, local.dtype)
    this.across.set(name, acrossWorkgroup(operation, local.dtype, this.#threads, writer.call))
    writer.line(`${writer.localName(local)} = ${name}(${part}, thread);`)
  }
}
