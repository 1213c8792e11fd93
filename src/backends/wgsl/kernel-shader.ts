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
import type { Buffer, Kernel, Loop, Statement } from '../../kernels/kernel.ts'
import { eachStatement } from '../../kernels/walk.ts'
import { functionTexts } from './maths/index.ts'
import { acrossName, acrossWorkgroup, combined, neutral } from './reductions.ts'
import { typeOf } from './scalar.ts'
import type { ShaderMemory } from './shader-memory.ts'
import { ShaderWriter } from './shader-writer.ts'

/** Threads of a workgroup. */
const FLAT_THREADS = 64
const JOINT_THREADS = 128
/** From so much work inside an iteration on, a workgroup shares it, if there are not enough iterations anyway. */
const MUCH_WORK = 64
const ENOUGH_THREADS = 16_384
/** Terms that are summed up one by one before the sum joins the total. */
const SUM_BLOCK = 64

/** Statements that become one shader, and how. */
export interface Part {
  readonly name: string
  readonly body: readonly Statement[]
  readonly mode: 'flat' | 'joint'
  /** The outer parallel loops, and what stands inside them. */
  readonly grid: readonly Loop[]
  readonly inner: readonly Statement[]
}

/** A shader and how many workgroups of it are to run. */
export interface Shader {
  readonly name: string
  readonly code: string
  readonly workgroups: number
}

/** The parts of a kernel. */
export function partsOf({ name, body }: Pick<Kernel, 'name' | 'body'>): readonly Part[] {
  const separate = body.every((statement) => statement.kind === 'for')
  return separate ? body.map((statement) => partOf(name, [statement])) : [partOf(name, body)]
}

function partOf(name: string, body: readonly Statement[]): Part {
  const grid: Loop[] = []
  let inner = body
  while (inner.length === 1 && inner[0].kind === 'for' && inner[0].loop.parallel) {
    grid.push(inner[0].loop)
    inner = inner[0].body
  }
  const threads = extentOf(grid)
  const shared = threads < ENOUGH_THREADS && workInside(inner) >= MUCH_WORK
  return { name, body, mode: grid.length === 0 || shared ? 'joint' : 'flat', grid, inner }
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

/** The buffers of a part, in order of their first appearance. */
export function writtenBy(body: readonly Statement[]): ReadonlySet<Buffer> {
  const written = new Set<Buffer>()
  eachStatement(body, (statement) => {
    if (statement.kind === 'store' || statement.kind === 'accumulate') written.add(statement.buffer)
  })
  return written
}

/** The shader of a part. `predicated`: the last base is the place of a flag, and the shader does nothing where it is 0. */
export function shaderOf(part: Part, memory: ShaderMemory, predicate: Predicate | null): Shader {
  const threads = part.mode === 'flat' ? FLAT_THREADS : JOINT_THREADS
  const emitter = new Emitter(part, memory, threads)
  emitter.emit()
  const iterations = extentOf(part.grid)
  const workgroups = part.mode === 'flat' ? Math.ceil(iterations / threads) : iterations
  return { name: part.name, code: assemble(part, memory, predicate, emitter, threads), workgroups }
}

/** A flag in one of the memories. */
export interface Predicate {
  readonly memory: number
  readonly base: number
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
    if (mode === 'flat') this.#alone(inner)
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

  /** One thread does everything. */
  #alone(body: readonly Statement[]): void {
    const { writer } = this
    for (const statement of body) {
      writer.statement()
      switch (statement.kind) {
        case 'for':
          this.#loop(statement.loop, () => this.#alone(statement.body))
          break
        case 'reduce':
          this.#reduceAlone(statement)
          break
        case 'if': {
          const condition = writer.node(statement.condition)
          writer.block(`if (${condition})`, () => this.#alone(statement.whenTrue))
          if (statement.whenFalse.length > 0) writer.block(`if (!${condition})`, () => this.#alone(statement.whenFalse))
          break
        }
        case 'while':
          writer.block('loop', () => {
            writer.statement()
            writer.line(`if (!${writer.node(statement.condition)}) { break; }`)
            this.#alone(statement.body)
          })
          break
        default:
          this.#simple(statement)
      }
    }
  }

  #simple(statement: Extract<Statement, { kind: 'store' | 'accumulate' | 'assign' }>): void {
    const { writer } = this
    const value = writer.node(statement.value)
    if (statement.kind === 'assign') {
      writer.line(`${writer.localName(statement.local)} = ${value};`)
      return
    }
    const { buffer, address } = statement
    if (statement.kind === 'store') writer.store(buffer, address, value)
    else {
      const before = writer.node({ kind: 'load', dtype: buffer.dtype, buffer, address })
      writer.store(buffer, address, `(${before} + ${value})`)
    }
  }

  #loop(loop: Loop, write: () => void): void {
    const name = this.writer.fresh('i')
    this.writer.bindLoop(loop, name)
    this.writer.block(`for (var ${name} = 0; ${name} < ${loop.extent}; ${name}++)`, write)
  }

  #reduceAlone({ loops, local, operation, value }: Extract<Statement, { kind: 'reduce' }>): void {
    const { writer } = this
    const total = writer.localName(local)
    const start = neutral(operation, local.dtype, writer.call)
    writer.line(`${total} = ${start};`)
    const nest = (index: number, into: string): void => {
      if (index === loops.length) {
        writer.line(`${into} = ${combined(operation, local.dtype, into, writer.node(value), writer.call)};`)
        return
      }
      const inner = index === loops.length - 1
      if (inner && operation === 'sum' && local.dtype === 'float32' && loops[index].extent > 2 * SUM_BLOCK) {
        this.#blockedSum(loops[index], total, () => writer.node(value))
        return
      }
      this.#loop(loops[index], () => nest(index + 1, into))
    }
    nest(0, total)
  }

  /** Σ in blocks, so that the error does not grow with the length. */
  #blockedSum(loop: Loop, total: string, value: () => string): void {
    const { writer } = this
    const [block, name, part] = [writer.fresh('i'), writer.fresh('i'), writer.fresh('part')]
    writer.block(`for (var ${block} = 0; ${block} < ${loop.extent}; ${block} += ${SUM_BLOCK})`, () => {
      writer.line(`var ${part} = 0.0f;`)
      writer.bindLoop(loop, name)
      const end = `min(${block} + ${SUM_BLOCK}, ${loop.extent})`
      writer.block(`for (var ${name} = ${block}; ${name} < ${end}; ${name}++)`, () =>
        writer.line(`${part} = ${part} + ${value()};`),
      )
      writer.line(`${total} = ${total} + ${part};`)
    })
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
          this.#simple(statement)
          break
        default:
          writer.block('if (thread == 0u)', () => this.#alone([statement]))
          writer.line('storageBarrier();')
      }
    }
  }

  #loopTogether(statement: Extract<Statement, { kind: 'for' }>): void {
    const { writer } = this
    const { loop, body } = statement
    const rows = loop.extent < this.#threads && workInside(body) >= MUCH_WORK
    if (!loop.parallel || rows) {
      this.#loop(loop, () => this.#together(body))
      return
    }
    const grid = [loop]
    let inner = body
    while (inner.length === 1 && inner[0].kind === 'for' && inner[0].loop.parallel) {
      grid.push(inner[0].loop)
      inner = inner[0].body
    }
    this.#share(grid, () => this.#alone(inner))
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

/** The whole text: bindings, the functions it calls, the entry. */
function assemble(
  { name, mode, grid }: Part,
  memory: ShaderMemory,
  predicate: Predicate | null,
  { writer, across }: Emitter,
  threads: number,
): string {
  const locals = [...writer.locals].map(([local, variable]) => `  var ${variable}: ${typeOf(local.dtype)};`)
  const iterations = extentOf(grid)
  const number =
    mode === 'flat'
      ? `(workgroup.y * grid.x + workgroup.x) * ${threads}u + thread`
      : 'workgroup.y * grid.x + workgroup.x'
  return [
    `// ${name}`,
    ...bindingTexts(memory, predicate),
    ...functionTexts(writer.functions),
    ...across.values(),
    ...(predicate !== null && mode === 'joint' ? ['var<workgroup> is_on: u32;'] : []),
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) thread: u32) {',
    `  let group = ${number};`,
    `  if (group >= ${iterations}u) { return; }`,
    ...predicateTexts(memory, predicate, mode),
    ...baseTexts(memory),
    ...locals,
    ...writer.lines,
    '}',
    '',
  ].join('\n')
}

/** The declarations of the bindings: binding 0 holds the bases, the memories follow. */
function bindingTexts({ memories, places }: ShaderMemory, predicate: Predicate | null): string[] {
  const words = places.size + (predicate === null ? 0 : 1)
  const own = predicate !== null && predicate.memory === memories.length ? 1 : 0
  if (own > 0) throw new TypeError('wgsl: a flag outside the memories of its shader')
  return [
    `@group(0) @binding(0) var<uniform> bases: array<vec4<i32>, ${Math.max(1, Math.ceil(words / 4))}>;`,
    ...memories.map(
      ({ name, element, writable }, i) =>
        `@group(0) @binding(${i + 1}) var<storage, ${writable ? 'read_write' : 'read'}> ${name}: array<${element}>;`,
    ),
  ]
}

/** Names for the begins of the buffers. */
const baseTexts = ({ places }: ShaderMemory): string[] =>
  [...places.values()].map(({ base }) => `  let base${base} = bases[${base >> 2}][${base & 3}];`)

function predicateTexts({ memories }: ShaderMemory, predicate: Predicate | null, mode: Part['mode']): string[] {
  if (predicate === null) return []
  const { name } = memories[predicate.memory]
  const flag = `bitcast<u32>(${name}[bases[${predicate.base >> 2}][${predicate.base & 3}]])`
  if (mode === 'flat') return [`  if (${flag} == 0u) { return; }`]
  // All threads must leave together, which the compiler believes of a value of the workgroup alone.
  return [`  if (thread == 0u) { is_on = ${flag}; }`, '  if (workgroupUniformLoad(&is_on) == 0u) { return; }']
}
