/** Where two trees of tensors differ: what sentences about arguments, carries, gradients and states are made of. */
import type { LastOf } from './parameters.ts'
import type { ShowTensor } from './shape.ts'
import type { AnyTensor, DTypeOf, ShapeOf } from './tensor.ts'

/** Does the given one fit? Boxed, so that it is decided for type parameters. */
export type Fits<Given, Expected> = { x: Given } extends { x: Expected } ? true : false

/** One place of two trees, `a.b`, or '' for the whole; what stands there, and what should. */
export interface Difference<Path extends string, Given extends string, Expected extends string> {
  readonly path: Path
  readonly given: Given
  readonly expected: Expected
}

/** The first tensor in which two trees differ, or `never`; `Shared` when only what both have is compared. */
export type FirstDifference<Given, Expected, Shared extends boolean = false, Path extends string = ''> = [
  Given,
] extends [Expected]
  ? never
  : Expected extends AnyTensor
    ? Shared extends true
      ? Given extends AnyTensor
        ? Difference<Path, Shown<Given>, Shown<Expected>>
        : never
      : Difference<Path, Shown<Given>, Shown<Expected>>
    : Given extends AnyTensor
      ? Shared extends true
        ? never
        : Difference<Path, Shown<Given>, 'missing'>
      : [Given, Expected] extends [object, object]
        ? InMembers<
            Given,
            Expected,
            Shared,
            Path,
            Shared extends true ? KeyOf<Expected> & KeyOf<Given> : KeyOf<Expected> | KeyOf<Given>
          >
        : never

/** The first difference among members; they come one by one from the last. */
type InMembers<Given, Expected, Shared extends boolean, Path extends string, Keys> = [Keys] extends [never]
  ? never
  : LastOf<Keys> extends infer K extends string
    ? InMembers<Given, Expected, Shared, Path, Exclude<Keys, K>> extends infer Earlier
      ? [Earlier] extends [never]
        ? FirstDifference<MemberOf<Given, K>, MemberOf<Expected, K>, Shared, Path extends '' ? K : `${Path}.${K}`>
        : Earlier
      : never
    : never

/** Names of members; positions of a list. */
type KeyOf<T> = T extends readonly unknown[] ? keyof T & `${number}` : keyof T & string

type MemberOf<T, K> = K extends keyof T ? T[K] : Absent

/** What a tree has not. */
interface Absent {
  readonly absent: never
}

type Shown<T> = T extends AnyTensor ? ShowTensor<ShapeOf<T>, DTypeOf<T>> : 'missing'
