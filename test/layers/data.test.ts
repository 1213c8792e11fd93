/** Batches: every example once, the ragged tail, order by key; measures of fit. */
import { describe, expect, it } from 'vitest'
import { accuracy, batches, confusionMatrix, splitData } from '../../layers/index.ts'
import { arange, convert, fromTypedArray, type Key, random, reshape, tensor, zeros } from '../../src/index.ts'

const rows = arange(10)
const data = { images: reshape(convert(arange(30), 'float32'), [10, 3]), deep: [{ labels: rows }] as const }

const collect = (options: { size: number; shuffle?: Key; dropLast?: boolean }) =>
  [...batches(data, options)].map(({ images, deep: [{ labels }] }) => ({
    images: [...images.readSync()],
    labels: [...labels.readSync()],
    shape: images.shape as readonly number[],
  }))

describe('batches', () => {
  it('keep the order and the ragged tail', () => {
    const all = collect({ size: 4 })
    expect(all.map(({ shape }) => shape)).toEqual([
      [4, 3],
      [4, 3],
      [2, 3],
    ])
    expect(all.flatMap(({ labels }) => labels)).toEqual([...rows.readSync()])
    expect(all[2]!.images).toEqual([24, 25, 26, 27, 28, 29])
  })

  it('drop the tail when asked', () => {
    expect(collect({ size: 4, dropLast: true }).map(({ labels }) => labels.length)).toEqual([4, 4])
    expect(collect({ size: 11, dropLast: true })).toEqual([])
    expect(collect({ size: 11 })).toHaveLength(1)
  })

  it('shuffle all tensors alike, by the key alone', () => {
    const first = collect({ size: 4, shuffle: random.key(1) })
    const labels = first.flatMap((batch) => batch.labels)
    expect(labels).not.toEqual([...rows.readSync()])
    expect(labels.toSorted((a, b) => a - b)).toEqual([...rows.readSync()])
    expect(first.flatMap(({ images }) => images)).toEqual(labels.flatMap((row) => [3 * row, 3 * row + 1, 3 * row + 2]))
    expect(collect({ size: 4, shuffle: random.key(1) })).toEqual(first)
    expect(collect({ size: 4, shuffle: random.key(2) })).not.toEqual(first)
  })

  it('can be run through again', () => {
    const again = batches(data, { size: 3, shuffle: random.key(5) })
    expect([...again].map(({ deep }) => [...deep[0].labels.readSync()])).toEqual(
      [...again].map(({ deep }) => [...deep[0].labels.readSync()]),
    )
  })

  it('keep every dtype', () => {
    const mixed = [
      fromTypedArray(Uint8Array.of(1, 0, 1), [3]),
      fromTypedArray(Float64Array.of(1, 2, 3), [3]),
      zeros([3, 0]),
    ]
    const [first] = batches(mixed, { size: 2 })
    expect(first!.map((x: { dtype: string; shape: readonly number[] }) => [x.dtype, x.shape])).toEqual([
      ['bool', [2]],
      ['float64', [2]],
      ['float32', [2, 0]],
    ])
  })

  it.each([
    [() => batches(data, { size: 0 }), 'batches: size'],
    [() => batches(data, { size: 2, shufle: 1 } as never), "batches: there is no option 'shufle'"],
    [() => batches({}, { size: 2 }), 'batches: the data hold no tensor.'],
    [
      () => batches([zeros([3, 2]), zeros([4])], { size: 2 }),
      'ShapeError: batches: all tensors need one leading dimension, got [3, 2] and [4]',
    ],
  ])('%#: %s', (act, sentence) => {
    expect(act).toThrow(sentence)
  })
})

describe('splitData', () => {
  it('gives every example to one part', () => {
    const [training, held] = splitData(data, 0.75, random.key(0))
    expect([training.images.shape, held.images.shape]).toEqual([
      [8, 3],
      [2, 3],
    ])
    const all = [...training.deep[0].labels.readSync(), ...held.deep[0].labels.readSync()]
    expect(all.toSorted((a, b) => a - b)).toEqual([...rows.readSync()])
    expect(() => splitData(data, 1.5, random.key(0))).toThrow('splitData: the fraction is within [0, 1], got 1.5.')
  })
})

describe('fit', () => {
  const logits = tensor([
    [1, 2, 0],
    [5, 1, 1],
    [0, 0, 3],
    [2, 1, 0],
  ])

  it('accuracy', () => {
    expect(accuracy(logits, tensor([1, 0, 2, 2], 'int32')).itemSync()).toBe(0.75)
    expect(() => accuracy(logits, tensor([1], 'int32') as never)).toThrow('ShapeError: accuracy')
  })

  it('confusionMatrix has the truth in rows', () => {
    const matrix = confusionMatrix(tensor([1, 1, 0, 2], 'int32'), tensor([0, 1, 0, 1], 'int32'), 3)
    expect(matrix.dtype).toBe('int32')
    expect([...matrix.readSync()]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0])
  })
})
