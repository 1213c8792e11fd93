/** What each primitive of the catalogue becomes: an expression inside a kernel, a composition by destination, or a step. */
import type { Equation } from '../../core/program.ts'
import type { ElementwiseName, PrimitiveName } from '../../primitives/index.ts'
import { scalarFlops } from '../language/scalar-flops.ts'
import type { Expression } from './expressions.ts'
import {
  constant,
  counting,
  identity,
  isMatrixProduct,
  maxOver,
  minOver,
  moved,
  pointwise,
  power,
  sumOfProducts,
  sumOver,
} from './expressions.ts'
import { extremePlace } from './extremes.ts'
import { block, gathered } from './indexed.ts'
import { contraction } from './lower-contract.ts'
import { chosen, looped, scanned } from './lower-control.ts'
import { convolution } from './lower-direct-convolution.ts'
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
import { overlapAdded, windowsOf } from './windows.ts'

/** What an equation becomes. */
export type Role = Expression | Composition | StepRule

/** Primitives that stand written out by the time a program is lowered; `customTangent` is refused by its own `evaluate`. */
type WrittenOut = 'customJvp' | 'customVjp' | 'checkpoint'

/** Operations element by element. */
const elementwise = Object.fromEntries(
  Object.entries(scalarFlops).map(([name, flops]) => [name, pointwise(name as ElementwiseName, flops)]),
) as Record<ElementwiseName, Expression> // the table has one row for each name

/** One row for each primitive of the catalogue; a function where it depends on the operands. */
const roles = {
  ...elementwise,
  integerPower: power,
  stopGradient: identity,
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
  windows: windowsOf,
  overlapAdd: overlapAdded,
  convolution: convolution('forward'),
  convolutionInput: convolution('input'),
  convolutionKernel: convolution('kernel'),
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
  dot: (equation: Equation): Role => (isMatrixProduct(equation) ? contraction : sumOfProducts),
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
