/** Statements with other nodes or addresses in them; nodes keep their sharing, and those that nothing changes stay the same. */
import type { Address, Buffer, Local, Node, Statement } from '../../../kernels/language/kernel.ts'

/** What is to be changed. */
interface Changes {
  /** What stands for a variable, where something does. */
  local?(local: Local): Node | undefined
  /** The offset of an address in a buffer; as it is, if not given. */
  offset?(buffer: Buffer, offset: number): number
}

/** Rewrites statements. */
export class Rewriter {
  readonly #changes: Changes
  readonly #nodes = new Map<Node, Node>()

  constructor(changes: Changes) {
    this.#changes = changes
  }

  body(body: readonly Statement[]): readonly Statement[] {
    return body.map((statement) => this.#statement(statement))
  }

  /** A store or an accumulation. */
  store<T extends Extract<Statement, { kind: 'store' | 'accumulate' }>>(store: T): T {
    return { ...store, address: this.#address(store.buffer, store.address), value: this.#node(store.value) }
  }

  #statement(statement: Statement): Statement {
    switch (statement.kind) {
      case 'for':
        return { ...statement, body: this.body(statement.body) }
      case 'while':
        return { ...statement, condition: this.#node(statement.condition), body: this.body(statement.body) }
      case 'if': {
        const { condition, whenTrue, whenFalse } = statement
        return {
          ...statement,
          condition: this.#node(condition),
          whenTrue: this.body(whenTrue),
          whenFalse: this.body(whenFalse),
        }
      }
      case 'assign':
      case 'reduce':
        return { ...statement, value: this.#node(statement.value) }
      default:
        return this.store(statement)
    }
  }

  #address(buffer: Buffer, address: Address): Address {
    const offset = this.#changes.offset?.(buffer, address.offset) ?? address.offset
    const dynamic = address.dynamic === null ? null : this.#node(address.dynamic)
    return offset === address.offset && dynamic === address.dynamic ? address : { ...address, offset, dynamic }
  }

  #node(node: Node): Node {
    let known = this.#nodes.get(node)
    if (known === undefined) {
      known = this.#rewritten(node)
      this.#nodes.set(node, known)
    }
    return known
  }

  #rewritten(node: Node): Node {
    switch (node.kind) {
      case 'local':
        return this.#changes.local?.(node.local) ?? node
      case 'load': {
        const address = this.#address(node.buffer, node.address)
        return address === node.address ? node : { ...node, address }
      }
      case 'apply': {
        const operands = node.operands.map((operand) => this.#node(operand))
        return operands.every((operand, i) => operand === node.operands[i]) ? node : { ...node, operands }
      }
      default:
        return node
    }
  }
}
