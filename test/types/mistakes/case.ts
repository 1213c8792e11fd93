/**
 * Mistakes as users make them. Each is written once: the compiler refuses it with a sentence, at the line after
 * `@ts-expect-error`; run with a tensor of a shape that is known only then, it throws the same sentence. Beside it stands what
 * was meant, with the type that is inferred for it.
 */

/** A mistake and what was meant. */
export interface Mistake {
  /** What the compiler says, in one line. */
  readonly says: string
  /** What is thrown, where names of dimensions are sizes by then; `null` where nothing can know at run time. */
  readonly throws?: string | null
  /** How many lines the compiler needs: 2 where a function's result is at fault. */
  readonly lines?: number
  readonly wrong: () => unknown
  readonly right: () => unknown
}

/** One row of a table of mistakes. */
export const mistake = (row: Mistake): Mistake => row

type Identical<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false

/** `exactly<Expected>()(value)` compiles only if the inferred type is the expected one, to the last dimension. */
export const exactly =
  <Expected>() =>
  <Actual>(value: Actual, ..._: Identical<Expected, Actual> extends true ? [] : [inferred: Actual]): Actual =>
    value
