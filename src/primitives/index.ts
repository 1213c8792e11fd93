/** The catalogue: every primitive by its name. Tests and back ends go through it, so that nothing can be forgotten. */
import { broadcastPrimitive, fullPrimitive, sumPrimitive } from './broadcast.ts'
import { dotPrimitive } from './contraction.ts'
import { checkpointPrimitive } from './control/checkpoint.ts'
import { condPrimitive } from './control/cond.ts'
import { customJvpPrimitive, customTangentPrimitive, customVjpPrimitive } from './control/custom.ts'
import { scanPrimitive } from './control/scan.ts'
import { tapPrimitive } from './control/tap.ts'
import { whileLoopPrimitive } from './control/while.ts'
import { bitcastPrimitive, convertPrimitive, stopGradientPrimitive } from './conversion.ts'
import { convolutionInputPrimitive, convolutionKernelPrimitive, convolutionPrimitive } from './convolution.ts'
import { dynamicSlicePrimitive, dynamicUpdatePrimitive } from './dynamic-slice.ts'
import * as elementwise from './elementwise.ts'
import { digammaPrimitive, logGammaPrimitive } from './gamma.ts'
import { gatherPrimitive, scatterAddPrimitive } from './indexing.ts'
import { choleskyPrimitive, triangularSolvePrimitive } from './linalg.ts'
import { threefryPrimitive } from './random.ts'
import { cumsumPrimitive, reduceMaxPrimitive, reduceMinPrimitive } from './reduction.ts'
import { assemblePrimitive, viewPrimitive } from './segments.ts'
import { argmaxPrimitive, argminPrimitive, sortPrimitive } from './sorting.ts'
import * as structural from './structural.ts'
import * as transcendental from './transcendental.ts'
import { overlapAddPrimitive, windowsPrimitive } from './windows.ts'

/** Primitives that act element by element: a back end has one row for each. */
export const elementwisePrimitives = {
  neg: elementwise.negPrimitive,
  abs: elementwise.absPrimitive,
  sign: elementwise.signPrimitive,
  floor: elementwise.floorPrimitive,
  ceil: elementwise.ceilPrimitive,
  round: elementwise.roundPrimitive,
  trunc: elementwise.truncPrimitive,
  integerPower: elementwise.integerPowerPrimitive,
  add: elementwise.addPrimitive,
  sub: elementwise.subPrimitive,
  mul: elementwise.mulPrimitive,
  div: elementwise.divPrimitive,
  rem: elementwise.remPrimitive,
  max: elementwise.maxPrimitive,
  min: elementwise.minPrimitive,
  lt: elementwise.ltPrimitive,
  le: elementwise.lePrimitive,
  eq: elementwise.eqPrimitive,
  ne: elementwise.nePrimitive,
  and: elementwise.andPrimitive,
  or: elementwise.orPrimitive,
  xor: elementwise.xorPrimitive,
  not: elementwise.notPrimitive,
  shl: elementwise.shlPrimitive,
  shr: elementwise.shrPrimitive,
  select: elementwise.selectPrimitive,
  convert: convertPrimitive,
  bitcast: bitcastPrimitive,
  stopGradient: stopGradientPrimitive,
  exp: transcendental.expPrimitive,
  gaussian: transcendental.gaussianPrimitive,
  expm1: transcendental.expm1Primitive,
  log: transcendental.logPrimitive,
  log1p: transcendental.log1pPrimitive,
  sqrt: transcendental.sqrtPrimitive,
  sin: transcendental.sinPrimitive,
  cos: transcendental.cosPrimitive,
  tan: transcendental.tanPrimitive,
  tanh: transcendental.tanhPrimitive,
  logistic: transcendental.logisticPrimitive,
  softplus: transcendental.softplusPrimitive,
  erf: transcendental.erfPrimitive,
  erfc: transcendental.erfcPrimitive,
  erfInverse: transcendental.erfInversePrimitive,
  logGamma: logGammaPrimitive,
  digamma: digammaPrimitive,
  pow: transcendental.powPrimitive,
  atan2: transcendental.atan2Primitive,
} as const

/** Primitives that rearrange, copy or create. */
const structuralPrimitives = {
  full: fullPrimitive,
  iota: structural.iotaPrimitive,
  broadcast: broadcastPrimitive,
  reshape: structural.reshapePrimitive,
  transpose: structural.transposePrimitive,
  slice: structural.slicePrimitive,
  pad: structural.padPrimitive,
  reverse: structural.reversePrimitive,
  concat: structural.concatPrimitive,
  view: viewPrimitive,
  assemble: assemblePrimitive,
} as const

/** Primitives that sum, reduce or contract. */
const reductionPrimitives = {
  sum: sumPrimitive,
  reduceMax: reduceMaxPrimitive,
  reduceMin: reduceMinPrimitive,
  cumsum: cumsumPrimitive,
  dot: dotPrimitive,
  convolution: convolutionPrimitive,
  convolutionInput: convolutionInputPrimitive,
  convolutionKernel: convolutionKernelPrimitive,
  windows: windowsPrimitive,
  overlapAdd: overlapAddPrimitive,
} as const

/** Primitives that index by run-time values, or order. */
const indexingPrimitives = {
  gather: gatherPrimitive,
  scatterAdd: scatterAddPrimitive,
  dynamicSlice: dynamicSlicePrimitive,
  dynamicUpdate: dynamicUpdatePrimitive,
  sort: sortPrimitive,
  argmax: argmaxPrimitive,
  argmin: argminPrimitive,
} as const

/** Primitives of linear algebra, and the source of random bits. */
const otherPrimitives = {
  cholesky: choleskyPrimitive,
  triangularSolve: triangularSolvePrimitive,
  threefry: threefryPrimitive,
} as const

/** Primitives that contain programs, and `tap`. */
const controlPrimitives = {
  scan: scanPrimitive,
  whileLoop: whileLoopPrimitive,
  cond: condPrimitive,
  checkpoint: checkpointPrimitive,
  customJvp: customJvpPrimitive,
  customVjp: customVjpPrimitive,
  customTangent: customTangentPrimitive,
  tap: tapPrimitive,
} as const

/** Name of an elementwise primitive. */
export type ElementwiseName = keyof typeof elementwisePrimitives
/** Name of a primitive that contains programs, or `tap`. */
export type ControlName = keyof typeof controlPrimitives
/** Name of any primitive. */
export type PrimitiveName = keyof typeof primitives

/** All primitives by name. */
export const primitives = {
  ...elementwisePrimitives,
  ...structuralPrimitives,
  ...reductionPrimitives,
  ...indexingPrimitives,
  ...otherPrimitives,
  ...controlPrimitives,
} as const
