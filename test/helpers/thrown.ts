/** What a call says when it refuses. */
import { sentenceOf } from '../../src/core/errors.ts'

/** The sentence of the error that `f` throws, without the line of the user that it names. */
export function thrown(f: () => unknown): string {
  try {
    f()
  } catch (error) {
    if (error instanceof Error) return sentenceOf(error)
    throw error
  }
  return 'nothing was thrown'
}
