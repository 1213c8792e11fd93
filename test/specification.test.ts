/** Shapes as texts: one text is the static type and the decoder. */
import { add, matmul, spec, type Tensor, zeros } from 'conformable'
import { describe, expect, it } from 'vitest'
import { thrown } from './helpers/thrown.ts'
import { exactly } from './types/mistakes/case.ts'

describe('spec', () => {
  it('types what it decodes', () => {
    const images = exactly<Tensor<readonly ['batch', 2, 1]>>()(spec('batch 2 1').parse([[[1], [2]]]))
    expect(images.shape).toEqual([1, 2, 1])
    const labels = exactly<Tensor<readonly ['batch'], 'int32'>>()(spec('int32 batch').parse([1, 2]))
    expect([...labels.readSync()]).toEqual([1, 2])
    exactly<Tensor<readonly [number, 3]>>()(spec('_ 3').parse(zeros([5, 3])))
    exactly<Tensor<readonly []>>()(spec('').parse(3))
  })

  it.each([
    ['batch 3', [[1, 2]], "spec: 'batch 3' is asked for, got float32[1, 2]: 3 vs 2"],
    ['n n', [[1, 2]], "spec: 'n n' is asked for, got float32[1, 2]: 'n' is both 1 and 2"],
    ['n', [[1, 2]], "spec: 'n' is asked for, got float32[1, 2]: ranks differ"],
    ['n m', [[1, 2], [3]], 'spec: ShapeError: tensor: row 0 has shape [2] but row 1 has shape [1]'],
    ['int32 n', zeros([2]), "spec: 'int32 n' is asked for, got float32[2]: int32 vs float32"],
  ])('%s refuses %j', (text, data, sentence) => {
    expect(spec(text).decode(data)).toMatchObject({ _tag: 'Left', left: { problems: [sentence] } })
    expect(thrown(() => spec(text).parse(data))).toBe(sentence)
  })

  it('refuses what is no number, and words that are none', () => {
    expect(spec('n').decode(['a'])).toMatchObject({ _tag: 'Left' })
    expect(spec('n').decode(null)).toMatchObject({ _tag: 'Left' })
    expect(thrown(() => spec('batch -1'))).toBe("spec: '-1' in 'batch -1' is neither a size nor a name.")
  })
})

describe('spec of a record', () => {
  const examples = spec({ images: 'batch 2', labels: 'int32 batch' })
  const images = [
    [1, 2],
    [3, 4],
    [5, 6],
  ]

  it('types what it decodes', () => {
    const made = examples.parse(JSON.parse('{ "labels": [1, 0, 1], "images": [[1, 2], [3, 4], [5, 6]], "more": 0 }'))
    exactly<{
      readonly images: Tensor<readonly ['batch', 2]>
      readonly labels: Tensor<readonly ['batch'], 'int32'>
    }>()(made)
    expect(Object.keys(made)).toEqual(['images', 'labels'])
    expect(made.images.shape).toEqual([3, 2])
    expect([...made.labels.readSync()]).toEqual([1, 0, 1])
  })

  it('goes into records and arrays', () => {
    const made = spec({ train: { x: 'n 2' }, pair: ['n', 'float64 _'] }).parse({
      train: { x: images },
      pair: [zeros([3]), zeros([5], 'float64')],
    })
    exactly<Tensor<readonly ['n', 2]>>()(made.train.x)
    exactly<Tensor<readonly [number], 'float64'>>()(made.pair[1])
    expect(made.train.x.shape).toEqual([3, 2])
    expect(made.pair.map((x) => x.shape)).toEqual([[3], [5]])
  })

  it('refuses at compile time what does not fit', () => {
    const { images: x, labels: y } = examples.parse({ images, labels: [1, 0, 1] })
    // @ts-expect-error
    expect(() => matmul(x, zeros([3, 2]))).toThrow('matmul: inner dimensions differ: 2 vs 3')
    // @ts-expect-error
    expect(() => add(x, y)).toThrow('add: ')
    // @ts-expect-error
    expect(examples.parse({ images, labels: [1, 0, 1] }).classes).toBe(undefined)
  })

  const wayOut = 'Give them one size, or two names where sizes may differ.'
  it.each([
    [
      'one name with two sizes',
      { images, labels: [1, 0] },
      [
        `spec: 'batch' is both 3 and 2: images ('batch 2') is float32[3, 2], labels ('int32 batch') is int32[2]. ${wayOut}`,
      ],
    ],
    [
      'each tensor that does not fit',
      { images: [[1, 2, 3]], labels: zeros([1]) },
      [
        "spec: images: 'batch 2' is asked for, got float32[1, 3]: 2 vs 3",
        "spec: labels: 'int32 batch' is asked for, got float32[1]: int32 vs float32",
      ],
    ],
    ['a name that is missing', { images }, ["spec: 'labels' is missing; there are 'images'."]],
    ['no record', [images, [1]], ['spec: a record is asked for, got an array.']],
    ['a tensor', zeros([2]), ['spec: a record is asked for, got a tensor float32[2].']],
    ['nothing', null, ['spec: a record is asked for, got null.']],
  ])('refuses %s', (_, data, problems) => {
    expect(examples.decode(data)).toMatchObject({ _tag: 'Left', left: { problems } })
    expect(thrown(() => examples.parse(data))).toBe(problems.join('\n'))
  })

  it('refuses inside trees', () => {
    const tree = spec({ train: { x: 'n 2' }, pair: ['n', '_'] })
    expect(thrown(() => tree.parse({ train: 1, pair: [[1]] }))).toBe(
      'spec: train: a record is asked for, got a value of type number.\nspec: pair: an array of 2 is asked for, got one of 1.',
    )
    expect(thrown(() => tree.parse({ train: { x: images }, pair: [[1], ['a']] }))).toMatch(
      /^spec: 'n' is both 3 and 1: train\.x \('n 2'\) is .*\nspec: pair\.1: /,
    )
    expect(thrown(() => spec({ a: 'n -1' }))).toBe("spec: '-1' in 'n -1' is neither a size nor a name.")
  })
})
