/**
 * From a function of named parameters to a function of one vector, and back: a ComponentArray is its flat vector; the float
 * tensors of any other tree stand one after the other. Integers and booleans among the parameters stay as they are.
 */

import {
  ArgumentError,
  concat,
  DTypeError,
  fromFlat,
  full,
  hessian,
  hvp,
  isFloatTensor,
  jacfwd,
  jacrev,
  layout,
  leavesOf,
  mapTree,
  mul,
  pathsOf,
  reshape,
  ShapeError,
  square,
  sum,
  valueAndGrad,
} from '../../src/index.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Bounds, Constraints, Matrix, Problem, Real, Residuals, Vector } from '../../types/optimiser.ts'
import { sentence } from '../../types/sentence.ts'
import {
  objectiveNoFloat,
  objectiveNoScalar,
  objectiveNoTensor,
  residualsNoFloat,
} from '../../types/sentences/transforms.ts'
import type { Shape } from '../../types/shape.ts'
import type { Tensor } from '../../types/tensor.ts'

/** A tensor of the parameters, of whatever shape and dtype. */
type Leaf = Tensor<Shape, any>

/** How the tensors of a tree stand in one vector. */
export interface Arrangement {
  /** What sentences call the search: 'minimise'. */
  readonly name: string
  readonly size: number
  readonly dtype: FloatDType
  /** The tensors that are no floats: constants of the problem. */
  readonly constants: readonly Leaf[]
  toVector(tree: unknown): Vector
  toParameters(x: Vector, constants: readonly Leaf[]): unknown
}

/**
 * Arranges the tensors of the start.
 * @throws ArgumentError if there is no float number in it; DTypeError if its floats differ in dtype.
 */
export function arrange(name: string, start: unknown): Arrangement {
  const floats = leavesOf(start).filter(isFloatTensor)
  const size = floats.reduce((total, leaf) => total + elementsOf(leaf), 0)
  if (size === 0) throw new ArgumentError(`${name}: the start holds no float number to change.`)
  const dtype = commonDType(name, start)
  const names = layout(Object.fromEntries(floats.map(({ shape }, i) => [`leaf${i}`, [...shape]])))
  return {
    name,
    size,
    dtype,
    constants: leavesOf(start).filter((leaf) => !isFloatTensor(leaf)),
    toVector: (tree) => joined(leavesOf(tree).filter(isFloatTensor)),
    toParameters(x, constants) {
      const views =
        floats.length === 1 ? [reshape(x, [...floats[0]!.shape] as number[])] : viewsOf(x, names, floats.length)
      let [float, other] = [0, 0]
      return mapTree((leaf) => (isFloatTensor(leaf) ? views[float++]! : constants[other++]!) as Leaf, start)
    },
  }
}

/** `fromFlat` of a layout that is not known before running. */
const nameVector = fromFlat as unknown as (x: Vector, names: ReturnType<typeof layout>) => unknown

/** The parts of a vector as views, whose gradients need no padding. */
function viewsOf(x: Vector, names: ReturnType<typeof layout>, count: number): Leaf[] {
  // `arrange` named them leaf0, leaf1 …
  const named = nameVector(x, names) as Readonly<Record<string, Leaf>>
  return Array.from({ length: count }, (_, i) => named[`leaf${i}`]!)
}

const elementsOf = ({ shape }: Leaf): number => (shape as readonly number[]).reduce((product, n) => product * n, 1)

function commonDType(name: string, start: unknown): FloatDType {
  const leaves = leavesOf(start)
  const paths = pathsOf(start)
  const first = leaves.findIndex(isFloatTensor)
  const dtype = leaves[first]!.dtype as FloatDType // isFloatTensor
  const other = leaves.findIndex((leaf) => isFloatTensor(leaf) && leaf.dtype !== dtype)
  if (other < 0) return dtype
  throw new DTypeError(
    `${name}: '${paths[first]}' of the start is ${dtype} and '${paths[other]}' is ${leaves[other]!.dtype}; convert one of them.`,
  )
}

/** A function of the parameters and of data. */
export type ParametersFunction = (parameters: never, ...data: never[]) => unknown

/** The limits and constraints of a problem, as functions and trees of the parameters. */
export interface Conditions {
  readonly lower?: unknown
  readonly upper?: unknown
  readonly equalities?: ParametersFunction | undefined
  readonly inequalities?: ParametersFunction | undefined
}

/** What a problem is made of. */
export interface ProblemParts {
  readonly arrangement: Arrangement
  readonly constants: readonly Leaf[]
  readonly data: readonly unknown[]
  /** 'objective': f itself; 'residuals': r of f = ½ ‖r‖². */
  readonly kind: 'objective' | 'residuals'
  readonly f: ParametersFunction
  readonly conditions: Conditions
}

/** The problem as an optimiser sees it. */
export function problemOf(parts: ProblemParts): Problem {
  const { arrangement, constants, data, kind, f, conditions } = parts
  const toParameters = (x: Vector): unknown => arrangement.toParameters(x, constants)
  const applied =
    (g: ParametersFunction) =>
    (x: Vector): unknown =>
      g(toParameters(x) as never, ...(data as never[])) // the types of minimise tie g, the parameters and the data together
  const residuals = kind === 'residuals' ? residualsOf(applied(f), arrangement) : null
  const value =
    residuals === null
      ? (x: Vector): Real => objectiveValue(arrangement.name, applied(f)(x))
      : (x: Vector): Real => mul(sum(square(residuals.value(x))), 0.5)
  return {
    size: arrangement.size,
    dtype: arrangement.dtype,
    value,
    valueAndGradient: (x) => valueAndGrad(value)(x),
    hessian: (x) => hessian(value)(x),
    hessianProduct: (x, direction) => hvp(value)(x, direction),
    residuals,
    bounds: boundsOf(conditions, arrangement),
    constraints: constraintsOf(conditions, applied),
    toParameters,
    toVector: arrangement.toVector,
  }
}

/** What an objective returned, when it is a scalar of floats. */
function objectiveValue(name: string, result: unknown): Real {
  const [value] = leavesOf(result)
  if (value === undefined || value !== result) throw new ShapeError(sentence(objectiveNoTensor, { op: name }))
  const shape: readonly number[] = value.shape as readonly number[] // at run time every size is a number
  if (shape.length > 0) throw new ShapeError(sentence(objectiveNoScalar, { op: name, x: shape }))
  if (!isFloatTensor(value)) throw new DTypeError(sentence(objectiveNoFloat, { op: name, dtype: value.dtype }))
  return value as unknown as Real // a scalar of floats, as was just checked
}

/** The residuals themselves, when there are some and all are floats. */
function floatResiduals(name: string, residuals: unknown): unknown {
  const leaves = leavesOf(residuals)
  if (leaves.length === 0) throw new ShapeError(`${name}: residuals must be float tensors, there is none`)
  const odd = leaves.find((leaf) => !isFloatTensor(leaf))
  if (odd === undefined) return residuals
  throw new DTypeError(sentence(residualsNoFloat, { op: name, x: `${odd.dtype}[${odd.shape.join(', ')}]` }))
}

/** Residuals as one vector, with the Jacobian by whichever mode has fewer passes. */
function residualsOf(f: (x: Vector) => unknown, { name, size }: Arrangement): Residuals {
  const value = (x: Vector): Vector => joined(floatResiduals(name, f(x)))
  return {
    value,
    valueAndJacobian(x): readonly [Vector, Matrix] {
      const residuals = value(x)
      const jacobian = size <= residuals.shape[0] ? jacfwd(value)(x) : jacrev(value)(x)
      return [residuals, jacobian as Matrix] // of a vector by a vector
    },
  }
}

/** `concat` of vectors; its own type would look for the length of a list of any length. */
const joinVectors = concat as unknown as (vectors: readonly Vector[], axis: 0) => Vector

/** All tensors of a tree as one vector. */
function joined(tree: unknown): Vector {
  const flat = leavesOf(tree).map((leaf) => reshape(leaf, [-1]) as unknown as Vector) // one dimension
  return flat.length === 1 ? flat[0]! : joinVectors(flat, 0)
}

/** Limits as vectors; a number is the limit of every parameter. */
function boundsOf({ lower, upper }: Conditions, { size, dtype, toVector }: Arrangement): Bounds | null {
  if (lower === undefined && upper === undefined) return null
  const vectorOf = (bound: unknown): Vector =>
    typeof bound === 'number' ? full([size], bound, dtype) : toVector(bound)
  return {
    lower: vectorOf(lower ?? Number.NEGATIVE_INFINITY),
    upper: vectorOf(upper ?? Number.POSITIVE_INFINITY),
  }
}

function constraintsOf(
  { equalities, inequalities }: Conditions,
  applied: (g: ParametersFunction) => (x: Vector) => unknown,
): Constraints | null {
  if (equalities === undefined && inequalities === undefined) return null
  const vectorsOf = (g: ParametersFunction | undefined) =>
    g === undefined ? null : (x: Vector): Vector => joined(applied(g)(x))
  return { equalities: vectorsOf(equalities), inequalities: vectorsOf(inequalities) }
}
