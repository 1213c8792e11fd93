/** The memory plan: buffers that live at the same time never overlap; donation never changes a result. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../src/core/dtype.ts'
import { lowerProgram } from '../../src/kernels/compile.ts'
import { buffersOf } from '../../src/kernels/language/buffers.ts'
import type { Buffer, PlannedRoutine, Routine, Step } from '../../src/kernels/language/kernel.ts'
import { allot, type Span } from '../../src/kernels/planning/allot.ts'
import { donations } from '../../src/kernels/planning/donate.ts'
import { inPlace } from '../../src/kernels/planning/in-place.ts'
import { nestedRoutines } from '../../src/kernels/planning/plan.ts'
import { randomInputs } from './check.ts'
import { interpret } from './interpret.ts'
import { choices, programFrom } from './random-programs.ts'
import { trainingStep } from './training-step.ts'

interface Life {
  readonly buffer: Buffer
  readonly first: number
  readonly last: number
}

/** Lifetimes of the scratch of a routine and, one position for the whole step, of the routines inside it. */
function lives({ steps, scratch }: Routine): Life[] {
  const found = new Map<Buffer, { first: number; last: number }>()
  steps.forEach((step, position) => {
    const { reads, writes } = buffersOf(step)
    for (const buffer of [...reads, ...writes]) {
      const life = found.get(buffer)
      if (life === undefined) found.set(buffer, { first: position, last: position })
      else life.last = position
    }
  })
  return [...found].filter(([buffer]) => scratch.includes(buffer)).map(([buffer, life]) => ({ buffer, ...life }))
}

/** The offsets by a plain search: the largest first, each at the lowest place where it meets none that is placed. */
function firstFit(spans: readonly Span[]): number[] {
  const placed = new Map<Span, number>()
  for (const span of spans.toSorted((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const others = [...placed].filter(([other]) => other.first <= span.last && span.first <= other.last)
    const isFree = (offset: number): boolean =>
      others.every(([other, start]) => offset + span.bytes <= start || start + other.bytes <= offset)
    const places = [0, ...others.map(([other, start]) => start + other.bytes)].filter(isFree)
    placed.set(span, Math.min(...places))
  }
  return spans.map((span) => placed.get(span)!)
}

const offsetOf = ({ place }: Buffer): number => {
  if (place?.kind !== 'arena') throw new Error('not in the arena')
  return place.offset
}

const endOf = (buffer: Buffer): number => offsetOf(buffer) + buffer.elements * bytesOf(buffer.dtype) + 16

const overlap = (a: Buffer, b: Buffer): boolean => offsetOf(a) < endOf(b) && offsetOf(b) < endOf(a)

/** May two buffers share memory although one kernel touches both? Only if it writes one in place of the other. */
function sharesInPlace(step: Step | undefined, a: Life, b: Life): boolean {
  if (step?.kind !== 'kernel') return false
  const [older, newer] = a.last <= b.first ? [a, b] : [b, a]
  return (
    older.last === newer.first &&
    inPlace(step.kernel).some(({ from, to }) => from === older.buffer && to === newer.buffer)
  )
}

function expectSound(planned: PlannedRoutine): void {
  const visit = (routine: Routine): void => {
    const all = lives(routine)
    for (const [i, a] of all.entries()) {
      expect(offsetOf(a.buffer) % 16).toBe(0)
      expect(endOf(a.buffer)).toBeLessThanOrEqual(planned.arenaBytes)
      for (const b of all.slice(0, i)) {
        const together = a.first <= b.last && b.first <= a.last
        if (!together || !overlap(a.buffer, b.buffer)) continue
        expect(sharesInPlace(routine.steps[Math.max(a.first, b.first)], a, b)).toBe(true)
      }
    }
    routine.steps.forEach((step, position) => {
      for (const nested of nestedRoutines(step)) {
        const outside = all.filter(({ first, last }) => first <= position && position <= last)
        for (const { buffer } of lives(nested))
          for (const other of outside) expect(overlap(buffer, other.buffer)).toBe(false)
        visit(nested)
      }
    })
  }
  visit(planned.routine)
}

describe('the plan', () => {
  it('never lets living buffers overlap', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const planned = lowerProgram(programFrom(list))
        expectSound(planned)
        expect(planned.lowerBoundBytes).toBeLessThanOrEqual(planned.arenaBytes)
      }),
      { numRuns: 200 },
    )
  })

  it('of a training step needs no more than what is alive at the worst step', () => {
    const planned = lowerProgram(trainingStep([784, 128, 64, 10], 32))
    expectSound(planned)
    expect(planned.arenaBytes).toBe(planned.lowerBoundBytes)
  })

  it('places spans apart, low', () => {
    const span = fc
      .tuple(fc.nat(1000), fc.nat(300), fc.oneof(fc.nat(5), fc.nat(10_000)))
      .map(([bytes, first, length]): Span => ({ bytes: bytes + 1, first, last: first + length, offset: -1 }))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 60 }), (spans) => {
        allot(spans)
        expect(spans.map(({ offset }) => offset)).toEqual(firstFit(spans))
        for (const [i, a] of spans.entries()) {
          expect(a.offset).toBeGreaterThanOrEqual(0)
          for (const b of spans.slice(0, i)) {
            const together = a.first <= b.last && b.first <= a.last
            if (together) expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true)
          }
        }
      }),
    )
  })
})

describe('donation', () => {
  it('lets Adam write over parameters and moments', () => {
    const { routine } = lowerProgram(trainingStep([784, 128, 64, 10], 32))
    expect([...donations(routine, [0, 1, 2])]).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ])
  })

  it('gives the same results', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const program = programFrom(list)
        const planned = lowerProgram(program)
        const inputs = randomInputs(program)
        const pairs = donations(planned.routine, [0, 1, 2, 3])
        expect(interpret(planned, inputs, pairs)).toEqual(interpret(planned, inputs))
      }),
      { numRuns: 200 },
    )
  })
})
