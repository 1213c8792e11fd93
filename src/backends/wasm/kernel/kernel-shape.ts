/**
 * What of a kernel its code depends on: everything but which buffers it works on. Kernels of one shape (the stages of an
 * integrator, equal layers) share one function, which is given the addresses of the buffers.
 */
import type { Address, Buffer, Kernel, Local, Loop, Node, Statement } from '../../../kernels/language/kernel.ts'
import { operandsOf } from '../../../kernels/language/walk.ts'

/** The shape of a kernel as a text, and its buffers in the order in which the text mentions them. */
export interface KernelShape {
  readonly key: string
  readonly buffers: readonly Buffer[]
}

/** Kernels have equal keys if their code is the same but for the addresses of their buffers. */
export function shapeOf(kernel: Kernel): KernelShape {
  const writer = new ShapeWriter()
  writer.statements(kernel.body)
  return writer.shape()
}

class ShapeWriter {
  readonly #loops = new Map<Loop, number>()
  readonly #locals = new Map<Local, number>()
  readonly #buffers = new Map<Buffer, number>()
  readonly #nodes = new Map<Node, number>()
  #text = ''

  shape(): KernelShape {
    return { key: this.#text, buffers: [...this.#buffers.keys()] }
  }

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement)
  }

  #statement(statement: Statement): void {
    const head = this.#head(statement)
    this.#write(`${statement.kind} ${head};`)
    if (statement.kind === 'for' || statement.kind === 'while') this.#block(statement.body)
    if (statement.kind !== 'if') return
    this.#block(statement.whenTrue)
    this.#block(statement.whenFalse)
  }

  /** The statement without those inside it. What it names is written first. */
  #head(statement: Statement): string {
    switch (statement.kind) {
      case 'for':
        return this.#loop(statement.loop)
      case 'store':
      case 'accumulate':
        return `${this.#place(statement.buffer, statement.address)} ${this.#node(statement.value)}`
      case 'assign':
        return `${this.#local(statement.local)} ${this.#node(statement.value)}`
      case 'reduce': {
        const loops = statement.loops.map((loop) => this.#loop(loop)).join()
        return `${statement.operation} ${loops} ${this.#local(statement.local)} ${this.#node(statement.value)}`
      }
      case 'if':
      case 'while':
        return `${this.#node(statement.condition)}`
    }
  }

  #block(body: readonly Statement[]): void {
    this.#write('{')
    this.statements(body)
    this.#write('}')
  }

  /** Writes the nodes below a root that are new, and gives the number of the root. */
  #node(root: Node): number {
    const stack = [root]
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!
      if (this.#nodes.has(node)) {
        stack.pop()
        continue
      }
      const height = stack.length
      const operands = operandsOf(node)
      for (let i = 0; i < operands.length; i++) if (!this.#nodes.has(operands[i]!)) stack.push(operands[i]!)
      if (stack.length > height) continue
      stack.pop()
      const text = this.#textOf(node)
      this.#write(`${text}:${node.dtype};`)
      this.#nodes.set(node, this.#nodes.size)
    }
    return this.#nodes.get(root)!
  }

  #textOf(node: Node): string {
    switch (node.kind) {
      case 'constant':
        return Object.is(node.value, -0) ? '-0' : `${node.value}`
      case 'index':
        return `i${this.#loop(node.loop)}`
      case 'local':
        return `v${this.#local(node.local)}`
      case 'load':
        return this.#place(node.buffer, node.address)
      case 'apply':
        return `${node.name}${node.exponent ?? ''}(${node.operands.map((operand) => this.#nodes.get(operand)).join()})`
    }
  }

  #place(buffer: Buffer, { offset, terms, dynamic }: Address): string {
    const strides = terms.map(({ loop, stride }) => `${this.#loop(loop)}*${stride}`).join('+')
    const moving = dynamic === null ? '' : `+${this.#node(dynamic)}`
    return `b${this.#number(this.#buffers, buffer)}${buffer.dtype}[${offset}+${strides}${moving}]`
  }

  #write(text: string): void {
    this.#text += text
  }

  /** A loop by its number; the first time with what it is. */
  #loop(loop: Loop): string {
    const isNew = !this.#loops.has(loop)
    const number = this.#number(this.#loops, loop)
    return isNew ? `${number}<${loop.extent}${loop.vector ? 'v' : ''}${loop.parallel ? 'p' : ''}` : `${number}`
  }

  #local(local: Local): string {
    return `${this.#number(this.#locals, local)}${local.dtype}`
  }

  #number<T>(known: Map<T, number>, thing: T): number {
    const number = known.get(thing)
    if (number !== undefined) return number
    known.set(thing, known.size)
    return known.size - 1
  }
}
