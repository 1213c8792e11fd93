/** Text of a shader that is being written: lines, the scopes of computed values, the library functions it calls. */
import type { Address, Buffer, Local, Loop, Node } from '../../../kernels/language/kernel.ts'
import { operandsOf } from '../../../kernels/language/walk.ts'
import type { FunctionName } from '../maths/index.ts'
import { float } from '../maths/library.ts'
import { rows, typeOf } from './scalar.ts'
import { decoded, elementAt, encoded, type Memory, type ShaderMemory } from './shader-memory.ts'

/** Names for the values that are known where text is being written. */
type Scope = Map<Node, string>

/** Writes statements and expressions. */
export class ShaderWriter {
  readonly memory: ShaderMemory
  readonly functions = new Set<FunctionName>()
  readonly locals = new Map<Local, string>()
  readonly #lines: string[] = []
  readonly #scopes: Scope[] = [new Map()]
  readonly #loops = new Map<Loop, string>()
  readonly #volatile = new Map<Node, boolean>()
  readonly #written: ReadonlySet<unknown>
  #passing: Scope = new Map()
  #count = 0

  /** `written`: the buffers that the kernel stores to. */
  constructor(memory: ShaderMemory, written: ReadonlySet<unknown>) {
    this.memory = memory
    this.#written = written
  }

  get lines(): readonly string[] {
    return this.#lines
  }

  line(text: string): void {
    this.#lines.push('  '.repeat(this.#scopes.length) + text)
  }

  /** `head { … }`. */
  block(head: string, write: () => void): void {
    this.line(`${head} {`)
    this.#scopes.push(new Map())
    const outer = this.#passing
    this.#passing = new Map()
    write()
    this.#passing = outer
    this.#scopes.pop()
    this.line('}')
  }

  /** From here on, what may have changed is computed anew. */
  statement(): void {
    this.#passing = new Map()
  }

  /** A new name. */
  fresh(prefix: string): string {
    return `${prefix}${this.#count++}`
  }

  /** The name of a loop's index. */
  bindLoop(loop: Loop, name: string): void {
    this.#loops.set(loop, name)
  }

  /**
   * Names the indices of nested loops, given the number of the iteration, a text; `others` are nests of the same extents that
   * have the same indices.
   */
  bindLoops(loops: readonly Loop[], number: string, others: readonly (readonly Loop[])[] = []): void {
    let rest = number
    let isCounted = false
    for (let position = loops.length - 1; position >= 0; position--) {
      const { extent } = loops[position]
      let index = '0'
      if (loops.slice(0, position).every((loop) => loop.extent === 1)) index = isCounted ? `i32(${rest})` : rest
      else if (extent > 1) {
        const whole = this.fresh('n')
        this.line(`let ${whole} = ${isCounted ? rest : `u32(${rest})`};`)
        index = `i32(${whole} % ${extent}u)`
        rest = `${whole} / ${extent}u`
        isCounted = true
      }
      if (extent === 1 || index === '0') index = '0'
      else if (!/^\w+$/.test(index)) {
        const name = this.fresh('i')
        this.line(`let ${name} = ${index};`)
        index = name
      }
      for (const nest of [loops, ...others]) this.bindLoop(nest[position], index)
    }
  }

  /** The variable of a local, which is declared at the top of the shader. */
  localName(local: Local): string {
    let name = this.locals.get(local)
    if (name === undefined) {
      name = `v${this.locals.size}`
      this.locals.set(local, name)
    }
    return name
  }

  /** An expression for a node; what costs something is computed once and named. */
  node(node: Node): string {
    switch (node.kind) {
      case 'constant':
        return this.#constant(node)
      case 'index':
        return this.#loops.get(node.loop)!
      case 'local':
        return this.localName(node.local)
      default:
        return this.#known(node) ?? this.#compute(node)
    }
  }

  /** The position of an address in its memory. */
  position(base: string, { offset, terms, dynamic }: Address): string {
    const parts = [base]
    for (const { loop, stride } of terms) {
      const index = this.#loops.get(loop)!
      parts.push(stride === 1 ? index : `${index} * ${stride}`)
    }
    if (dynamic !== null) parts.push(this.node(dynamic))
    const sum = parts.join(' + ')
    return offset === 0 ? sum : offset > 0 ? `${sum} + ${offset}` : `${sum} - ${-offset}`
  }

  /** The memory in which a buffer stands. */
  memoryOf(buffer: Buffer): Memory {
    return this.memory.memories[this.memory.places.get(buffer)!.memory]
  }

  /** The position of an address of a buffer in its memory. */
  positionOf(buffer: Buffer, address: Address): string {
    return this.position(`base${this.memory.places.get(buffer)!.base}`, address)
  }

  /** `memory[…]` of an element of a buffer. */
  element(buffer: Buffer, address: Address): string {
    return elementAt(this.memoryOf(buffer), this.positionOf(buffer, address))
  }

  /** The element of a buffer at a position that is a text. */
  loadAt(buffer: Buffer, position: string): string {
    const { base } = this.memory.places.get(buffer)!
    const memory = this.memoryOf(buffer)
    return decoded(elementAt(memory, `base${base} + ${position}`), memory.element, buffer.dtype)
  }

  /** Stores a value. */
  store(buffer: Buffer, address: Address, value: string): void {
    const { element } = this.memoryOf(buffer)
    this.line(`${this.element(buffer, address)} = ${encoded(value, element, buffer.dtype)};`)
  }

  /** The call of a library function. */
  readonly call = (name: FunctionName, ...operands: string[]): string => {
    this.functions.add(name)
    return `${name}(${operands.join(', ')})`
  }

  #known(node: Node): string | undefined {
    const passing = this.#passing.get(node)
    if (passing !== undefined) return passing
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const name = this.#scopes[i].get(node)
      if (name !== undefined) return name
    }
    return undefined
  }

  #compute(node: Extract<Node, { kind: 'load' | 'apply' }>): string {
    const text = node.kind === 'load' ? this.#load(node) : this.#apply(node)
    const name = this.fresh('x')
    this.line(`let ${name} = ${text};`)
    const scope = this.#isVolatile(node) ? this.#passing : this.#scopes.at(-1)!
    scope.set(node, name)
    return name
  }

  #load(node: Extract<Node, { kind: 'load' }>): string {
    return decoded(this.element(node.buffer, node.address), this.memoryOf(node.buffer).element, node.dtype)
  }

  #apply(node: Extract<Node, { kind: 'apply' }>): string {
    const operands = node.operands.map((operand) => this.node(operand))
    // The first operand says which kind of arithmetic it is; that of `select` is the condition.
    const operand = node.operands[0].dtype
    return rows[node.name](operands, { operand, result: node.dtype, exponent: node.exponent ?? 0, call: this.call })
  }

  #constant({ dtype, value }: Extract<Node, { kind: 'constant' }>): string {
    switch (typeOf(dtype)) {
      case 'bool':
        return value === 0 ? 'false' : 'true'
      case 'u32':
        return `${value >>> 0}u`
      case 'i32':
        return value === -2147483648 ? '(-2147483647 - 1)' : value < 0 ? `(${value})` : String(value)
      default:
        return this.#float(value)
    }
  }

  #float(value: number): string {
    const rounded = Math.fround(value)
    if (Number.isNaN(rounded)) return this.call('not_a_number')
    if (!Number.isFinite(rounded)) return rounded > 0 ? this.call('infinity') : `(-${this.call('infinity')})`
    if (Object.is(rounded, -0)) return 'bitcast<f32>(0x80000000u)'
    return rounded < 0 ? `(${float(rounded)})` : float(rounded)
  }

  /** Does a node depend on a local or on memory that the kernel itself changes? */
  #isVolatile(node: Node): boolean {
    const known = this.#volatile.get(node)
    if (known !== undefined) return known
    const changes = node.kind === 'local' || (node.kind === 'load' && this.#written.has(node.buffer))
    const result = changes || operandsOf(node).some((operand) => this.#isVolatile(operand))
    this.#volatile.set(node, result)
    return result
  }
}
