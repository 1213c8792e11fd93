/** Random host arrays for the property tests of file formats. */
import fc from 'fast-check'
import { sizeOf } from '../../src/core/abstract.ts'
import { allocate, dtypes } from '../../src/core/dtype.ts'
import type { HostArray } from '../../src/files/host-array.ts'
import type { DType } from '../../types/dtype.ts'

const elements: Readonly<Record<DType, fc.Arbitrary<number>>> = {
  float32: fc.float(),
  float64: fc.double(),
  int32: fc.integer(),
  uint32: fc.nat({ max: 2 ** 32 - 1 }),
  bool: fc.nat({ max: 1 }),
}

const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 3 })

/** Elements of a dtype under a shape. */
export const filled = (dtype: DType, sizes: readonly number[]): fc.Arbitrary<HostArray> =>
  fc.array(elements[dtype], { minLength: sizeOf(sizes), maxLength: sizeOf(sizes) }).map((values) => {
    const data = allocate(dtype, values.length)
    data.set(values)
    return { shape: sizes, dtype, data }
  })

/** Arrays of the given dtypes, NaN, infinities and -0 among the floats. */
export const hostArray = (...kinds: readonly DType[]): fc.Arbitrary<HostArray> =>
  fc
    .tuple(fc.constantFrom(...(kinds.length === 0 ? dtypes : kinds)), shape)
    .chain(([dtype, sizes]) => filled(dtype, sizes))

/** What to do to good bytes: cut them, or change one. */
export type Damage = { readonly kind: 'cut' | 'flip' | 'append'; readonly at: number; readonly by: number }

export const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('cut' as const, 'flip' as const, 'append' as const),
  at: fc.nat(),
  by: fc.integer({ min: 1, max: 255 }),
})

/** The damaged bytes; always different from the good ones. */
export function damaged(bytes: Uint8Array, { kind, at, by }: Damage): Uint8Array {
  if (kind === 'cut') return bytes.slice(0, at % bytes.length)
  if (kind === 'append') return Uint8Array.from([...bytes, by])
  const copy = bytes.slice()
  copy[at % bytes.length] ^= by
  return copy
}
