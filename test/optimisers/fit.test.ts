/** `fit` is the loop that one would write by hand; what it adds: validation, stopping, checkpoints, cancellation, reports. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  add,
  componentArray,
  convert,
  flat,
  jit,
  leavesOf,
  mean,
  mul,
  random,
  type Scalar,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from 'conformable'
import { batches, chain, dense, dropout, mse, type ParamsOf, tanh, testMode } from 'conformable/layers'
import { adam, cosine, type EpochRecord, reduceOnPlateau, sgd, fit as train } from 'conformable/optimisers'
import { describe, expect, it } from 'vitest'
import { lineOf } from '../../optimisers/fit/words.ts'
import { thrown } from '../helpers/thrown.ts'

type Batch = { readonly x: Tensor<['batch', 1]>; readonly y: Tensor<['batch', 1]> }

const points = Array.from({ length: 50 }, (_, i) => [i / 25 - 1])
const data = {
  x: tensor(points as [number][]),
  y: tensor(points.map(([x]) => [Math.sin(3 * x!)]) as [number][]),
} as unknown as Batch
const model = chain(dense(1, 8), tanh, dense(8, 1))
type P = ParamsOf<typeof model>
const start = (): P => model.init(random.key(0))
const loss = (p: P, { x, y }: Batch): Scalar => mean(mse(model(p, x), y))
const shuffled = (epoch: number): Iterable<Batch> =>
  batches(data, { size: 16, shuffle: random.key(epoch) }) as Iterable<Batch>
const whole = [data]
const numbers = (p: P): number[] => [...flat(p).readSync()]

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fit-'))
  try {
    await work(join(folder, 'checkpoint'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('fit', () => {
  it('is the loop written by hand, bit for bit', async () => {
    const rule = adam({ learningRate: cosine({ initial: 0.05, steps: 12 }) })
    const step = jit((p: P, s: ReturnType<typeof rule.init<P>>, batch: Batch) => {
      const [, gradient] = valueAndGrad(loss)(p, batch)
      return rule.step(gradient, s, p)
    })
    let [p, s] = [start(), rule.init(start())]
    for (let epoch = 1; epoch <= 3; epoch++) for (const batch of shuffled(epoch)) [p, s] = step(p, s, batch)
    const first = start()
    const answer = await train(loss, first, rule, shuffled, { epochs: 3 })
    expect(numbers(answer.params)).toEqual(numbers(p))
    expect(answer.state.step.itemSync()).toBe(12)
    expect(numbers(first)).toEqual(numbers(start()))
    expect(answer.result).toBe('finished')
    expect(answer.sentence).toMatch(/^3 epochs in [\d.]+ s: loss [\d.]+\.$/)
  })

  it('measures validation batches by their sizes, and metrics beside the loss', async () => {
    const metrics = { offset: (p: P, { x }: Batch) => mean(model(p, x)) }
    const options = { epochs: 1, metrics, validation: batches(data, { size: 7 }) as Iterable<Batch> }
    const { params, history, sentence } = await train(loss, start(), sgd(), whole, options)
    const { validation, examples, loss: learned } = history[0]!
    expect(validation!.loss).toBeCloseTo(loss(params, data).itemSync(), 5)
    expect(validation!.offset).toBeCloseTo(mean(model(params, data.x)).itemSync(), 5)
    expect(learned).toBeCloseTo(loss(start(), data).itemSync(), 5)
    expect(examples).toBe(50)
    expect(sentence).toMatch(/validation loss [\d.]+, offset -?[\d.]+\.$/)
  })

  it('stops when it gets no better, with the best parameters', async () => {
    const rising = sgd({ learningRate: (t) => mul(convert(t, t.dtype), -1e-3) })
    const answer = await train(loss, start(), rising, whole, { epochs: 50, patience: 3, validation: whole })
    expect(answer.result).toBe('stoppedEarly')
    const losses = answer.history.map(({ validation }) => validation!.loss!)
    const best = losses.indexOf(Math.min(...losses))
    expect(losses.length).toBe(best + 1 + 3)
    expect(loss(answer.params, data).itemSync()).toBeCloseTo(losses[best]!, 6)
    expect(answer.sentence).toContain(`stopped because it got no better`)
    expect(answer.sentence).toContain(`best in epoch ${best + 1}`)
  })

  it('goes on from its checkpoint as if it had not stopped', async () => {
    await inFolder(async (checkpoint) => {
      const rule = reduceOnPlateau({ patience: 1, factor: 0.5, every: 4 }, adam({ learningRate: 0.2 }))
      const options = { patience: 9, validation: whole, checkpoint, resume: true }
      const straight = await train(loss, start(), rule, shuffled, { epochs: 8, patience: 9, validation: whole })
      await train(loss, start(), rule, shuffled, { ...options, epochs: 3 })
      const resumed = await train(loss, start(), rule, shuffled, { ...options, epochs: 8 })
      expect(numbers(resumed.params)).toEqual(numbers(straight.params))
      const all = (tree: unknown) => leavesOf(tree).map((leaf) => [...leaf.readSync()])
      expect(all(resumed.state)).toEqual(all(straight.state))
      const timeless = (history: readonly EpochRecord[]) => history.map((record) => ({ ...record, seconds: 0 }))
      expect(timeless(resumed.history)).toEqual(timeless(straight.history))
      const again = await train(loss, start(), rule, shuffled, { ...options, epochs: 8 })
      expect(numbers(again.params)).toEqual(numbers(straight.params))
      await expect(
        train((p: Scalar) => square(p), scalar(1), sgd(), [tensor([1])], { epochs: 1, checkpoint, resume: true }),
      ).rejects.toThrow('checkpoint')
    })
  })

  it('hands control back, so that a timer can end it', async () => {
    const controller = new AbortController()
    // Long after everything is compiled, when an epoch takes a fraction of a millisecond.
    setTimeout(() => controller.abort(), 300)
    const { result, history, params, sentence } = await train(loss, start(), sgd(), whole, {
      epochs: 1e9,
      signal: controller.signal,
    })
    expect(result).toBe('aborted')
    expect(history.length).toBeGreaterThan(0)
    expect(numbers(params).every(Number.isFinite)).toBe(true)
    expect(sentence).toContain('aborted')
  })

  it('takes no step once aborted', async () => {
    const signal = AbortSignal.abort()
    const { params, history, sentence } = await train(loss, start(), sgd(), whole, { epochs: 3, signal })
    expect(numbers(params)).toEqual(numbers(start()))
    expect(history).toEqual([])
    expect(sentence).toBe('No epoch was ended, aborted.')
  })

  it('stops when the loss is no number', async () => {
    const { result, history, sentence } = await train(loss, start(), sgd({ learningRate: 1e30 }), whole, { epochs: 20 })
    expect(result).toBe('diverged')
    expect(history.length).toBeLessThan(20)
    expect(sentence).toContain('findNonFinite')
  })

  it('reports each epoch', async () => {
    const ended: EpochRecord[] = []
    const { history } = await train(loss, start(), sgd(), shuffled, {
      epochs: 3,
      report: (progress) => {
        if (progress.ended !== null) ended.push(progress.ended)
      },
    })
    expect(ended).toEqual(history)
    expect(history.map(({ epoch, examples }) => [epoch, examples])).toEqual([
      [1, 50],
      [2, 50],
      [3, 50],
    ])
  })

  it('takes batches that arrive later', async () => {
    async function* later(): AsyncGenerator<Batch> {
      for (const batch of shuffled(1)) yield batch
    }
    const now = await train(loss, start(), sgd(), () => shuffled(1), { epochs: 2 })
    expect(numbers((await train(loss, start(), sgd(), later, { epochs: 2 })).params)).toEqual(numbers(now.params))
  })

  it('takes plain trees, float64, and one tensor', async () => {
    const tree = { a: tensor([1, 2], 'float64'), b: [scalar(3, 'float64')] }
    const quadratic = (p: typeof tree, x: Tensor<[number], 'float64'>) =>
      add(sum(square(p.a)), mul(square(p.b[0]!), sum(x)))
    const { params } = await train(quadratic, tree, sgd({ learningRate: 0.25 }), [tensor([1], 'float64')], {
      epochs: 40,
    })
    expect(Math.abs(params.b[0]!.itemSync())).toBeLessThan(1e-9)
    const one = await train(
      (p: Scalar, x: Tensor<[number]>) => mean(square(sub(p, x))),
      scalar(0),
      sgd({ learningRate: 0.5 }),
      [tensor([2, 4])],
      { epochs: 1 },
    )
    expect(one.params.itemSync()).toBe(3)
  })

  it('carries the state of layers', async () => {
    const drop = chain(dense(1, 16), tanh, dropout(0.5), dense(16, 1))
    type Q = ParamsOf<typeof drop>
    const layerState = drop.initState(random.key(3))
    const answer = await train(
      (p: Q, { x, y }: Batch, state: typeof layerState) => {
        const [prediction, next] = drop(p, x, state)
        return { value: mean(mse(prediction, y)), layerState: next }
      },
      drop.init(random.key(1)),
      adam({ learningRate: 0.01 }),
      shuffled,
      {
        epochs: 2,
        layerState,
        validation: whole,
        metrics: { loss: (p, { x, y }, state) => mean(mse(drop(p, x, testMode(state))[0], y)) },
      },
    )
    const keys = [layerState, answer.layerState].map((state) => leavesOf(state).map((leaf) => [...leaf.readSync()]))
    expect(keys[0]).not.toEqual(keys[1])
    const expected = mean(mse(drop(answer.params, data.x, testMode(answer.layerState))[0], data.y)).itemSync()
    expect(answer.history[1]!.validation!.loss).toBeCloseTo(expected, 5)
  })

  it('passes the loss on to the rule', async () => {
    const rule = reduceOnPlateau({ patience: 0, factor: 0.5, threshold: 1 }, sgd())
    const { state } = await train(loss, start(), rule, whole, { epochs: 4 })
    expect(state.scale.itemSync()).toBe(0.125)
  })

  const batch = () => [tensor([1])]
  const line = (p: Scalar, x: Tensor<[number]>) => mean(mul(x, p))
  const refusals: readonly (readonly [sentence: string, call: () => Promise<unknown>])[] = [
    ['fit: epochs must be greater than 0, got 0.', () => train(line, scalar(1), sgd(), batch, { epochs: 0 })],
    [
      "fit: there is no option 'epoch'; it takes epochs, validation, metrics, patience, checkpoint, resume, signal, report, progress, layerState.",
      () => train(line, scalar(1), sgd(), batch, { epochs: 1, epoch: 1 } as never),
    ],
    [
      'fit: epoch 2 has no batches. A generator can be walked once only: give a function, (epoch) => batches(…), or a list.',
      () => train(line, scalar(1), sgd(), batch().values(), { epochs: 2 }),
    ],
    [
      'fit: the data must be batches: a list, batches(data, { size }), or a function of the epoch that gives them.',
      () => train(line, scalar(1), sgd(), { x: tensor([1]) } as never, { epochs: 2 }),
    ],
    [
      'fit: metrics.accuracy must be a function.',
      () => train(line, scalar(1), sgd(), batch, { epochs: 2, metrics: { accuracy: 1 as never } }),
    ],
    ['fit: resume needs a checkpoint.', () => train(line, scalar(1), sgd(), batch, { epochs: 2, resume: true })],
  ]
  it.each(refusals)('refuses: %s', async (sentence, call) => {
    const outcome = await call().then(
      () => 'no error',
      (error: Error) =>
        thrown(() => {
          throw error
        }),
    )
    expect(outcome).toBe(sentence)
  })
})

describe('a ComponentArray in fit', () => {
  it('comes back with its names', async () => {
    const p = componentArray({ slope: tensor([1]), offset: tensor([0]) })
    const { params } = await train(
      ({ slope, offset }: typeof p, { x, y }: Batch) => mean(mse(add(mul(x, slope), offset), y)),
      p,
      sgd({ learningRate: 0.5 }),
      whole,
      { epochs: 100 },
    )
    expect(params.offset.itemSync()).toBeCloseTo(0, 1)
    expect(params.slope.itemSync()).toBeGreaterThan(0.5)
  })
})

describe('the line of progress', () => {
  const where = { epoch: 2, epochs: 12, batch: 5, batches: 10, loss: 0.51234, examplesPerSecond: 9000, ended: null }
  it('shows the share of the epoch, or the count where the whole is not known', () => {
    expect(lineOf(where)).toBe('epoch 2/12 ██████████░░░░░░░░░░ 5/10  loss 0.5123  9000/s')
    expect(lineOf({ ...where, batches: null })).toBe('epoch 2/12 ░░░░░░░░░░░░░░░░░░░░ 5  loss 0.5123  9000/s')
  })
})
