/** safetensors: files byte by byte, element types, refusals, and ComponentArrays by the names of their parameters. */

import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { type HostArray, sameArray } from '../../src/files/host-array.ts'
import { type Components, flat, layoutOf, named } from '../../src/parameters/component-array.ts'
import { fromFlat } from '../../src/parameters/construct.ts'
import { layout } from '../../src/parameters/layout.ts'
import { loadInto, tensorsOf } from '../../src/parameters/named-tensors.ts'
import { decodeSafetensors, encodeSafetensors, readSafetensors } from '../../src/parameters/safetensors.ts'
import { damage, damaged, hostArray } from '../files/arrays.ts'
import { components, counting, device, name, numbers, tensor } from './arbitrary.ts'

/** A file with this header and these bytes. */
function file(header: string, body: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + body.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(Array.from(body), 8 + text.length)
  return bytes
}

const bytesOf = (array: { readonly buffer: ArrayBuffer }) => new Uint8Array(array.buffer)

const one = (dtype: string, shape: unknown, offsets: unknown) =>
  `{"a":{"dtype":"${dtype}","shape":${JSON.stringify(shape)},"data_offsets":${JSON.stringify(offsets)}}}`

const refusal = (bytes: Uint8Array): string => {
  const decoded = decodeSafetensors(bytes)
  return E.isLeft(decoded) ? decoded.left.message : 'accepted'
}

describe('a safetensors file', () => {
  it('is written as the reference implementation writes it', () => {
    const weight = { dtype: 'float32', shape: [1, 2, 3], data: Float32Array.from([0, 1, 2, 3, 4, 5]) } as const
    const header = '{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}'
    expect(header.length).toBe(64)
    expect(encodeSafetensors(new Map([['attn.0', weight]]))).toEqual(file(header, bytesOf(weight.data)))
    const padded = '{"attn0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}} '
    expect(encodeSafetensors(new Map([['attn0', weight]]))).toEqual(file(padded, bytesOf(weight.data)))
  })

  it('puts wide elements first, then sorts by name, after the remarks', () => {
    const of = (dtype: HostArray['dtype'], data: HostArray['data']): HostArray => ({
      dtype,
      shape: [data.length],
      data,
    })
    const tensors = new Map<string, HostArray>([
      ['flag', of('bool', Int32Array.of(1))],
      ['b', of('float32', Float32Array.of(1))],
      ['a', of('float32', Float32Array.of(2))],
      ['d', of('float64', Float64Array.of(3))],
    ])
    const bytes = encodeSafetensors(
      tensors,
      new Map([
        ['format', 'pt'],
        ['0', 'x'],
      ]),
    )
    const text = new TextDecoder().decode(bytes)
    expect(text.slice(8)).toMatch(/^\{"__metadata__":\{"format":"pt","0":"x"\},"d":.*"a":.*"b":.*"flag":/)
    expect(bytes.length % 8).toBe(1) // 8 + header padded to 8, then 8 + 4 + 4 + 1
    expect([...readSafetensors(bytes).metadata]).toEqual(
      expect.arrayContaining([
        ['format', 'pt'],
        ['0', 'x'],
      ]),
    )
  })

  it.each([
    ['F16', [2], [0x00, 0x3c, 0x00, 0xc0], 'float32', [1, -2]],
    ['BF16', [2], [0x80, 0x3f, 0x20, 0xc1], 'float32', [1, -10]],
    ['F64', [1], [...bytesOf(Float64Array.of(Math.PI))], 'float64', [Math.PI]],
    ['I8', [2], [255, 127], 'int32', [-1, 127]],
    ['U8', [2], [255, 127], 'int32', [255, 127]],
    ['I16', [1], [255, 255], 'int32', [-1]],
    ['U16', [1], [255, 255], 'int32', [65535]],
    ['I32', [1], [255, 255, 255, 255], 'int32', [-1]],
    ['U32', [1], [255, 255, 255, 255], 'uint32', [4294967295]],
    ['I64', [1], Array(8).fill(255), 'int32', [-1]],
    ['U64', [1], [255, 255, 255, 255, 0, 0, 0, 0], 'uint32', [4294967295]],
    ['BOOL', [2], [0, 1], 'bool', [0, 1]],
    ['F32', [], [...bytesOf(Float32Array.of(7))], 'float32', [7]],
    ['F32', [2, 0], [], 'float32', []],
  ])('holds %s %j', (type, shape, body, dtype, expected) => {
    const { tensors } = readSafetensors(file(one(type, shape, [0, body.length]), body))
    expect(tensors.get('a')!.dtype).toBe(dtype)
    expect(tensors.get('a')!.shape).toEqual(shape)
    expect(Array.from(tensors.get('a')!.data)).toEqual(expected)
  })

  it.each([
    ['nothing', new Uint8Array(0), 'shorter than the length of its header'],
    ['a header longer than the file', file('{}').fill(9, 0, 1), 'the header is said to have 9 bytes; the file has 10'],
    ['a header of exabytes', file('{}').fill(255, 0, 8), 'the header is said to have 18446744073709552000 bytes'],
    ['no JSON', file('{'), 'the header is no JSON'],
    ['no UTF-8', Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 255]), 'the header is no JSON'],
    ['a list', file('[]'), 'no record of tensors'],
    ['null', file('null'), 'no record of tensors'],
    ['an 8-bit float', file(one('F8_E4M3', [1], [0, 1]), [0]), '"F8_E4M3" is not an element type that can be read'],
    ['a negative size', file(one('F32', [-1], [0, 4]), [0, 0, 0, 0]), "'a'/shape/0: -1 is not a whole number"],
    [
      'sizes that overflow',
      file(one('I32', [2 ** 30, 2 ** 30], [0, 16]), Array(16).fill(0)),
      'more elements than can be counted',
    ],
    [
      'gigabytes',
      file(one('F32', [2 ** 30], [0, 2 ** 32])),
      'the tensors end at 4294967296, the elements in the file at 0',
    ],
    ['one offset', file(one('F32', [1], [0]), [0, 0, 0, 0]), "'a'/data_offsets: two offsets are needed"],
    [
      'offsets that do not fit the shape',
      file(one('F32', [2], [0, 4]), [0, 0, 0, 0]),
      'F32 [2], takes 8 bytes; its offsets give it 4',
    ],
    [
      'offsets backwards',
      file(one('F32', [1], [4, 0]), [0, 0, 0, 0]),
      "'a' begins at 4, but the tensors before it end at 0",
    ],
    ['a hole', file(one('F32', [1], [4, 8]), Array(8).fill(0)), "'a' begins at 4, but the tensors before it end at 0"],
    [
      'bytes of nobody',
      file(one('F32', [1], [0, 4]), Array(8).fill(0)),
      'the tensors end at 4, the elements in the file at 8',
    ],
    ['no tensor at all', file('{"a":5}'), "'a': 5 is not a tensor"],
    ['remarks that are no texts', file('{"__metadata__":{"a":5}}'), '__metadata__/0/1: 5 is not a string'],
    ['a truth of 2', file(one('BOOL', [1], [0, 1]), [2]), "'a' (BOOL): element 0 is 2, which bool cannot hold"],
    [
      'int64 beyond 32 bits',
      file(one('I64', [1], [0, 8]), [0, 0, 0, 0, 1, 0, 0, 0]),
      'element 0 is 4294967296, which int32 cannot hold',
    ],
  ])('with %s is refused', (_, bytes, sentence) => {
    expect(refusal(bytes)).toContain(sentence)
    expect(() => readSafetensors(bytes)).toThrow(sentence)
  })

  it('with ten tensors over the same bytes is refused', () => {
    const entries = Array.from({ length: 10 }, (_, i) => one('F32', [4], [0, 16]).slice(1, -1).replace('a', `w${i}`))
    expect(refusal(file(`{${entries.join()}}`, Array(16).fill(0)))).toMatch(
      /'w\d' begins at 0, but the tensors before it end at 16/,
    )
  })

  it('tells all problems of the header', () => {
    const decoded = decodeSafetensors(
      file('{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]},"b":{"dtype":"X"},"c":null}'),
    )
    expect(E.isLeft(decoded) && decoded.left.problems).toHaveLength(5)
  })

  it('gives back what was written, whatever the names, on 500 random files', () => {
    const entries = fc.uniqueArray(fc.tuple(fc.oneof(name, fc.constantFrom('0', '17')), hostArray()), {
      maxLength: 5,
      selector: ([key]) => key,
    })
    fc.assert(
      fc.property(entries, (list) => {
        const { tensors } = readSafetensors(encodeSafetensors(new Map(list)))
        expect(tensors.size).toBe(list.length)
        for (const [key, array] of list) expect(sameArray(tensors.get(key)!, array)).toBe(true)
      }),
      { numRuns: 500 },
    )
    expect(() =>
      encodeSafetensors(new Map([['__metadata__', { dtype: 'bool', shape: [0], data: new Int32Array(0) }]])),
    ).toThrow('no tensor can be named')
  })

  it('never throws when it is damaged, and a cut is always found', () => {
    fc.assert(
      fc.property(fc.tuple(hostArray(), hostArray()), damage, ([a, b], harm) => {
        const decoded = decodeSafetensors(
          damaged(
            encodeSafetensors(
              new Map([
                ['a', a],
                ['b', b],
              ]),
            ),
            harm,
          ),
        )
        // The format has no checksum: a flipped bit of an element cannot be seen.
        if (harm.kind !== 'flip') expect(E.isLeft(decoded)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('ComponentArrays by name', () => {
  const small = layout({ L1: { weight: [3, 2], bias: [3] }, L2: { weight: [2, 3], bias: [] } })
  const p = fromFlat(tensor([16], counting(16)), small)
  const loaded = (tensors: ReadonlyMap<string, HostArray>, like: Components = p) =>
    loadInto(like, tensors, device.upload)
  const problems = (result: ReturnType<typeof loaded>) => (E.isLeft(result) ? result.left : [])

  it('go to a file and come back, on random layouts', async () => {
    await fc.assert(
      fc.asyncProperty(components, async (q) => {
        const { tensors } = readSafetensors(encodeSafetensors(await tensorsOf(q)))
        const zero = named(tensor(flat(q).shape, new Float64Array(flat(q).shape[0])), layoutOf(q))
        const result = loaded(tensors, zero)
        expect(E.isRight(result) && numbers(flat(result.right))).toEqual(numbers(flat(q)))
      }),
    )
  })

  it('meet the names of other frameworks', async () => {
    const torch = (path: string) => path.replace('L1.', '0.').replace('L2.', '2.')
    const tensors = await tensorsOf(p, torch)
    expect([...tensors.keys()]).toEqual(['0.weight', '0.bias', '2.weight', '2.bias'])
    const result = loadInto(p, tensors, device.upload, torch)
    expect(E.isRight(result) && numbers(flat(result.right))).toEqual(counting(16))
    await expect(tensorsOf(p, () => 'same')).rejects.toThrow("two parameters get the name 'same'")
  })

  it('fill float64 parameters with float32 numbers, never the other way', async () => {
    const single = fromFlat(device.upload({ shape: [16], dtype: 'float32' }, Float32Array.from(counting(16))), small)
    const widened = loaded(await tensorsOf(single))
    expect(E.isRight(widened) && flat(widened.right).dtype).toBe('float64')
    expect(problems(loaded(await tensorsOf(p), single))[0]).toBe("'L1.weight' is float64, the parameter float32")
  })

  it('name everything that does not fit', async () => {
    const tensors = await tensorsOf(p)
    tensors.delete('L1.bias')
    tensors.set('L2.weight', { dtype: 'float64', shape: [3, 2], data: new Float64Array(6) })
    tensors.set('L3.weight', { dtype: 'float64', shape: [], data: new Float64Array(1) })
    tensors.set('L2.bias', { dtype: 'int32', shape: [], data: new Int32Array(1) })
    expect(problems(loaded(tensors))).toEqual([
      "'L1.bias' is missing",
      "'L2.weight' has shape [3, 2], the parameter [2, 3]",
      "'L2.bias' is int32, the parameter float64",
      "'L3.weight' has no parameter",
    ])
  })

  it('share a tensor when two parameters bear one name', () => {
    const tied = fromFlat(tensor([4], [0, 0, 0, 0]), layout({ a: [2], b: [2] }))
    const result = loadInto(
      tied,
      new Map([['w', { dtype: 'float64', shape: [2], data: Float64Array.of(1, 2) }]]),
      device.upload,
      () => 'w',
    )
    expect(E.isRight(result) && numbers(flat(result.right))).toEqual([1, 2, 1, 2])
  })

  it('must lie over a vector', async () => {
    const batch = named(tensor([2, 16], counting(32)), small)
    await expect(tensorsOf(batch)).rejects.toThrow(
      'tensorsOf: a ComponentArray over a vector is needed, not over [2, 16]',
    )
  })
})
