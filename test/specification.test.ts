/** Shapes as texts: one text is the static type and the decoder. */
import { spec, type Tensor, zeros } from 'conformable'
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
