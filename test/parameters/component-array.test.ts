/** ComponentArrays: views, trees, spreading, tracing, and every free function on concrete, traced and batched vectors. */
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/core/bind.ts'
import { checkProgram } from '../../src/core/check.ts'
import { printProgram } from '../../src/core/print.ts'
import { trace } from '../../src/core/trace.ts'
import { flatten, unflatten } from '../../src/core/tree.ts'
import type { Value } from '../../src/core/value.ts'
import { block, blocks } from '../../src/parameters/block.ts'
import { type Components, flat, isComponents, layoutOf, named } from '../../src/parameters/component-array.ts'
import { componentArray, fromFlat, type TensorRecord } from '../../src/parameters/construct.ts'
import { layout } from '../../src/parameters/layout.ts'
import { sameLayout } from '../../src/parameters/layout-difference.ts'
import { labels, mapLeaves, mask, toRecord } from '../../src/parameters/leaves.ts'
import { merge, omit, pick, replace } from '../../src/parameters/select.ts'
import { add, neg } from '../../src/primitives/elementwise.ts'
import { components, counting, device, numbers, tensor } from './arbitrary.ts'

type Any = Components & Record<string, any>

const small = layout({ L1: { weight: [3, 2], bias: [3] }, L2: { weight: [2, 3], bias: [] } })
const p = fromFlat(tensor([16], counting(16)), small) as Any

describe('a ComponentArray', () => {
  it('gives views by name, groups by name, and the vector by flat', () => {
    expect(p.L1.weight.shape).toEqual([3, 2])
    expect(numbers(p.L1.weight)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    expect(numbers(p.L2.bias)).toEqual([15.5])
    expect(p.L2.bias.shape).toEqual([])
    expect(isComponents(p.L2)).toBe(true)
    expect(numbers(flat(p.L2))).toEqual(counting(16).slice(9))
    expect(sameLayout(layoutOf(p.L2), layout({ weight: [2, 3], bias: [] }))).toBe(true)
    expect(labels(p)).toEqual(['L1.weight', 'L1.bias', 'L2.weight', 'L2.bias'])
  })

  it('has its names, and nothing else, as own enumerable properties', () => {
    const { L1, L2 } = p
    expect(L1).toBe(p.L1)
    expect(L2.weight).toBe(p.L2.weight)
    expect(Object.keys(p)).toEqual(['L1', 'L2'])
    const seen: string[] = []
    for (const name in p) seen.push(name)
    expect(seen).toEqual(['L1', 'L2'])
    expect('L2' in p && Object.hasOwn(p, 'L2')).toBe(true)
    expect('flat' in p || Object.hasOwn(p, 'constructor')).toBe(false)
    expect(Object.getOwnPropertySymbols(p)).toEqual([])
    expect(Object.entries(p).map(([name, member]) => [name, isComponents(member)])).toEqual([
      ['L1', true],
      ['L2', true],
    ])
  })

  it('is not a ComponentArray once it has been spread', () => {
    const copy = { ...p, L1: p.L1 }
    expect(isComponents(copy)).toBe(false)
    expect(() => flat(copy as unknown as Components)).toThrow(
      "{ ...p, name: x } is a plain record: write replace(p, 'name', x)",
    )
    expect(() => pick(copy as unknown as Components, 'L1')).toThrow('pick: a ComponentArray is needed')
  })

  it('never changes', () => {
    expect(() => {
      p.L1 = p.L2
    }).toThrow("make another one: replace(p, 'L1', value)")
    expect(() => {
      p.L3 = p.L2
    }).toThrow("replace(p, 'L3', value)")
    expect(() => {
      delete (p as Record<string, unknown>).L1
    }).toThrow('A ComponentArray never changes')
    expect(() => Object.freeze(p)).toThrow(TypeError)
    expect(Object.keys(p)).toEqual(['L1', 'L2'])
  })

  it('is no number', () => {
    expect(() => Number(p)).toThrow('A ComponentArray was used as a JavaScript number')
    expect(`${p.L2}`).toContain('ComponentArray float64[7]')
  })

  it('prints a table of names, shapes and first numbers', () => {
    expect(inspect(p)).toBe(
      [
        'ComponentArray float64[16]',
        '  L1.weight  [3, 2]  0.5, 1.5, 2.5, 3.5, 4.5, …',
        '  L1.bias    [3]     6.5, 7.5, 8.5',
        '  L2.weight  [2, 3]  9.5, 10.5, 11.5, 12.5, 13.5, …',
        '  L2.bias    []      15.5',
      ].join('\n'),
    )
    const names = Array.from({ length: 100 }, (_, i) => [`w${i}`, [1]])
    const wide = layout(Object.fromEntries(names))
    const lines = inspect(fromFlat(tensor([100], counting(100)), wide)).split('\n')
    expect(lines).toHaveLength(26)
    expect(lines[13]).toBe('  …')
    expect(lines[25]).toBe('  w99  [1]  99.5')
  })

  it('prints without numbers while it is traced', () => {
    const texts: string[] = []
    const record = (x: Value) => {
      texts.push(inspect(fromFlat(x, small)))
      return [x]
    }
    trace('test', record, [{ shape: [16], dtype: 'float32' }])
    const [text] = texts
    expect(text).toContain('ComponentArray float32[16] (await flat(p).read() for the numbers)\n  L1.weight  [3, 2]')
  })

  it('becomes a nested record in JSON', () => {
    expect(JSON.parse(JSON.stringify(p)).L2.bias).toEqual({ dtype: 'float64', shape: [], data: [15.5] })
  })
})

describe('the tree protocol', () => {
  it('shows one leaf and keeps the names', () => {
    const { leaves, structure } = flatten({ p, q: [p.L1] })
    expect(leaves.map((leaf) => leaf.shape)).toEqual([[16], [9]])
    const rebuilt = unflatten(structure, leaves) as { p: Any; q: Any[] }
    expect(numbers(rebuilt.p.L2.weight)).toEqual(numbers(p.L2.weight))
    expect(numbers(rebuilt.q[0].bias)).toEqual(numbers(p.L1.bias))
    expect(flatten(fromFlat(tensor([16], counting(16)), small)).structure.key).toBe(flatten(p).structure.key)
    expect(flatten(p.L1).structure.key).not.toBe(flatten(p).structure.key)
  })

  it('puts leading axes in front of every view', () => {
    const { structure } = flatten(p)
    const batch = unflatten(structure, [tensor([2, 16], [...counting(16), ...counting(16).map((x) => -x)])]) as Any
    expect(batch.L1.weight.shape).toEqual([2, 3, 2])
    expect(batch.L2.bias.shape).toEqual([2])
    expect(numbers(batch.L2.bias)).toEqual([15.5, -15.5])
    expect(numbers(batch.L1.bias)).toEqual([6.5, 7.5, 8.5, -6.5, -7.5, -8.5])
    expect(flat(batch.L2).shape).toEqual([2, 7])
    expect(numbers(flat(pick(batch, 'L2', 'L1')))).toEqual(
      [1, -1].flatMap((sign) => [...counting(16).slice(9), ...counting(16).slice(0, 9)].map((x) => sign * x)),
    )
    expect(numbers((replace(batch, 'L2.bias', tensor([2], [1, 2])) as Any).L2.bias)).toEqual([1, 2])
    expect(numbers(flat(mapLeaves(batch, neg)))).toEqual(numbers(flat(batch)).map((x) => -x))
    expect(numbers(flat(mask(batch, (path) => path === 'L2.bias')))).toEqual([
      ...Array(15).fill(0),
      1,
      ...Array(15).fill(0),
      1,
    ])
    expect(flat(merge(pick(batch, 'L2'), pick(batch, 'L1'))).shape).toEqual([2, 16])
    expect(inspect(batch)).toContain('L1.bias    [2, 3]')
  })

  it('refuses a vector of another length', () => {
    const { structure } = flatten(p)
    expect(() => unflatten(structure, [tensor([2], [1, 2])])).toThrow(
      "The ComponentArray of 'L1.weight', 'L1.bias', 'L2.weight', 'L2.bias' holds 16 numbers along the last axis; float64[2] does not fit",
    )
    expect(() => named(tensor([], [1]), small)).toThrow('does not fit')
  })
})

describe('tracing', () => {
  const type = { shape: [16], dtype: 'float64' } as const

  it('views the base vector, however deep the name, and once for each name', () => {
    const { program, captures } = trace(
      'test',
      (x) => {
        const q = fromFlat(x, small) as Any
        return [add(q.L1.bias, q.L1.bias), q.L2.weight]
      },
      [type],
    )
    expect(captures).toEqual([])
    expect(printProgram(program)).toBe(
      [
        'program (a: float64[16]) {',
        '  b: float64[3] = view(a, offset: 6, shape: [3])',
        '  c: float64[3] = add(b, b)',
        '  d: float64[2, 3] = view(a, offset: 9, shape: [2, 3])',
        '  return c, d',
        '}',
      ].join('\n'),
    )
  })

  it('captures the vector, not the views, and never remembers a traced view', () => {
    const q = fromFlat(tensor([16], counting(16)), small) as Any
    numbers(q.L1.bias)
    for (let round = 0; round < 2; round++) {
      const { program, captures } = trace('test', () => [q.L1.bias, q.L2.bias, flat(q.L2)], [])
      expect(captures).toEqual([flat(q)])
      expect(program.equations.map(({ primitive }) => primitive.name)).toEqual(['view', 'view', 'view'])
    }
    expect(numbers(q.L1.bias)).toEqual([6.5, 7.5, 8.5])
  })

  it('captures the outer vector in an inner trace', () => {
    trace(
      'outer',
      (x) => {
        const q = fromFlat(x, small) as Any
        const outer = q.L1.bias
        const inner = trace('inner', () => [q.L1.bias], [])
        expect(inner.captures).toEqual([x])
        return [outer]
      },
      [type],
    )
  })

  it('constructs by one assemble', () => {
    const { program } = trace('test', (a, b) => [flat(componentArray({ L1: { a }, b }))], [
      { shape: [2, 2], dtype: 'float32' },
      { shape: [], dtype: 'float32' },
    ])
    expect(program.equations.map(({ primitive }) => primitive.name)).toEqual(['assemble'])
    expect(program.outputs[0].shape).toEqual([5])
  })

  it('does the same as at once, for every function', () => {
    const functions: Record<string, (q: Components) => Components> = {
      pick: (q) => pick(q, 'L2', 'L1'),
      omit: (q) => omit(q, 'L1'),
      merge: (q) => merge(pick(q, 'L2'), pick(q, 'L1')),
      replace: (q) => replace(q, 'L1', fromFlat(neg(flat((q as Any).L1)), (q as Any).L1)),
      mask: (q) => mask(q, (path) => path.endsWith('.bias')),
      mapLeaves: (q) => mapLeaves(q, neg),
      rebuild: (q) => componentArray({ inner: q, outer: toRecord(q) as TensorRecord }),
    }
    for (const [name, f] of Object.entries(functions)) {
      const { program } = trace(name, (x) => [flat(f(fromFlat(x, small)))], [type])
      checkProgram(program)
      const [traced] = run(program, [flat(p)])
      expect(numbers(traced), name).toEqual(numbers(flat(f(p))))
    }
  })
})

describe('construction', () => {
  const a = tensor([2], [1, 2])

  it('takes tensors, records and ComponentArrays in the order of their names', () => {
    const made = componentArray({ z: a, group: { w: tensor([1, 1], [3]), inner: p.L2 }, a: tensor([], [4]) }) as Any
    expect(labels(made)).toEqual(['z', 'group.w', 'group.inner.weight', 'group.inner.bias', 'a'])
    expect(numbers(flat(made))).toEqual([1, 2, 3, ...counting(16).slice(9), 4])
    expect(numbers(made.group.inner.bias)).toEqual([15.5])
  })

  it.each([
    [
      'two dtypes',
      { a, b: device.upload({ shape: [1], dtype: 'float32' }, new Float32Array(1)) },
      "'a' is float64[2], but others are float32",
    ],
    [
      'integers',
      { a: device.upload({ shape: [1], dtype: 'int32' }, new Int32Array(1)) },
      "'a' is int32[1]; parameters are float32 or float64",
    ],
    ['numbers', { a, b: { c: 3 } }, "'b.c' is the number 3 (write scalar(3))"],
    ['arrays', { a: [1, 2] }, "'a' is an array (write tensor([...]))"],
    ['typed arrays', { a: new Float32Array(2) }, "'a' is a Float32Array"],
    ['null', { a: null }, "'a' is null"],
    ['nothing', { a: {} }, 'holds no tensor'],
    ['integer names', { 0: a }, "the name '0' is an integer"],
    ['batched groups', { a: fromFlat(tensor([1, 16], counting(16)), small) }, "'a' has leading axes (float64[1, 16])"],
  ] as unknown as [string, TensorRecord, string][])('refuses %s', (_, record, sentence) => {
    expect(() => componentArray(record)).toThrow(sentence)
  })

  it('is undone by flat and layoutOf on 1000 random layouts', () => {
    fc.assert(
      fc.property(components, (q) => {
        const again = fromFlat(flat(q), layoutOf(q))
        expect(numbers(flat(again))).toEqual(numbers(flat(q)))
        expect(sameLayout(layoutOf(again), layoutOf(q))).toBe(true)
        expect(Object.keys(again)).toEqual(layoutOf(q).members.map(({ name }) => name))
        if (layoutOf(q).fields.length === 0) return
        const built = componentArray(toRecord(again) as TensorRecord)
        expect(numbers(flat(built))).toEqual(numbers(flat(q)))
        expect(sameLayout(layoutOf(built), layoutOf(q))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives each view the numbers and the shape its layout says, on random layouts', () => {
    fc.assert(
      fc.property(components, (q) => {
        mapLeaves(q, (leaf, path) => {
          const { offset, size, shape } = layoutOf(q).fields.find((field) => field.path === path)!
          expect(leaf.shape).toEqual(shape)
          expect(numbers(leaf)).toEqual(counting(offset + size).slice(offset))
          return leaf
        })
      }),
    )
  })

  it('keeps names that would trip a plain object', () => {
    const names = ['flat', 'length', 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'then', 'toJSON', '']
    const record = Object.fromEntries(names.map((name, i) => [name, tensor([], [i])]))
    const made = componentArray(record) as Any
    expect(Object.keys(made)).toEqual(names)
    names.forEach((name, i) => {
      expect(numbers(made[name])).toEqual([i])
    })
    expect(isComponents(made)).toBe(true)
    expect(Object.keys(toRecord(made))).toEqual(names)
    expect(numbers(flat(pick(made, '__proto__', 'flat')))).toEqual([3, 0])
    const last = '__proto__'
    expect(numbers((replace(made, last, tensor([], [9])) as Any)[last])).toEqual([9])
  })
})

describe('selection', () => {
  it('picks in the order given, omits, merges', () => {
    expect(labels(pick(p, 'L2', 'L1'))).toEqual(['L2.weight', 'L2.bias', 'L1.weight', 'L1.bias'])
    expect(numbers(flat(pick(p, 'L2')))).toEqual(counting(16).slice(9))
    expect(labels(omit(p, 'L2'))).toEqual(['L1.weight', 'L1.bias'])
    expect(labels(omit(p, 'L1', 'L2'))).toEqual([])
    expect(flat(pick(p)).shape).toEqual([0])
    expect(numbers(flat(merge(pick(p, 'L1'), pick(p, 'L2'))))).toEqual(counting(16))
  })

  it('says which names are unknown, repeated or shared', () => {
    expect(() => pick(p, 'L3')).toThrow("pick: there is no 'L3'. There are 'L1', 'L2'.")
    expect(() => omit(p, 'constructor')).toThrow("omit: there is no 'constructor'")
    expect(() => pick(p, 'L1', 'L1')).toThrow("pick: 'L1' is named twice")
    expect(() => merge(p, p)).toThrow("merge: both ComponentArrays have 'L1', 'L2'")
    const single = fromFlat(device.upload({ shape: [1], dtype: 'float32' }, new Float32Array(1)), layout({ x: [1] }))
    expect(() => merge(p, single)).toThrow('merge: float64[16] with float32[1]')
    expect(() => merge(p, named(tensor([2, 1], [1, 2]), layout({ x: [1] })))).toThrow('the leading axes differ')
  })

  it('replaces a parameter or a group', () => {
    const q = replace(p, 'L1.bias', tensor([3], [1, 2, 3])) as Any
    expect(numbers(flat(q))).toEqual([...counting(6), 1, 2, 3, ...counting(16).slice(9)])
    expect(numbers(p.L1.bias)).toEqual([6.5, 7.5, 8.5])
    expect(numbers(flat(replace(q, 'L1', p.L1)))).toEqual(counting(16))
    expect(() => replace(p, 'L1.bias', tensor([4], [1, 2, 3, 4]))).toThrow("'L1.bias' has shape [3], the new one [4]")
    expect(() => replace(p, 'L1', tensor([9], counting(9)))).toThrow("'L1' is a group; give a ComponentArray")
    expect(() => replace(p, 'L1.bias', p.L1)).toThrow("'L1.bias' is a tensor; give a tensor")
    expect(() => replace(p, 'L1', p.L2)).toThrow("the new group 'L1' has other names or shapes")
    expect(() => replace(p, 'L9', p.L2)).toThrow("replace: there is no 'L9'")
  })

  it('masks by path', () => {
    const m = mask(p, (path) => path.endsWith('.bias')) as Any
    expect(numbers(m.L1.bias)).toEqual([1, 1, 1])
    expect(numbers(m.L1.weight)).toEqual([0, 0, 0, 0, 0, 0])
    expect(numbers(flat(m)).reduce((x, y) => x + y)).toBe(4)
    expect(numbers(flat(mask(p, () => false)))).toEqual(Array(16).fill(0))
    expect(numbers(flat(mask(p, () => true)))).toEqual(Array(16).fill(1))
  })

  it('maps leaves, to other shapes too', () => {
    const doubled = mapLeaves(p, (leaf) => componentArrayFlat({ a: leaf, b: leaf })) as Any
    expect(doubled.L1.weight.shape).toEqual([12])
    expect(numbers(doubled.L2.bias)).toEqual([15.5, 15.5])
    expect(() => mapLeaves(p, () => 3 as unknown as Value)).toThrow("gave no tensor for 'L1.weight'")
  })

  const componentArrayFlat = (record: TensorRecord): Value => flat(componentArray(record))
})

describe('blocks of matrices', () => {
  const square = tensor(
    [16, 16],
    Array.from({ length: 256 }, (_, i) => 16 * Math.floor(i / 16) * 16 + (i % 16)),
  )

  it('cuts the block of two parameters, or of two groups', () => {
    const part = block(square, small, 'L2.bias', 'L1.bias')
    expect(part.shape).toEqual([3])
    expect(numbers(part)).toEqual([15 * 256 + 6, 15 * 256 + 7, 15 * 256 + 8])
    expect(block(square, small, 'L1.weight', 'L2.weight').shape).toEqual([3, 2, 2, 3])
    expect(block(square, small, 'L1', 'L2.bias').shape).toEqual([9])
    expect(() => block(square, small, 'L1', 'L3')).toThrow("block: there is no 'L3'")
    expect(() => block(tensor([2, 2], [1, 2, 3, 4]), small, 'L1', 'L2')).toThrow(
      'name a matrix [16, 16]; float64[2, 2] does not fit',
    )
  })

  it('names all blocks, of rectangles too', () => {
    const all = blocks(square, small, small) as Any
    expect(Object.keys(all.L1)).toEqual(['weight', 'bias'])
    expect(numbers(all.L2.bias.L1.bias)).toEqual(numbers(block(square, small, 'L2.bias', 'L1.bias')))
    expect(all.L1.weight.L2.weight.shape).toEqual([3, 2, 2, 3])
    expect(numbers(all.L1.weight.L2.weight)).toEqual(numbers(block(square, small, 'L1.weight', 'L2.weight')))
    const rows = layout({ out: [2] })
    const jacobian = tensor([2, 16], counting(32))
    expect((blocks(jacobian, rows, small) as Any).out.L1.weight.shape).toEqual([2, 3, 2])
    expect(block(jacobian, rows, 'out', 'L1.bias', small).shape).toEqual([2, 3])
  })
})
