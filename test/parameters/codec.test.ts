/** Codecs of layouts and checkpoints: round trips, collected problems, hostile and damaged inputs. */

import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { sameArray } from '../../src/files/host-array.ts'
import { checkpointBytes } from '../../src/parameters/checkpoint-bytes.ts'
import { checkpointText } from '../../src/parameters/checkpoint-text.ts'
import { crc32 } from '../../src/parameters/crc.ts'
import { decodeWith } from '../../src/parameters/decoding.ts'
import { layout } from '../../src/parameters/layout.ts'
import { layoutCodec } from '../../src/parameters/layout-codec.ts'
import type { SavedTree } from '../../src/parameters/saved-tree.ts'
import { damage, damaged } from '../files/arrays.ts'
import { spec } from './arbitrary.ts'
import { saved } from './saved-trees.ts'

/** Equal in every bit of every tensor, every name, every value. */
function sameTree(a: SavedTree, b: SavedTree): boolean {
  if (a.kind === 'tensor') return b.kind === 'tensor' && sameArray(a.array, b.array)
  if (a.kind === 'components')
    return b.kind === 'components' && a.layout.text === b.layout.text && sameArray(a.array, b.array)
  if (a.kind === 'static') return b.kind === 'static' && Object.is(a.value, b.value)
  if (a.kind === 'list') return b.kind === 'list' && sameTrees(a.items, b.items)
  if (a.kind === 'container') return b.kind === 'container' && a.key === b.key && sameTrees(a.items, b.items)
  const names = (tree: SavedTree) => (tree.kind === 'record' ? tree.entries.map(({ name }) => name).join('\0') : null)
  return (
    b.kind === 'record' &&
    names(a) === names(b) &&
    sameTrees(
      a.entries.map((e) => e.tree),
      b.entries.map((e) => e.tree),
    )
  )
}

const sameTrees = (a: readonly SavedTree[], b: readonly SavedTree[]): boolean =>
  a.length === b.length && a.every((tree, i) => sameTree(tree, b[i]))

const problems = (decoded: ReturnType<typeof decodeWith>): readonly string[] =>
  E.isLeft(decoded) ? decoded.left.problems : []

describe('crc32', () => {
  it('has the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    expect(crc32(new TextEncoder().encode('6789'), crc32(new TextEncoder().encode('12345')))).toBe(0xcbf43926)
  })
})

describe('the layout codec', () => {
  it('writes members with their offsets', () => {
    expect(layoutCodec.encode(layout({ L1: { weight: [50, 2], bias: [50] }, rate: [] }))).toEqual({
      size: 151,
      members: [
        {
          name: 'L1',
          offset: 0,
          layout: {
            size: 150,
            members: [
              { name: 'weight', offset: 0, shape: [50, 2] },
              { name: 'bias', offset: 100, shape: [50] },
            ],
          },
        },
        { name: 'rate', offset: 150, shape: [] },
      ],
    })
  })

  it('is undone by decoding, through JSON text too, on 1000 random layouts', () => {
    fc.assert(
      fc.property(spec, (shapes) => {
        const of = layout(shapes)
        const decoded = layoutCodec.decode(JSON.parse(JSON.stringify(layoutCodec.encode(of))))
        expect(decoded).toEqual(E.right(of))
      }),
      { numRuns: 1000 },
    )
  })

  const field = (name: unknown, shape: unknown, offset: unknown = 0) => ({ name, shape, offset })

  it.each([
    ['nothing', null, ['layout: null is not a layout']],
    ['a number', 5, ['layout: 5 is not a layout']],
    ['an array', [], ['layout: an array of 0 is not a layout']],
    [
      'a record without anything',
      {},
      ['layout/size: undefined is not a whole number ≥ 0', 'layout/members: undefined is not a list of members'],
    ],
    [
      'a wrong size',
      { size: 3, members: [field('a', [2])] },
      ['layout: the size is 3, but the members have 2 numbers together'],
    ],
    ['a size of NaN', { size: Number.NaN, members: [] }, ['layout/size: NaN is not a whole number ≥ 0']],
    [
      'problems of every kind, each with its place',
      { size: -1, members: [field(7, [-1, 1.5]), field('3', 'x'), null, field('b', [2], -4)] },
      [
        'layout/size: -1 is not a whole number ≥ 0',
        'layout/members/0/name: 7 is not a string',
        'layout/members/0/shape/0: -1 is not a whole number ≥ 0',
        'layout/members/0/shape/1: 1.5 is not a whole number ≥ 0',
        "layout/members/1/name: the name '3' is an integer, and JavaScript puts such keys before all others, whatever the order they were written in; use a name with a letter, such as 'L3'",
        'layout/members/1/shape: "x" is not a shape',
        'layout/members/2: null is not a member',
        'layout/members/3/offset: -4 is not a whole number ≥ 0',
      ],
    ],
    [
      'overlapping members',
      { size: 6, members: [field('a', [4]), field('b', [2], 2)] },
      ["layout: 'b' has offset 2; members lie side by side, so it must be 4"],
    ],
    [
      'gaps',
      { size: 6, members: [field('a', [1]), field('b', [2], 4)] },
      ["layout: 'b' has offset 4; members lie side by side, so it must be 1"],
    ],
    [
      'a name twice',
      { size: 2, members: [field('a', [1]), field('a', [1], 1)] },
      ["layout: there are two members named 'a'"],
    ],
    [
      'sizes that overflow',
      { size: 0, members: [field('a', [2 ** 40, 2 ** 40])] },
      ['layout/members/0/shape: the shape [1099511627776, 1099511627776] has more elements than can be counted'],
    ],
  ])('refuses %s', (_, json, sentences) => {
    const found = problems(decodeWith(layoutCodec, json, 'layout'))
    expect(found.map((sentence) => sentence.replace(/\.$/, ''))).toEqual(sentences)
  })

  it('takes __proto__ for a name like any other', () => {
    const json = JSON.parse(
      '{"size":2,"members":[{"name":"__proto__","offset":0,"shape":[2]}],"__proto__":{"polluted":true}}',
    )
    const decoded = layoutCodec.decode(json)
    expect(E.isRight(decoded) && decoded.right.fields[0].path).toBe('__proto__')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('gives up on nesting that would overflow the stack, and on endless problems', () => {
    let deep: unknown = { size: 0, members: [] }
    for (let i = 0; i < 100_000; i++) deep = { size: 0, members: [{ name: 'a', offset: 0, layout: deep }] }
    expect(problems(decodeWith(layoutCodec, deep, 'layout'))[0]).toContain('nested deeper than')
    const many = { size: 0, members: new Array(1_000_000).fill(0) }
    expect(problems(decodeWith(layoutCodec, many, 'layout')).length).toBeLessThanOrEqual(50)
  })

  it('answers to any JSON without throwing', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => E.isLeft(layoutCodec.decode(json))))
  })
})

const codecs = [
  ['bytes', checkpointBytes],
  ['JSON text', checkpointText],
] as const

describe.each(codecs)('a checkpoint as %s', (_, codec) => {
  it('is undone by decoding, bit for bit, on 500 random trees', () => {
    fc.assert(
      fc.property(saved, (tree) => {
        // The two codecs differ in what they write; each reads its own.
        const decoded = codec.decode(codec.encode(tree))
        if (E.isLeft(decoded)) throw new Error(decoded.left.map(({ message }) => message).join('\n'))
        expect(sameTree(decoded.right, tree)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses everything else with a sentence', () => {
    for (const input of [null, undefined, 5, {}, '', '{}', '[1', new Uint8Array(0), new Uint8Array(1000)]) {
      const decoded = codec.decode(input)
      expect(E.isLeft(decoded) && decoded.left[0].message).toMatch(/\.$/)
    }
  })
})

describe('a damaged checkpoint', () => {
  it('never passes and never throws, as bytes: 2000 random corruptions', () => {
    fc.assert(
      fc.property(saved, damage, (tree, harm) => {
        const decoded = checkpointBytes.decode(damaged(checkpointBytes.encode(tree), harm))
        expect(E.isLeft(decoded)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('never passes for another tree, as text: 2000 random corruptions', () => {
    fc.assert(
      fc.property(saved, damage, (tree, harm) => {
        const bytes = damaged(new TextEncoder().encode(checkpointText.encode(tree)), harm)
        const decoded = checkpointText.decode(new TextDecoder().decode(bytes))
        // White space between tokens may change; what is read may not.
        if (E.isRight(decoded)) expect(sameTree(decoded.right, tree)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('is found at every single bit', () => {
    const tree: SavedTree = { kind: 'tensor', array: { dtype: 'float32', shape: [2], data: Float32Array.from([1, 2]) } }
    const bytes = checkpointBytes.encode(tree)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7)
      expect(E.isLeft(checkpointBytes.decode(bytes)), `bit ${bit}`).toBe(true)
      bytes[bit >> 3] ^= 1 << (bit & 7)
    }
    expect(E.isRight(checkpointBytes.decode(bytes))).toBe(true)
  })
})

/** A file whose head and checksum are right, whatever its JSON says. */
function forged(json: string, body: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(json)
  const start = Math.ceil((32 + text.length) / 64) * 64
  const bytes = new Uint8Array(start + body.length).fill(32, 32, start)
  bytes.set(text, 32)
  bytes.set(body, start)
  const view = new DataView(bytes.buffer)
  bytes.set([0x89, 0x43, 0x46, 0x4d, 0x0d, 0x0a, 0x1a, 0x0a])
  view.setUint32(8, 1, true)
  view.setUint32(12, start - 32, true)
  view.setUint32(16, body.length, true)
  view.setUint32(28, crc32(bytes.subarray(32), crc32(bytes.subarray(0, 28))), true)
  return bytes
}

describe('a forged checkpoint', () => {
  const tensor = (dtype: unknown, shape: unknown, offset: unknown) =>
    JSON.stringify({ kind: 'tensor', array: { dtype, shape, offset } })
  const components = (shape: number[]) =>
    JSON.stringify({
      kind: 'components',
      layout: layoutCodec.encode(layout({ a: [4] })),
      array: { dtype: 'float32', shape, offset: 0 },
    })
  const pair = (offset: number) =>
    `{"kind":"list","items":[${tensor('float32', [1], 0)},${tensor('float32', [1], offset)}]}`

  it('would be accepted if it were right', () => {
    expect(E.isRight(checkpointBytes.decode(forged(tensor('float32', [4], 0), new Uint8Array(16))))).toBe(true)
    expect(E.isRight(checkpointBytes.decode(forged(components([4]), new Uint8Array(16))))).toBe(true)
    expect(E.isRight(checkpointBytes.decode(forged(pair(64), new Uint8Array(68))))).toBe(true)
  })

  it.each([
    ['no JSON', '{"kind":', 0, 'head: no JSON'],
    ['an unknown kind', '{"kind":"wizard"}', 0, 'tree: its kind is none of tensor, components'],
    ['a kind from the prototype', '{"kind":"constructor"}', 0, 'tree: its kind is none of'],
    ['an unknown dtype', tensor('float8', [4], 0), 16, 'tree/array/dtype: "float8" is not a dtype'],
    ['gigabytes', tensor('float64', [99999, 99999], 0), 16, 'its elements take 79998400008 bytes, there are 16'],
    [
      'more than can be counted',
      tensor('float64', [2 ** 53 - 1, 2 ** 53 - 1], 0),
      16,
      'more elements than can be counted',
    ],
    ['a negative offset', tensor('float32', [4], -16), 16, 'tree/array/offset: -16 is not a whole number'],
    [
      'an offset behind the end',
      tensor('float32', [4], 640),
      16,
      'its elements begin at 640, but the next ones lie at 0',
    ],
    ['overlapping tensors', pair(0), 68, 'its elements begin at 0, but the next ones lie at 64'],
    ['bytes that belong to nobody', tensor('float32', [3], 0), 16, 'the tensors end at byte'],
    ['a truth of 7', tensor('bool', [1], 0), 1, 'element 0 is 7, which bool cannot hold'],
    [
      'a vector that does not fit its layout',
      components([2, 2]),
      16,
      'the layout names 4 numbers, the vector has the shape [2, 2]',
    ],
    [
      'a name twice',
      '{"kind":"record","entries":[{"name":"a","tree":{"kind":"static","value":1}},{"name":"a","tree":{"kind":"static","value":1}}]}',
      0,
      'two entries are named "a"',
    ],
    [
      'an unknown value',
      '{"kind":"static","value":{"special":"-1"}}',
      0,
      'tree/value/special: "-1" is not a special value',
    ],
    ['deep nesting', `${'{"kind":"list","items":['.repeat(50_000)}${']}'.repeat(50_000)}`, 0, 'nested deeper than'],
  ])('with %s is refused', (_, json, size, sentence) => {
    const decoded = checkpointBytes.decode(forged(json, new Uint8Array(size).fill(7)))
    expect(E.isLeft(decoded) && decoded.left.map(({ message }) => message).join('\n')).toContain(sentence)
  })

  it('is refused as text too', () => {
    const text = (tree: string) =>
      `{"format":"conformable checkpoint","version":1,"checksum":${crc32(new TextEncoder().encode(tree))},"tree":${tree}}`
    const array = (data: string) => text(`{"kind":"tensor","array":{"dtype":"float32","shape":[1],"data":"${data}"}}`)
    const message = (input: string) => problems(decodeWith(checkpointText, input, 'checkpoint')).join('\n')
    expect(message(array('AACAPw=='))).toBe('')
    expect(message(array('AACAPwA='))).toContain('its elements take 4 bytes, there are 5')
    expect(message(array('!'))).toContain('its data are no base64')
    expect(message(text('{"kind":"tensor"}'))).toContain('tree/array: undefined is not an array')
    expect(message(array('AACAPw==').replace('AACAPw', 'AACAPg'))).toContain('the text has been changed')
    expect(message(array('AACAPw==').replace('"version":1', '"version":2'))).toContain(
      '2 is not a version that is known (1)',
    )
    expect(message('{"format":"other"}')).toContain(`"other" is not 'conformable checkpoint'`)
    expect(message(text(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).not.toBe('')
  })
})
