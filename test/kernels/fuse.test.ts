/** What becomes one kernel, what needs no copy, which loop runs in lanes: counted on programs that people write. */
import { describe, expect, it } from 'vitest'
import type { Abstract } from '../../src/core/abstract.ts'
import { Segment } from '../../src/core/primitive.ts'
import { traceClosed } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { lowerProgram } from '../../src/kernels/compile.ts'
import { buffersOf } from '../../src/kernels/language/buffers.ts'
import type { Loop, PlannedRoutine, Statement, Step } from '../../src/kernels/language/kernel.ts'
import { bodiesOf } from '../../src/kernels/language/walk.ts'
import { printRoutine } from '../../src/kernels/print/print.ts'
import { broadcast, constantLike, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { add, div, max, mul, neg, scale, sub } from '../../src/primitives/elementwise.ts'
import { gather } from '../../src/primitives/indexing.ts'
import { reduceMax } from '../../src/primitives/reduction.ts'
import { assemble, view } from '../../src/primitives/segments.ts'
import { concat, pad, reshape, reverse, slice, transpose } from '../../src/primitives/structural.ts'
import { exp, sin, sqrt, tanh } from '../../src/primitives/transcendental.ts'
import { check, programOf } from './check.ts'
import { trainingStep } from './training-step.ts'

const f32 = (...shape: number[]): Abstract => ({ shape, dtype: 'float32' })
const f64 = (...shape: number[]): Abstract => ({ shape, dtype: 'float64' })

const kinds = ({ routine }: PlannedRoutine): string => routine.steps.map(({ kind }) => kind).join(' ')

/** Loops of all kernels, in order, `v` where they run in lanes: `4 8v`. */
const loops = ({ routine }: PlannedRoutine): string => routine.steps.map(loopsOfStep).filter(Boolean).join('; ')

function loopsOfStep(step: Step): string {
  if (step.kind !== 'kernel') return ''
  const found: Loop[] = []
  const visit = (body: readonly Statement[]): void => {
    for (const statement of body) {
      if (statement.kind === 'for') found.push(statement.loop)
      if (statement.kind === 'reduce') found.push(...statement.loops)
      for (const inner of bodiesOf(statement)) visit(inner)
    }
  }
  visit(step.kernel.body)
  return found.map(({ extent, vector }) => `${extent}${vector ? 'v' : ''}`).join(' ')
}

const over = (x: Value, row: Value): Value => broadcast(row, x.shape, [0])

describe('one kernel', () => {
  it('computes a chain, in one flat loop', () => {
    const planned = lowerProgram(programOf([f32(1000, 1000), f32(1000, 1000)], (x, y) => [tanh(add(mul(x, y), x))]))
    expect(loops(planned)).toBe('1000000v')
  })

  it('computes several results over one space', () => {
    const planned = check(programOf([f32(5, 7), f32(5, 7)], (x, y) => [tanh(add(mul(x, y), x)), neg(x), exp(y)]))
    expect(loops(planned)).toBe('35v')
  })

  it('repeats what is cheap and stores what is not', () => {
    const cheap = check(programOf([f32(6, 6)], (x) => [sum(scale(x, 3), [0]), sum(scale(x, 3), [1])]))
    expect(kinds(cheap)).toBe('kernel kernel')
    expect(cheap.routine.scratch.length).toBe(0)
    const dear = check(programOf([f32(6, 6)], (x) => [sum(tanh(x), [0]), sum(tanh(x), [1])]))
    expect(kinds(dear)).toBe('kernel')
    expect(dear.routine.scratch.length).toBe(1)
  })

  it('normalises a row: its reductions stand between the loops', () => {
    const norm = check(
      programOf([f64(5, 12)], (x) => {
        const centred = sub(x, over(x, scale(sum(x, [1]), 1 / 12)))
        const variance = scale(sum(mul(centred, centred), [1]), 1 / 12)
        return [div(centred, over(x, sqrt(add(variance, constantLike(variance, 1e-5)))))]
      }),
    )
    expect(loops(norm)).toBe('5 12v 12v 12v')
  })

  it('computes a softmax: its exponentials stand in memory for one row', () => {
    const softmax = check(
      programOf([f64(5, 44)], (x) => {
        const e = exp(sub(x, over(x, reduceMax(x, [1]))))
        return [div(e, over(e, sum(e, [1])))]
      }),
    )
    expect(loops(softmax)).toBe('5 44v 44v 44v 44v')
  })

  it('computes the gradient of a normalisation: what stands between its passes is one row', () => {
    const program = programOf([f64(5, 44), f64(5, 44)], (x, y) => {
      const centred = sub(x, over(x, scale(sum(x, [1]), 1 / 44)))
      const weighted = mul(sin(centred), over(x, scale(sum(mul(y, centred), [1]), 1 / 44)))
      return [sub(weighted, over(x, scale(sum(weighted, [1]), 1 / 44)))]
    })
    const planned = check(program)
    expect(kinds(planned)).toBe('kernel')
    expect(planned.arenaBytes).toBeLessThan(5 * 44 * 8)
  })

  it('joins no rows so short that neighbours in lanes are quicker, nor rows that are read across', () => {
    const softmax = (x: Value, axis: number) => {
      const kept = [1 - axis]
      const e = exp(sub(x, broadcast(reduceMax(x, [axis]), x.shape, kept)))
      return [div(e, broadcast(sum(e, [axis]), x.shape, kept))]
    }
    for (const length of [3, 10, 30])
      expect(kinds(check(programOf([f64(50, length)], (x) => softmax(x, 1))))).toBe('kernel kernel')
    expect(kinds(check(programOf([f64(12, 20)], (x) => softmax(x, 0)))).length).toBeGreaterThan('kernel'.length)
  })

  it('ends with the small sums of what it writes', () => {
    const program = programOf([f64(20, 12)], (x) => {
      const y = tanh(x)
      return [y, sum(y, [0]), sum(mul(y, y), [0, 1])]
    })
    expect(kinds(check(program))).toBe('kernel')
    expect(kinds(lowerProgram(program, { sharesRows: false }))).toBe('kernel kernel kernel')
  })

  it('finds single numbers beside the next small kernel, where starting one is dear, unless that needs them', () => {
    const apart = { sharesRows: false }
    const mean = (x: Value) => scale(sum(x, [0, 1]), 1 / 240)
    const beside = programOf([f64(20, 12)], (x) => {
      const y = tanh(x)
      return [mean(y), y, sum(mul(y, y), [0])]
    })
    expect(kinds(check(beside, undefined, apart))).toBe('kernel kernel')
    const after = programOf([f64(20, 12)], (x) => {
      const y = tanh(x)
      const m = mean(y)
      const spread = sub(y, broadcast(m, [20, 12], []))
      return [m, y, sum(mul(spread, spread), [0])]
    })
    expect(kinds(check(after, undefined, apart))).toBe('kernel kernel kernel')
  })

  it('keeps rows apart for a machine that runs them side by side', () => {
    const program = programOf([f32(64, 40)], (x) => {
      const e = exp(sub(x, over(x, reduceMax(x, [1]))))
      return [div(e, over(e, sum(e, [1])))]
    })
    const rows = (sharesRows: boolean) => {
      const [step] = lowerProgram(program, { sharesRows }).routine.steps
      return step.kind === 'kernel' && step.kernel.body[0].kind === 'for' && step.kernel.body[0].loop.parallel
    }
    expect(rows(false)).toBe(true)
    expect(rows(true)).toBe(false)
  })

  it('does not hold back a whole nest behind a sum of everything', () => {
    expect(kinds(check(programOf([f64(40)], (x) => [div(x, broadcast(sum(x, [0]), [40], []))])))).toBe('kernel kernel')
    expect(kinds(check(programOf([f64(40)], (x) => [sqrt(sum(mul(x, x), [0]))])))).toBe('kernel')
  })

  it('computes a small product with what surrounds it', () => {
    const layer = check(programOf([f64(16, 3), f64(16), f64(3)], (w, b, u) => [tanh(add(dot(w, u, [[1], [0]]), b))]))
    expect(kinds(layer)).toBe('kernel')
    const outer = check(
      programOf([f64(4), f64(50), f64(4), f64(50)], (x, y, u, v) => [add(dot(x, y, [[], []]), dot(u, v, [[], []]))]),
    )
    expect(loops(outer)).toBe('4 50v')
  })

  it('adds to the segments of a gradient where they are made', () => {
    const planned = check(
      programOf([f64(60), f64(4), f64(10), f64(20)], (total, x, y, z) => [
        add(total, assemble([new Segment(0, dot(x, y, [[], []])), new Segment(40, tanh(z))], 60)),
      ]),
    )
    expect(kinds(planned)).toBe('kernel kernel')
    expect(planned.routine.scratch.length).toBe(0)
  })
})

describe('lanes', () => {
  it('run along the reduced axis of rows', () => {
    expect(loops(check(programOf([f32(5, 40)], (x) => [sum(x, [1])])))).toBe('5 40v')
    expect(loops(check(programOf([f32(5, 40)], (x) => [sum(mul(x, x), [0, 1])])))).toBe('200v')
  })

  it('run along the kept axis of columns', () => {
    expect(loops(check(programOf([f32(50, 40)], (x) => [sum(x, [0])])))).toBe('40v 50')
    expect(loops(check(programOf([f32(4, 5, 6, 8)], (x) => [sum(x, [0, 1, 2])])))).toBe('8v 120')
  })

  it('run where memory does when operands disagree', () => {
    expect(loops(check(programOf([f32(8, 8), f32(8)], (x, b) => [add(x, broadcast(b, [8, 8], [1]))])))).toBe('8 8v')
    expect(loops(check(programOf([f32(8, 4)], (x) => [transpose(sin(x), [1, 0])])))).toBe('4 8v')
  })

  it('never run over places where additions may meet', () => {
    const i32 = { shape: [4], dtype: 'int32' } as const
    const rows = programOf([f32(9, 8), i32], (x, i) => [gather(x, i, 0)])
    expect(loops(check(rows))).toBe('4 8v')
  })
})

describe('no copy is made', () => {
  it('for transposed, sliced and batched operands of products', () => {
    const program = programOf([f32(2, 16, 18), f32(20, 40)], (x, y) => [
      dot(transpose(x, [0, 2, 1]), x, [[2], [1]], [[0], [0]]),
      dot(slice(y, [0, 2], [20, 20]), slice(y, [0, 4], [20, 40], [1, 2]), [[0], [0]]),
      dot(reshape(x, [32, 18]), broadcast(view(reshape(y, [800]), 3, [18]), [18, 8], [0]), [[1], [0]]),
    ])
    expect(kinds(check(program))).toBe('contract contract contract')
  })

  it('for the heads of attention', () => {
    const [batch, time, heads, depth] = [2, 20, 3, 12]
    const program = programOf([f64(batch, time, heads * depth), f64(batch, time, heads * depth)], (q, k) => {
      const split = (x: Value) => transpose(reshape(x, [batch, time, heads, depth]), [0, 2, 1, 3])
      return [
        dot(
          split(q),
          split(k),
          [[3], [3]],
          [
            [0, 1],
            [0, 1],
          ],
        ),
      ]
    })
    expect(kinds(check(program))).toBe('contract')
  })

  it('for products that are wanted in another layout, or side by side', () => {
    const [batch, time, heads, depth] = [2, 20, 3, 12]
    const program = programOf(
      [f64(batch, heads, time, time), f64(batch, heads, time, depth), f64(heads * depth, 7)],
      (s, v, w) => {
        const attended = dot(
          s,
          v,
          [[3], [2]],
          [
            [0, 1],
            [0, 1],
          ],
        )
        const joined = reshape(transpose(attended, [0, 2, 1, 3]), [batch * time, heads * depth])
        return [dot(joined, w, [[1], [0]])]
      },
    )
    expect(kinds(check(program))).toBe('contract contract')
    const pair = programOf([f64(12, 20), f64(20, 18)], (x, y) => [
      concat([dot(x, y, [[1], [0]]), slice(x, [0, 1], [12, 3])], 1),
    ])
    expect(check(pair).routine.scratch.length).toBe(0)
  })

  it('for what is joined: producers write to their places', () => {
    const program = programOf([f64(18, 20), f64(20, 12), f64(7)], (x, y, p) => {
      const product = dot(x, y, [[1], [0]])
      return [
        assemble([new Segment(0, product), new Segment(216, tanh(p)), new Segment(223, sum(x, [0]))], 250),
        concat([tanh(x), exp(x)], 1),
      ]
    })
    const planned = check(program)
    expect(planned.routine.scratch.length).toBe(0)
    expect(kinds(planned).includes('copy')).toBe(false)
  })

  it('for a padded result of a kernel', () => {
    const planned = check(programOf([f64(3, 4), f64()], (x, v) => [pad(tanh(x), v, [1, 1], [1, 1])]))
    expect(planned.routine.scratch.length).toBe(0)
    expect(kinds(planned)).toBe('kernel kernel')
  })

  it('for reshapes of what is computed', () => {
    const planned = check(programOf([f64(18, 20), f64(20, 12)], (x, y) => [reshape(dot(x, y, [[1], [0]]), [12, 18])]))
    expect(kinds(planned)).toBe('contract')
    expect(planned.routine.scratch.length).toBe(0)
  })

  it('except for outputs that are inputs, or twice the same', () => {
    const planned = check(programOf([f64(3)], (x) => [x, neg(x), neg(x), reverse(x, [0])]))
    expect(kinds(planned)).toBe('copy kernel kernel')
  })
})

describe('a training step', () => {
  it('of three layers with Adam is about twenty steps, its gradient one vector', () => {
    const planned = lowerProgram(trainingStep([784, 128, 64, 10], 32))
    console.log(printRoutine(planned))
    const kernels = planned.routine.steps.filter(({ kind }) => kind === 'kernel')
    expect(kinds(planned).match(/contract/g)).toHaveLength(8)
    expect(kinds(planned).includes('copy')).toBe(false)
    expect(kernels.length).toBeLessThanOrEqual(13)
  })

  it('means the same', () => {
    check(trainingStep([6, 5, 4, 3], 7))
  })
})

describe('depth', () => {
  const chain = (length: number, step: (x: Value, y: Value, i: number) => Value) =>
    traceClosed(
      'chain',
      ([x, y]) => {
        let value = x
        for (let i = 0; i < length; i++) value = step(value, y, i)
        return [value]
      },
      [f64(2, 3), f64(2, 3)],
    )

  it('of 100 000 equations becomes a sequence of kernels in one place of memory', () => {
    const planned = lowerProgram(chain(100_000, (x, y, i) => (i % 2 === 0 ? add(x, y) : mul(x, y))))
    expect(planned.routine.steps.length).toBeLessThan(500)
    expect(planned.arenaBytes).toBe(64)
  })

  it('of 1500 small products becomes kernels of a bounded number of buffers', () => {
    const products = traceClosed(
      'products',
      ([matrix, x]) => {
        let value = x
        for (let i = 0; i < 1500; i++) value = tanh(dot(matrix, value, [[1], [0]]))
        return [value]
      },
      [f64(8, 8), f64(8)],
    )
    const { steps } = lowerProgram(products).routine
    const sizes = steps.map(buffersOf).map(({ reads, writes }) => new Set([...reads, ...writes]).size)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256)
    expect(steps.length).toBeLessThan(50)
  })

  it('does not matter for what is computed', () => {
    check(
      chain(2_000, (x, y, i) =>
        i % 3 === 0 ? sin(add(x, y)) : i % 3 === 1 ? reverse(x, [1]) : sub(x, over(x, sum(x, [1]))),
      ),
    )
    check(chain(600, (x, y) => max(reshape(reverse(reshape(x, [6]), [0]), [2, 3]), y)))
    check(chain(600, (x, y) => tanh(dot(x, dot(y, x, [[0], [0]]), [[1], [0]]))))
  })
})
