/**
 * The state of layers: a record of its own, never part of the flat vector.
 */
import type { DType } from './dtype.ts'
import type { Shape } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** A state tensor with an element type of its own, such as a random key. */
export interface TypedShape {
  readonly shape: Shape
  readonly dtype: DType
}

/**
 * A nested record: a shape is a tensor of the layer's float dtype, `{ shape, dtype }` one with an element type of its own; a
 * JS value (a mode) stands for itself.
 */
export interface StateSpec {
  readonly [name: string]: Shape | TypedShape | boolean | number | string | StateSpec
}

/** The state of spec S. */
export type LayerState<S, D extends DType = 'float32'> = { readonly [K in keyof S]: StateOfLeaf<S[K], D> }

type StateOfLeaf<T, D extends DType> = T extends infer S extends Shape
  ? Tensor<S, D>
  : T extends TypedShape
    ? Tensor<T['shape'], T['dtype']>
    : T extends boolean | number | string
      ? T
      : LayerState<T, D>
