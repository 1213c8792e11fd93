/** Layouts: offsets, labels, differences, and names that would trip a plain object. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexOf, labelAt, layout, pathsOf, placeOf } from '../../src/parameters/layout.ts'
import { layoutDifferences, sameLayout } from '../../src/parameters/layout-difference.ts'
import type { ParameterSpec } from '../../types/parameters.ts'
import { spec } from './arbitrary.ts'

const model = layout({ L1: { weight: [50, 2], bias: [50] }, L2: { weight: [2, 50], bias: [2] } })

describe('a layout', () => {
  it('puts fields side by side in the order in which they were written', () => {
    expect(model.size).toBe(252)
    expect(pathsOf(model)).toEqual(['L1.weight', 'L1.bias', 'L2.weight', 'L2.bias'])
    expect(model.fields.map((field) => field.offset)).toEqual([0, 100, 150, 250])
    const swapped = layout({ L1: { bias: [50], weight: [50, 2] }, L2: { weight: [2, 50], bias: [2] } })
    expect(swapped.fields.map((field) => field.offset)).toEqual([0, 50, 150, 250])
  })

  it('finds parameters and groups by path', () => {
    expect(placeOf(model, 'L2')).toMatchObject({ kind: 'group', offset: 150, size: 102 })
    expect(placeOf(model, 'L2.bias')).toMatchObject({ kind: 'field', offset: 250, shape: [2] })
    expect(() => placeOf(model, 'L2.biass')).toThrow(
      "there is no 'L2.biass'. There are 'L1', 'L1.weight', 'L1.bias', 'L2'",
    )
  })

  it('names every number and finds it again', () => {
    expect(indexOf(model, 'L1.weight[3,1]')).toBe(7)
    expect(indexOf(model, 'L1.weight[3, 1]')).toBe(7)
    expect(labelAt(model, 7)).toBe('L1.weight[3,1]')
    expect(labelAt(model, 251)).toBe('L2.bias[1]')
    expect(labelAt(layout({ rate: [] }), 0)).toBe('rate')
  })

  it('says what is wrong with a label', () => {
    expect(() => indexOf(model, 'L1.weight[50,0]')).toThrow('lies outside the shape [50, 2]')
    expect(() => indexOf(model, 'L1.weight[3]')).toThrow("'L1.weight' has shape [50, 2]; write 'L1.weight[i,j]'")
    expect(() => indexOf(model, 'L1.weight')).toThrow("write 'L1.weight[i,j]'")
    expect(() => indexOf(model, 'L1')).toThrow("'L1' is a group")
    expect(() => labelAt(model, 252)).toThrow('252 is not a position in a vector of 252 numbers')
    expect(() => labelAt(model, 0.5)).toThrow('0.5 is not a position')
  })

  it('keeps zero-length, scalar, [1] and [1, 1] fields apart', () => {
    const shapes = layout({ scalar: [], empty: [0], one: [1], square: [1, 1] })
    expect(shapes.fields.map((field) => [field.offset, field.size])).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 1],
    ])
    expect([0, 1, 2].map((i) => labelAt(shapes, i))).toEqual(['scalar', 'one[0]', 'square[0,0]'])
    const kinds = [[], [1], [1, 1], [0]].map((shape) => layout({ a: shape }))
    kinds.forEach((a, i) => {
      kinds.forEach((b, j) => {
        expect(sameLayout(a, b)).toBe(i === j)
      })
    })
  })

  it.each([
    ['an integer name', { '1': [2] }, "the name '1' is an integer"],
    ['a negative size', { a: [-1] }, "the sizes of 'a' [-1] must be whole numbers ≥ 0"],
    ['a fraction', { a: [1.5] }, "'a' [1.5]"],
    ['NaN', { a: [Number.NaN] }, "'a' [NaN]"],
    ['a symbolic size', { a: ['batch', 2] }, "'a' ['batch', 2] must be whole numbers ≥ 0. A symbolic dimension needs"],
    ['more than can be counted', { a: [2 ** 40, 2 ** 40] }, 'more than can be counted'],
    ['no record', { a: 5 }, "The entry 'a' of the spec must be a shape"],
    ['a prototype taken for a name', { __proto__: [2] }, 'The spec must be a shape'],
  ] as unknown as [string, ParameterSpec, string][])('refuses %s with a sentence', (_, bad, sentence) => {
    expect(() => layout(bad)).toThrow(sentence)
  })

  it('refuses a record that contains itself', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(() => layout(circular as unknown as ParameterSpec)).toThrow('nested deeper than 64 levels')
  })

  it('gives each list of names a path of its own', () => {
    const tricky = layout({ 'a.b': [1], a: { b: [2], '': [3], 'b"': { c: [4] } } })
    expect(pathsOf(tricky)).toEqual(['"a.b"', 'a.b', 'a.""', 'a."b\\"".c'])
    expect(placeOf(tricky, 'a.b')).toMatchObject({ shape: [2] })
    expect(indexOf(tricky, '"a.b"[0]')).toBe(0)
  })

  it('inverts labels on random layouts', () => {
    fc.assert(
      fc.property(spec, (shapes) => {
        const random = layout(shapes)
        const found = Array.from({ length: random.size }, (_, i) => indexOf(random, labelAt(random, i)))
        expect(found).toEqual(found.map((_, i) => i))
      }),
    )
  })
})

describe('differences of layouts', () => {
  const other = (shapes: ParameterSpec) => layoutDifferences(model, layout(shapes), 'the model', 'the file')

  it.each([
    [
      { L1: { weight: [50, 3], bias: [50] }, L2: { weight: [2, 50], bias: [2] } },
      ["'L1.weight' is [50, 2] in the model and [50, 3] in the file"],
    ],
    [{ L1: { weight: [50, 2] }, L2: { weight: [2, 50], bias: [2] } }, ["'L1.bias' is only in the model"]],
    [
      { L1: [3], L2: { weight: [2, 50], bias: [2], gain: [] } },
      [
        "'L1' is a group in the model and [3] in the file",
        "'L1.weight' is only in the model",
        "'L1.bias' is only in the model",
        "'L2.gain' is only in the file",
      ],
    ],
    [
      { L2: { weight: [2, 50], bias: [2] }, L1: { weight: [50, 2], bias: [50] } },
      [
        "the order is 'L1', 'L1.weight', 'L1.bias', 'L2', 'L2.weight', 'L2.bias' in the model and 'L2', 'L2.weight', 'L2.bias', 'L1', 'L1.weight', 'L1.bias' in the file",
      ],
    ],
  ] as [ParameterSpec, string[]][])('%j', (shapes, sentences) => {
    expect(other(shapes)).toEqual(sentences)
  })

  it('are none exactly for equal layouts', () => {
    fc.assert(
      fc.property(spec, spec, (a, b) => {
        expect(layoutDifferences(layout(a), layout(a))).toEqual([])
        const [x, y] = [layout(a), layout(b)]
        expect(layoutDifferences(x, y).length === 0).toBe(sameLayout(x, y))
      }),
    )
  })
})
