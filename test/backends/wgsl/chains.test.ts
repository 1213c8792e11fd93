/**
 * Chains of elements on WebGPU, one by one and four at a time: lengths that fours do not divide, rows, places that are no multiples
 * of four, every kind of number. The results are those of the reference: tolerance 1e-5 of the largest element, integers equal.
 */

import { describe, expect, it } from 'vitest'
import { isFloat } from '../../../src/core/dtype.ts'
import type { Ndarray } from '../../../src/core/ndarray.ts'
import type { Value } from '../../../src/core/value.ts'
import { broadcast } from '../../../src/primitives/broadcast.ts'
import { convert } from '../../../src/primitives/conversion.ts'
import { abs, add, div, floor, le, max, mul, neg, select, sub } from '../../../src/primitives/elementwise.ts'
import { iota, slice } from '../../../src/primitives/structural.ts'
import { exp, tanh } from '../../../src/primitives/transcendental.ts'
import type { DType } from '../../../types/dtype.ts'
import { onReference } from '../../helpers/backends.ts'
import { distance, fill } from '../../helpers/golden.ts'
import { array, programOf } from '../../helpers/reference.ts'
import { explained, onWebGpu } from '../../helpers/webgpu.ts'

const noise = (shape: readonly number[], dtype: DType = 'float32', seed = 1): Ndarray => {
  const numbers = fill(
    shape.reduce((a, b) => a * b, 1),
    seed,
    -9,
    9,
  )
  return array([...shape], numbers.map(dtype === 'int32' ? Math.trunc : Math.fround), dtype)
}

/** Compares with the reference; says whether some shader takes elements by fours. */
async function agree(f: (...values: Value[]) => readonly Value[], ...inputs: readonly Ndarray[]): Promise<boolean> {
  const program = programOf((...values) => [...f(...values)], inputs)
  const expected = onReference(program, inputs)
  const results = await onWebGpu(program, inputs)
  results.forEach(({ data }, i) => {
    const error = distance(data, expected[i].data)
    expect(error, `result ${i}`).toBeLessThanOrEqual(isFloat(expected[i].dtype) ? 1e-5 : 0)
  })
  return /var<storage[^>]*> \w+: array<vec4/.test(await explained(program))
}

/** Operations of every kind, several results. */
const chain = (x: Value, y: Value): readonly Value[] => {
  const small = le(abs(x), y)
  return [
    select(small, tanh(mul(x, y)), sub(neg(x), floor(y))),
    add(exp(neg(abs(x))), max(x, y)),
    small,
    convert(x, 'int32'),
  ]
}

describe('by fours', () => {
  it.each([32_768, 32_772, 32_769, 32_770, 40_003])('%i numbers', async (n) => {
    expect(await agree(chain, noise([n]), noise([n], 'float32', 2))).toBe(true)
  })
  it('integers, divided, and their places', async () => {
    const f = (x: Value, y: Value) => [div(x, y), add(mul(x, y), iota([40_000], 'int32', 0)), le(x, y)]
    expect(await agree(f, noise([40_000], 'int32'), noise([40_000], 'int32', 2))).toBe(true)
  })
  it('rows with something of their own, and something for all', async () => {
    const f = (x: Value, row: Value, column: Value, one: Value) => [
      add(
        mul(x, broadcast(row, [300, 128], [1])),
        mul(broadcast(column, [300, 128], [0]), broadcast(one, [300, 128], [])),
      ),
    ]
    expect(await agree(f, noise([300, 128]), noise([128]), noise([300]), noise([]))).toBe(true)
  })
  it('NaN and infinities', async () => {
    const x = noise([33_000])
    x.data.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 5)
    expect(await agree((v) => [max(v, neg(v)), mul(v, v)], x)).toBe(true)
  })
  it('a part that begins at a multiple of four', async () => {
    expect(await agree((x) => [neg(slice(x, [8], [40_008], [1]))], noise([50_000]))).toBe(true)
  })
})

describe('one by one', () => {
  it.each([0, 1, 63, 64, 65, 32_767])('%i numbers', async (n) => {
    expect(await agree(chain, noise([n]), noise([n], 'float32', 2))).toBe(false)
  })
  it('rows that fours do not divide', async () => {
    const f = (x: Value, row: Value) => [add(x, broadcast(row, [500, 129], [1]))]
    expect(await agree(f, noise([500, 129]), noise([129]))).toBe(false)
  })
  it('a part that begins at no multiple of four', async () => {
    expect(await agree((x) => [neg(slice(x, [3], [40_003], [1]))], noise([50_000]))).toBe(false)
  })
  it('two parts that begin apart', async () => {
    const f = (x: Value) => [add(slice(x, [0], [40_000], [1]), slice(x, [1], [40_001], [1]))]
    expect(await agree(f, noise([50_000]))).toBe(false)
  })
})
