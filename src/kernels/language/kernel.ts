/**
 * The lower language: programs as routines of loop nests over flat memory, the same for every machine. A routine is a list of
 * steps; a step is a loop nest (`kernel`), a matrix product (`contract`), a convolution (`convolve`), control flow over nested routines, or a call of the host.
 * Shapes are gone: there are only buffers, loops and element addresses.
 */
import type { DType } from '../../../types/dtype.ts'
import type { ElementwiseName } from '../../primitives/index.ts'
import type { WindowAxis } from '../../primitives/window-axis.ts'

/** Where a buffer lives. The planner fills in arena offsets (bytes from the start of the outermost routine's arena). */
type Place =
  | { readonly kind: 'arena'; readonly offset: number }
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }

/** A region of memory of one dtype (`bool` as 32-bit 0 or 1). `place` is set once, by the planner. */
export interface Buffer {
  readonly id: number
  readonly dtype: DType
  readonly elements: number
  place: Place | null
}

/** A contiguous row-major part of a buffer that starts at element `offset`. */
export interface Operand {
  readonly buffer: Buffer
  readonly offset: number
}

/**
 * A loop `for (i = 0; i < extent; i++)`. `parallel`: iterations are independent. `vector`: the emitter should run neighbouring
 * iterations in lanes; at most one loop around a statement is marked, and it need not be the innermost.
 */
export interface Loop {
  readonly id: number
  readonly extent: number
  readonly parallel: boolean
  readonly vector: boolean
}

/** An element address: offset + Σ stride · loop index + dynamic (an int32 node), in elements. */
export interface Address {
  readonly offset: number
  readonly terms: readonly { readonly loop: Loop; readonly stride: number }[]
  readonly dynamic: Node | null
}

/** A scalar variable of a kernel that statements assign. */
export interface Local {
  readonly id: number
  readonly dtype: DType
}

/** Scalar operations of the lower language: the elementwise primitives, plus truncating integer helpers for index arithmetic. */
export type ScalarName = ElementwiseName

/**
 * A scalar expression; nodes are shared by identity, and a node is computed once per iteration of the loops it depends on.
 * Except: a node over a `local` that `assign` sets, or over a load from a buffer that the same kernel stores to, is read anew by
 * each statement (and each test of a `while` or `if`) that uses it. Loops belong to one `for` or `reduce` each.
 */
export type Node =
  | { readonly kind: 'constant'; readonly dtype: DType; readonly value: number }
  | { readonly kind: 'index'; readonly dtype: 'int32'; readonly loop: Loop }
  | { readonly kind: 'load'; readonly dtype: DType; readonly buffer: Buffer; readonly address: Address }
  | { readonly kind: 'local'; readonly dtype: DType; readonly local: Local }
  | {
      readonly kind: 'apply'
      readonly dtype: DType
      readonly name: ScalarName
      readonly operands: readonly Node[]
      /** Exponent of `integerPower`; absent otherwise. The target of `convert` and `bitcast` is `dtype`. */
      readonly exponent?: number
    }

/** How a reduction combines; `sum` of floats must be blocked or pairwise, so that its error does not grow with the length. */
export type ReduceName = 'sum' | 'max' | 'min'

/** A statement of a kernel. */
export type Statement =
  | { readonly kind: 'for'; readonly loop: Loop; readonly body: readonly Statement[] }
  | { readonly kind: 'store'; readonly buffer: Buffer; readonly address: Address; readonly value: Node }
  /** buffer[address] += value (scatter-add): never in a vector loop whose lanes may meet in one element. */
  | { readonly kind: 'accumulate'; readonly buffer: Buffer; readonly address: Address; readonly value: Node }
  | { readonly kind: 'assign'; readonly local: Local; readonly value: Node }
  /** local = reduction of `value` over the loops (outermost first); NaN propagates through max and min; empty: the neutral element. */
  | {
      readonly kind: 'reduce'
      readonly loops: readonly Loop[]
      readonly local: Local
      readonly operation: ReduceName
      readonly value: Node
    }
  | {
      readonly kind: 'if'
      readonly condition: Node
      readonly whenTrue: readonly Statement[]
      readonly whenFalse: readonly Statement[]
    }
  /** Scalar loops with a run-time condition (sorting, searching); never inside a vector loop. */
  | { readonly kind: 'while'; readonly condition: Node; readonly body: readonly Statement[] }

/** A loop nest with a name for people ('mul_add_tanh'), and what it costs. */
export interface Kernel {
  readonly name: string
  readonly body: readonly Statement[]
  readonly flops: number
  readonly bytes: number
  /** Scratch for one turn of the outermost loop, used anew by each: turns with scratch of their own are independent. */
  readonly rowBuffers?: readonly Buffer[]
}

/** A matrix operand: element strides of its row and column index and of each batch axis. */
export interface MatrixOperand extends Operand {
  readonly rowStride: number
  readonly columnStride: number
  readonly batchStrides: readonly number[]
}

/**
 * What is done with the finished elements of a product or of a convolution while their tile is in cache: one loop nest over the product's own space.
 * A store to the product's own buffer `c` replaces exactly the element at hand; no other load or store touches `c`.
 */
export interface Epilogue {
  /** Names the fused operations, for people. */
  readonly name: string
  /** One loop for each batch axis, then the rows, then the columns; extents as in the contraction. */
  readonly loops: readonly Loop[]
  /** The finished element. */
  readonly product: Local
  /** Stores; addresses are over `loops`. */
  readonly body: readonly Extract<Statement, { kind: 'store' }>[]
}

/** C[b, m, n] = Σ_k A[b, m, k] B[b, k, n]; C has unit column stride. float32 and float64 only (integers are plain kernels). */
export interface Contraction {
  readonly name: string
  readonly dtype: 'float32' | 'float64'
  readonly batch: readonly number[]
  readonly rows: number
  readonly columns: number
  readonly inner: number
  readonly a: MatrixOperand
  readonly b: MatrixOperand
  readonly c: MatrixOperand
  readonly epilogue: Epilogue | null
}

/**
 * One of the three partial sums of Σ y[b, o, g·co + q] x[b, o·stride + k·dilation − before, g·ci + c] w[k, c, g·co + q]: the tensor
 * that `form` names is written (`forward`: y, `input`: x, `kernel`: w), the other two are read. All are row-major:
 * x [batch, input…, groups·ci], w [window…, ci, groups·co], y [batch, output…, groups·co]. No extent is 0.
 */
export interface Convolution {
  readonly name: string
  readonly dtype: 'float32' | 'float64'
  readonly form: 'forward' | 'input' | 'kernel'
  readonly batch: number
  readonly groups: number
  /** Channels of x in each group: ci. */
  readonly channelsIn: number
  /** Channels of y in each group: co. */
  readonly channelsOut: number
  /** Channels that y and w really have, where `channelsOut` are some of them: only of the form `kernel`, with one group. */
  readonly channelsOfY?: number
  /** One to three. */
  readonly axes: readonly WindowAxis[]
  readonly x: Operand
  readonly w: Operand
  readonly y: Operand
  /** Its loops: the axes of the image that is written (the last spatial one are the rows, the channels the columns). */
  readonly epilogue: Epilogue | null
}

/** One step of a routine. Control flow hands operands to nested routines by address. */
export type Step =
  | { readonly kind: 'kernel'; readonly kernel: Kernel }
  | { readonly kind: 'contract'; readonly contraction: Contraction }
  | { readonly kind: 'convolve'; readonly convolution: Convolution }
  | { readonly kind: 'copy'; readonly from: Operand; readonly to: Operand; readonly elements: number }
  | ScanStep
  | WhileStep
  | CondStep
  | HostStep

/**
 * `length` runs of `body`. Body inputs: constants, carries, one row of each x; outputs: carries, one row of each y.
 * The carries ping-pong between `carryScratch` (two buffers for each carry) without copies; the first run reads `start`, the
 * last writes `end`. With length 0 (or count 0) `start` is copied to `end`. Rows of ys that are not run are zero.
 */
export interface ScanStep {
  readonly kind: 'scan'
  readonly name: string
  readonly length: number
  /** Bounded: the int32 number of runs, at most `length`; a larger one is the tape overflow of rewrite/specialise.ts. */
  readonly count: Operand | null
  readonly reverse: boolean
  readonly body: Routine
  readonly constants: readonly Operand[]
  readonly start: readonly Operand[]
  readonly end: readonly Operand[]
  readonly carryScratch: readonly (readonly [Buffer, Buffer])[]
  readonly xs: readonly RowOperand[]
  readonly ys: readonly RowOperand[]
}

/** An operand whose address moves by `row` elements with each run. */
export interface RowOperand extends Operand {
  readonly row: number
}

/** Runs `body` while `condition` (one bool output) holds. Carries as in `ScanStep`. */
export interface WhileStep {
  readonly kind: 'while'
  readonly name: string
  readonly condition: Routine
  readonly body: Routine
  readonly conditionConstants: readonly Operand[]
  readonly bodyConstants: readonly Operand[]
  readonly start: readonly Operand[]
  readonly end: readonly Operand[]
  readonly carryScratch: readonly (readonly [Buffer, Buffer])[]
  /** The output of `condition`. */
  readonly flag: Buffer
  readonly maxSteps: number | null
}

/** Runs one of the branches: number `selector` (a bool or int32 scalar, clamped). */
export interface CondStep {
  readonly kind: 'cond'
  readonly name: string
  readonly selector: Operand
  readonly branches: readonly Routine[]
  readonly inputs: readonly Operand[]
  readonly outputs: readonly Operand[]
}

/** Leaves the machine: a callback reads its inputs (dense arrays with shapes) and may write outputs (`tap`, users' own primitives). */
export interface HostStep {
  readonly kind: 'host'
  readonly name: string
  readonly inputs: readonly HostOperand[]
  readonly outputs: readonly HostOperand[]
  readonly callback: HostCallback
}

/** An operand of the host, with its shape. */
export interface HostOperand extends Operand {
  readonly shape: readonly number[]
}

/** Called with the elements of the inputs (storage format); returns the elements of the outputs. */
export type HostCallback = (inputs: readonly ArrayLike<number>[]) => readonly ArrayLike<number>[]

/**
 * A routine. `inputs` and `outputs` are given by address at each call; outputs are written entirely and never overlap the inputs
 * (the planner of the caller sees to it; donation is the exception that a device proves safe). `scratch` are its intermediates.
 */
export interface Routine {
  readonly name: string
  readonly inputs: readonly Buffer[]
  readonly outputs: readonly Buffer[]
  readonly scratch: readonly Buffer[]
  readonly steps: readonly Step[]
}

/** A routine with every buffer placed. Nested routines share the arena: their scratch stands where nothing live is. */
export interface PlannedRoutine {
  readonly routine: Routine
  readonly arenaBytes: number
  /** Sum of bytes of the buffers live at the worst step: what no planner can go below. */
  readonly lowerBoundBytes: number
}
