/** An epilogue as statements of its own: the finished element is read from memory. */
import type { Contraction, Convolution, Epilogue, Kernel, Statement } from '../language/kernel.ts'
import { nested } from '../language/kernel-cost.ts'
import { imageOf } from './product.ts'

/** A product that has an epilogue, as far as the epilogue minds. */
export type Finished = Pick<Contraction, 'name' | 'dtype' | 'c'> & { readonly epilogue: Epilogue }

/** Has the product an epilogue? */
export const hasEpilogue = (contraction: Contraction): contraction is Contraction & Finished =>
  contraction.epilogue !== null

/** The image of a convolution that has an epilogue, or null. */
export function finishedImage(convolution: Convolution): Finished | null {
  const image = convolution.epilogue === null ? null : imageOf(convolution)
  return image === null || image.epilogue === null ? null : { ...image, epilogue: image.epilogue }
}

/** The epilogue of a product that stands finished at `c`, as a kernel over the whole of it. */
export function epilogueKernel({ epilogue, name, c, dtype }: Finished): Kernel {
  const { loops, product, body } = epilogue
  const strides = [...c.batchStrides, c.rowStride, 1]
  const terms = loops.map((loop, i) => ({ loop, stride: strides[i] })).filter(({ loop }) => loop.extent > 1)
  const address = { offset: c.offset, terms, dynamic: null }
  const read: Statement = {
    kind: 'assign',
    local: product,
    value: { kind: 'load', dtype, buffer: c.buffer, address },
  }
  return { name: `${name} + ${epilogue.name}`, body: nested(loops, [read, ...body]), flops: 0, bytes: 0 }
}
