/**
 * What the functions of ComponentArrays accept: records of one float dtype, vectors as long as their layout, tensors that fit the
 * parameter they replace.
 */
import type { DType, FloatDType } from './dtype.ts'
import type { ArgumentError, DTypeError, ShapeError } from './error.ts'
import type { AnyComponentArray, ComponentArray, ParameterCount } from './parameters.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/parameters.ts'
import type { DynamicRank, Eq, Shape, ShowTensor } from './shape.ts'
import type { AnyTensor, DTypeOf, ShapeOf, Tensor } from './tensor.ts'

/** The element type of a record of tensors; `never` for a record whose names are not known. */
export type RecordDType<R> = string extends keyof R
  ? never
  : R[keyof R] extends infer V
    ? V extends AnyTensor
      ? DTypeOf<V>
      : V extends ComponentArray<any, infer D>
        ? D
        : RecordDType<V>
    : never

/**
 * A record of tensors of one float dtype: R itself, or R with a sentence in the place of each tensor that does not belong. The
 * success cases come first and compare each tensor with all, so that they are decided for an element type that is a parameter.
 */
export type CheckRecord<R> = { d: RecordDType<R> } extends { d: infer _ extends FloatDType }
  ? [OddOnes<R, RecordDType<R>>] extends [never]
    ? R
    : Marked<R, 'float64'>
  : Marked<R, never>

/** The names whose tensors have not the one element type. */
type OddOnes<R, D> = {
  [K in keyof R]: R[K] extends AnyTensor | AnyComponentArray
    ? Eq<RecordDType<{ x: R[K] }>, D> extends true
      ? never
      : K
    : OddOnes<R[K], D>
}[keyof R]

type Marked<R, Odd, Path extends string = ''> = {
  readonly [K in keyof R]: R[K] extends Tensor<infer S, infer D>
    ? MarkedLeaf<R[K], S, D, Odd, `${Path}${K & string}`>
    : R[K] extends AnyComponentArray
      ? R[K]
      : Marked<R[K], Odd, `${Path}${K & string}.`>
}

type MarkedLeaf<T, S extends Shape, D extends DType, Odd, Path extends string> = D extends FloatDType
  ? D extends Odd
    ? DTypeError<Sentence<typeof says.oddDType, { path: Path; x: ShowTensor<S, D> }>>
    : T
  : DTypeError<Sentence<typeof says.noParameter, { path: Path; x: ShowTensor<S, D> }>>

/** The vector of `fromFlat`: its last dimension is as long as the layout. */
export type CheckFlat<V extends Shape, P, T> =
  DynamicRank<V> extends true
    ? T
    : V extends readonly [...infer _, infer N]
      ? number extends N | ParameterCount<P>
        ? T
        : N extends ParameterCount<P>
          ? T
          : N extends number
            ? FlatError<V, P>
            : T
      : FlatError<V, P>

type FlatError<V extends Shape, P> = ShapeError<Sentence<typeof says.lengthDiffers, { count: ParameterCount<P>; x: V }>>

/** The axes in front of those of the layout. */
export type LeadOf<V extends Shape> =
  DynamicRank<V> extends true
    ? readonly []
    : V extends readonly [...infer Lead extends Shape, infer _]
      ? Lead
      : readonly []

/** The spec at a path such as 'L1.bias', or `never`. */
export type SpecAt<P, Path extends string> = Path extends keyof P
  ? P[Path]
  : Path extends `${infer Head}.${infer Rest}`
    ? Head extends keyof P
      ? SpecAt<P[Head], Rest>
      : never
    : never

/** A path of spec P, or the sentence that there is none; a wide string is left to run time. */
export type CheckPath<Op extends string, P, Path extends string> = string extends Path
  ? Path
  : string extends keyof P
    ? Path
    : [SpecAt<P, Path>] extends [never]
      ? ArgumentError<Sentence<typeof says.noPath, { op: Op; path: Path }>>
      : Path

/** What may stand at a path: a tensor of its shape, or a ComponentArray of its names. */
export type CheckReplacement<P, Path extends string, T, D extends DType> = [SpecAt<P, Path>] extends [never]
  ? T
  : SpecAt<P, Path> extends Shape
    ? T extends Tensor<infer S, infer E>
      ? [T] extends [Tensor<SpecAt<P, Path>, D>]
        ? T
        : E extends D
          ? ShapeError<Sentence<typeof says.replacementShape, { path: Path; x: SpecAt<P, Path>; given: S }>>
          : DTypeError<Sentence<typeof says.replacementDType, { path: Path; dtype: D; given: ShowTensor<S, E> }>>
      : Tensor<SpecAt<P, Path>, D>
    : ComponentArray<SpecAt<P, Path>, D>

/** The spec of a record of tensors. */
export type SpecOf<R> = {
  readonly [K in keyof R]: R[K] extends ComponentArray<infer P, any>
    ? P
    : R[K] extends AnyTensor
      ? ShapeOf<R[K]>
      : R[K] extends object
        ? SpecOf<R[K]>
        : never
}
