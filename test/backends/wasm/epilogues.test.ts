/**
 * Epilogues: kernels that become part of the product before them. Every way a product is computed, against the reference: by the
 * interpreter of the lower language, and as WebAssembly.
 */
import { describe, expect, it } from 'vitest'
import type { Abstract } from '../../../src/core/abstract.ts'
import { evaluateProgram } from '../../../src/core/evaluate.ts'
import type { Program } from '../../../src/core/program.ts'
import { lowerProgram } from '../../../src/kernels/compile.ts'
import type { Contraction, PlannedRoutine } from '../../../src/kernels/language/kernel.ts'
import { printRoutine } from '../../../src/kernels/print/print.ts'
import { broadcast, constantLike, sum } from '../../../src/primitives/broadcast.ts'
import { dot } from '../../../src/primitives/contraction.ts'
import { scan } from '../../../src/primitives/control/scan.ts'
import { convert } from '../../../src/primitives/conversion.ts'
import { add, lt, max, mul, select } from '../../../src/primitives/elementwise.ts'
import { concat, iota, reshape, transpose } from '../../../src/primitives/structural.ts'
import { exp, sin, tanh } from '../../../src/primitives/transcendental.ts'
import { close, programOf, randomInputs, referenceInputs } from '../../kernels/check.ts'
import { interpret } from '../../kernels/interpret.ts'
import { runRoutine } from './run-routine.ts'

type Float = 'float32' | 'float64'

const of = (dtype: Abstract['dtype'], ...shape: number[]): Abstract => ({ shape, dtype })

/** Runs the program all ways; sums of many products differ by their order. */
function agree(program: Program, tolerance = 1e-11): PlannedRoutine {
  const planned = lowerProgram(program)
  const inputs = randomInputs(program)
  const expected = evaluateProgram(program, referenceInputs(program, inputs))
  for (const actual of [interpret(planned, inputs), runRoutine(planned, inputs)])
    program.outputs.forEach((type, i) => {
      const relative = { float32: 1e-4, float64: tolerance, int32: 0, uint32: 0, bool: 0 }[type.dtype]
      close(type, actual[i]!, expected[i]!.data, relative)
    })
  return planned
}

const products = ({ routine }: PlannedRoutine): Contraction[] =>
  routine.steps.flatMap((step) => (step.kind === 'contract' ? [step.contraction] : []))

/** One step, which is a product with an epilogue; the number of buffers in the arena. */
function expectOneStep(planned: PlannedRoutine, arenaBytes = 0): void {
  expect(planned.routine.steps.map(({ kind }) => kind)).toEqual(['contract'])
  expect(products(planned)[0]!.epilogue).not.toBeNull()
  expect(planned.arenaBytes).toBe(arenaBytes)
}

/** tanh(x w + b) in each layout: the axes of x and w that are contracted. */
function layer(dtype: Float, [m, k, n]: readonly [number, number, number], layout: string): Program {
  const [tx, tw] = [layout.includes('x'), layout.includes('w')]
  const x = of(dtype, ...(tx ? [k, m] : [m, k]))
  const w = of(dtype, ...(tw ? [n, k] : [k, n]))
  return programOf([x, w, of(dtype, n)], (a, b, bias) => {
    const z = dot(a, b, [[tx ? 0 : 1], [tw ? 1 : 0]])
    return [tanh(add(z, broadcast(bias, z.shape, [1])))]
  })
}

const layouts = ['', 'x', 'w', 'xw']

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  it.each(layouts)('small, layout "%s"', (layout) => {
    for (const size of [
      [4, 5, 6],
      [3, 9, 4],
      [16, 16, 16],
      [9, 31, 13],
    ] as const)
      expectOneStep(agree(layer(dtype, size, layout)))
  })

  it.each(layouts)('packed, with every tail, layout "%s"', (layout) => {
    for (let tail = 1; tail <= 9; tail++) expectOneStep(agree(layer(dtype, [60 + tail, 17, 64 + tail], layout)))
  })

  it.each(layouts)('about one part of the columns, layout "%s"', (layout) => {
    const columns = dtype === 'float32' ? 512 : 256
    for (const more of [-4, -1, 0, 1, 3, 4, 7]) expectOneStep(agree(layer(dtype, [26, 9, columns + more], layout)))
  })

  it.each(layouts)('several blocks of depth, rows and columns, layout "%s"', (layout) => {
    for (const size of [
      [7, 300, 70],
      [130, 257, 131],
      [25, 520, 66],
      [121, 5, 2050],
    ] as const)
      expectOneStep(agree(layer(dtype, size, layout)))
  })

  it.each(layouts)('few columns, layout "%s"', (layout) => {
    for (const size of [
      [300, 20, 4],
      [300, 20, 5],
      [40, 300, 7],
      [3, 700, 9],
    ] as const)
      expectOneStep(agree(layer(dtype, size, layout)))
    for (const size of [
      [700, 20, 2],
      [700, 20, 3],
    ] as const)
      agree(layer(dtype, size, layout))
  })

  it.each([
    ['matrix times vector', [131, 67], [67], 1, 0],
    ['transposed matrix times vector', [67, 131], [67], 0, 0],
    ['vector times matrix', [67], [67, 131], 0, 0],
    ['vector times transposed matrix', [67], [131, 67], 0, 1],
    ['a small matrix times a vector', [13, 7], [7], 1, 0],
    ['a small transposed matrix times a vector', [50, 2], [50], 0, 0],
  ] as const)('%s', (_, left, right, ca, cb) => {
    const program = programOf([of(dtype, ...left), of(dtype, ...right)], (a, b) => {
      const z = dot(a, b, [[ca], [cb]])
      return [sin(add(z, constantLike(z, 1)))]
    })
    expectOneStep(agree(program))
  })

  it.each([
    [2, 3, 5, 7],
    [5, 30, 40, 33],
    [3, 1, 90, 70],
    [3, 70, 90, 1],
  ])('batched: %i × %i×%i×%i, with an operand that the batch shares', (batch, m, k, n) => {
    const types = [of(dtype, batch, m, k), of(dtype, batch, k, n), of(dtype, m, n), of(dtype, batch)]
    const program = programOf(types, (a, b, shared, scales) => {
      const z = dot(a, b, [[2], [1]], [[0], [0]])
      return [add(mul(z, broadcast(scales, z.shape, [0])), broadcast(shared, z.shape, [1, 2]))]
    })
    const planned = agree(program)
    expect(planned.routine.steps.length).toBe(1)
  })

  it('keeps what others read: the sum before the activation is an output too', () => {
    for (const [m, k, n] of [
      [40, 50, 70],
      [5, 6, 7],
      [1, 80, 90],
    ] as const) {
      const program = programOf([of(dtype, m, k), of(dtype, k, n), of(dtype, n)], (x, w, b) => {
        const product = dot(x, w, [[1], [0]])
        const z = add(product, broadcast(b, product.shape, [1]))
        return [product, z, tanh(z), exp(z)]
      })
      expectOneStep(agree(program))
    }
  })

  it('the result of another dtype only: the product has memory of its own', () => {
    const program = programOf([of(dtype, 30, 50), of(dtype, 50, 70)], (x, w) => {
      const z = dot(x, w, [[1], [0]])
      return [lt(z, constantLike(z, 0)), convert(z, 'int32')]
    })
    expect(agree(program).routine.steps.length).toBe(1)
  })

  it('the gradient through an activation, and the sum of its columns as a kernel', () => {
    const program = programOf([of(dtype, 40, 30), of(dtype, 50, 30), of(dtype, 40, 50)], (dy, w, h) => {
      const dh = dot(dy, w, [[1], [1]])
      const dz = select(lt(constantLike(h, 0), h), dh, constantLike(h, 0))
      return [dz, sum(dz, [0])]
    })
    expect(agree(program).routine.steps.map(({ kind }) => kind)).toEqual(['contract', 'kernel'])
  })

  it('of two products the later one takes what reads both', () => {
    const program = programOf([of(dtype, 30, 40), of(dtype, 40, 50), of(dtype, 30, 50)], (x, w, r) => {
      const [a, b] = [dot(x, w, [[1], [0]]), dot(tanh(x), w, [[1], [0]])]
      return [add(mul(a, b), r)]
    })
    const planned = agree(program)
    expect(products(planned).map(({ epilogue }) => epilogue !== null)).toEqual([false, true])
  })

  it('two products of which each reads what the other makes', () => {
    const program = programOf([of(dtype, 30, 30), of(dtype, 30, 30)], (x, w) => {
      const a = dot(x, w, [[1], [0]])
      const b = dot(tanh(a), w, [[1], [0]])
      return [mul(a, b), add(a, b)]
    })
    agree(program)
  })

  it('through reshapes: batch and sequence are rows, and an operand has them apart', () => {
    const program = programOf([of(dtype, 3, 11, 20), of(dtype, 20, 70), of(dtype, 11, 70)], (x, w, positions) => {
      const z = reshape(dot(reshape(x, [33, 20]), w, [[1], [0]]), [3, 11, 70])
      return [tanh(add(z, broadcast(positions, z.shape, [1, 2])))]
    })
    expectOneStep(agree(program))
  })

  it('indices as values', () => {
    const program = programOf([of(dtype, 70, 20), of(dtype, 20, 90)], (x, w) => {
      const z = dot(x, w, [[1], [0]])
      const below = lt(iota(z.shape, 'int32', 0), iota(z.shape, 'int32', 1))
      return [select(below, constantLike(z, -100), z)]
    })
    expectOneStep(agree(program))
  })

  it('written to its place in a larger tensor', () => {
    const program = programOf([of(dtype, 40, 20), of(dtype, 20, 72), of(dtype, 40, 3)], (x, w, y) => {
      const z = dot(x, w, [[1], [0]])
      return [concat([y, max(z, constantLike(z, 0))], 1)]
    })
    expect(products(agree(program))[0]!.epilogue).not.toBeNull()
  })

  it('a transposed reader stays a kernel', () => {
    const program = programOf([of(dtype, 40, 20), of(dtype, 20, 72), of(dtype, 72, 40)], (x, w, y) => {
      const z = dot(x, w, [[1], [0]])
      return [z, mul(transpose(tanh(z), [1, 0]), y)]
    })
    expect(agree(program).routine.steps.map(({ kind }) => kind)).toEqual(['contract', 'kernel'])
  })

  it('inside a loop', () => {
    const body = programOf([of(dtype, 30, 30), of(dtype, 30), of(dtype, 30)], (w, h, x) => {
      const next = tanh(add(dot(w, h, [[1], [0]]), x))
      return [next, next]
    })
    const program = programOf([of(dtype, 30), of(dtype, 30, 30), of(dtype, 5, 30)], (h, w, xs) => {
      const call = { body, constants: [w], carries: [h], rows: [xs], length: 5, reverse: false, count: null }
      const { carries, rows } = scan(call)
      return [...carries, ...rows]
    })
    expect(printRoutine(agree(program))).toContain('dot + add_tanh')
  })
})

it('mixed precision: float64 results of a float32 product', () => {
  for (const n of [9, 70, 131]) {
    const program = programOf([of('float32', 30, 40), of('float32', 40, n), of('float64', n)], (x, w, b) => {
      const z = dot(x, w, [[1], [0]])
      return [mul(convert(z, 'float64'), broadcast(b, z.shape, [1])), tanh(z)]
    })
    expectOneStep(agree(program, 1e-4))
  }
})
