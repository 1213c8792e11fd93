/** Derivatives through names: one assemble for all views, construction and selection inside differentiated functions, blocks. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { printProgram } from '../../src/core/print.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { grad } from '../../src/differentiate.ts'
import { hessian, jacrev } from '../../src/jacobian.ts'
import { block, blocks } from '../../src/parameters/block.ts'
import { type Components, flat, isComponents, layoutOf } from '../../src/parameters/component-array.ts'
import { componentArray, fromFlat } from '../../src/parameters/construct.ts'
import { layout } from '../../src/parameters/layout.ts'
import { sameLayout } from '../../src/parameters/layout-difference.ts'
import { labels, mapLeaves, mask, toRecord } from '../../src/parameters/leaves.ts'
import { merge, omit, pick, replace } from '../../src/parameters/select.ts'
import { sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { add, mul } from '../../src/primitives/elementwise.ts'
import { sin } from '../../src/primitives/transcendental.ts'
import { vmap } from '../../src/vectorise.ts'
import { counting, numbers, tensor } from './arbitrary.ts'

type Any = Components & Record<string, any>
type Loss = (p: Any) => Value

// The public types speak of tensors; these tests stand below them.
const gradient = (f: Loss) => grad(f as never) as unknown as (p: Components) => Any

const small = layout({ L1: { weight: [3, 2], bias: [3] }, L2: { weight: [2, 3], bias: [] } })
const at = (data: readonly number[]) => fromFlat(tensor([16], data), small) as Any
const start = counting(16).map((x) => Math.sin(3 * x))
const p = at(start)

const total = (x: Value): Value =>
  sum(
    x,
    x.shape.map((_, axis) => axis),
  )
const squares = (x: Value): Value => total(mul(x, mul(x, sin(x))))
const product = (a: Value, b: Value): Value => dot(a, b, [[1], [0]])

/** A scalar in which every parameter meets others. */
const loss: Loss = ({ L1, L2 }) => mul(add(squares(product(L2.weight, L1.weight)), squares(L1.bias)), sin(L2.bias))

/** Central differences of fourth order. */
function differences(f: Loss): number[] {
  const h = 1e-3
  const value = (i: number, step: number) => Number(f(at(start.map((x, j) => (i === j ? x + step : x)))).itemSync())
  return start.map((_, i) => (8 * (value(i, h) - value(i, -h)) - (value(i, 2 * h) - value(i, -2 * h))) / (12 * h))
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length)
  // Fourth-order differences with h = 1e-3 in float64 err by about 1e-11 of the function's size.
  found.forEach((x, i) => {
    expect(Math.abs(x - expected[i])).toBeLessThan(1e-9 * (1 + Math.abs(expected[i])))
  })
}

describe('the gradient', () => {
  it('has the names of the parameters', () => {
    const g = gradient(loss)(p)
    expect(isComponents(g)).toBe(true)
    expect(sameLayout(layoutOf(g), small)).toBe(true)
    expect(g.L1.weight.shape).toEqual([3, 2])
    expectClose(numbers(flat(g)), differences(loss))
  })

  it('writes every segment into one vector: no padding, no addition, no concatenation', () => {
    const few: Loss = ({ L1, L2 }) => add(total(sin(L1.weight)), mul(L2.bias, total(L1.bias)))
    const { program } = trace('test', (x) => [flat(gradient(few)(fromFlat(x, small)))], [
      { shape: [16], dtype: 'float64' },
    ])
    const used = program.equations.map(({ primitive }) => primitive.name)
    expect(used.filter((name) => name === 'assemble')).toHaveLength(1)
    expect(used.filter((name) => name === 'pad' || name === 'concat' || name === 'add')).toEqual([])
    expect(printProgram(program)).toContain('size: 16, offsets: [0, 6, 15]')
  })

  const throughNames: Record<string, Loss> = {
    construction: (q) => loss(componentArray({ L1: { weight: q.L1.weight, bias: q.L1.bias }, L2: q.L2 }) as Any),
    'a record': (q) => loss(componentArray(toRecord(q)) as Any),
    flat: (q) => loss(fromFlat(sin(flat(q)), q) as Any),
    'a group as parameters': (q) => squares(flat(q.L1)),
    pick: (q) => loss(pick(q, 'L2', 'L1') as Any),
    'omit and merge': (q) => loss(merge(omit(q, 'L1'), pick(q, 'L1')) as Any),
    replace: (q) => loss(replace(q, 'L1.bias', mul(q.L1.bias, q.L1.bias)) as Any),
    'replace, by a stranger': (q) => loss(replace(q, 'L1.bias', tensor([3], [1, 2, 3])) as Any),
    'replace, a group': (q) => loss(replace(q, 'L2', fromFlat(sin(flat(q.L2)), q.L2)) as Any),
    mapLeaves: (q) => loss(mapLeaves(q, (leaf, path) => (path.endsWith('bias') ? sin(leaf) : leaf)) as Any),
    mask: (q) => loss(fromFlat(mul(flat(q), flat(mask(q, (path) => path.endsWith('weight')))), q) as Any),
  }

  it.each(Object.entries(throughNames))('passes through %s', (_, f) => {
    expectClose(numbers(flat(gradient(f)(p))), differences(f))
  })

  it('passes through the gradient again', () => {
    const twice: Loss = (q) => squares(flat(gradient(loss)(q)))
    expectClose(numbers(flat(gradient(twice)(p))), differences(twice))
  })

  it('of masked parameters is zero where the mask is', () => {
    const frozen: Loss = (q) => loss(replace(q, 'L1', p.L1) as Any)
    const g = gradient(frozen)(p)
    expect(numbers(flat(g.L1))).toEqual(Array(9).fill(0))
    expect(numbers(g.L2.bias)[0]).not.toBe(0)
  })
})

describe('second derivatives', () => {
  const named = (hessian(loss as never) as unknown as (q: Components) => Record<string, any>)(p)
  const onFlat = (x: Value): Value => loss(fromFlat(x, small) as Any)
  const matrix = (hessian(onFlat as never) as unknown as (x: Value) => Value)(flat(p))

  it('have blocks by name', () => {
    expect(matrix.shape).toEqual([16, 16])
    for (const row of labels(p)) {
      for (const column of labels(p)) {
        const [a, b] = row.split('.')
        const [c, d] = column.split('.')
        const expected = block(matrix, small, row, column)
        expect(named[a][b][c][d].shape).toEqual(expected.shape)
        expectClose(numbers(named[a][b][c][d]), numbers(expected))
        expectClose(numbers((blocks(matrix, small, small) as any)[a][b][c][d]), numbers(expected))
      }
    }
    expect(numbers(matrix).some((x) => Math.abs(x) > 0.1)).toBe(true)
  })

  it('print their blocks', () => {
    expect(inspect(named.L2.bias)).toContain('L1.weight  [3, 2]')
    expect(inspect(named, { depth: 5 })).toContain('L2.weight  [3, 2, 3]')
  })

  it('stand in Jacobians of parameters by parameters', () => {
    const f = (q: Any) => pick(q, 'L2')
    const jacobian = (jacrev(f as never) as unknown as (q: Components) => any)(p)
    expect(jacobian.L2.weight.L2.weight.shape).toEqual([2, 3, 2, 3])
    expect(numbers(jacobian.L2.bias.L2.bias)).toEqual([1])
    expect(numbers(jacobian.L2.bias.L1.bias)).toEqual([0, 0, 0])
  })
})

describe('vmap', () => {
  it('maps over a batch of parameters and gives one of gradients', () => {
    const many = [0, 1, 2].map((k) => start.map((x) => x + k / 10))
    const batch = fromFlat(tensor([3, 16], many.flat()), small)
    const mapped = (vmap(gradient(loss) as never) as unknown as (q: Components) => Any)(batch)
    expect(mapped.L1.weight.shape).toEqual([3, 3, 2])
    expectClose(
      numbers(flat(mapped)),
      many.flatMap((data) => numbers(flat(gradient(loss)(at(data))))),
    )
  })

  it('names what it makes inside', () => {
    const f = (x: Value) => componentArray({ a: x, b: { c: mul(x, x) } })
    const made = (vmap(f as never) as unknown as (x: Value) => Any)(tensor([2, 3], counting(6)))
    expect(made.b.c.shape).toEqual([2, 3])
    expect(numbers(made.b.c)).toEqual(counting(6).map((x) => x * x))
  })
})
