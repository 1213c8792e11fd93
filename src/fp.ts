/**
 * The one import of fp-ts: its root form is the only one that runs in Node, type-checks and shakes in bundlers.
 * No destructuring: `export const { pipe } = function` would keep the whole module in a bundle.
 */
import { function as F } from 'fp-ts'

export { either as E, readerTaskEither as RTE, taskEither as TE } from 'fp-ts'

/** `pipe(x, f, g)` is `g(f(x))`. */
export const pipe = F.pipe
