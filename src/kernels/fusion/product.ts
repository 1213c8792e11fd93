/** Steps that take an epilogue, as the epilogue sees them: matrix products, and convolutions that write an image. */
import type { Contraction, Convolution, Epilogue, MatrixOperand, Operand, Step } from '../language/kernel.ts'

/** A finished matrix for each index of the batch axes. */
export interface Product extends Pick<Contraction, 'name' | 'dtype' | 'batch' | 'rows' | 'columns' | 'c' | 'epilogue'> {
  readonly reads: readonly [Operand, Operand]
  /** Can it be summed anywhere, or in row-major places only? */
  readonly isDense: boolean
}

/** A step as a product, or null if it takes no epilogue. */
export function productOf(step: Step | null): Product | null {
  if (step?.kind === 'contract') {
    const { a, b } = step.contraction
    return { ...step.contraction, reads: [a, b], isDense: false }
  }
  return step?.kind === 'convolve' ? imageOf(step.convolution) : null
}

/** The same product with an epilogue, summed at `c`. */
export function finished(step: Step | null, c: MatrixOperand, epilogue: Epilogue): Step {
  if (step?.kind === 'contract') return { kind: 'contract', contraction: { ...step.contraction, c, epilogue } }
  if (step?.kind !== 'convolve') throw new TypeError('kernels: an epilogue of a step that is no product')
  const image: Operand = { buffer: c.buffer, offset: c.offset }
  const place = step.convolution.form === 'forward' ? { y: image } : { x: image }
  return { kind: 'convolve', convolution: { ...step.convolution, ...place, epilogue } }
}

/**
 * The image that a convolution writes: batch and all spatial axes but the last as batch axes, that one as rows, channels as
 * columns. Null for a kernel gradient, and for an input gradient with strides, which is finished in several passes.
 */
export function imageOf(convolution: Convolution): Product | null {
  const { form, batch, axes, groups, channelsIn, channelsOut, x, w, y } = convolution
  if (form === 'kernel' || (form === 'input' && axes.some(({ stride }) => stride !== 1))) return null
  const isForward = form === 'forward'
  const extents = [batch, ...axes.map(({ input, output }) => (isForward ? output : input))]
  const columns = groups * (isForward ? channelsOut : channelsIn)
  const strides = extents.map((_, i) => extents.slice(i + 1).reduce((all, extent) => all * extent, columns))
  const rows = extents[extents.length - 1]
  if (rows === 1 || columns === 1) return null
  const { name, dtype, epilogue } = convolution
  return {
    ...{ name, dtype, epilogue, rows, columns, batch: extents.slice(0, -1) },
    c: { ...(isForward ? y : x), rowStride: columns, columnStride: 1, batchStrides: strides.slice(0, -1) },
    ...{ reads: isForward ? [x, w] : [y, w], isDense: true },
  }
}
