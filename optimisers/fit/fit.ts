/**
 * `fit`: a rule over epochs of batches, with what surrounds a training step: validation, early stopping, checkpoints,
 * cancellation, progress. The loop is short enough to write by hand (`jit`, `valueAndGrad`, `rule.step`); this is it.
 */
import { ArgumentError } from '../../src/index.ts'
import { parseOptions, z } from '../../src/options.ts'
import type { Rule, StateFor, StateFunction } from '../../types/optimiser.ts'
import type { Scalar } from '../../types/tensor.ts'
import { countSchema } from '../options.ts'
import { runEpochs } from './run.ts'

/** A float scalar. */
type Real = Scalar<'float32'> | Scalar<'float64'>

/** The loss of a batch, and the next state of the layers if they have one. */
export type FitLoss<P, B, L> = (params: P, batch: B, layerState: L) => Real | { value: Real; layerState: L }

/** Batches: a list or an iterable that can be walked again, such as `batches(data, { size: 64 })`, or one for each epoch 1, 2, …. */
export type BatchSource<B> = Batches<B> | ((epoch: number) => Batches<B>)

/** Batches of one epoch. */
export type Batches<B> = Iterable<B> | AsyncIterable<B>

/** A measure of a batch; means over all batches are weighted by their sizes. */
export type Metric<P, B, L> = (params: P, batch: B, layerState: L) => Real

/** Options of `fit`. */
export interface FitOptions<P, B, L> {
  /** How often the data are seen. */
  readonly epochs: number
  /** Batches that are measured after each epoch and not learned from. */
  readonly validation?: Batches<B>
  /** What is measured of them beside the loss; `loss` replaces it (with `testMode`, say). */
  readonly metrics?: Readonly<Record<string, Metric<P, B, L>>>
  /** Stops when so many epochs in a row were not the best (by validation loss, else by loss), and returns the best parameters. */
  readonly patience?: number
  /** A file that holds everything after each epoch; it is replaced as a whole. */
  readonly checkpoint?: string
  /** Goes on from the checkpoint, if there is one; false by default. */
  readonly resume?: boolean
  /** Ends the run after the current batch. */
  readonly signal?: AbortSignal
  /** Hears how far the run is, several times a second and after each epoch, instead of the line that a terminal shows. */
  readonly report?: (progress: FitProgress) => void
  /** Whether a terminal shows a line of progress; true by default. */
  readonly progress?: boolean
  /** The state of the layers, if they have one: the loss takes it and gives the next one. */
  readonly layerState?: L
}

/** Where a run stands. */
export interface FitProgress {
  readonly epoch: number
  readonly epochs: number
  /** Batches of this epoch done; of how many, if that is known. */
  readonly batch: number
  readonly batches: number | null
  /** Mean loss of the epoch so far. */
  readonly loss: number
  readonly examplesPerSecond: number
  /** The epoch, if it has just ended. */
  readonly ended: EpochRecord | null
}

/** What came of an epoch. */
export interface EpochRecord {
  readonly epoch: number
  /** Mean loss over its examples, while learning. */
  readonly loss: number
  /** Means over the validation batches: `loss`, and each metric. */
  readonly validation: Readonly<Record<string, number>> | null
  readonly examples: number
  readonly seconds: number
}

/** Why a run ended: all epochs done, no better for long, `signal`, or a loss that is no number. */
export type FitResult = 'finished' | 'stoppedEarly' | 'aborted' | 'diverged'

/** What `fit` answers. */
export interface Fit<P, S, L> {
  /** The last parameters; with `patience`, those of the best epoch. */
  readonly params: P
  /** The last state of the rule. */
  readonly state: S
  /** The last state of the layers. */
  readonly layerState: L
  readonly history: readonly EpochRecord[]
  readonly result: FitResult
  /** The same for people. */
  readonly sentence: string
}

const callback = () =>
  z.custom<(...args: never[]) => unknown>((x) => typeof x === 'function', { error: 'must be a function' })

const optionsSchema = () =>
  z.strictObject({
    epochs: countSchema(),
    validation: z.optional(z.custom<Batches<unknown>>(isBatches, { error: 'must be batches' })),
    metrics: z._default(z.record(z.string(), callback()), {}),
    patience: z.optional(countSchema()),
    checkpoint: z.optional(z.string()),
    resume: z._default(z.boolean(), false),
    signal: z.optional(z.custom<AbortSignal>((x) => x instanceof AbortSignal, { error: 'must be an AbortSignal' })),
    report: z.optional(callback()),
    progress: z._default(z.boolean(), true),
    layerState: z.optional(z.custom<unknown>(() => true)),
  })

const isBatches = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && (Symbol.iterator in x || Symbol.asyncIterator in x)

/**
 * Trains: for each batch of each epoch one compiled step of the rule. The parameters given are not touched: the run owns a copy,
 * which it updates in place. It hands control back every 50 ms, so that a browser stays alive and `signal` arrives.
 * The same data, parameters and rule give the same bits, also when a run goes on from its checkpoint.
 * @param loss of a batch, a scalar; layers with state: `(params, batch, layerState) → { value, layerState }`.
 * @param data batches, or a function that gives those of an epoch: `(epoch) => batches(data, { size: 64, shuffle: random.key(epoch) })`.
 * @throws ArgumentError for options that are unknown or out of range, and for epochs without batches; CheckpointError if a
 * checkpoint cannot be written, or belongs to another model.
 * @example
 * import { mean, mul, square, sub, tensor, type Scalar, type Tensor } from 'conformable'
 * import { fit, sgd } from 'conformable/optimisers'
 * type Batch = { x: Tensor<[4]>; y: Tensor<[4]> }
 * const loss = (w: Scalar, { x, y }: Batch) => mean(square(sub(mul(x, w), y)))
 * const data: Batch[] = [{ x: tensor([1, 2, 3, 4]), y: tensor([3, 6, 9, 12]) }]
 * const { params, sentence } = await fit(loss, tensor(0), sgd({ learningRate: 0.05 }), data, { epochs: 20 })
 * console.log(params) // 3
 */
export async function fit<P, B, F extends StateFunction, L = undefined>(
  loss: FitLoss<P, B, L>,
  params: P,
  rule: Rule<F>,
  data: BatchSource<NoInfer<B>>,
  options: FitOptions<NoInfer<P>, NoInfer<B>, L>,
): Promise<Fit<P, StateFor<F, P>, L>> {
  const settings = parseOptions('fit', optionsSchema, options)
  requireSense(data, settings)
  const epoch = typeof data === 'function' ? data : () => data
  // The engine hands parameters, batches and states through from one of these functions to the next, as their types say.
  const task = { loss, params, rule, data: epoch, settings } as unknown as Parameters<typeof runEpochs>[0]
  return (await runEpochs(task)) as Fit<P, StateFor<F, P>, L>
}

function requireSense(
  data: unknown,
  { resume, checkpoint }: { resume: boolean; checkpoint?: string | undefined },
): void {
  if (resume && checkpoint === undefined) throw new ArgumentError('fit: resume needs a checkpoint.')
  if (typeof data === 'function' || isBatches(data)) return
  throw new ArgumentError(
    'fit: the data must be batches: a list, batches(data, { size }), or a function of the epoch that gives them.',
  )
}
