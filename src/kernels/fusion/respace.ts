/** The stores of a nest over other loops that run over the same elements, with one element of memory already at hand. */

import type { Address, Buffer, Node, Statement } from '../language/kernel.ts'
import { NodeTable } from '../language/nodes.ts'
import type { Correspondence } from './digits.ts'
import { indexOver } from './digits.ts'

/** A store. */
export type Store = Extract<Statement, { kind: 'store' }>

/** The stores over the loops of the correspondence; loads from `buffer` become `element`. Nodes keep their sharing. */
export function respaced(
  stores: readonly Store[],
  map: Correspondence,
  buffer: Buffer,
  element: Node,
): readonly Store[] {
  const writer = new Respacer(map, buffer, element)
  return stores.map((store) => ({ ...store, address: writer.address(store.address), value: writer.node(store.value) }))
}

class Respacer {
  readonly #map: Correspondence
  readonly #buffer: Buffer
  readonly #element: Node
  readonly #table = new NodeTable()
  readonly #nodes = new Map<Node, Node>()

  constructor(map: Correspondence, buffer: Buffer, element: Node) {
    this.#map = map
    this.#buffer = buffer
    this.#element = element
  }

  address({ offset, terms, dynamic }: Address): Address {
    const moved = this.#table.address({ ...indexOver(this.#map, terms, this.#table), offset })
    if (dynamic === null) return moved
    const own = this.node(dynamic)
    return { ...moved, dynamic: moved.dynamic === null ? own : this.#table.plus(own, moved.dynamic) }
  }

  node(node: Node): Node {
    const known = this.#nodes.get(node)
    if (known !== undefined) return known
    const written = this.#written(node)
    this.#nodes.set(node, written)
    return written
  }

  #written(node: Node): Node {
    switch (node.kind) {
      case 'index':
        return this.#table.value(indexOver(this.#map, [{ loop: node.loop, stride: 1 }], this.#table))
      case 'load':
        return node.buffer === this.#buffer ? this.#element : { ...node, address: this.address(node.address) }
      case 'apply':
        return { ...node, operands: node.operands.map((operand) => this.node(operand)) }
      default:
        return node
    }
  }
}
