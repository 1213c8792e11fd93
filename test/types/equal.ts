/**
 * Assertions on types. Nothing here exists at run time: files named `*.test-d.ts` are compiled, not run.
 */
import type { Eq } from '../../types/index.ts'

/** Compiles only when A and B are identical types. */
export declare function equal<A, B>(...difference: Eq<A, B> extends true ? [] : [actual: A, expected: B]): void

/** `is<Expected>()(value)` compiles only when the value's type is identical to Expected. */
export declare function is<Expected>(): <Actual>(
  value: Actual,
  ...difference: Eq<Expected, Actual> extends true ? [] : [actual: Actual, expected: Expected]
) => void
