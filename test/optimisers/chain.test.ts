/** Chains are a monoid; clipping measures the whole tree. */
import { componentArray, flat, leavesOf, tensor } from 'conformable'
import { adam, chain, clipByGlobalNorm, clipByValue, momentum, sgd } from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import type { AnyRule, AnyTransformation } from './row.ts'

/** Parameters after three steps, each with the parameters for a gradient, and all numbers of the state. */
function walk(link: unknown): { readonly x: number[]; readonly state: number[][] } {
  const transformation = link as AnyTransformation // its state is passed on and not looked into
  const { init, step } = ('step' in transformation ? transformation : chain(transformation, sgd())) as AnyRule
  let x = tensor([3, -2, 0.5])
  let state = init(x)
  for (let i = 0; i < 3; i++) [x, state] = step(x, state, x)
  return { x: [...x.readSync()], state: leavesOf(state).map((leaf) => [...leaf.readSync()] as number[]) }
}

describe('chain', () => {
  const [a, b, c] = [clipByValue(2), momentum({ learningRate: 0.1 }), clipByGlobalNorm(0.25)]

  it('is associative', () => {
    expect(walk(chain(chain(a, b), c))).toEqual(walk(chain(a, b, c)))
    expect(walk(chain(a, chain(b, c)))).toEqual(walk(chain(a, b, c)))
  })

  it('has chain() for its unit', () => {
    for (const rule of [a, b, c, adam()]) {
      expect(walk(chain(rule)).x).toEqual(walk(rule).x)
      expect(walk(chain(chain(), rule))).toEqual(walk(rule))
      expect(walk(chain(rule, chain()))).toEqual(walk(rule))
    }
  })

  it('applies its rules in the order written', () => {
    expect(walk(chain(a, b)).x).not.toEqual(walk(chain(b, a)).x)
  })
})

describe('clipByGlobalNorm', () => {
  const clipped = <G>(gradient: G, norm: number): number[] => {
    const [update] = clipByGlobalNorm(norm).update(gradient, null, gradient)
    return leavesOf(update).flatMap((leaf) => [...leaf.readSync()] as number[])
  }

  it('measures all tensors of a tree together', () => {
    expect(clipped({ a: tensor([3, 0]), b: [tensor([[4]])] }, 2.5)).toEqual([1.5, 0, 2])
    const named = componentArray({ a: tensor([3, 0]), b: tensor([4]) })
    expect([...flat(clipByGlobalNorm(2.5).update(named, null, named)[0]).readSync()]).toEqual([1.5, 0, 2])
  })

  it('leaves a gradient within the norm, and zero, bit for bit', () => {
    expect(clipped(tensor([0.1, 0.7]), 1)).toEqual([...tensor([0.1, 0.7]).readSync()])
    expect(clipped(tensor([0, 0]), 1)).toEqual([0, 0])
  })

  it('joins float32 and float64', () => {
    expect(clipped({ a: tensor([3]), b: tensor([4], 'float64') }, 2.5)).toEqual([1.5, 2])
  })

  it('hides no NaN', () => {
    expect(clipped(tensor([Number.NaN, 1]), 1)).toEqual([Number.NaN, Number.NaN])
  })
})
