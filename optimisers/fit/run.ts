/** The loop of `fit`: compiled steps, epochs, what happens between them. */
import { ArgumentError, add, compile, convert, jit, leavesOf, mul, valueAndGrad } from '../../src/index.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Rule, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { Turns } from '../pause.ts'
import { type ProgressLine, progressLine } from '../progress.ts'
import { copyOf, dtypeOf, scalarBeside } from '../rules/rule.ts'
import type { Batches, EpochRecord, Fit, FitProgress, FitResult } from './fit.ts'
import { type Best, type Memory, recall, remember } from './memory.ts'
import { lineOf, sentenceOf } from './words.ts'

type Real = Scalar<FloatDType>
type Answer = Real | { readonly value: Real; readonly layerState: unknown }
type OfBatch<R> = (params: unknown, batch: unknown, layerState: unknown) => R

/** What is to be done. */
export interface Task {
  readonly loss: OfBatch<Answer>
  readonly params: unknown
  readonly rule: Rule<StateFunction>
  readonly data: (epoch: number) => Batches<unknown>
  readonly settings: {
    readonly epochs: number
    readonly validation?: Batches<unknown>
    readonly metrics: Readonly<Record<string, OfBatch<Real>>>
    readonly patience?: number
    readonly checkpoint?: string
    readonly resume: boolean
    readonly signal?: AbortSignal
    readonly report?: (progress: FitProgress) => void
    readonly progress: boolean
    readonly layerState?: unknown
  }
}

/** Runs all epochs. */
export async function runEpochs(task: Task): Promise<Fit<unknown, unknown, unknown>> {
  const { settings } = task
  const engine = engineOf(task)
  const line = settings.progress && settings.report === undefined ? progressLine() : null
  let memory = await recall(task, begun(task))
  let result: FitResult = 'finished'
  for (let epoch = memory.history.length + 1; epoch <= settings.epochs; epoch++) {
    const outcome = await runEpoch(task, engine, memory, epoch, line)
    memory = outcome.memory
    result = outcome.result
    if (result !== 'finished') break
    await remember(settings.checkpoint, memory)
    if (isStale(memory.best, epoch, settings.patience)) {
      result = 'stoppedEarly'
      break
    }
  }
  const sentence = sentenceOf(result, memory)
  line?.end(sentence)
  const { params, state, layerState, history, best } = memory
  return { params: best?.params ?? params, state, layerState, history, result, sentence }
}

/** Copies of its own, which it may donate. */
function begun({ params, rule, settings }: Task): Memory {
  const own = copyOf(params)
  const best =
    settings.patience === undefined ? null : { params: copyOf(params), loss: Number.POSITIVE_INFINITY, epoch: 0 }
  return { params: own, state: rule.init(own), layerState: settings.layerState ?? null, best, history: [] }
}

const isStale = (best: Best | null, epoch: number, patience: number | undefined): boolean =>
  best !== null && patience !== undefined && epoch - best.epoch >= patience

/** The compiled functions of a run, and its turns: short epochs share one. */
interface Engine {
  readonly turns: Turns
  step(params: unknown, state: unknown, total: Real, layerState: unknown, batch: unknown): Stepped
  measure(params: unknown, layerState: unknown, batch: unknown): Readonly<Record<string, Real>>
}

interface Stepped {
  readonly params: unknown
  readonly state: unknown
  readonly total: Real
  readonly layerState: unknown
}

function engineOf({ loss, rule, settings }: Task): Engine {
  const valueIn = (answer: Answer): Real => ('value' in answer ? answer.value : answer)
  // The engine knows that the loss is one; its types were checked where `fit` was called.
  const differentiate = valueAndGrad(loss as never) as unknown as OfBatch<[Answer, unknown]>
  return {
    turns: new Turns(),
    step: jit(
      (params: unknown, state: unknown, total: Real, layerState: unknown, batch: unknown): Stepped => {
        const [answer, gradient] = differentiate(params, batch, layerState)
        const value = valueIn(answer)
        // a float scalar: valueAndGrad has asked
        const [next, after] = rule.step(gradient, state, params, { value: value as Scalar })
        const sum = add(total, mul(convert(value, total.dtype), examplesOf(batch)))
        return {
          params: next,
          state: after,
          total: sum,
          layerState: 'value' in answer ? answer.layerState : layerState,
        }
      },
      { donate: [0, 1, 2] },
    ),
    measure: jit((params: unknown, layerState: unknown, batch: unknown) => {
      const measures = { loss: (...args: Parameters<OfBatch<Answer>>) => valueIn(loss(...args)), ...settings.metrics }
      return Object.fromEntries(
        Object.entries(measures).map(([name, measure]) => [name, measure(params, batch, layerState)]),
      )
    }),
  }
}

/** Examples in a batch: the leading dimension of its first tensor. */
const examplesOf = (batch: unknown): number => leavesOf(batch)[0]?.shape[0] ?? 1

interface Outcome {
  readonly memory: Memory
  readonly result: FitResult
}

async function runEpoch(
  task: Task,
  engine: Engine,
  before: Memory,
  epoch: number,
  line: ProgressLine | null,
): Promise<Outcome> {
  const { data, settings } = task
  const start = performance.now()
  const seconds = (): number => (performance.now() - start) / 1000
  const source = data(epoch)
  const batches = lengthOf(source)
  const tell = (batch: number, examples: number, loss: number, ended: EpochRecord | null): void => {
    const where = { epoch, epochs: settings.epochs, batch, batches, loss, ended }
    const progress = { ...where, examplesPerSecond: Math.round(examples / Math.max(seconds(), 1e-3)) }
    settings.report?.(progress)
    line?.show(() => lineOf(progress))
  }
  let now: Stepped = { ...before, total: scalarBeside(before.params, 0, dtypeOf(before.params)) }
  let [batch, examples] = [0, 0]
  for await (const entry of source) {
    if (settings.signal?.aborted === true) return { memory: { ...before, ...stateOf(now) }, result: 'aborted' }
    if (batch === 0) await compile(engine.step, now.params, now.state, now.total, now.layerState, entry)
    now = engine.step(now.params, now.state, now.total, now.layerState, entry)
    batch++
    examples += examplesOf(entry)
    if (!engine.turns.isOver) continue
    tell(batch, examples, (await now.total.item()) / examples, null)
    await engine.turns.next()
  }
  if (batch === 0) throw new ArgumentError(emptyEpoch(epoch))
  const loss = (await now.total.item()) / examples
  const validation = await validate(task, engine, now)
  const record: EpochRecord = { epoch, loss, validation, examples, seconds: seconds() }
  tell(batch, examples, loss, record)
  const best = better(before.best, record, now.params)
  before.history.push(record)
  const memory = { ...stateOf(now), best, history: before.history }
  return { memory, result: Number.isFinite(loss) ? 'finished' : 'diverged' }
}

const emptyEpoch = (epoch: number): string =>
  `fit: epoch ${epoch} has no batches. A generator can be walked once only: give a function, (epoch) => batches(…), or a list.`

const stateOf = ({ params, state, layerState }: Stepped): Omit<Stepped, 'total'> => ({ params, state, layerState })

/** A copy of the parameters if they are the best so far: the run goes on in the place of its own. */
function better(best: Best | null, { epoch, loss, validation }: EpochRecord, params: unknown): Best | null {
  const reached = validation === null ? loss : validation.loss!
  return best === null || !(reached < best.loss) ? best : { params: copyOf(params), loss: reached, epoch }
}

async function validate(
  { settings: { validation } }: Task,
  { measure, turns }: Engine,
  { params, layerState }: Stepped,
): Promise<Readonly<Record<string, number>> | null> {
  if (validation === undefined) return null
  const sums: Record<string, number> = {}
  let examples = 0
  for await (const batch of validation) {
    const count = examplesOf(batch)
    for (const [name, value] of Object.entries(measure(params, layerState, batch))) {
      sums[name] = (sums[name] ?? 0) + (await value.item()) * count
    }
    examples += count
    if (turns.isOver) await turns.next()
  }
  if (examples === 0)
    throw new ArgumentError('fit: the validation has no examples. Give batches that can be walked again.')
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / examples]))
}

/** How many batches there are, if they say so. */
function lengthOf(source: Batches<unknown>): number | null {
  const { length } = source as { readonly length?: unknown } // asked for below
  return typeof length === 'number' ? length : null
}
