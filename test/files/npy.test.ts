/** .npy: files as NumPy writes them, round trips, refusals. */

import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { sameArray } from '../../src/files/host-array.ts'
import { decodeNpy, encodeNpy, readNpy } from '../../src/files/npy.ts'
import { damage, damaged, hostArray } from './arrays.ts'

/** The file that NumPy writes for a header and a body. */
function file(header: string, body: readonly number[], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header)
  const lengths = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0]
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, ...lengths, ...text, ...body])
}

const header = (descr: string, order: string, shape: string) =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }          \n`

const bytesOf = (...words: number[]) => [...new Uint8Array(Float32Array.from(words).buffer)]

describe('npy', () => {
  it.each([
    [
      'np.arange(6, dtype="<f4").reshape(2, 3)',
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEAAAEBAAACAQAAAoEA=',
      { shape: [2, 3], dtype: 'float32', data: Float32Array.from([0, 1, 2, 3, 4, 5]) },
    ],
    [
      'np.asfortranarray(np.array([[1.5, -2], [3, 4], [5, 6]]))',
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMywgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAAhAAAAAAAAAFEAAAAAAAAAAwAAAAAAAABBAAAAAAAAAGEA=',
      { shape: [3, 2], dtype: 'float64', data: Float64Array.from([1.5, -2, 3, 4, 5, 6]) },
    ],
    [
      'np.array([True, False]), version (3, 0)',
      'k05VTVBZAwB0AAAAeydkZXNjcic6ICd8YjEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAA==',
      { shape: [2], dtype: 'bool', data: Int32Array.from([1, 0]) },
    ],
  ])('reads what NumPy 2.4.6 wrote for %s', (_, base64, expected) => {
    expect(readNpy(Buffer.from(base64, 'base64'))).toEqual(expected)
  })

  it('writes the very bytes that NumPy 2.4.6 writes', () => {
    const array = { shape: [2, 3], dtype: 'float32', data: Float32Array.from([0, 1, 2, 3, 4, 5]) } as const
    expect(Buffer.from(encodeNpy(array)).toString('base64')).toBe(
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEAAAEBAAACAQAAAoEA=',
    )
  })

  it.each([
    ['Fortran order', file(header('<f4', 'True', '(2, 3)'), bytesOf(0, 3, 1, 4, 2, 5)), [0, 1, 2, 3, 4, 5]],
    [
      'rank 3 in Fortran order',
      file(header('|u1', 'True', '(2, 2, 2)'), [0, 4, 2, 6, 1, 5, 3, 7]),
      [0, 1, 2, 3, 4, 5, 6, 7],
    ],
    ['version 2', file(header('<f4', 'False', '(1,)'), bytesOf(7), 2), [7]],
    ['version 3', file(header('<f4', 'False', '(1,)'), bytesOf(7), 3), [7]],
    ['a scalar', file(header('<f4', 'False', '()'), bytesOf(7)), [7]],
    ['big-endian bytes', file(header('>i2', 'False', '(2,)'), [1, 2, 255, 255]), [258, -1]],
    [
      'float16',
      file(header('<f2', 'False', '(5,)'), [0, 0x3c, 0, 0xc0, 1, 0, 0xff, 0x7b, 0, 0x7c]),
      [1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY],
    ],
    ['int64 that fits', file(header('<i8', 'False', '(2,)'), [5, 0, 0, 0, 0, 0, 0, 0, ...Array(8).fill(255)]), [5, -1]],
    ['keys in another order', file("{'shape': (2,), 'fortran_order': False, 'descr': '|b1'}", [1, 0]), [1, 0]],
    ['Python 2 lengths', file(header('|i1', 'False', '(2L,)'), [1, 254]), [1, -2]],
  ])('reads %s', (_, bytes, expected) => {
    expect(Array.from(readNpy(bytes).data)).toEqual(expected)
  })

  it.each([
    ['another file', new TextEncoder().encode('PK\x03\x04 something else'), 'does not begin with'],
    ['nothing', new Uint8Array(0), 'does not begin with'],
    ['version 9', file(header('<f4', 'False', '()'), bytesOf(1), 9), 'version 9.0 is not known'],
    ['a cut header', file(header('<f4', 'False', '()'), []).slice(0, 30), 'the header ends at byte'],
    ['a cut version 2 header', file('', [], 2).slice(0, 11), 'ends inside its header'],
    ['too few elements', file(header('<f4', 'False', '(3,)'), bytesOf(1, 2)), 'take 12 bytes, the file has 8'],
    ['too many elements', file(header('<f4', 'False', '(1,)'), bytesOf(1, 2)), 'take 4 bytes, the file has 8'],
    [
      'gigabytes',
      file(header('<f8', 'False', '(99999, 99999, 99999)'), []),
      'take 7999760002399992 bytes, the file has 0',
    ],
    [
      'more than can be counted',
      file(header('<f8', 'False', '(0, 99999999999999999999)'), []),
      'not one of whole numbers',
    ],
    ['structures', file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", bytesOf(1)), 'structures'],
    ['complex numbers', file(header('<c8', 'False', '(1,)'), bytesOf(1, 2)), "'<c8' cannot be read"],
    ['objects', file(header('|O', 'False', '(1,)'), bytesOf(1)), "'|O' cannot be read"],
    ['no order', file("{'descr': '<f4', 'shape': (1,)}", bytesOf(1)), 'lacks fortran_order or shape'],
    ['a truth of 2', file(header('|b1', 'False', '(2,)'), [1, 2]), 'element 1 is 2, which bool cannot hold'],
    [
      'int64 that does not fit',
      file(header('<i8', 'False', '(1,)'), [0, 0, 0, 0, 1, 0, 0, 0]),
      'element 0 is 4294967296',
    ],
  ])('refuses %s', (_, bytes, sentence) => {
    const decoded = decodeNpy(bytes)
    expect(E.isLeft(decoded) && decoded.left.message).toContain(sentence)
    expect(() => readNpy(bytes)).toThrow(sentence)
  })

  it('gives back what it wrote, aligned to 64 bytes', () => {
    fc.assert(
      fc.property(hostArray(), fc.nat({ max: 3 }), (array, shift) => {
        const bytes = encodeNpy(array)
        const moved = new Uint8Array(bytes.length + shift)
        moved.set(bytes, shift)
        expect(sameArray(readNpy(moved.subarray(shift)), array)).toBe(true)
        expect(
          (bytes.length - array.data.length * (array.dtype === 'float64' ? 8 : array.dtype === 'bool' ? 1 : 4)) % 64,
        ).toBe(0)
      }),
    )
  })

  it('never throws on damaged files', () => {
    fc.assert(
      fc.property(hostArray(), damage, (array, harm) => {
        const decoded = decodeNpy(damaged(encodeNpy(array), harm))
        expect(typeof decoded._tag).toBe('string')
      }),
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => E.isLeft(decodeNpy(bytes))))
  })
})
