/**
 * Chains of layers: shapes are folded through, and the first layer that does not fit is reported at its argument.
 */
import type { DType } from './dtype.ts'
import type { DTypeError } from './error.ts'
import type { AnyLayer, Apply, DomainOf, ShapeFunction, ShapeFunctionOf, Transparent } from './layer.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/dtypes.ts'

/** The shape after layer L; while no shape is known, that of the layer's own domain. */
type Step<L, S> = unknown extends S
  ? unknown extends DomainOf<L>
    ? unknown
    : Apply<ShapeFunctionOf<L>, DomainOf<L>>
  : Apply<ShapeFunctionOf<L>, S>

/** The layers, the first one that does not fit replaced by its sentence. */
type Checked<
  L extends readonly unknown[],
  S = unknown,
  Out extends readonly unknown[] = [],
  Begun extends boolean = false,
> = L extends readonly [infer Head, ...infer Tail]
  ? StepOrMisplaced<Head, S, Out['length'] & number, Begun> extends infer R
    ? R extends string
      ? [...Out, R, ...Tail]
      : Checked<Tail, R, [...Out, Head], ShapeFunctionOf<Head> extends Transparent ? Begun : true>
    : never
  : Out

/** `Step`, but a layer that takes integers stands first: what comes out of a layer is a float. */
type StepOrMisplaced<L, S, I extends number, Begun extends boolean> = Begun extends true
  ? ShapeFunctionOf<L>['dtype'] extends infer D extends DType
    ? DTypeError<Sentence<typeof says.takesIntegers, { index: I; dtype: D }>>
    : Step<L, S>
  : Step<L, S>

/**
 * The type of each argument of `chain(...layers)`: the layer itself, or the sentence of the first mismatch at its place. When
 * arguments are generic calls, TypeScript also instantiates this with a list of unknown length: then anything is allowed.
 */
export type ChainArguments<L extends readonly unknown[]> = {
  [I in keyof L]: MismatchAt<L, I> extends infer Said extends string ? Said : L[I]
}

type MismatchAt<L extends readonly unknown[], I> = number extends L['length']
  ? unknown
  : Checked<L>[I & keyof Checked<L>]

type Fold<L extends readonly unknown[], S> = L extends readonly [infer Head, ...infer Tail]
  ? Apply<ShapeFunctionOf<Head>, S> extends infer R
    ? R extends string
      ? R
      : Fold<Tail, R>
    : never
  : S

/** The shape function of a chain. */
export interface ChainFunction<L extends readonly unknown[]> extends ShapeFunction {
  readonly layer: ChainFact<L, 'layer'>
  readonly dtype: ChainFact<L, 'dtype'>
  readonly out: Fold<L, this['in']>
}

/** What a chain's first layer that is not transparent says of its input: its name, its element type. */
type ChainFact<L extends readonly unknown[], K extends 'layer' | 'dtype'> = L extends readonly [
  infer Head,
  ...infer Tail,
]
  ? ShapeFunctionOf<Head> extends Transparent
    ? ChainFact<Tail, K>
    : ShapeFunctionOf<Head>[K]
  : unknown

/** The input shape a chain can be checked with: that of its first layer that has one. */
export type ChainDomain<L extends readonly unknown[]> = L extends readonly [infer Head, ...infer Tail]
  ? unknown extends DomainOf<Head>
    ? ShapeFunctionOf<Head> extends Transparent
      ? ChainDomain<Tail>
      : unknown
    : DomainOf<Head>
  : unknown

/** The members of each layer under its place's name; layers that have none are left out. */
type Named<L extends readonly unknown[], Member extends 'spec' | 'stateSpec'> = {
  readonly [I in keyof L as I extends `${number}`
    ? keyof MemberOf<L[I], Member> extends never
      ? never
      : `layer_${I}`
    : never]: MemberOf<L[I], Member>
}

type MemberOf<L, Member extends 'spec' | 'stateSpec'> = L extends { readonly [K in Member]: infer P } ? P : never

/** The parameters of a chain: `{ layer_0: …, layer_2: … }`, where layer_1 has none. */
export type ChainSpec<L extends readonly AnyLayer[]> = Named<L, 'spec'>

/** The state of a chain, named as its parameters. */
export type ChainStateSpec<L extends readonly AnyLayer[]> = Named<L, 'stateSpec'>
