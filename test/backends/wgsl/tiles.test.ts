/**
 * Products and convolutions in tiles of every shape, with the depth whole and in parts, against the reference: sides and depths
 * that fill no tile, all transpositions, batches, groups, strides, dilation, padding, what follows the product.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { tiledConvolution } from '../../../src/backends/wgsl/shader/convolution-shader.ts'
import { loopSources } from '../../../src/backends/wgsl/shader/loop-shader.ts'
import { tiledContraction } from '../../../src/backends/wgsl/shader/product-shader.ts'
import type { Scratch } from '../../../src/backends/wgsl/shader/scratch.ts'
import type { ShaderSource } from '../../../src/backends/wgsl/shader/shader-source.ts'
import { type TileShape, tileShapes, tilingWith } from '../../../src/backends/wgsl/shader/tile-shapes.ts'
import { tiledSources } from '../../../src/backends/wgsl/shader/tiled-sources.ts'
import { sizeOf } from '../../../src/core/abstract.ts'
import type { Ndarray } from '../../../src/core/ndarray.ts'
import type { Value } from '../../../src/core/value.ts'
import { lowerProgram } from '../../../src/kernels/compile.ts'
import type { Step } from '../../../src/kernels/language/kernel.ts'
import { broadcast } from '../../../src/primitives/broadcast.ts'
import { dot } from '../../../src/primitives/contraction.ts'
import { convolution, convolutionInput, convolutionKernel } from '../../../src/primitives/convolution.ts'
import { add } from '../../../src/primitives/elementwise.ts'
import { transpose } from '../../../src/primitives/structural.ts'
import { tanh } from '../../../src/primitives/transcendental.ts'
import { onReference } from '../../helpers/backends.ts'
import { distance, fill } from '../../helpers/golden.ts'
import { array, programOf, type TensorFunction } from '../../helpers/reference.ts'
import { openGpu, ShaderRun } from '../../helpers/shader-run.ts'
import { settings, shapesOf, windowAxis } from '../../laws/convolution.ts'

let device: GPUDevice
beforeAll(async () => {
  device = await openGpu()
  device.addEventListener('uncapturederror', (event) => {
    throw new Error((event as GPUUncapturedErrorEvent).error.message)
  })
  return () => device.destroy()
})

const tensor = (shape: readonly number[], seed: number): Ndarray =>
  array(shape, fill(sizeOf(shape), seed, -1, 1).map(Math.fround), 'float32')

/** The shaders of a step, its product in tiles of that shape whatever its size. */
function sourcesOf(step: Step, shape: TileShape, parts: number, scratch: Scratch): readonly ShaderSource[] {
  if (step.kind === 'kernel') return loopSources(step.kernel, scratch)
  if (step.kind !== 'contract' && step.kind !== 'convolve') throw new TypeError(`a step of the kind ${step.kind}`)
  const problem = step.kind === 'contract' ? tiledContraction(step.contraction) : tiledConvolution(step.convolution)
  return tiledSources(problem, tilingWith(shape, problem.inner, parts), scratch)
}

async function agree(f: TensorFunction, inputs: readonly Ndarray[], shape: TileShape, parts: number): Promise<void> {
  const program = programOf(f, inputs)
  const { routine, arenaBytes } = lowerProgram(program, { sharesRows: false })
  const run = new ShaderRun(
    device,
    (scratch) => routine.steps.flatMap((step) => sourcesOf(step, shape, parts, scratch)),
    inputs.map(({ data }) => Float32Array.from(data)),
    program.outputs.map((output) => sizeOf(output.shape)),
    arenaBytes,
  )
  run.run()
  for (const [i, expected] of onReference(program, inputs).entries()) {
    const data = (await run.read(i)).subarray(0, expected.data.length)
    expect(distance(data, expected.data), `result ${i}: ${data} instead of ${expected.data}`).toBeLessThanOrEqual(1e-5)
  }
  run.destroy()
}

describe.each(tileShapes.map((shape) => ({ name: `${shape.rows} × ${shape.columns}`, shape })))(
  'tiles of $name',
  ({ shape }) => {
    it('products, both operands both ways', async () => {
      const [rows, columns, inner] = [shape.rows + 5, shape.columns + 3, 3 * shape.depth + 1]
      const f = (a: Value, b: Value, at: Value, bt: Value): Value[] => [dot(a, b, [[1], [0]]), dot(at, bt, [[0], [1]])]
      const shapes = [
        [rows, inner],
        [inner, columns],
        [inner, rows],
        [columns, inner],
      ]
      await agree(f, shapes.map(tensor), shape, 1)
    })

    it('products that fill the tiles, with bias and activation', async () => {
      const { rows, columns, depth } = shape
      const f = (a: Value, b: Value, bias: Value): Value =>
        tanh(add(dot(a, b, [[1], [0]]), broadcast(bias, [rows, columns], [1])))
      await agree(f, [tensor([rows, 3 * depth], 1), tensor([3 * depth, columns], 2), tensor([columns], 3)], shape, 3)
    })

    it('batches, one operand the same for all', async () => {
      const f = (a: Value, b: Value, c: Value): Value[] => [
        dot(a, b, [[2], [1]], [[0], [0]]),
        dot(a, transpose(broadcast(c, [2, 3, 40, 7], [2, 3]), [1, 0, 2, 3]), [[2], [2]], [[0], [0]]),
      ]
      await agree(f, [tensor([3, 9, 40], 1), tensor([3, 40, 7], 2), tensor([40, 7], 3)], shape, 2)
    })
  },
)

const chosen = [
  'stride beyond the window',
  'stride and dilation',
  'borders that differ',
  'a window in the border',
  'channel by channel',
  'stride (3, 2)',
  'two axes, groups',
  'three axes',
]

const geometries = [
  ...settings.filter(({ name }) => chosen.includes(name)),
  {
    name: 'more than a tile',
    batch: 3,
    axes: [windowAxis(7, 3, { before: 1 }), windowAxis(9, 3, { before: 1, stride: 2 })],
    channels: [5, 19],
  },
  { name: 'groups that are quads', batch: 2, axes: [windowAxis(9, 3, { before: 1 })], groups: 2, channels: [8, 12] },
] as const

const forms = [
  ['forward', convolution, 'x', 'w'],
  ['with respect to the input', convolutionInput, 'y', 'w'],
  ['with respect to the weights', convolutionKernel, 'x', 'y'],
] as const

describe.each(forms)('convolutions in tiles, %s', (_, apply, first, second) => {
  it.each(geometries.map((geometry, i) => ({ name: geometry.name, geometry, i })))('$name', async ({ geometry, i }) => {
    const { axes } = geometry
    const groups = 'groups' in geometry ? (geometry.groups ?? 1) : 1
    const shapes = shapesOf(geometry)
    const f = (a: Value, b: Value): Value => apply(a, b, { axes, groups })
    const shape = tileShapes[2 + (i % 3)]
    await agree(f, [tensor(shapes[first], 1), tensor(shapes[second], 2)], shape, 1 + (i % 3))
  })

  it('infinite numbers meet no zeros outside', async () => {
    const geometry = { axes: [windowAxis(6, 3, { before: 1 })], groups: 1 }
    const shapes = shapesOf({ name: '', batch: 2, channels: [2, 3], ...geometry })
    const [a, b] = [tensor(shapes[first], 1), tensor(shapes[second], 2)]
    b.data[0] = Number.POSITIVE_INFINITY
    b.data[b.data.length - 1] = Number.NEGATIVE_INFINITY
    await agree((x, y) => apply(x, y, geometry), [a, b], tileShapes[2], 2)
  })

  it('with bias and activation', async () => {
    const geometry = { axes: [windowAxis(6, 3, { before: 1 }), windowAxis(5, 3, { before: 1 })], groups: 1 }
    const shapes = shapesOf({ name: '', batch: 2, channels: [3, 4], ...geometry })
    const result = first === 'x' ? (second === 'w' ? shapes.y : shapes.w) : shapes.x
    const f = (x: Value, y: Value, bias: Value): Value =>
      tanh(add(apply(x, y, geometry), broadcast(bias, result, [result.length - 1])))
    const inputs = [tensor(shapes[first], 1), tensor(shapes[second], 2), tensor([result.at(-1)!], 3)]
    await agree(f, inputs, tileShapes[2], 1)
  })
})
