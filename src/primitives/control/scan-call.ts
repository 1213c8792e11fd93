/** The parts of a `scan`, and how its flat lists of operands and results divide into them. */
import { Linear } from '../../core/primitive.ts'
import type { Program } from '../../core/program.ts'
import type { Value } from '../../core/value.ts'

/**
 * Attributes of `scan`. Operands: constants…, carries…, rows…, and a count (int32 scalar) if `bounded`. Results: carries…, then
 * stacked outputs. The body maps (constants…, carries…, one row of each…) to (carries…, one row of each stacked output…).
 */
export type ScanParams = {
  readonly body: Program
  readonly constants: number
  readonly carries: number
  /** Number of steps, and of rows. */
  readonly length: number
  /** From the last row to the first. */
  readonly reverse: boolean
  /** Only the first `count` steps are made; later rows of the outputs are zero. */
  readonly bounded: boolean
}

/** A scan to be made, with its operands by their roles. */
export interface ScanCall {
  readonly body: Program
  readonly constants: readonly Value[]
  readonly carries: readonly Value[]
  readonly rows: readonly Value[]
  readonly length: number
  readonly reverse: boolean
  readonly count: Value | null
}

/** What a scan gives. */
export interface ScanResult {
  /** After the last step. */
  readonly carries: readonly Value[]
  /** With a leading axis of `length`. */
  readonly rows: readonly Value[]
}

/** Applies `scan`; handed to the rules, which make new scans. */
export type Scan = (call: ScanCall) => ScanResult

/** One list for each role. */
export interface Roles<T> {
  readonly constants: readonly T[]
  readonly carries: readonly T[]
  readonly rows: readonly T[]
}

/** Operands (or anything that stands for them) by role; the count is left out. */
export function rolesOf<T>(operands: readonly T[], { constants, carries, body }: ScanParams): Roles<T> {
  const start = constants + carries
  return {
    constants: operands.slice(0, constants),
    carries: operands.slice(constants, start),
    rows: operands.slice(start, body.inputs.length),
  }
}

/** The operand that bounds the number of steps. */
export const countOf = <T>(operands: readonly T[], { bounded, body }: ScanParams): T | null =>
  bounded ? operands[body.inputs.length]! : null

/** Is at least one step made, whatever the operands are? */
export const makesStep = ({ length, bounded }: Pick<ScanParams, 'length' | 'bounded'>): boolean =>
  length > 0 && !bounded

/** The scan's results in one list. */
export const resultsOf = ({ carries, rows }: ScanResult): Value[] => [...carries, ...rows]

/** What all scans derived from one have in common with it. */
export function steps(
  operands: readonly (Value | Linear)[],
  params: ScanParams,
): Pick<ScanCall, 'length' | 'reverse' | 'count'> {
  const count = countOf(operands, params)
  const { length, reverse } = params
  return { length, reverse, count: count instanceof Linear ? null : count } // an integer is never linear
}
