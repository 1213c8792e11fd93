/**
 * Gradient, state and parameters of a rule belong to one model: what is of another one is refused at its argument, with the place
 * where it differs.
 */
import type { Difference, FirstDifference, Fits } from './difference.ts'
import type { DType } from './dtype.ts'
import type { ArgumentError, ShapeError } from './error.ts'
import type { ComponentArray, Views } from './parameters.ts'
import type { Sentence } from './sentence.ts'
import type * as ofLayers from './sentences/layers.ts'
import type * as says from './sentences/rules.ts'

/** The gradient G by parameters P: itself, or the sentence of the first place where they differ. */
export type CheckGradient<G, P> = Fits<G, P> extends true ? G : Refused<typeof says.gradientDiffers, 'gradient', G, P>

/** The state S, where Expected is that of the parameters: itself, or the sentence of the first place where they differ. */
export type CheckState<S, Expected> =
  Fits<S, Expected> extends true ? S : Refused<typeof says.stateDiffers, 'state', S, Expected>

/** The parameters Q given to a layer that takes P: themselves, or the sentence of the first one that is another's. */
export type CheckParameters<P, Q, D extends DType> =
  Fits<ComponentArray<Q, D>, ComponentArray<P, D>> extends true
    ? ComponentArray<Q, D>
    : DType extends D
      ? ArgumentError<typeof ofLayers.parametersFirst>
      : Odd<typeof ofLayers.parametersDiffer, Views<Q, D>, Views<P, D>> extends infer Said extends string
        ? [Said] extends [never]
          ? ComponentArray<P, D>
          : ArgumentError<Said>
        : never

type Refused<Text extends string, What extends string, Given, Expected> =
  Odd<Text, Given, Expected> extends infer Said extends string
    ? [Said] extends [never]
      ? ShapeError<Sentence<typeof says.builtOtherwise, { what: What }>>
      : ShapeError<Said>
    : never

/** The sentence of the first tensor in which two trees differ, or `never`. */
type Odd<Text extends string, Given, Expected> =
  FirstDifference<Given, Expected> extends Difference<infer Path, infer G, infer E>
    ? Sentence<Text, { place: Place<Path>; given: G; expected: E }>
    : never

type Place<Path extends string> = Path extends '' ? 'the whole' : `'${Path}'`
