/**
 * Layers side by side and around each other: what `parallel` and `skip` do to shapes.
 */
import type { ChainDomain } from './chain.ts'
import type { Concat } from './contract/concat.ts'
import type { Meets } from './dimension.ts'
import type { DType } from './dtype.ts'
import type { ShapeError } from './error.ts'
import type { Apply, DomainOf, ShapeFunction, ShapeFunctionOf } from './layer.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/layers.ts'
import type { AsShape, Shape } from './shape.ts'

/** `parallel(...layers)`: the outputs for one input, joined along the last dimension. */
export interface ParallelFunction<L extends readonly unknown[]> extends ShapeFunction {
  readonly layer: 'parallel'
  readonly dtype: InputDTypeOf<L>
  readonly out: Joined<Outputs<L, this['in']>>
}

/** The element type that some layer of the list asks for. */
type InputDTypeOf<L extends readonly unknown[]> = L extends readonly [infer Head, ...infer Tail]
  ? ShapeFunctionOf<Head>['dtype'] extends infer D extends DType
    ? D
    : InputDTypeOf<Tail>
  : unknown

/** The arguments of `parallel`: each layer, or its sentence for the input that the first one with a known input takes. */
export type ParallelArguments<L extends readonly unknown[]> = number extends L['length']
  ? L
  : ChainDomain<L> extends infer Domain
    ? unknown extends Domain
      ? L
      : { [I in keyof L]: Apply<ShapeFunctionOf<L[I]>, Domain> extends infer R extends string ? R : L[I] }
    : never

/** The layer of `skip`, or the sentence that it does not keep its shape, as far as that is known before any input is. */
export type CheckSkip<L> =
  unknown extends DomainOf<L>
    ? L
    : Kept<Apply<ShapeFunctionOf<L>, DomainOf<L>>, DomainOf<L>> extends infer R extends string
      ? R
      : L

/** The layer of `repeat`, or the sentence that its output is not its input. */
export type CheckRepeat<L> =
  unknown extends DomainOf<L>
    ? L
    : Apply<ShapeFunctionOf<L>, Apply<ShapeFunctionOf<L>, DomainOf<L>>> extends infer R extends string
      ? R
      : L

type Outputs<L extends readonly unknown[], S, Out extends readonly Shape[] = readonly []> = L extends readonly [
  infer Head,
  ...infer Tail,
]
  ? Apply<ShapeFunctionOf<Head>, S> extends infer R
    ? R extends string
      ? R
      : Outputs<Tail, S, readonly [...Out, AsShape<R>]>
    : never
  : Out

type Joined<O> = O extends readonly Shape[] ? Concat<O, -1> : O

/** `skip(layer)`: x + layer(x), so the layer keeps the shape. */
export interface SkipFunction<L> extends ShapeFunction {
  readonly layer: ShapeFunctionOf<L>['layer']
  readonly dtype: ShapeFunctionOf<L>['dtype']
  readonly out: Kept<Apply<ShapeFunctionOf<L>, this['in']>, this['in']>
}

type Kept<R, S> = R extends string
  ? R
  : R extends Shape
    ? S extends Shape
      ? SameDims<R, S> extends true
        ? S
        : ShapeError<Sentence<typeof says.skipKeeps, { given: R; x: S }>>
      : never
    : never

type SameDims<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? true
  : A extends readonly [infer X, ...infer RestA extends Shape]
    ? B extends readonly [infer Y, ...infer RestB extends Shape]
      ? Meets<X, Y> extends true
        ? SameDims<RestA, RestB>
        : false
      : false
    : B extends readonly []
      ? true
      : false
