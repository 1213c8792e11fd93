/** Steps: matrix products, copies, loops over routines, branches, the host; by hand, against the interpreter. */
import { describe, expect, it } from 'vitest'
import type { Buffer, Contraction, Routine, ScanStep, Step } from '../../../src/kernels/language/kernel.ts'
import { interpret } from '../../kernels/interpret.ts'
import {
  apply,
  constant,
  input,
  kernelOf,
  load,
  loopOf,
  nest,
  output,
  planned,
  plannedOf,
  routineOf,
  store,
} from './building.ts'
import { runRoutine } from './run-routine.ts'

const scratch = (id: number, dtype: Buffer['dtype'], elements: number, offset: number): Buffer => ({
  id: 100_000 + id,
  dtype,
  elements,
  place: { kind: 'arena', offset },
})

const whole = (buffer: Buffer) => ({ buffer, offset: 0 })

function agree(routine: Routine, arenaBytes: number, ...inputs: Parameters<typeof runRoutine>[1]): void {
  const planned = plannedOf(routine, arenaBytes)
  const expected = interpret(planned, inputs).map((data) => Array.from(data))
  expect(runRoutine(planned, inputs).map((data) => Array.from(data))).toEqual(expected)
}

const counting = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i + 1)

/** (x) → 2 x + 1, over `length` elements. */
function affine(length: number): Routine {
  const [x, y] = [input(0, 'float64', length), output(0, 'float64', length)]
  const i = loopOf(length, true)
  const doubled = apply('mul', 'float64', [load(x, [[i, 1]]), constant('float64', 2)])
  const kernel = kernelOf(nest([i], store(y, [[i, 1]], apply('add', 'float64', [doubled, constant('float64', 1)]))))
  return routineOf([x], [y], [{ kind: 'kernel', kernel }])
}

describe('contract', () => {
  it.each(['float32', 'float64'] as const)('batches of %s, transposed operands', (dtype) => {
    const [a, b, c] = [input(0, dtype, 2 * 3 * 5), input(1, dtype, 2 * 5 * 4), output(0, dtype, 2 * 3 * 4)]
    const contraction: Contraction = {
      name: 'dot',
      dtype,
      batch: [2],
      rows: 3,
      columns: 4,
      inner: 5,
      a: { buffer: a, offset: 0, rowStride: 1, columnStride: 3, batchStrides: [15] },
      b: { buffer: b, offset: 0, rowStride: 4, columnStride: 1, batchStrides: [20] },
      c: { buffer: c, offset: 0, rowStride: 4, columnStride: 1, batchStrides: [12] },
      epilogue: null,
    }
    const numbers = (n: number) => (dtype === 'float32' ? Float32Array.from(counting(n)) : counting(n))
    agree(routineOf([a, b], [c], [{ kind: 'contract', contraction }]), 0, numbers(30), numbers(40))
  })
})

describe('copy', () => {
  it('a part of a buffer', () => {
    const [x, y] = [input(0, 'float32', 10), output(0, 'float32', 3)]
    const step: Step = { kind: 'copy', from: { buffer: x, offset: 4 }, to: whole(y), elements: 3 }
    agree(routineOf([x], [y], [step]), 0, Float32Array.from(counting(10)))
  })
})

/** carry → carry + x c; y = carry: a scan of `length` rows of two elements. */
function summing(length: number, reverse: boolean, bounded: boolean): Routine {
  const operands = [input(0, 'float64', 2), input(1, 'float64', 2), input(2, 'float64', 2)] as const
  const [c, carry, x] = operands
  const results = [output(0, 'float64', 2), output(1, 'float64', 2)] as const
  const i = loopOf(2, true)
  const at = [[i, 1]] as const
  const next = apply('add', 'float64', [load(carry, at), apply('mul', 'float64', [load(x, at), load(c, at)])])
  const kernel = kernelOf(nest([i], store(results[0], at, next), store(results[1], at, load(carry, at))))
  const body = routineOf(operands, results, [{ kind: 'kernel', kernel }])
  const [constants, start, xs] = [input(0, 'float64', 2), input(1, 'float64', 2), input(2, 'float64', 2 * length)]
  const count = input(3, 'int32', 1)
  const [end, ys] = [output(0, 'float64', 2), output(1, 'float64', 2 * length)]
  const step: ScanStep = {
    kind: 'scan',
    name: 'scan',
    length,
    count: bounded ? whole(count) : null,
    reverse,
    body,
    constants: [whole(constants)],
    start: [whole(start)],
    end: [whole(end)],
    carryScratch: [[scratch(0, 'float64', 2, 0), scratch(1, 'float64', 2, 16)]],
    xs: [{ ...whole(xs), row: 2 }],
    ys: [{ ...whole(ys), row: 2 }],
  }
  return routineOf([constants, start, xs, ...(bounded ? [count] : [])], [end, ys], [step])
}

describe('scan', () => {
  it.each([0, 1, 2, 3, 4, 7])('of %i runs, forwards and backwards', (length) => {
    for (const reverse of [false, true]) {
      agree(summing(length, reverse, false), 32, Float64Array.of(2, 3), Float64Array.of(10, 20), counting(2 * length))
    }
  })

  it.each([-1, 0, 1, 2, 3, 5])('bounded: %i of five runs', (count) => {
    for (const reverse of [false, true]) {
      const inputs = [Float64Array.of(2, 3), Float64Array.of(10, 20), counting(10), Int32Array.of(Math.max(0, count))]
      agree(summing(5, reverse, true), 32, ...inputs)
    }
  })

  it('reports a count that is larger than its length', () => {
    const routine = plannedOf(summing(5, false, true), 32)
    const inputs = [Float64Array.of(2, 3), Float64Array.of(10, 20), counting(10), Int32Array.of(9)]
    expect(() => runRoutine(routine, inputs)).toThrow('a scan needs 9 rows')
  })
})

describe('while', () => {
  it.each([
    [100, null],
    [0, null],
    [100, 3],
  ])('below %i, at most %s steps', (limit, maxSteps) => {
    const body = affine(1)
    const [bound, carry, flag] = [input(0, 'float64', 1), input(1, 'float64', 1), output(0, 'bool', 1)]
    const test = kernelOf(store(flag, [], apply('lt', 'bool', [load(carry, []), load(bound, [])])))
    const condition = routineOf([bound, carry], [flag], [{ kind: 'kernel', kernel: test }])
    const [limits, start, end] = [input(0, 'float64', 1), input(1, 'float64', 1), output(0, 'float64', 1)]
    const step: Step = {
      kind: 'while',
      name: 'while',
      condition,
      body,
      conditionConstants: [whole(limits)],
      bodyConstants: [],
      start: [whole(start)],
      end: [whole(end)],
      carryScratch: [[scratch(0, 'float64', 1, 0), scratch(1, 'float64', 1, 16)]],
      flag: scratch(2, 'bool', 1, 32),
      maxSteps,
    }
    agree(routineOf([limits, start], [end], [step]), 48, Float64Array.of(limit), Float64Array.of(1))
  })
})

describe('cond', () => {
  it.each([-3, 0, 1, 2, 9])('selector %i of three branches', (selector) => {
    const branch = (value: number): Routine => {
      const [x, y] = [input(0, 'float32', 2), output(0, 'float32', 2)]
      const i = loopOf(2, true)
      const kernel = kernelOf(
        nest([i], store(y, [[i, 1]], apply('add', 'float32', [load(x, [[i, 1]]), constant('float32', value)]))),
      )
      return routineOf([x], [y], [{ kind: 'kernel', kernel }])
    }
    const [choice, x, y] = [input(0, 'int32', 1), input(1, 'float32', 2), output(0, 'float32', 2)]
    const step: Step = {
      kind: 'cond',
      name: 'cond',
      selector: whole(choice),
      branches: [branch(10), branch(20), branch(30)],
      inputs: [whole(x)],
      outputs: [whole(y)],
    }
    agree(routineOf([choice, x], [y], [step]), 0, Int32Array.of(selector), Float32Array.of(1, 2))
  })
})

describe('host', () => {
  it('a callback reads and writes', () => {
    const [x, y] = [input(0, 'float32', 3), output(0, 'float32', 3)]
    const step: Step = {
      kind: 'host',
      name: 'host',
      inputs: [{ ...whole(x), shape: [3] }],
      outputs: [{ ...whole(y), shape: [3] }],
      callback: ([values]) => [Array.from(values!).reverse()],
    }
    agree(routineOf([x], [y], [step]), 0, Float32Array.of(1, 2, 3))
  })
})

describe('many steps', () => {
  it('are split into functions', () => {
    const [x, y] = [input(0, 'float64', 3), output(0, 'float64', 3)]
    const middle = [scratch(0, 'float64', 3, 0), scratch(1, 'float64', 3, 64)]
    const steps = Array.from({ length: 700 }, (_, n): Step => {
      const from = n === 0 ? x : middle[(n - 1) % 2]!
      const to = n === 699 ? y : middle[n % 2]!
      const i = loopOf(3, true)
      const body = nest(
        [i],
        store(to, [[i, 1]], apply('add', 'float64', [load(from, [[i, 1]]), constant('float64', n)])),
      )
      return { kind: 'kernel', kernel: kernelOf(body) }
    })
    agree(routineOf([x], [y], steps), 128, counting(3))
  })
})

describe('both variants', () => {
  it('the module with fused multiply-add is well formed where the engine knows it', async () => {
    const { emitModule } = await import('../../../src/backends/wasm/program/emit.ts')
    const { supportsRelaxedSimd } = await import('../../../src/backends/wasm/code/relaxed-simd.ts')
    const [x, y] = [input(0, 'float32', 9), output(0, 'float32', 9)]
    const i = loopOf(9, true)
    const routine = planned([x], [y], nest([i], store(y, [[i, 1]], apply('tanh', 'float32', [load(x, [[i, 1]])]))))
    const { bytes } = emitModule(routine, { fma: true })
    expect(bytes.length).toBeGreaterThan(100)
    expect(WebAssembly.validate(bytes)).toBe(supportsRelaxedSimd())
    expect(WebAssembly.validate(emitModule(routine, { fma: false }).bytes)).toBe(true)
  })
})
