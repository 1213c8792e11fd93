/**
 * Recurrent layers: a state that is carried along a sequence `[…, time, in]`, from zeros. The projections of all inputs are one
 * product before the loop; weights are [gates · hidden, …] as in PyTorch, whose two biases of a gate add up to ours.
 */
import {
  add,
  linear,
  moveAxis,
  mul,
  scan,
  sigmoid,
  split,
  sub,
  type Tensor,
  tanh,
  zeros as zerosOf,
} from '../src/index.ts'
import { z } from '../src/options.ts'
import type { Mul } from '../types/arithmetic.ts'
import type { Empty, Layer } from '../types/layer.ts'
import type { LastFunction, SequenceFunction } from '../types/layer-shapes.ts'
import type { Shape } from '../types/shape.ts'
import { glorotUniform, type Initialiser, orthogonal, zeros } from './initialisers.ts'
import { assemble, type Leaf } from './layer.ts'
import { initialiserSchema, parseOptional, requireSize } from './options.ts'
import { requireSequence } from './sequence.ts'

/** Options of `rnn`, `gru` and `lstm`. */
export interface RecurrentOptions<Last extends boolean = boolean> {
  /** Gives the last output alone, `[…, hidden]`, not all of them; no by default. */
  readonly last?: Last
  /** Runs from the last element to the first; outputs stay at the place of their input. No by default. */
  readonly reverse?: boolean
  /** For the weights of inputs; `glorotUniform` by default. */
  readonly inputInitialiser?: Initialiser
  /** For the weights of the state; orthogonal columns by default, as in Keras. */
  readonly hiddenInitialiser?: Initialiser
}

const optionsSchema = () =>
  z.strictObject({
    last: z.optional(z.boolean()),
    reverse: z.optional(z.boolean()),
    inputInitialiser: initialiserSchema(),
    hiddenInitialiser: initialiserSchema(),
  })

/** The parameters of a layer with G gates. */
export interface GatedSpec<I extends number, H extends number, G extends number> {
  readonly input: { readonly weight: readonly [Mul<G, H>, I]; readonly bias: readonly [Mul<G, H>] }
  readonly hidden: { readonly weight: readonly [Mul<G, H>, H] }
}

/** The parameters of `gru`: the candidate has a bias of its own inside the reset product. */
export interface GruSpec<I extends number, H extends number> {
  readonly input: { readonly weight: readonly [Mul<3, H>, I]; readonly bias: readonly [Mul<3, H>] }
  readonly hidden: { readonly weight: readonly [Mul<3, H>, H]; readonly bias: readonly [H] }
}

/** What a recurrent layer called `Name` does to shapes. */
type RecurrentFunction<
  Name extends string,
  I extends number,
  H extends number,
  Last extends boolean,
> = Last extends true ? LastFunction<`${Name}(${I}, ${H})`, I, H> : SequenceFunction<`${Name}(${I}, ${H})`, I, H>

/**
 * The simple recurrence h ← tanh(W x + b + U h): `[…, time, in] → […, time, hidden]`; input.weight [hidden, in], input.bias
 * [hidden], hidden.weight [hidden, hidden]. Elman (1990), doi:10.1207/s15516709cog1402_1.
 * @throws ShapeError if the input does not have that many features; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { rnn } from 'conformable/layers'
 * const model = rnn(3, 8)
 * console.log(model(model.init(random.key(0)), zeros([2, 10, 3])).shape) // [2, 10, 8]
 */
export function rnn<const I extends number, const H extends number, const Last extends boolean = false>(
  inputs: I,
  hidden: H,
  options?: RecurrentOptions<Last>,
): Layer<RecurrentFunction<'rnn', I, H, Last>, GatedSpec<I, H, 1>, Empty, readonly ['batch', number, I]> {
  return recurrent('rnn', [inputs, hidden], options, {
    gates: 1,
    hiddenBias: false,
    states: 1,
    step: ([h], projected, recur) => [tanh(add(projected, recur(h!)))],
  })
}

/**
 * Long short-term memory: gates i, f, g, o of W x + b + U h; c ← σ(f) c + σ(i) tanh(g), h ← σ(o) tanh(c). `[…, time, in] → […,
 * time, hidden]`; input.weight [4 hidden, in], input.bias [4 hidden], hidden.weight [4 hidden, hidden]. Hochreiter, Schmidhuber
 * (1997), doi:10.1162/neco.1997.9.8.1735; the forget gate is of Gers, Schmidhuber, Cummins (2000).
 * @throws ShapeError if the input does not have that many features; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { lstm } from 'conformable/layers'
 * const model = lstm(3, 8, { last: true })
 * console.log(model(model.init(random.key(0)), zeros([2, 10, 3])).shape) // [2, 8]
 */
export function lstm<const I extends number, const H extends number, const Last extends boolean = false>(
  inputs: I,
  hidden: H,
  options?: RecurrentOptions<Last>,
): Layer<RecurrentFunction<'lstm', I, H, Last>, GatedSpec<I, H, 4>, Empty, readonly ['batch', number, I]> {
  return recurrent('lstm', [inputs, hidden], options, {
    gates: 4,
    hiddenBias: false,
    states: 2,
    step([h, c], projected, recur) {
      const [i, f, g, o] = parts(add(projected, recur(h!)), 4)
      const cell: Leaf = add(mul(sigmoid(f!), c!), mul(sigmoid(i!), tanh(g!)))
      return [mul(sigmoid(o!), tanh(cell)), cell]
    },
  })
}

/**
 * Gated recurrent unit: gates r, z of W x + b + U h; n = tanh(W x + b + r (U h + b')), h ← (1 − z) n + z h. `[…, time, in] → […,
 * time, hidden]`; input.weight [3 hidden, in], input.bias [3 hidden], hidden.weight [3 hidden, hidden], hidden.bias [hidden]. Cho
 * et al. (2014), arXiv:1406.1078, with the reset after the product, as PyTorch and cuDNN have it.
 * @throws ShapeError if the input does not have that many features; ArgumentError for sizes or options out of range.
 * @example
 * import { random, zeros } from 'conformable'
 * import { gru } from 'conformable/layers'
 * const model = gru(3, 8)
 * console.log(model(model.init(random.key(0)), zeros([2, 10, 3])).shape) // [2, 10, 8]
 */
export function gru<const I extends number, const H extends number, const Last extends boolean = false>(
  inputs: I,
  hidden: H,
  options?: RecurrentOptions<Last>,
): Layer<RecurrentFunction<'gru', I, H, Last>, GruSpec<I, H>, Empty, readonly ['batch', number, I]> {
  return recurrent('gru', [inputs, hidden], options, {
    gates: 3,
    hiddenBias: true,
    states: 1,
    step([h], projected, recur, hiddenBias) {
      const [inputR, inputZ, inputN] = parts(projected, 3)
      const [hiddenR, hiddenZ, hiddenN] = parts(recur(h!), 3)
      const update: Leaf = sigmoid(add(inputZ!, hiddenZ!))
      const reset: Leaf = sigmoid(add(inputR!, hiddenR!))
      const candidate: Leaf = tanh(add(inputN!, mul(reset, add(hiddenN!, hiddenBias!))))
      return [add(mul(sub(1, update), candidate), mul(update, h!))]
    },
  })
}

/** What distinguishes the three. */
interface Cell {
  readonly gates: number
  /** Has the state's projection of the last gate a bias? */
  readonly hiddenBias: boolean
  /** How many tensors the state has; the first is the output. */
  readonly states: number
  /** The next state, from the projected input; `recur` projects the output. */
  step(state: readonly Leaf[], projected: Leaf, recur: (h: Leaf) => Leaf, hiddenBias: Leaf | undefined): readonly Leaf[]
}

/** The parameters of a cell; a bias only if the spec has one. */
interface CellParameters {
  readonly input: { readonly weight: Leaf; readonly bias: Leaf }
  readonly hidden: { readonly weight: Leaf; readonly bias: Leaf }
}

function recurrent<L extends Layer<any, any>>(
  kind: string,
  [inputs, hidden]: readonly [number, number],
  options: RecurrentOptions | undefined,
  { gates, hiddenBias, states, step }: Cell,
): L {
  const name = `${kind}(${inputs}, ${hidden})`
  const settings = parseOptional(name, optionsSchema, options)
  const { last = false, reverse = false, inputInitialiser = glorotUniform, hiddenInitialiser = orthogonal() } = settings
  requireSize(name, inputs)
  requireSize(name, hidden)
  const rows = gates * hidden
  return assemble({
    name,
    input: 'parameters',
    spec: {
      input: { weight: [rows, inputs], bias: [rows] },
      hidden: { weight: [rows, hidden], ...(hiddenBias ? { bias: [hidden] } : {}) },
    },
    initialisers: {
      input: { weight: inputInitialiser, bias: zeros },
      hidden: { weight: hiddenInitialiser, ...(hiddenBias ? { bias: zeros } : {}) },
    },
    call(parameters, x: Leaf) {
      const params = parameters as unknown as CellParameters // as the spec says
      requireSequence(name, x, inputs)
      const projected = moveAxis(linear(x as Rows, params.input.weight, params.input.bias), -2, 0) as Leaf
      const begin: Leaf = zerosOf([...(x.shape.slice(0, -2) as number[]), hidden], x.dtype)
      const recur = (h: Leaf): Leaf => linear(h as Rows, params.hidden.weight)
      const [end, outputs] = scan(
        (state: Leaf[], row: Leaf) => {
          const next = [...step(state, row, recur, params.hidden.bias)]
          return [next, next[0]!]
        },
        Array.from({ length: states }, () => begin),
        projected,
        { reverse },
      )
      return last ? end[0] : moveAxis(outputs as Leaf, 0, -2)
    },
  })
}

/** A tensor of at least one dimension. */
type Rows = Tensor<readonly [...Shape, number], any>

/** `split`, seen without shapes, of which types know nothing here. */
const splitLoosely = split as unknown as (x: Leaf, count: number, axis: number) => readonly Leaf[]

/** Equal parts of the last dimension. */
const parts = (x: Leaf, count: number): readonly Leaf[] => splitLoosely(x, count, -1)
