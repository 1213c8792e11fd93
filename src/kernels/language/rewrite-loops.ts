/** Replacing loops, and buffers, throughout a tree of statements: nodes keep their sharing. */
import type { Address, Buffer, Loop, Node, Statement } from './kernel.ts'

/** The loop in whose place another stands; null where it has disappeared into its inner neighbour. */
export type LoopMap = ReadonlyMap<Loop, Loop | null>

const atZero: ReadonlyMap<Loop, number> = new Map()
const sameBuffers: ReadonlyMap<Buffer, Buffer> = new Map()

/**
 * The statements with other loops. Loops that have disappeared must be directly around (or before) the one they are merged with.
 * `starts`: the index of the old loop where the one in its place begins; 0 if not given. `buffers`: those in whose place others
 * are used.
 */
export function replaceLoops(
  body: readonly Statement[],
  loops: LoopMap,
  starts: ReadonlyMap<Loop, number> = atZero,
  buffers: ReadonlyMap<Buffer, Buffer> = sameBuffers,
): readonly Statement[] {
  return new Replacer(loops, starts, buffers).statements(body)
}

class Replacer {
  readonly #loops: LoopMap
  readonly #starts: ReadonlyMap<Loop, number>
  readonly #buffers: ReadonlyMap<Buffer, Buffer>
  readonly #nodes = new Map<Node, Node>()

  constructor(loops: LoopMap, starts: ReadonlyMap<Loop, number>, buffers: ReadonlyMap<Buffer, Buffer>) {
    this.#loops = loops
    this.#starts = starts
    this.#buffers = buffers
  }

  statements(body: readonly Statement[]): readonly Statement[] {
    return body.flatMap((statement) => this.#statement(statement))
  }

  #statement(statement: Statement): readonly Statement[] {
    switch (statement.kind) {
      case 'for': {
        const loop = this.#loop(statement.loop)
        const body = this.statements(statement.body)
        return loop === null ? body : [{ ...statement, loop, body }]
      }
      case 'store':
      case 'accumulate':
        return [
          {
            ...statement,
            buffer: this.#buffer(statement.buffer),
            address: this.#address(statement.address),
            value: this.#node(statement.value),
          },
        ]
      case 'assign':
        return [{ ...statement, value: this.#node(statement.value) }]
      case 'reduce': {
        const loops = statement.loops.map((loop) => this.#loop(loop)).filter((loop) => loop !== null)
        return [{ ...statement, loops, value: this.#node(statement.value) }]
      }
      case 'if':
        return [
          {
            ...statement,
            condition: this.#node(statement.condition),
            whenTrue: this.statements(statement.whenTrue),
            whenFalse: this.statements(statement.whenFalse),
          },
        ]
      case 'while':
        return [{ ...statement, condition: this.#node(statement.condition), body: this.statements(statement.body) }]
    }
  }

  #loop(loop: Loop): Loop | null {
    const replacement = this.#loops.get(loop)
    return replacement === undefined ? loop : replacement
  }

  #buffer(buffer: Buffer): Buffer {
    return this.#buffers.get(buffer) ?? buffer
  }

  #address({ offset, terms, dynamic }: Address): Address {
    const kept = terms.flatMap(({ loop, stride }) => {
      const replacement = this.#loop(loop)
      return replacement === null ? [] : [{ loop: replacement, stride }]
    })
    const start = terms.reduce((sum, { loop, stride }) => sum + stride * (this.#starts.get(loop) ?? 0), offset)
    return { offset: start, terms: kept, dynamic: dynamic === null ? null : this.#node(dynamic) }
  }

  #node(node: Node): Node {
    const known = this.#nodes.get(node)
    if (known !== undefined) return known
    const replaced = this.#replaced(node)
    this.#nodes.set(node, replaced)
    return replaced
  }

  #index(node: Extract<Node, { kind: 'index' }>): Node {
    const index: Node = { ...node, loop: this.#loop(node.loop)! } // a loop whose own index is used is never merged away
    const start = this.#starts.get(node.loop) ?? 0
    if (start === 0) return index
    return {
      kind: 'apply',
      dtype: 'int32',
      name: 'add',
      operands: [index, { kind: 'constant', dtype: 'int32', value: start }],
    }
  }

  #replaced(node: Node): Node {
    switch (node.kind) {
      case 'index':
        return this.#index(node)
      case 'load':
        return { ...node, buffer: this.#buffer(node.buffer), address: this.#address(node.address) }
      case 'apply':
        return { ...node, operands: node.operands.map((operand) => this.#node(operand)) }
      default:
        return node
    }
  }
}
