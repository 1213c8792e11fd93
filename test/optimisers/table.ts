/** The table of rules: one row for every rule, transformation and combinator of the door. */
import { combinators } from './combinators-table.ts'
import { optimiserNames, partNames } from './names.ts'
import type { Row } from './row.ts'
import { rules as own } from './rules-table.ts'

/** All rows. */
export const rules: Readonly<Record<string, Row>> = { ...own, ...combinators }

/** Exports of the door that are schedules. */
export const scheduleNames: readonly string[] = [
  'constant',
  'cosine',
  'exponential',
  'inverseSquareRoot',
  'joined',
  'linear',
  'oneCycle',
  'piecewiseConstant',
  'piecewiseLinear',
  'polynomial',
  'warmRestarts',
  'warmUp',
]

/** Exports of the door that are neither rules nor schedules. */
export const others: readonly string[] = [
  'defineRule',
  'defineTransformation',
  'fit',
  'mapFloatParameters',
  'mapFloats',
  ...optimiserNames,
  ...partNames,
]
