/**
 * What the signatures of `scan`, `whileLoop` and `cond` are made of: what goes in must come out. As with `grad`, the sentence stands
 * in the return type of the function parameter.
 */
import type { DType } from './dtype.ts'
import type { ShapeError } from './error.ts'
import type { Shape, Show } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** The start of a loop's carry: T, with a sentence in place of each JS value, which would be frozen when traced. */
export type Carry<T> = T extends number
  ? ShapeError<'carry: a JS number cannot change inside a compiled loop; wrap it in scalar()'>
  : T extends boolean
    ? ShapeError<'carry: a JS boolean cannot change inside a compiled loop; wrap it in scalar()'>
    : T extends string
      ? ShapeError<'carry: a JS string cannot change inside a compiled loop; leave it out of the carry'>
      : T extends { readonly dtype: DType }
        ? T
        : { readonly [K in keyof T]: Carry<T[K]> }

/**
 * What the body of a loop `Op` must return: Result, when the next carry N fits the first one C, else the sentence where it does
 * not. (Boxed: the question is then decided for type parameters.)
 */
export type NextCarry<Op extends string, C, N, Result> = [N] extends [C]
  ? Result
  : Difference<C, N> extends infer Sentence extends string
    ? [Sentence] extends [never]
      ? ShapeError<`${Op}: the body returns a carry that is not built like the first one`>
      : ShapeError<`${Op}: ${Sentence}`>
    : never

/** Where a tree N differs from C, as the tail of a sentence; `never` when it is built otherwise. */
type Difference<C, N, Path extends string = ''> = [N] extends [C]
  ? never
  : C extends Tensor<infer S, infer D>
    ? N extends Tensor<infer T, infer E>
      ? `${Place<Path>} is ${ShowTensor<S, D>} at the start, but the body returns ${ShowTensor<T, E>}`
      : never
    : {
        [K in keyof C & keyof N & (string | number)]: K extends keyof []
          ? never
          : Difference<C[K], N[K], Under<Path, K>>
      }[C extends readonly unknown[] ? keyof C & keyof N & `${number}` : keyof C & keyof N & string]

type Place<Path extends string> = Path extends '' ? 'the carry' : `'${Path}' of the carry`
type Under<Path extends string, K extends string | number> = Path extends '' ? `${K}` : `${Path}.${K}`

/** A tensor's type in print: `float32[batch, 784]`. */
export type ShowTensor<S extends Shape, D> = `${D & string}${Show<S>}`

/** What the second branch of `cond` must return: Q, when it fits the first branch's result R, else a sentence. */
export type SameBranch<R, Q> = [Q] extends [R]
  ? Q
  : R extends Tensor<infer S, infer D>
    ? Q extends Tensor<infer T, infer E>
      ? ShapeError<`cond: the branches return different things: ${ShowTensor<S, D>} and ${ShowTensor<T, E>}`>
      : R
    : R
