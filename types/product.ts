/**
 * Products of dimensions: a coefficient and a multiset of symbols, so `'b*t'` meets `'t*b'` and a reshape may split and
 * join symbolic dimensions.
 */
import type { Digits, DivideDigits, MultiplyDigits, ToNumber } from './arithmetic.ts'
import type { Eq } from './shape.ts'

/** 'b*t*4' → ['b', 't', 4] */
type Factors<D extends string> = D extends `${infer A}*${infer B}`
  ? [...Factors<A>, ...Factors<B>]
  : D extends `${infer N extends number}`
    ? [N]
    : [D]

/** The product of dimensions as `[coefficient digits, symbols]`, or 'dynamic' when one of them is a wide `number`. */
export type Product<
  S extends readonly unknown[],
  Coefficient extends string = '1',
  Symbols extends readonly string[] = [],
> = S extends readonly [infer Head, ...infer Tail]
  ? number extends Head
    ? 'dynamic'
    : Head extends number
      ? Product<Tail, Head extends 1 ? Coefficient : MultiplyDigits<Digits<Head>, Coefficient>, Symbols>
      : Head extends `${string}*${string}`
        ? Product<[...Factors<Head>, ...Tail], Coefficient, Symbols>
        : Head extends string
          ? Product<Tail, Coefficient, [...Symbols, Head]>
          : 'dynamic'
  : [Coefficient, Symbols]

type RemoveOne<L extends readonly string[], X, Out extends readonly string[] = []> = L extends readonly [
  infer Head extends string,
  ...infer Tail extends readonly string[],
]
  ? Eq<Head, X> extends true
    ? [...Out, ...Tail]
    : RemoveOne<Tail, X, [...Out, Head]>
  : never

/** The symbols L without the symbols R, as multisets; `never` when R is not contained in L. */
export type Cancel<L extends readonly string[], R extends readonly string[]> = R extends readonly [
  infer Head,
  ...infer Tail extends readonly string[],
]
  ? [RemoveOne<L, Head>] extends [never]
    ? never
    : Cancel<RemoveOne<L, Head>, Tail>
  : L

/** Do two lists of dimensions have the same product? `true` when one is dynamic: that is left to run time. */
export type SameProduct<A extends readonly unknown[], B extends readonly unknown[]> =
  Product<A> extends [infer CoefficientA, infer SymbolsA extends readonly string[]]
    ? Product<B> extends [infer CoefficientB, infer SymbolsB extends readonly string[]]
      ? CoefficientA extends CoefficientB
        ? Cancel<SymbolsA, SymbolsB> extends []
          ? true
          : false
        : false
      : true
    : true

type JoinSymbols<S extends readonly string[], Out extends string = ''> = S extends readonly [
  infer Head extends string,
  ...infer Tail extends readonly string[],
]
  ? JoinSymbols<Tail, Out extends '' ? Head : `${Out}*${Head}`>
  : Out

/** The dimension of a coefficient and symbols: `24`, `'b'` or `'b*t*24'`. */
export type ToDim<Coefficient extends string, Symbols extends readonly string[]> = Symbols extends readonly []
  ? ToNumber<Coefficient>
  : Coefficient extends '1'
    ? JoinSymbols<Symbols>
    : `${JoinSymbols<Symbols>}*${ToNumber<Coefficient>}`

/** The product of dimensions as one dimension; `1` for a scalar's shape, `number` when one of them is dynamic. */
export type ProdDim<S extends readonly unknown[]> =
  Product<S> extends [infer Coefficient extends string, infer Symbols extends readonly string[]]
    ? ToDim<Coefficient, Symbols>
    : number

/** `[dimension, the rest]` of A / B: a dimension when B divides A, a reason (a sentence's tail) when it does not. */
export type QuotientDim<A extends readonly unknown[], B extends readonly unknown[]> =
  Product<A> extends [infer CoefficientA extends string, infer SymbolsA extends readonly string[]]
    ? Product<B> extends [infer CoefficientB extends string, infer SymbolsB extends readonly string[]]
      ? [Cancel<SymbolsA, SymbolsB>] extends [never]
        ? { reason: 'symbolic dimensions do not match' }
        : CoefficientB extends '0'
          ? { reason: 'cannot divide by 0' }
          : DivideDigits<CoefficientA, CoefficientB> extends [infer Quotient extends string, '0']
            ? { dim: ToDim<Quotient, Cancel<SymbolsA, SymbolsB>> }
            : { reason: `${ToNumber<CoefficientA>} is not divisible by ${ToNumber<CoefficientB>}` }
      : { dim: number }
    : { dim: number }
