/**
 * A primitive is one record: what an operation means, how it is differentiated, transposed and batched.
 * Rules are written with values and `bind`, so the same rule serves every nesting of transforms.
 */
import type { Abstract } from './abstract.ts'
import type { Ndarray } from './ndarray.ts'
import type { Program } from './program.ts'
import type { Value } from './value.ts'

/** Static attributes of an equation: plain data, nested programs, or (for `tap` and users' own primitives) functions. */
export type Params = Readonly<Record<string, unknown>>

/** A tangent or cotangent; `null` is a zero that costs nothing. */
export type Maybe = Value | null

/** An input that the equation is linear in while it is being transposed: only its shape and dtype are known. */
export class Linear implements Abstract {
  readonly shape: Abstract['shape']
  readonly dtype: Abstract['dtype']
  constructor({ shape, dtype }: Abstract) {
    this.shape = shape
    this.dtype = dtype
  }
}

/** A transformed program together with which of its results are there. */
export interface Derived {
  readonly program: Program
  /** One entry for each output of the original (jvp) or each linear input (transpose): false where the result is zero and left out. */
  readonly present: readonly boolean[]
}

/** A program split in two: `forward` computes values and residuals, `linear` maps residuals and tangents to tangents. */
export interface LinearisedProgram {
  /** Inputs: those of the original. Outputs: those of the original, then the residuals. */
  readonly forward: Program
  readonly residuals: number
  /** Inputs: the residuals, then one tangent for each active input. Outputs: the tangents that are present. */
  readonly linear: Program
  readonly present: readonly boolean[]
}

/** Transforms of nested programs, handed to the rules of primitives that contain programs (loops, conditionals, checkpoints). */
export interface ProgramTransforms {
  /** Inputs: the original's, then one tangent for each active input. Outputs: the original's, then the tangents that are present. */
  jvp(program: Program, active: readonly boolean[]): Derived
  linearise(program: Program, active: readonly boolean[]): LinearisedProgram
  /**
   * The program must be linear in the inputs marked `linear`. Inputs of the result: the other inputs, then one cotangent for
   * each output marked `given`. Outputs: cotangents of the linear inputs that are present.
   */
  transpose(program: Program, linear: readonly boolean[], given: readonly boolean[]): Derived
  /**
   * The program over a mapped axis 0 of every marked input. Every output has the mapped axis first, except those that
   * `outputs` marks false, which must not depend on a mapped input.
   */
  batch(program: Program, batched: readonly boolean[], size: number, outputs?: readonly boolean[]): Program
}

/** What a forward-mode rule is given. `outputs` are the values of the equation itself, so that tanh' can be written with tanh. */
export interface JvpContext<P extends Params> {
  readonly primals: readonly Value[]
  readonly tangents: readonly Maybe[]
  readonly outputs: readonly Value[]
  readonly params: P
  readonly transforms: ProgramTransforms
}

/** The values of an equation and their tangents. */
export interface Linearised {
  readonly outputs: readonly Value[]
  readonly tangents: readonly Maybe[]
}

/** What a transposition rule is given: one cotangent for each output; inputs are `Linear` where the equation is linear in them. */
export interface TransposeContext<P extends Params> {
  readonly cotangents: readonly Maybe[]
  readonly inputs: readonly (Value | Linear)[]
  readonly params: P
  readonly transforms: ProgramTransforms
}

/**
 * A segment of a vector's cotangent: what the transpose of `view` returns instead of a whole vector. All segments of one
 * vector end in a single `assemble`.
 */
export class Segment {
  readonly offset: number
  readonly value: Value
  constructor(offset: number, value: Value) {
    this.offset = offset
    this.value = value
  }
}

/** What a transposition rule returns for each input: a cotangent, a segment of one, or nothing. */
export type Cotangent = Value | Segment | null

/** What a batching rule is given: where `batched[i]`, axis 0 of `inputs[i]` is the mapped axis of the given size. */
export interface BatchContext<P extends Params> {
  readonly inputs: readonly Value[]
  readonly batched: readonly boolean[]
  readonly size: number
  readonly params: P
  readonly transforms: ProgramTransforms
}

/** An equation without some of its inputs and outputs. */
export interface Narrowed<P extends Params> {
  readonly params: P
  /** The inputs that are still needed. */
  readonly inputs: readonly boolean[]
  /** The outputs that are left: those in use, perhaps more. */
  readonly outputs: readonly boolean[]
}

/** A primitive operation. `P` is the type of its static attributes. */
export interface Primitive<P extends Params = Params> {
  /** Unique, printable, camelCase. */
  readonly name: string
  /** Shapes and dtypes of the outputs. Throws a `ShapeError` or `DTypeError` sentence. */
  shape(inputs: readonly Abstract[], params: P): readonly Abstract[]
  /** The meaning, in float64: the oracle of every back end. */
  evaluate(inputs: readonly Ndarray[], params: P, outputs: readonly Abstract[]): readonly Ndarray[]
  /** Tangents of the outputs; at least one of `tangents` is not null. */
  jvp(context: JvpContext<P>): readonly Maybe[]
  /**
   * Values and tangents computed together. For loops, which carry both in one loop; where it is absent, the equation is
   * bound and `jvp` serves.
   */
  pushForward?(context: Omit<JvpContext<P>, 'outputs'>): Linearised
  /**
   * Values and tangents with the two kept apart: no equation that computes a value may depend on a tangent.
   * Needed by loops, whose `pushForward` carries both in one loop; where it is absent, `jvp` serves.
   */
  linearise?(context: Omit<JvpContext<P>, 'outputs'>): Linearised
  /** Cotangents of the inputs (null where the input is not `Linear`). Absent: the primitive is never linear in an input. */
  transpose?(context: TransposeContext<P>): readonly Cotangent[]
  /** Outputs with the mapped axis first, every one of them; at least one input is batched. */
  batch(context: BatchContext<P>): readonly Value[]
  /**
   * What is left of the equation when only the outputs marked in `used` are wanted. For primitives that contain programs, whose
   * dead parts would otherwise stay alive inside; where it is absent, an equation stays whole or goes.
   */
  narrow?(params: P, used: readonly boolean[]): Narrowed<P>
  /** True if the equation must be kept and must stay single although nobody uses its outputs (`tap`). */
  readonly effect?: boolean
}
