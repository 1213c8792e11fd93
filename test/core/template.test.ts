/** A template recognises exactly the trees that the written signature tells to be equal. */
import { describe, expect, it } from 'vitest'
import { recognises, templateOf } from '../../src/core/template.ts'
import { gather, treeNode } from '../../src/core/tree.ts'
import { Value } from '../../src/core/value.ts'
import { add, componentArray, full, jit, mul, scalar, sum, type Tensor, tensor, zeros } from '../../src/index.ts'

class Pair {
  readonly children: readonly unknown[]
  readonly key: string
  constructor(children: readonly unknown[], key: string) {
    this.children = children
    this.key = key
  }
  [treeNode]() {
    return {
      children: this.children,
      key: this.key,
      rebuild: (children: readonly unknown[]) => new Pair(children, 'pair'),
    }
  }
}

const x = tensor([1, 2])
const y = tensor([3, 4])
const f = () => 0

const trees: readonly unknown[] = [
  ...[x, y, tensor([1, 2], 'float64'), tensor([1, 2], 'int32'), zeros([2, 1]), zeros([1, 2]), scalar(1)],
  ...[[], {}, [x], [y], [x, y], [[x], y], [x, [y]], [[x, y]], { a: x }, { b: x }, { a: x, b: y }, { b: y, a: x }],
  ...[Object.fromEntries([['__proto__', x]]), Object.fromEntries([['__proto__', 1]])],
  ...[{ a: { b: x } }, { a: [x] }, { a: x, c: undefined }, Object.assign(Object.create(null), { a: x })],
  ...[0, -0, NaN, 1, '1', '', true, false, null, undefined, f, () => 0, [1, x], [x, 1], { a: 1 }, { a: '1' }],
  ...[
    componentArray({ a: x }),
    componentArray({ b: x }),
    componentArray({ a: { b: x } }),
    componentArray({ a: x, b: y }),
  ],
  ...[componentArray({ a: y }), componentArray({ a: x, b: y }).a, componentArray({ a: { b: x } }).a],
  ...[
    new Pair([x], 'pair'),
    new Pair([y], 'pair'),
    new Pair([x], 'other'),
    new Pair([x, y], 'pair'),
    [new Pair([x], 'pair')],
  ],
]

/** Structure and leaf types as a text, as `jit` writes them down. */
function signature(tree: unknown): string {
  const leaves: Value[] = []
  const structure = gather(tree, leaves)
  return `${structure}${leaves.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join(';')}`
}

describe('templates', () => {
  it('agree with the written signature on every pair of trees', () => {
    for (const a of trees) {
      const template = templateOf(a)
      for (const b of trees) {
        const same = recognises(template, b, [])
        expect(same, `${signature(a)} and ${signature(b)}`).toBe(signature(a) === signature(b))
      }
    }
  })

  it('gather the same leaves', () => {
    for (const tree of trees) {
      const leaves: Value[] = []
      const wanted: Value[] = []
      gather(tree, wanted)
      expect(recognises(templateOf(tree), tree, leaves)).toBe(true)
      expect(leaves).toEqual(wanted)
      expect(leaves.every((leaf, i) => leaf instanceof Value && leaf === wanted[i])).toBe(true)
    }
  })
})

describe('jit', () => {
  it('tells calls with other kinds of arguments apart, whatever the last ones were', () => {
    const total = jit((tree: { a: Tensor<readonly [number]> }, factor: number) => [sum(tree.a), factor] as const)
    const of = (numbers: number[], factor: number) => {
      const [value, same] = total({ a: tensor(numbers) }, factor)
      return [value.itemSync(), same]
    }
    expect([
      of([1, 2], 1),
      of([3, 4], 1),
      of([1, 2, 3], 1),
      of([1, 2], 2),
      of([5, 6], 1),
      of([7], 0),
      of([7], -0),
    ]).toEqual([
      [3, 1],
      [7, 1],
      [6, 1],
      [3, 2],
      [11, 1],
      [7, 0],
      [7, -0],
    ])
  })

  it.each([3, 8, 9, 20])('gives what the function gives, with %d kinds of arguments in any order', (kinds) => {
    const captured = tensor([10])
    const f = (tree: { a: Tensor<readonly [number]> }, others: readonly Tensor<readonly [1]>[], factor: number) =>
      [add(add(sum(tree.a), captured), others.length > 0 ? mul(others[0]!, 2) : 0), factor] as const
    const compiled = jit(f)
    let state = 1
    for (let call = 0; call < 120; call++) {
      state = (state * 16_807) % 2_147_483_647
      const kind = state % kinds
      const args = [{ a: full([1 + (kind % 5)], call) }, kind % 2 === 0 ? [] : [tensor([kind])], kind] as const
      const [[value, factor], [wanted, same]] = [compiled(...args), f(...args)]
      expect([value.readSync(), factor]).toEqual([wanted.readSync(), same])
    }
  })

  it.each([['a'], ['b', 'a', '1'], ['__proto__'], ['a', '__proto__', 'constructor']])(
    'gives records with the names %s, %s, %s',
    (...names) => {
      const record = Object.fromEntries(names.map((name, i) => [name, tensor([i])]))
      const doubled = jit((r: typeof record) =>
        Object.fromEntries(Object.entries(r).map(([name, x]) => [name, mul(x, 2)])),
      )
      for (let call = 0; call < 3; call++) {
        const result = doubled(record)
        expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
        expect(Object.entries(result).map(([name, x]) => [name, x.itemSync()])).toEqual(
          Object.keys(record).map((name) => [name, 2 * names.indexOf(name)]),
        )
      }
    },
  )

  it('sees a container that has changed', () => {
    const children: unknown[] = [tensor([1])]
    const pair = new Pair(children, 'pair')
    const count = jit((p: Pair) => sum(p.children[0] as Tensor<readonly [number]>))
    expect(count(pair).itemSync()).toBe(1)
    children[0] = tensor([1, 2, 3])
    expect(count(pair).itemSync()).toBe(6)
  })
})
