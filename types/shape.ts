/**
 * Dimensions and shapes.
 *
 * A dimension is static (a number literal), symbolic (a string literal: one size, not known yet, such as 'batch') or
 * dynamic (a wide `number`, checked at run time only). The character `*` is reserved in names: it joins the factors of a
 * product such as 'batch*time*4'.
 */

/** One dimension of a shape: `784` is static, `'batch'` symbolic, `number` dynamic. */
export type Dim = number | string

/** The dimensions of a tensor, outermost first; `readonly []` is a scalar, the wide `Shape` has a dynamic rank. */
export type Shape = readonly Dim[]

/**
 * Are two types identical? With type parameters TypeScript decides `Eq<T, T>` at once and leaves `Eq<T, 1>` undecided, so
 * every rule of this folder tests its success cases first, and several of them in one conditional.
 */
export type Eq<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false

/** Is the rank unknown before running? */
export type DynamicRank<S extends Shape> = number extends S['length'] ? true : false

/**
 * T as a shape. `infer Q extends Shape` and not `T extends Shape`: the latter stays undecided on a tuple that holds a type
 * parameter, which would make generic user functions unusable.
 */
export type AsShape<T> = T extends infer Q extends Shape ? Q : never

/** D as a number: symbolic dimensions are dynamic where only numbers will do. */
export type AsNumber<D> = D extends number ? D : number

/** Is T one type and not a union? */
export type Single<T, All = T> = T extends unknown ? ([All] extends [T] ? true : false) : never

/** A dimension in print; `?` when dynamic. */
export type ShowDim<D> = number extends D ? '?' : D extends Dim ? `${D}` : '?'

type Join<S extends readonly unknown[], Out extends string = ''> = S extends readonly [infer Head, ...infer Tail]
  ? Join<Tail, Out extends '' ? ShowDim<Head> : `${Out}, ${ShowDim<Head>}`>
  : Out

/** A shape in print, such as `[batch, 128]`; `[...]` when the rank is dynamic, `[..., 4]` when only the last dimension is known. */
export type Show<S extends readonly unknown[]> = number extends S['length']
  ? S extends readonly [...unknown[], infer D]
    ? `[..., ${ShowDim<D>}]`
    : '[...]'
  : `[${Join<S>}]`

/** A tensor's type in print: `float32[batch, 784]`. */
export type ShowTensor<S extends Shape, D> = `${D & string}${Show<S>}`

/** Shapes in print, with commas between them. */
export type ShowAll<L extends readonly Shape[], Out extends string = ''> = L extends readonly [
  infer Head extends Shape,
  ...infer Tail extends readonly Shape[],
]
  ? ShowAll<Tail, Out extends '' ? Show<Head> : `${Out}, ${Show<Head>}`>
  : Out
