/**
 * What the signatures of `scan`, `whileLoop` and `cond` are made of: what goes in must come out. As with `grad`, the sentence stands
 * in the return type of the function parameter.
 */
import type { DType } from './dtype.ts'
import type { DTypeError, ShapeError } from './error.ts'
import type { Sentence } from './sentence.ts'
import type * as says from './sentences/transforms.ts'
import type { DynamicRank, Shape, ShowTensor } from './shape.ts'
import type { Tensor } from './tensor.ts'
import type { TupleHint } from './transforms.ts'

/** The start of a loop's carry: T, with a sentence in place of each JS value, which would be frozen when traced. */
export type Carry<T> = T extends number
  ? FrozenCarry<'number', 'wrap it in scalar()'>
  : T extends boolean
    ? FrozenCarry<'boolean', 'wrap it in scalar()'>
    : T extends string
      ? FrozenCarry<'string', 'leave it out of the carry'>
      : T extends { readonly dtype: DType }
        ? T
        : { readonly [K in keyof T]: Carry<T[K]> }

type FrozenCarry<Kind extends string, Hint extends string> = ShapeError<
  Sentence<typeof says.carryFrozen, { kind: Kind; hint: Hint }>
>

/**
 * What the body of a loop `Op` must return: Result, when the next carry N fits the first one C, else the sentence where it does
 * not. (Boxed: the question is then decided for type parameters.) Where another argument is at fault, N is what it may be at most.
 */
export type NextCarry<Op extends string, C, N, Result> = [N] extends [C]
  ? Result
  : [TupleHint] extends [N]
    ? Result
    : Difference<Op, C, N> extends infer Said extends string
      ? [Said] extends [never]
        ? ShapeError<Sentence<typeof says.carryRebuilt, { op: Op }>>
        : ShapeError<Said>
      : never

/** The sentence where a tree N differs from C; `never` when it is built otherwise. */
type Difference<Op extends string, C, N, Path extends string = ''> = [N] extends [C]
  ? never
  : C extends Tensor<infer S, infer D>
    ? N extends Tensor<infer T, infer E>
      ? Sentence<typeof says.carryDiffers, { op: Op; place: Place<Path>; a: ShowTensor<S, D>; b: ShowTensor<T, E> }>
      : never
    : {
        [K in keyof C & keyof N & (string | number)]: K extends keyof []
          ? never
          : Difference<Op, C[K], N[K], Under<Path, K>>
      }[C extends readonly unknown[] ? keyof C & keyof N & `${number}` : keyof C & keyof N & string]

type Place<Path extends string> = Path extends '' ? 'the carry' : `'${Path}' of the carry`
type Under<Path extends string, K extends string | number> = Path extends '' ? `${K}` : `${Path}.${K}`

/** The predicate of `cond`: a bool scalar, or a sentence. */
export type Predicate<S extends Shape, D extends DType> = { s: S; d: D } extends { s: readonly []; d: 'bool' }
  ? Tensor<S, D>
  : DynamicRank<S> extends true
    ? Tensor<S, D>
    : DTypeError<Sentence<typeof says.predicateNeeds, { x: ShowTensor<S, D> }>>

/** What the condition of `whileLoop` must return: a bool scalar, else a sentence. */
export type Flag<F> = { f: F } extends { f: Tensor<readonly [], 'bool'> }
  ? F
  : F extends Tensor<infer S, infer D>
    ? DTypeError<Sentence<typeof says.conditionNeeds, { x: ShowTensor<S, D> }>>
    : Tensor<readonly [], 'bool'>

/** What the second branch of `cond` must return: Q, when it fits the first branch's result R, else a sentence. */
export type SameBranch<R, Q> = [Q] extends [R]
  ? Q
  : R extends Tensor<infer S, infer D>
    ? Q extends Tensor<infer T, infer E>
      ? ShapeError<Sentence<typeof says.branchesDiffer, { a: ShowTensor<S, D>; b: ShowTensor<T, E> }>>
      : R
    : R
