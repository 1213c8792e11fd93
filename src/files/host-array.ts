/** Tensors in the host's memory: what files hold before a device has them. */
import { type Abstract, sameShape } from '../core/abstract.ts'
import type { StorageArray } from '../core/dtype.ts'
import type { Value } from '../core/value.ts'

/** Shape, dtype and elements, row-major; `bool` as 0 and 1 in an `Int32Array`, as devices take it. */
export interface HostArray extends Abstract {
  readonly data: StorageArray
}

/** How host data becomes a tensor: a device's `upload`. */
export type Upload = (type: Abstract, data: StorageArray) => Value

/** A host array as a tensor. */
export const uploaded = ({ shape, dtype, data }: HostArray, upload: Upload): Value => upload({ shape, dtype }, data)

/** Same shape, dtype and bits: NaN equals NaN, and 0 differs from -0. */
export function sameArray(a: HostArray, b: HostArray): boolean {
  if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape) || a.data.length !== b.data.length) return false
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false
  return true
}
