/**
 * The public door: tensors, operations, transforms, control flow, parameters, devices, inspection. Layers, optimisers and solvers
 * have doors of their own and use this one as a user does.
 */

export type {
  Conv1dOptions,
  Conv2dOptions,
  Conv3dOptions,
  ConvTransposeOptions,
  DepthwiseOptions,
} from '../types/contract/convolution.ts'
export type { Padding } from '../types/contract/pad.ts'
export type {
  AvgPool1dOptions,
  AvgPool2dOptions,
  AvgPool3dOptions,
  Pool1dOptions,
  Pool2dOptions,
  Pool3dOptions,
} from '../types/contract/pool.ts'
export type { Position } from '../types/contract/positions.ts'
export type { Axes } from '../types/contract/reduce.ts'
export type { DType, ElementOf, FloatDType, IntegerDType, NumericDType, TypedArrayOf } from '../types/dtype.ts'
export type { Key } from '../types/key.ts'
export type { AnyComponentArray, ComponentArray, ParameterCount, ParameterSpec, Views } from '../types/parameters.ts'
export type { Dim, Shape } from '../types/shape.ts'
export type { AnyTensor, DTypeOf, Scalar, ShapeOf, Sizes, Tensor } from '../types/tensor.ts'
export type { Tree } from '../types/tree.ts'
// ---- parameters and trees
export type { Layout, RecordDType, RecordOf, SpecOf, TensorTree } from './components.ts'
export {
  block,
  componentArray,
  flat,
  fromFlat,
  indexOf,
  labelAt,
  labels,
  layout,
  layoutOf,
  mapLeaves,
  mask,
  merge,
  omit,
  pick,
  replace,
  toRecord,
} from './components.ts'
// ---- control flow
export type { ScanOptions } from './control.ts'
export { cond, scan, scanN, whileLoop } from './control.ts'
// ---- devices and errors
export type { Device } from './core/device.ts'
export type { SentenceParts } from './core/errors.ts'
export { ArgumentError, DerivativeError, DeviceError, DTypeError, ShapeError, TraceError } from './core/errors.ts'
export { checkpoint, customJvp, customVjp, stopGradient } from './custom.ts'
export type { Abstract, Ndarray, PrimitiveDefinition, RuleTensor } from './define.ts'
export { definePrimitive } from './define.ts'
export { type CpuOptions, type CpuThreads, cpu, deviceOfTensor, to, transfer } from './devices.ts'
// ---- transforms
export { grad, gradAll, hvp, jvp, linearise, valueAndGrad, vjp } from './differentiate.ts'
export type { Inspection } from './inspect.ts'
export { inspect } from './inspect.ts'
export { hessian, jacfwd, jacrev } from './jacobian.ts'
export type { JitOptions } from './jit.ts'
export { compile, jit } from './jit.ts'
export type { Parameter } from './named.ts'
export { mapParameters, parametersOf } from './named.ts'
export { adaptiveAvgPool2d } from './operations/adaptive-pool.ts'
export { add, atan2, div, maximum, minimum, mod, mul, pow, rem, sub } from './operations/arithmetic.ts'
export { at } from './operations/at.ts'
export type { AttentionOptions } from './operations/attention.ts'
export { attention } from './operations/attention.ts'
export { bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor, shiftLeft, shiftRight } from './operations/bitwise.ts'
export type { CloseOptions } from './operations/close.ts'
export { allClose } from './operations/close.ts'
export { hypot, lerp, logaddexp, squaredDifference } from './operations/combine.ts'
export {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
  where,
} from './operations/compare.ts'
export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  depthwiseConv2d,
} from './operations/convolution.ts'
export type { TypedArray } from './operations/create.ts'
export {
  arange,
  convert,
  eye,
  fromTypedArray,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  scalar,
  tensor,
  zeros,
  zerosLike,
} from './operations/create.ts'
export { cumlogsumexp, cummax, cumprod, cumsum } from './operations/cumulative.ts'
export { einsum } from './operations/einsum.ts'
export type { Start } from './operations/gather.ts'
export { dynamicSlice, dynamicUpdateSlice, scatterAdd, takeAlongAxis } from './operations/gather.ts'
export { diff, meshgrid } from './operations/grid.ts'
export { acosh, asinh, atanh, cosh, sinh, tanh } from './operations/hyperbolic.ts'
export { oneHot, slice, take } from './operations/indexing.ts'
export { concat, flip, repeat, roll, split, stack, tile } from './operations/join.ts'
export type { TriangularOptions } from './operations/linalg.ts'
export {
  cholesky,
  choleskySolve,
  determinant,
  inverse,
  logDeterminant,
  solve,
  triangularSolve,
} from './operations/linalg.ts'
export { diag, diagonal, trace, tril, triu } from './operations/matrix.ts'
export type { NormOrder } from './operations/norm.ts'
export { norm } from './operations/norm.ts'
export type { SortOptions } from './operations/order.ts'
export { argsort, median, sort, topK } from './operations/order.ts'
export type { PadOptions } from './operations/pad.ts'
export { pad } from './operations/pad.ts'
export {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  globalAveragePool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from './operations/pooling.ts'
export { linear, matmul } from './operations/products.ts'
export * as random from './operations/random.ts'
export type { Reduction } from './operations/rearrange.ts'
export { rearrange, reduce } from './operations/rearrange.ts'
export {
  all,
  any,
  argmax,
  argmin,
  logsumexp,
  max,
  mean,
  min,
  prod,
  std,
  sum,
  variance,
} from './operations/reduce.ts'
export type { ResizeOptions } from './operations/resize.ts'
export { resize } from './operations/resize.ts'
export { ceil, clip, floor, isFinite, isInfinite, isNaN, round, trunc } from './operations/rounding.ts'
export {
  broadcastTo,
  expandDims,
  flatten,
  moveAxis,
  permute,
  realize,
  reshape,
  squeeze,
  swapAxes,
  transpose,
} from './operations/shape.ts'
export { logSoftmax, softmax } from './operations/softmax.ts'
export { digamma, erf, erfc, erfInverse, logGamma, sigmoid, softplus } from './operations/special.ts'
export type { Spread } from './operations/spread.ts'
export type { AxisPairs } from './operations/tensor-products.ts'
export { cross, dot, kron, outer, tensorDot } from './operations/tensor-products.ts'
export { acos, asin, atan, cos, sin, tan } from './operations/trigonometric.ts'
export {
  abs,
  exp,
  exp2,
  expm1,
  log,
  log1p,
  log2,
  log10,
  neg,
  reciprocal,
  rsqrt,
  sign,
  sqrt,
  square,
} from './operations/unary.ts'
// ---- memory
export { dispose, keep, scope } from './scope.ts'
export type { Specification } from './specification.ts'
export { spec } from './specification.ts'
// ---- saving and loading
export type { Columns, ColumnType, CsvOptions, FileAction, FileSystem } from './storage.ts'
export {
  CheckpointError,
  FormatError,
  fromBytes,
  fromSafetensors,
  fromText,
  load,
  loadTree,
  readCsv,
  readIdx,
  readNpy,
  readSafetensors,
  save,
  saveTree,
  toBytes,
  toCsv,
  toNpy,
  toSafetensors,
  toText,
} from './storage.ts'
// ---- looking inside
export type { NonFinite } from './tap.ts'
export { findNonFinite, print, tap } from './tap.ts'
export { assertMaxTraces } from './traces.ts'
export type { NodeView, TreeNode } from './trees.ts'
export { isFloatTensor, leavesOf, mapTree, pathsOf, treeNode } from './trees.ts'
export { vmap } from './vectorise.ts'
export type { WebGpuDevice, WebGpuOptions } from './webgpu.ts'
export { findWebGpu, webgpu } from './webgpu.ts'
