/**
 * Exact decimal arithmetic on non-negative integer literals.
 *
 * A number is a little-endian digit string ("128" is "821"), so one template-literal step peels the low digit. One digit
 * step is one spread of unary tuples of length at most 99 (9·9 + 9 + 9), so there are no lookup tables and no tuples as
 * long as the numbers themselves. About 450 instantiations a product and 1200 a division, cached per distinct pair.
 * Exact up to 2^53, where JS number literals stop being exact.
 */

/** A natural number as a tuple length. */
type Unary = 1[]

interface Tallies {
  '0': []
  '1': [1]
  '2': [1, 1]
  '3': [1, 1, 1]
  '4': [1, 1, 1, 1]
  '5': [1, 1, 1, 1, 1]
  '6': [1, 1, 1, 1, 1, 1]
  '7': [1, 1, 1, 1, 1, 1, 1]
  '8': [1, 1, 1, 1, 1, 1, 1, 1]
  '9': [1, 1, 1, 1, 1, 1, 1, 1, 1]
}

type Digit = keyof Tallies
type Tally<D extends Digit> = Tallies[D]
/** The length of a tuple in print. */
type Count<A extends Unary> = `${A['length']}`

/** A times one digit. A chain of conditionals: a lookup object would build all ten tuples at each step. */
type Times<A extends Unary, D> = D extends '0'
  ? []
  : D extends '1'
    ? A
    : D extends '2'
      ? [...A, ...A]
      : D extends '3'
        ? [...A, ...A, ...A]
        : D extends '4'
          ? [...A, ...A, ...A, ...A]
          : D extends '5'
            ? [...A, ...A, ...A, ...A, ...A]
            : D extends '6'
              ? [...A, ...A, ...A, ...A, ...A, ...A]
              : D extends '7'
                ? [...A, ...A, ...A, ...A, ...A, ...A, ...A]
                : D extends '8'
                  ? [...A, ...A, ...A, ...A, ...A, ...A, ...A, ...A]
                  : [...A, ...A, ...A, ...A, ...A, ...A, ...A, ...A, ...A]

// ---- digit strings

/** Three characters a step, which is a third of the instantiations. */
type Reverse<S extends string, Out extends string = ''> = S extends `${infer A}${infer B}${infer C}${infer Rest}`
  ? Reverse<Rest, `${C}${B}${A}${Out}`>
  : S extends `${infer A}${infer Rest}`
    ? Reverse<Rest, `${A}${Out}`>
    : Out

type TrimLeadingZeros<S extends string> = S extends `0${infer Rest}`
  ? Rest extends ''
    ? '0'
    : TrimLeadingZeros<Rest>
  : S

type TrimTrailingZeros<S extends string> = S extends `${infer Rest}0`
  ? Rest extends ''
    ? '0'
    : TrimTrailingZeros<Rest>
  : S

/** The little-endian digits of a number literal. */
export type Digits<N extends number> = Reverse<`${N}`>

/** The number literal of little-endian digits. */
export type ToNumber<S extends string> = TrimLeadingZeros<Reverse<S>> extends `${infer N extends number}` ? N : never

// ---- addition: A + B + carry

/** The sum of two digit strings. */
export type AddDigits<
  A extends string,
  B extends string,
  Carry extends Unary = [],
  Out extends string = '',
> = A extends `${infer X extends Digit}${infer Xs}`
  ? B extends `${infer Y extends Digit}${infer Ys}`
    ? AddStep<Count<[...Tally<X>, ...Tally<Y>, ...Carry]>, Xs, Ys, Out>
    : Carry extends []
      ? `${Out}${A}`
      : AddStep<Count<[...Tally<X>, ...Carry]>, Xs, '', Out>
  : B extends ''
    ? Carry extends []
      ? Out
      : `${Out}1`
    : Carry extends []
      ? `${Out}${B}`
      : AddDigits<B, '', Carry, Out>

type AddStep<
  Sum extends string,
  Xs extends string,
  Ys extends string,
  Out extends string,
> = Sum extends `1${infer D extends Digit}`
  ? AddDigits<Xs, Ys, [1], `${Out}${D}`>
  : AddDigits<Xs, Ys, [], `${Out}${Sum}`>

// ---- multiplication: schoolbook, Sum + A · digit for each digit of B

type MultiplyAdd<
  A extends string,
  D extends Digit,
  Sum extends string,
  Carry extends Unary = [],
  Out extends string = '',
> = A extends `${infer X extends Digit}${infer Xs}`
  ? Sum extends `${infer Y extends Digit}${infer Ys}`
    ? MultiplyStep<Count<[...Times<Tally<X>, D>, ...Tally<Y>, ...Carry]>, Xs, D, Ys, Out>
    : MultiplyStep<Count<[...Times<Tally<X>, D>, ...Carry]>, Xs, D, '', Out>
  : Carry extends []
    ? `${Out}${Sum}`
    : Sum extends ''
      ? `${Out}${Count<Carry>}`
      : AddCarry<Sum, Carry, Out>

type AddCarry<
  Sum extends string,
  Carry extends Unary,
  Out extends string,
> = Sum extends `${infer Y extends Digit}${infer Ys}`
  ? AddStep<Count<[...Tally<Y>, ...Carry]>, Ys, '', Out>
  : `${Out}${Count<Carry>}`

type MultiplyStep<
  Product extends string,
  Xs extends string,
  D extends Digit,
  Ys extends string,
  Out extends string,
> = Product extends `${infer High extends Digit}${infer Low extends Digit}`
  ? MultiplyAdd<Xs, D, Ys, Tally<High>, `${Out}${Low}`>
  : MultiplyAdd<Xs, D, Ys, [], `${Out}${Product}`>

/** The product of two digit strings. */
export type MultiplyDigits<
  A extends string,
  B extends string,
  Sum extends string = '',
  Out extends string = '',
> = A extends '0' | '1'
  ? A extends '0'
    ? '0'
    : B
  : B extends `${infer D extends Digit}${infer Ds}`
    ? (D extends '0' ? (Sum extends '' ? '0' : Sum) : MultiplyAdd<A, D, Sum>) extends `${infer Low}${infer High}`
      ? MultiplyDigits<A, Ds, High, `${Out}${Low}`>
      : never
    : `${Out}${Sum}`

// ---- subtraction: `never` when A < B, so it is the comparison as well

type SubtractDigits<
  A extends string,
  B extends string,
  Borrow extends Unary = [],
  Out extends string = '',
> = A extends `${infer X extends Digit}${infer Xs}`
  ? B extends `${infer Y extends Digit}${infer Ys}`
    ? SubtractStep<Tally<X>, [...Tally<Y>, ...Borrow], Xs, Ys, Out>
    : Borrow extends []
      ? `${Out}${A}`
      : SubtractStep<Tally<X>, Borrow, Xs, '', Out>
  : B extends ''
    ? Borrow extends []
      ? Out
      : never
    : never

type SubtractStep<
  X extends Unary,
  Y extends Unary,
  Xs extends string,
  Ys extends string,
  Out extends string,
> = X extends [...Y, ...infer Rest extends Unary]
  ? SubtractDigits<Xs, Ys, [], `${Out}${Count<Rest>}`>
  : [...X, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] extends [...Y, ...infer Rest extends Unary]
    ? SubtractDigits<Xs, Ys, [1], `${Out}${Count<Rest>}`>
    : never

// ---- division: long division over the dividend's digits, high to low

/** `[quotient, remainder]` of two digit strings. */
export type DivideDigits<A extends string, B extends string> = LongDivision<Reverse<A>, B, '0', ''>

type LongDivision<
  BigEndian extends string,
  B extends string,
  Remainder extends string,
  Quotient extends string,
> = BigEndian extends `${infer X extends Digit}${infer Xs}`
  ? QuotientDigit<Remainder extends '0' ? X : `${X}${Remainder}`, B, []> extends [
      infer D extends number,
      infer R extends string,
    ]
    ? LongDivision<Xs, B, R, `${Quotient}${D}`>
    : never
  : [quotient: Reverse<TrimLeadingZeros<Quotient>>, remainder: Remainder]

/** How often B can be taken from R: at most nine times. */
type QuotientDigit<R extends string, B extends string, N extends Unary> = [SubtractDigits<R, B>] extends [never]
  ? [N['length'], R]
  : QuotientDigit<TrimTrailingZeros<SubtractDigits<R, B>>, B, [...N, 1]>

// ---- number literals in, a number literal out; a wide `number` makes the result `number`

type Wide<A extends number, B extends number> = number extends A ? true : number extends B ? true : false

/** A + B. */
export type Add<A extends number, B extends number> =
  Wide<A, B> extends true ? number : ToNumber<AddDigits<Digits<A>, Digits<B>>>

/** A − B; `never` when A < B. */
export type Sub<A extends number, B extends number> =
  Wide<A, B> extends true ? number : ToNumber<SubtractDigits<Digits<A>, Digits<B>>>

/** A · B. */
export type Mul<A extends number, B extends number> =
  Wide<A, B> extends true ? number : ToNumber<MultiplyDigits<Digits<A>, Digits<B>>>

/** ⌊A / B⌋; `never` when B is 0. */
export type FloorDiv<A extends number, B extends number> =
  Wide<A, B> extends true
    ? number
    : B extends 0
      ? never
      : DivideDigits<Digits<A>, Digits<B>> extends [infer Quotient extends string, string]
        ? ToNumber<Quotient>
        : never

/** A mod B; `never` when B is 0. */
export type Mod<A extends number, B extends number> =
  Wide<A, B> extends true
    ? number
    : B extends 0
      ? never
      : DivideDigits<Digits<A>, Digits<B>> extends [string, infer Remainder extends string]
        ? ToNumber<Remainder>
        : never

/** A / B when B divides A, else `never`. */
export type ExactDiv<A extends number, B extends number> =
  Wide<A, B> extends true
    ? number
    : B extends 0
      ? never
      : DivideDigits<Digits<A>, Digits<B>> extends [infer Quotient extends string, '0']
        ? ToNumber<Quotient>
        : never

/** Is A < B? `boolean` when either is a wide `number`. */
export type Lt<A extends number, B extends number> =
  Wide<A, B> extends true ? boolean : [SubtractDigits<Digits<A>, Digits<B>>] extends [never] ? true : false
