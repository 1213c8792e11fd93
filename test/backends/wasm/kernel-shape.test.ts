/** Kernels share a function exactly if their code is the same but for the addresses. */
import { describe, expect, it } from 'vitest'
import { shapeOf } from '../../../src/backends/wasm/kernel/kernel-shape.ts'
import { emitModule } from '../../../src/backends/wasm/program/emit.ts'
import type { Buffer, Kernel, Node, Statement } from '../../../src/kernels/language/kernel.ts'
import {
  apply,
  constant,
  input,
  kernelOf,
  load,
  loopOf,
  nest,
  output,
  plannedOf,
  routineOf,
  store,
} from './building.ts'
import { runRoutine } from './run-routine.ts'

interface Variation {
  readonly extent?: number
  readonly vector?: boolean
  readonly dtype?: 'float32' | 'float64'
  readonly name?: 'add' | 'mul'
  readonly stride?: number
  readonly offset?: number
  readonly addend?: number
  readonly condition?: number
  readonly dynamic?: number
}

/** y[i] = x[i] ∘ constant under a condition, on fresh buffers. */
function kernel(change: Variation, buffers?: readonly [Buffer, Buffer]): Kernel {
  const { extent = 8, vector = true, dtype = 'float32', name = 'add', stride = 1, offset = 0, addend = 1 } = change
  const [x, y] = buffers ?? [input(0, dtype, 64), output(0, dtype, 64)]
  const i = loopOf(extent, vector)
  const dynamic: Node | null = change.dynamic === undefined ? null : constant('int32', change.dynamic)
  const value = apply(name, dtype, [load(x, [[i, stride]], offset, dynamic), constant(dtype, addend)])
  const body: Statement = store(y, [[i, 1]], value)
  const condition = apply('lt', 'bool', [constant('int32', change.condition ?? 1), constant('int32', 2)])
  return kernelOf(nest([i], { kind: 'if', condition, whenTrue: [body], whenFalse: [] }))
}

describe('shapes', () => {
  it('do not depend on the buffers, loops and nodes themselves', () => {
    expect(shapeOf(kernel({})).key).toBe(shapeOf(kernel({})).key)
    expect(shapeOf(kernel({ dynamic: 3 })).key).toBe(shapeOf(kernel({ dynamic: 3 })).key)
  })

  it.each<Variation>([
    { extent: 9 },
    { vector: false },
    { dtype: 'float64' },
    { name: 'mul' },
    { stride: 2 },
    { offset: 1 },
    { addend: 2 },
    { addend: -0 },
    { condition: 0 },
    { dynamic: 0 },
    { dynamic: 1 },
  ])('depend on %o', (change) => {
    const others: Variation[] = [{}, { addend: 0 }, { dynamic: 2 }]
    for (const other of others) expect(shapeOf(kernel(change)).key).not.toBe(shapeOf(kernel(other)).key)
  })

  it('tell one buffer read and written from two', () => {
    const both = output(0, 'float32', 64)
    expect(shapeOf(kernel({}, [both, both])).key).not.toBe(shapeOf(kernel({})).key)
  })
})

describe('modules', () => {
  it('hold one function for equal kernels on different buffers', () => {
    const [x, y] = [input(0, 'float32', 8), output(0, 'float32', 24)]
    const parts = [0, 8, 16].map(
      (offset): Buffer => ({
        id: 500 + offset,
        dtype: 'float32',
        elements: 8,
        place: { kind: 'arena', offset: 64 * offset },
      }),
    )
    const chain = [x, ...parts]
    const steps = parts.map((part, n) => ({ kind: 'kernel', kernel: kernel({}, [chain[n]!, part]) }) as const)
    const copies = parts.map(
      (part, n) =>
        ({ kind: 'copy', from: { buffer: part, offset: 0 }, to: { buffer: y, offset: 8 * n }, elements: 8 }) as const,
    )
    const three = plannedOf(routineOf([x], [y], [...steps, ...copies]), 2048)
    const one = plannedOf(routineOf([x], [y], [steps[0]!, ...copies]), 2048)
    const [long, short] = [three, one].map((planned) => emitModule(planned, { fma: false }).bytes.length)
    expect(long! - short!).toBeLessThan(40)
    const numbers = Array.from(runRoutine(three, [new Float32Array(8)])[0]!)
    expect(numbers).toEqual([1, 2, 3].flatMap((n) => new Array(8).fill(n)))
  })
})
