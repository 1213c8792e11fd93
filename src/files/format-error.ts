/** Bytes or a text that are not what they should be: an expected failure, so decoders return it and do not throw it. */
import { E } from '../fp.ts'

/** What is wrong with a file, one sentence for each problem. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(summary(problems))
    this.problems = problems
  }
}

/** The result of a decoder. */
export type Decoded<A> = E.Either<FormatError, A>

/** A failure with these sentences. */
export const refused = (...problems: readonly string[]): Decoded<never> => E.left(new FormatError(problems))

/** The decoded value, or the failure thrown: for those who do not want to unwrap an Either. */
export function orThrow<A>(decoded: Decoded<A>): A {
  if (E.isLeft(decoded)) throw decoded.left
  return decoded.right
}

/** Problems shown in a message; `problems` holds all that were collected. */
const SHOWN = 20

function summary(problems: readonly string[]): string {
  const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : []
  return [...problems.slice(0, SHOWN), ...more].join('\n')
}
