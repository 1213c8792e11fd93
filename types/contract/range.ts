/**
 * Numbers in a row.
 */

import type { Add, FloorDiv, Lt, Sub } from '../arithmetic.ts'
import type { ShapeError } from '../error.ts'
import type * as says from '../sentences/movements.ts'

/** Is N a whole number that is not negative? Others are left to run time. */
type Natural<N extends number> = number extends N
  ? false
  : `${N}` extends `-${string}` | `${string}.${string}` | `${string}e${string}`
    ? false
    : true

type AllNatural<A extends number, B extends number, C extends number> = [Natural<A>, Natural<B>, Natural<C>] extends [
  true,
  true,
  true,
]
  ? true
  : false

/** ⌈(stop − start) / step⌉, or `number` when a bound is negative, broken or not literal. */
type Length<Start extends number, Stop extends number, Step extends number> =
  AllNatural<Start, Stop, Step> extends true
    ? Lt<Stop, Start> extends true
      ? 0
      : FloorDiv<Add<Sub<Stop, Start>, Sub<Step, 1>>, Step>
    : number

/** `arange(start, stop, step)`: `[⌈(stop − start) / step⌉]`. */
export type Arange<Start extends number, Stop extends number, Step extends number = 1> = Step extends 0
  ? ShapeError<typeof says.stepZero>
  : readonly [Length<Start, Stop, Step>]

/** `linspace(start, stop, count)`: `[count]`. */
export type Linspace<Count extends number> = readonly [Count]
