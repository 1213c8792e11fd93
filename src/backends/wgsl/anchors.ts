/**
 * Where a step's buffers begin for it. The views of equal layers lie at different places of one flat vector; an anchored step
 * counts from the first element that it touches in each buffer, and how far that is from the buffer's begin is handed over as
 * data. So equal layers are one shader.
 */
import type { Address, Buffer, Contraction, Convolution, Epilogue, Node, Statement } from '../../kernels/kernel.ts'
import { allNodes, bodiesOf, eachStatement, nodesOf } from '../../kernels/walk.ts'

/** A step that counts from its anchors, and how far they are from the begins of the buffers; 0 where none is named. */
export interface Anchored<T> {
  readonly step: T
  readonly shifts: ReadonlyMap<Buffer, number>
}

/** Statements of a kernel. */
export function anchoredBody(body: readonly Statement[]): Anchored<readonly Statement[]> {
  const anchors = new Anchors()
  anchors.touch(body)
  return { step: anchors.body(body), shifts: anchors.shifts }
}

/** A matrix product with its epilogue. */
export function anchoredContraction(contraction: Contraction): Anchored<Contraction> {
  const { a, b, c, epilogue } = contraction
  const anchors = anchorsOf([a, b, c], epilogue)
  const [movedA, movedB, movedC] = [anchors.operand(a), anchors.operand(b), anchors.operand(c)]
  const step = { ...contraction, a: movedA, b: movedB, c: movedC, epilogue: anchors.epilogue(epilogue) }
  return { step, shifts: anchors.shifts }
}

/** A convolution with its epilogue. */
export function anchoredConvolution(convolution: Convolution): Anchored<Convolution> {
  const { x, w, y, epilogue } = convolution
  const anchors = anchorsOf([x, w, y], epilogue)
  const [movedX, movedW, movedY] = [anchors.operand(x), anchors.operand(w), anchors.operand(y)]
  const step = { ...convolution, x: movedX, w: movedW, y: movedY, epilogue: anchors.epilogue(epilogue) }
  return { step, shifts: anchors.shifts }
}

function anchorsOf(
  operands: readonly { readonly buffer: Buffer; readonly offset: number }[],
  epilogue: Epilogue | null,
): Anchors {
  const anchors = new Anchors()
  for (const { buffer, offset } of operands) anchors.lower(buffer, offset)
  anchors.touch(epilogue?.body ?? [])
  return anchors
}

class Anchors {
  readonly shifts = new Map<Buffer, number>()
  readonly #moved = new Map<Node, Node>()

  /** The anchor of a buffer is not above an offset. */
  lower(buffer: Buffer, offset: number): void {
    this.shifts.set(buffer, Math.min(offset, this.shifts.get(buffer) ?? offset))
  }

  touch(body: readonly Statement[]): void {
    eachStatement(body, (statement) => {
      for (const node of allNodes(nodesOf(statement)))
        if (node.kind === 'load') this.lower(node.buffer, node.address.offset)
      if (statement.kind === 'store' || statement.kind === 'accumulate')
        this.lower(statement.buffer, statement.address.offset)
    })
  }

  operand<T extends { readonly buffer: Buffer; readonly offset: number }>(operand: T): T {
    return { ...operand, offset: operand.offset - this.shifts.get(operand.buffer)! }
  }

  epilogue(epilogue: Epilogue | null): Epilogue | null {
    if (epilogue === null) return null
    return { ...epilogue, body: epilogue.body.map((store) => this.#store(store)) }
  }

  body(body: readonly Statement[]): readonly Statement[] {
    return body.map((statement) => this.#statement(statement))
  }

  #statement(statement: Statement): Statement {
    switch (statement.kind) {
      case 'for':
        return { ...statement, body: this.body(statement.body) }
      case 'while':
        return { ...statement, condition: this.#node(statement.condition), body: this.body(statement.body) }
      case 'if': {
        const [whenTrue, whenFalse] = bodiesOf(statement)
        const condition = this.#node(statement.condition)
        return { ...statement, condition, whenTrue: this.body(whenTrue), whenFalse: this.body(whenFalse) }
      }
      case 'assign':
      case 'reduce':
        return { ...statement, value: this.#node(statement.value) }
      default:
        return this.#store(statement)
    }
  }

  #store<T extends Extract<Statement, { kind: 'store' | 'accumulate' }>>(store: T): T {
    const { buffer, address, value } = store
    return { ...store, address: this.#address(buffer, address), value: this.#node(value) }
  }

  #address(buffer: Buffer, { offset, terms, dynamic }: Address): Address {
    const moved = dynamic === null ? null : this.#node(dynamic)
    return { offset: offset - this.shifts.get(buffer)!, terms, dynamic: moved }
  }

  /** Nodes keep their sharing. */
  #node(node: Node): Node {
    let moved = this.#moved.get(node)
    if (moved === undefined) {
      moved = this.#rewritten(node)
      this.#moved.set(node, moved)
    }
    return moved
  }

  #rewritten(node: Node): Node {
    if (node.kind === 'load') return { ...node, address: this.#address(node.buffer, node.address) }
    if (node.kind === 'apply') return { ...node, operands: node.operands.map((operand) => this.#node(operand)) }
    return node
  }
}
