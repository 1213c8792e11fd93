/** CSV: quotes, types, missing values, line numbers, round trips. */

import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { dtypes } from '../../src/core/dtype.ts'
import { type Column, type CsvOptions, decodeCsv, encodeCsv, readCsv } from '../../src/files/csv.ts'
import { type HostArray, sameArray } from '../../src/files/host-array.ts'
import { filled } from './arrays.ts'

const values = (column: Column | undefined) =>
  column !== undefined && 'data' in column ? Array.from(column.data) : column

describe('csv', () => {
  it('reads typed columns by name and skips the others', () => {
    const text = 'id,height,name,seen\n7,1.5,"Ann ""A"" Lee",true\n-8, 2e-1 ,"two\nlines, here",0\n'
    const table = readCsv(text, { columns: { name: 'text', id: 'int32', seen: 'bool' } })
    expect(table.rows).toBe(2)
    expect([...table.columns.keys()]).toEqual(['name', 'id', 'seen'])
    expect(table.columns.get('name')).toEqual(['Ann "A" Lee', 'two\nlines, here'])
    expect(values(table.columns.get('id'))).toEqual([7, -8])
    expect(values(table.columns.get('seen'))).toEqual([1, 0])
    expect((table.columns.get('seen') as HostArray).dtype).toBe('bool')
  })

  it.each([
    ['LF', 'x,y\n1,2\n3,4\n'],
    ['no last line break', 'x,y\n1,2\n3,4'],
    ['CRLF', 'x,y\r\n1,2\r\n3,4\r\n'],
    ['CR', 'x,y\r1,2\r3,4'],
    ['empty lines', '\n\nx,y\n\n1,2\n\n3,4\n\n'],
    ['a byte order mark', '\ufeffx,y\n1,2\n3,4\n'],
    ['quoted numbers', '"x","y"\n"1","2"\n"3","4"\n'],
  ])('reads %s', (_, text) => {
    const table = readCsv(text)
    expect(values(table.columns.get('x'))).toEqual([1, 3])
    expect(values(table.columns.get('y'))).toEqual([2, 4])
  })

  it('takes missing values as NaN in float columns', () => {
    const table = readCsv('x,y\n,NA\nnan,-1e3\n-inf,Infinity\n', { columns: { x: 'float64', y: 'float32' } })
    expect(values(table.columns.get('x'))).toEqual([Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY])
    expect(values(table.columns.get('y'))).toEqual([Number.NaN, -1000, Number.POSITIVE_INFINITY])
    expect(values(readCsv('x\n-\n3\n', { missing: ['-'] }).columns.get('x'))).toEqual([Number.NaN, 3])
  })

  it('reads texts without a header, and with other delimiters', () => {
    const table = readCsv('1;2;3\n4;5;6\n', { header: false, delimiter: ';', columns: { a: 'float32', b: 'uint32' } })
    expect([...table.columns.keys()]).toEqual(['a', 'b'])
    expect(values(table.columns.get('b'))).toEqual([2, 5])
    expect([...readCsv('1,2\n', { header: false }).columns.keys()]).toEqual(['column 1', 'column 2'])
  })

  it.each([
    ['a word in a number column', 'x,y\n1,2\n3,four\n', {}, `csv: line 3, column 2 ('y'): "four" is no float32.`],
    ['hexadecimal', 'x\n0x10\n', {}, '"0x10" is no float32'],
    ['a fraction in an integer column', 'x\n1.5\n', { columns: { x: 'int32' } }, '"1.5" is no int32'],
    ['an integer too large', 'x\n2147483648\n', { columns: { x: 'int32' } }, '"2147483648" is no int32'],
    ['a negative in uint32', 'x\n-1\n', { columns: { x: 'uint32' } }, '"-1" is no uint32'],
    [
      'a missing integer',
      'x,y\n1,2\n,2\n',
      { columns: { x: 'int32' } },
      "line 3, column 1 ('x'): the value is missing; int32 has no NaN",
    ],
    ['a word in a truth column', 'x\nyes\n', { columns: { x: 'bool' } }, '"yes" is no bool'],
    ['a missing field', 'x,y\n1,2\n3\n', {}, 'csv: line 3 has 1 fields, not 2.'],
    [
      'a field too many, after a field of two lines',
      'x,y\n"1\n",2\n3,4,5\n',
      { columns: {} },
      'csv: line 4 has 3 fields, not 2.',
    ],
    ['an open quote', 'x\n1\n"2\n3\n', {}, 'csv: line 3, column 1: the quote is never closed.'],
    ['text after a quote', 'x,y\n1,"a"b\n', {}, 'line 2, column 2: "b" follows the closing quote'],
    [
      'a quote in the middle',
      'x\n1"2\n',
      {},
      'line 2, column 1: there is a quote inside a field that does not begin with one',
    ],
    ['an unknown column', 'x,y\n1,2\n', { columns: { z: 'text' } }, "there is no column 'z'; the columns are 'x', 'y'"],
    ['a name twice', 'x,x\n1,2\n', {}, "two columns are named 'x'"],
  ] as [string, string, CsvOptions, string][])('refuses %s with its place', (_, text, options, sentence) => {
    const decoded = decodeCsv(text, options)
    expect(E.isLeft(decoded) && decoded.left.message).toContain(sentence)
    expect(() => readCsv(text, options)).toThrow(sentence)
  })

  it('collects all problems and shows the first twenty', () => {
    const decoded = decodeCsv(`x\n${'no\n'.repeat(50)}`)
    if (E.isRight(decoded)) throw new Error('accepted')
    expect(decoded.left.problems).toHaveLength(50)
    expect(decoded.left.message.split('\n')).toHaveLength(21)
    expect(decoded.left.message).toMatch(/… and 30 more$/)
  })

  it('refuses a delimiter that is none', () => {
    expect(() => decodeCsv('x', { delimiter: '' })).toThrow('the delimiter "" must be one character')
    expect(() => decodeCsv('x', { delimiter: '"' })).toThrow('must be one character')
  })

  it('gives back the columns it wrote', () => {
    const column = (rows: number): fc.Arbitrary<Column> =>
      fc.oneof(
        fc.constantFrom(...dtypes).chain((dtype) => filled(dtype, [rows])),
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: rows, maxLength: rows }),
        fc.array(fc.constantFrom('', '"', ',', '\n', '\r\n', ' a ', 'NA', '\ufeff'), {
          minLength: rows,
          maxLength: rows,
        }),
      )
    const table = fc
      .nat({ max: 5 })
      .chain((rows) =>
        fc.uniqueArray(fc.tuple(fc.string(), column(rows)), { minLength: 1, maxLength: 4, selector: ([name]) => name }),
      )
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';', '\t'), (entries, delimiter) => {
        const types = entries.map(
          ([name, values]) => [name, 'data' in values ? values.dtype : ('text' as const)] as const,
        )
        const read = readCsv(encodeCsv(new Map(entries), delimiter), { delimiter, columns: Object.fromEntries(types) })
        for (const [name, written] of entries) {
          const got = read.columns.get(name)!
          expect('data' in written ? sameArray(got as HostArray, written) : got).toEqual(
            'data' in written ? true : written,
          )
        }
      }),
      { numRuns: 500 },
    )
  })

  it('writes the shortest digits of a float32', () => {
    const x = { shape: [3], dtype: 'float32', data: Float32Array.from([0.1, 1 / 3, 16777216]) } as const
    expect(encodeCsv(new Map([['x', x]]))).toBe('x\n0.1\n0.33333334\n16777216\n')
  })

  it('refuses columns of different lengths, and matrices', () => {
    const x = { shape: [1], dtype: 'int32', data: Int32Array.of(1) } as const
    expect(() =>
      encodeCsv(
        new Map<string, Column>([
          ['x', x],
          ['y', []],
        ]),
      ),
    ).toThrow("'x' has 1 rows, 'y' 0")
    expect(() => encodeCsv(new Map([['x', { ...x, shape: [1, 1] }]]))).toThrow('a column has one axis, not [1, 1]')
  })

  it('never throws on random texts', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '1', 'x') }),
        (text) => decodeCsv(text) !== null,
      ),
    )
  })
})
