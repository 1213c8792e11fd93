/**
 * Where a step's buffers begin for it. The views of equal layers lie at different places of one flat vector; an anchored step
 * counts from the first element that it touches in each buffer, and how far that is from the buffer's begin is handed over as
 * data. So equal layers are one shader.
 */
import type { Buffer, Contraction, Convolution, Epilogue, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes, eachStatement, nodesOf } from '../../../kernels/language/walk.ts'
import { Rewriter } from './rewriter.ts'

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
  readonly #rewriter = new Rewriter({ offset: (buffer, offset) => offset - this.shifts.get(buffer)! })

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
    return { ...epilogue, body: epilogue.body.map((store) => this.#rewriter.store(store)) }
  }

  body(body: readonly Statement[]): readonly Statement[] {
    return this.#rewriter.body(body)
  }
}
