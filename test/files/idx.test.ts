/** IDX: the headers of the MNIST files, round trips, refusals. */

import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { sameArray } from '../../src/files/host-array.ts'
import { decodeIdx, encodeIdx, readIdx } from '../../src/files/idx.ts'
import { damage, damaged, hostArray } from './arrays.ts'

describe('idx', () => {
  it('reads images and labels as the MNIST files hold them', () => {
    const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 127, 128, 255])
    expect(readIdx(images)).toEqual({ shape: [2, 1, 2], dtype: 'int32', data: Int32Array.from([0, 127, 128, 255]) })
    const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])
    expect(readIdx(labels)).toEqual({ shape: [3], dtype: 'int32', data: Int32Array.from([5, 0, 4]) })
  })

  it.each([
    ['int8', [0, 0, 9, 1, 0, 0, 0, 1, 255], [-1]],
    ['int16', [0, 0, 11, 1, 0, 0, 0, 1, 1, 2], [258]],
    ['int32', [0, 0, 12, 1, 0, 0, 0, 1, 0, 0, 1, 2], [258]],
    ['float32', [0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0], [1]],
    ['float64', [0, 0, 14, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], [1]],
  ])('reads %s, big-endian', (_, bytes, expected) => {
    expect(Array.from(readIdx(Uint8Array.from(bytes)).data)).toEqual(expected)
  })

  it.each([
    ['nothing', [], 'does not begin with two zero bytes'],
    ['another type', [0, 0, 7, 0, 1], 'does not begin with two zero bytes'],
    ['gzip', [0x1f, 0x8b, 8, 0], 'compressed by gzip'],
    ['a cut header', [0, 0, 8, 2, 0, 0, 0, 1], 'ends inside its header'],
    ['too few elements', [0, 0, 8, 1, 0, 0, 0, 9, 1], 'shape [9] take 9 bytes, the file has 1'],
    ['gigabytes', [0, 0, 14, 2, 255, 255, 255, 255, 255, 255, 255, 255], 'the file has 0'],
  ])('refuses %s', (_, bytes, sentence) => {
    const decoded = decodeIdx(Uint8Array.from(bytes))
    expect(E.isLeft(decoded) && decoded.left.message).toContain(sentence)
  })

  it('gives back what it wrote', () => {
    fc.assert(
      fc.property(hostArray('float32', 'float64', 'int32'), (array) => {
        expect(sameArray(readIdx(encodeIdx(array)), array)).toBe(true)
      }),
    )
    const bytes = { shape: [2], dtype: 'int32', data: Int32Array.from([0, 255]) } as const
    expect(encodeIdx(bytes, 'uint8')).toEqual(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 0, 255]))
    expect(readIdx(encodeIdx({ shape: [1], dtype: 'float32', data: Float32Array.of(7) }, 'uint8')).data).toEqual(
      Int32Array.of(7),
    )
  })

  it('refuses elements that the file cannot hold', () => {
    const wide = { shape: [2], dtype: 'int32', data: Int32Array.from([0, 256]) } as const
    expect(() => encodeIdx(wide, 'uint8')).toThrow('element 1 is 256; uint8 holds whole numbers from 0 to 255')
    expect(() => encodeIdx(wide, 'float32')).toThrow('int32 elements as float32; convert them')
    expect(() => encodeIdx({ ...wide, dtype: 'bool' })).toThrow('IDX has no bool')
  })

  it('never throws on damaged files', () => {
    fc.assert(
      fc.property(hostArray('float32', 'int32'), damage, (array, harm) => {
        expect(typeof decodeIdx(damaged(encodeIdx(array), harm))._tag).toBe('string')
      }),
    )
  })
})
