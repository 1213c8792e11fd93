/** Matrix products on WebGPU in tiles: sides that do not fill the tiles, transposed operands, batches, what follows the product. */
import { describe, expect, it } from 'vitest'
import type { Value } from '../../../src/core/value.ts'
import { broadcast } from '../../../src/primitives/broadcast.ts'
import { dot } from '../../../src/primitives/contraction.ts'
import { add } from '../../../src/primitives/elementwise.ts'
import { transpose } from '../../../src/primitives/structural.ts'
import { tanh } from '../../../src/primitives/transcendental.ts'
import { onReference } from '../../helpers/backends.ts'
import { distance, fill } from '../../helpers/golden.ts'
import { array, programOf } from '../../helpers/reference.ts'
import { onWebGpu } from '../../helpers/webgpu.ts'

const matrix = (shape: readonly number[], seed: number) =>
  array(
    [...shape],
    fill(
      shape.reduce((a, b) => a * b, 1),
      seed,
      -1,
      1,
    ).map(Math.fround),
    'float32',
  )

const swap = (x: Value): Value => transpose(x, [1, 0])

describe('tiled products', () => {
  it.each([
    [64, 64, 64],
    [75, 67, 65],
    [33, 130, 100],
    [128, 32, 77],
    [40, 257, 31],
  ])('%i × %i over %i, both operands both ways', async (rows, columns, inner) => {
    const a = matrix([rows, inner], 1)
    const b = matrix([inner, columns], 2)
    const at = matrix([inner, rows], 3)
    const bt = matrix([columns, inner], 4)
    const f = (a: Value, b: Value, at: Value, bt: Value): Value[] => [
      dot(a, b, [[1], [0]]),
      dot(swap(at), b, [[1], [0]]),
      dot(a, swap(bt), [[1], [0]]),
      dot(at, bt, [[0], [1]]),
    ]
    await agree(f, [a, b, at, bt])
  })

  it('batches', async () => {
    const f = (a: Value, b: Value): Value => dot(a, b, [[2], [1]], [[0], [0]])
    await agree(f, [matrix([3, 50, 45], 5), matrix([3, 45, 70], 6)])
  })

  it('with bias and activation', async () => {
    const f = (a: Value, b: Value, bias: Value): Value =>
      tanh(add(dot(a, b, [[1], [0]]), broadcast(bias, [70, 90], [1])))
    await agree(f, [matrix([70, 64], 7), matrix([64, 90], 8), matrix([90], 9)])
  })
})

async function agree(f: (...values: Value[]) => Value | Value[], inputs: ReturnType<typeof matrix>[]): Promise<void> {
  const program = programOf((...values) => [f(...values)].flat(), inputs)
  const expected = onReference(program, inputs)
  const results = await onWebGpu(program, inputs)
  results.forEach(({ data }, i) => {
    expect(distance(data, expected[i].data), `result ${i}`).toBeLessThanOrEqual(1e-5)
  })
}
