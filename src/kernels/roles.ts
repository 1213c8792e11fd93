/** What each primitive of the catalogue becomes: an expression inside a kernel, a composition by destination, or a step. */
import type { Equation } from '../core/program.ts'
import type { PrimitiveName } from '../primitives/index.ts'
import type { Expression } from './expressions.ts'
import {
  constant,
  counting,
  HEAVY,
  identity,
  integerDot,
  isFloatDot,
  maxOver,
  minOver,
  moved,
  pointwise,
  power,
  sumOver,
} from './expressions.ts'
import { extremePlace } from './extremes.ts'
import { block, gathered } from './indexed.ts'
import { contraction } from './lower-contract.ts'
import { chosen, looped, scanned } from './lower-control.ts'
import { hosted } from './lower-host.ts'
import { factorised, solved } from './lower-linalg.ts'
import { runningSum } from './lower-running-sum.ts'
import { scattered, updated } from './lower-scatter.ts'
import { sorted } from './lower-sort.ts'
import { movements } from './movement.ts'
import type { Composition } from './pieces.ts'
import { assembly, concatenation, padding } from './pieces.ts'
import { randomBits } from './random-bits.ts'
import type { StepRule } from './steps.ts'

/** What an equation becomes. */
export type Role = Expression | Composition | StepRule

/** Primitives that stand written out by the time a program is lowered; `customTangent` is refused by its own `evaluate`. */
type WrittenOut = 'customJvp' | 'customVjp' | 'checkpoint'

/** One row for each primitive of the catalogue; a function where it depends on the dtype. */
const roles = {
  neg: pointwise('neg', 1),
  abs: pointwise('abs', 1),
  sign: pointwise('sign', 2),
  floor: pointwise('floor', 1),
  ceil: pointwise('ceil', 1),
  round: pointwise('round', 1),
  trunc: pointwise('trunc', 1),
  integerPower: power,
  add: pointwise('add', 1),
  sub: pointwise('sub', 1),
  mul: pointwise('mul', 1),
  div: pointwise('div', 4),
  rem: pointwise('rem', 8),
  max: pointwise('max', 1),
  min: pointwise('min', 1),
  lt: pointwise('lt', 1),
  le: pointwise('le', 1),
  eq: pointwise('eq', 1),
  ne: pointwise('ne', 1),
  and: pointwise('and', 1),
  or: pointwise('or', 1),
  xor: pointwise('xor', 1),
  not: pointwise('not', 1),
  shl: pointwise('shl', 1),
  shr: pointwise('shr', 1),
  select: pointwise('select', 1),
  convert: pointwise('convert', 1),
  bitcast: pointwise('bitcast', 0),
  stopGradient: identity,
  exp: pointwise('exp', HEAVY),
  expm1: pointwise('expm1', HEAVY),
  log: pointwise('log', HEAVY),
  log1p: pointwise('log1p', HEAVY),
  sqrt: pointwise('sqrt', 4),
  sin: pointwise('sin', HEAVY),
  cos: pointwise('cos', HEAVY),
  tan: pointwise('tan', HEAVY),
  tanh: pointwise('tanh', HEAVY),
  logistic: pointwise('logistic', HEAVY),
  softplus: pointwise('softplus', HEAVY),
  erf: pointwise('erf', HEAVY),
  erfInverse: pointwise('erfInverse', HEAVY),
  logGamma: pointwise('logGamma', HEAVY),
  digamma: pointwise('digamma', HEAVY),
  pow: pointwise('pow', HEAVY),
  atan2: pointwise('atan2', HEAVY),
  full: constant,
  iota: counting,
  broadcast: moved(movements.broadcast),
  reshape: moved(movements.reshape),
  transpose: moved(movements.transpose),
  slice: moved(movements.slice),
  reverse: moved(movements.reverse),
  view: moved(movements.view),
  pad: padding,
  concat: concatenation,
  assemble: assembly,
  sum: sumOver,
  reduceMax: maxOver,
  reduceMin: minOver,
  cumsum: runningSum,
  gather: gathered,
  scatterAdd: scattered,
  dynamicSlice: block,
  dynamicUpdate: updated,
  sort: sorted,
  argmax: extremePlace('argmax'),
  argmin: extremePlace('argmin'),
  cholesky: factorised,
  triangularSolve: solved,
  threefry: randomBits,
  scan: scanned,
  whileLoop: looped,
  cond: chosen,
  tap: hosted,
  customTangent: refused,
  dot: (equation: Equation): Role => (isFloatDot(equation) ? contraction : integerDot),
} satisfies Record<Exclude<PrimitiveName, WrittenOut>, Role | ((equation: Equation) => Role)>

/** The role of an equation; primitives that users define are steps of the host. */
export function roleOf(equation: Equation): Role {
  const { name } = equation.primitive
  if (!Object.hasOwn(roles, name)) return hosted
  const role: Role | ((equation: Equation) => Role) = roles[name as keyof typeof roles] // the line before proved it
  return typeof role === 'function' ? role(equation) : role
}

/** The primitive's own `evaluate` says why it cannot run. */
function refused({ primitive, params, outputs }: Equation): Role {
  primitive.evaluate([], params, outputs)
  throw new TypeError(`kernels: ${primitive.name} cannot run`)
}
