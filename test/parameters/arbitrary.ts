/** Random specs and ComponentArrays for the property tests. */
import fc from 'fast-check'
import { referenceDevice } from '../../src/backends/reference/backend.ts'
import type { Concrete } from '../../src/core/value.ts'
import type { Components } from '../../src/parameters/component-array.ts'
import { fromFlat } from '../../src/parameters/construct.ts'
import { layout } from '../../src/parameters/layout.ts'
import type { ParameterSpec } from '../../types/parameters.ts'

export const device = referenceDevice()

/** A float64 tensor on the reference device. */
export const tensor = (shape: readonly number[], data: ArrayLike<number>): Concrete =>
  device.upload({ shape, dtype: 'float64' }, Float64Array.from(data))

const awkward = [
  'flat',
  'length',
  'constructor',
  '__proto__',
  'toString',
  'then',
  'a.b',
  'a',
  'b',
  '',
  '[0]',
  '"',
  'w[1]',
  '\\',
  'ψ',
]

/** Names of every kind, integers excepted. */
export const name = fc
  .oneof(fc.constantFrom(...awkward), fc.string({ unit: 'grapheme', maxLength: 6 }))
  .filter((text) => !/^(?:0|[1-9]\d*)$/.test(text))

/** Shapes of rank 0 … 3; zero-length, scalar, [1] and [1, 1] are among them. */
const shape = fc.oneof(
  fc.constantFrom<number[][]>([], [0], [1], [1, 1], [0, 3]),
  fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
)

/** Nested records of shapes. */
export const spec: fc.Arbitrary<ParameterSpec> = fc.letrec<{ record: ParameterSpec; part: ParameterSpec | number[] }>(
  (tie) => ({
    part: fc.oneof({ maxDepth: 3, depthSize: 'small' }, shape, tie('record')),
    record: fc
      .uniqueArray(fc.tuple(name, tie('part')), { maxLength: 4, selector: ([key]) => key })
      .map((entries) => Object.fromEntries(entries)),
  }),
).record

/** ComponentArrays over 0.5, 1.5, 2.5 … */
export const components: fc.Arbitrary<Components> = spec.map((shapes) => {
  const of = layout(shapes)
  return fromFlat(tensor([of.size], counting(of.size)), of)
})

/** 0.5, 1.5, 2.5 … */
export const counting = (size: number): number[] => Array.from({ length: size }, (_, i) => i + 0.5)

/** The numbers of a tensor. */
export const numbers = (x: { readSync(): ArrayLike<number> }): number[] => Array.from(x.readSync())
