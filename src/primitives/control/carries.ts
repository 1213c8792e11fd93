/** What loops share: carries keep their type, and what is true of a carry going in must be settled with what comes out. */
import type { Abstract } from '../../core/abstract.ts'
import { sameShape, showAbstract } from '../../core/abstract.ts'
import { ShapeError } from '../../core/errors.ts'

/**
 * The marks of a body's inputs once those of its carries are settled: a carry is marked as soon as it comes out marked. The
 * carries begin at input `first`; `outgoing` tells for marked inputs which outputs are marked (carries first).
 */
export function settleCarries(
  start: readonly boolean[],
  first: number,
  carries: number,
  outgoing: (marks: readonly boolean[]) => readonly boolean[],
): boolean[] {
  let marks = [...start]
  for (;;) {
    const out = outgoing(marks)
    const next = marks.map((mark, i) => mark || (i >= first && i < first + carries && out[i - first] === true))
    if (next.every((mark, i) => mark === marks[i])) return marks
    marks = next
  }
}

/** Throws unless every carry comes out of the body with the type it goes in with. */
export function requireCarries(name: string, incoming: readonly Abstract[], outgoing: readonly Abstract[]): void {
  incoming.forEach((type, i) => {
    const result = outgoing[i]
    if (result !== undefined && sameType(type, result)) return
    const out = result === undefined ? 'does not come out' : `comes out as ${showAbstract(result)}`
    throw new ShapeError(
      `${name}: carry ${i} goes into the body as ${showAbstract(type)} and ${out}; a carry must keep its shape and dtype. Convert or reshape it at the end of the body.`,
    )
  })
}

/** Throws unless the operand has the type that a nested program declares for it. */
export function requireOperand(name: string, what: string, given: Abstract, declared: Abstract | undefined): void {
  if (declared !== undefined && sameType(given, declared)) return
  const expected = declared === undefined ? 'takes no such operand' : `takes ${showAbstract(declared)}`
  throw new ShapeError(`${name}: ${what} is ${showAbstract(given)}, but its program ${expected}.`)
}

/** Throws unless a nested program takes exactly as many operands as it is given. */
export function requireCount(name: string, given: number, taken: number): void {
  if (given === taken) return
  throw new ShapeError(`${name}: its program takes ${taken} operands, but is given ${given}.`)
}

/** Have two values the same shape and dtype? */
export const sameType = (a: Abstract, b: Abstract): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)
