/** Statements that random kernels do not hold: variables, branches, conditional loops, adding to memory; long kernels. */
import { describe, expect, it } from 'vitest'
import type { Local, Node, PlannedRoutine, Statement } from '../../../src/kernels/language/kernel.ts'
import { interpret } from '../../kernels/interpret.ts'
import { address, apply, constant, input, load, loopOf, nest, output, planned, store } from './building.ts'
import { runRoutine } from './run-routine.ts'

const read = (local: Local): Node => ({ kind: 'local', dtype: local.dtype, local })
const assign = (local: Local, value: Node): Statement => ({ kind: 'assign', local, value })
const add = (a: Node, b: Node): Node => apply('add', a.dtype, [a, b])

/** The WebAssembly of a routine does what the interpreter does. */
function agree(routine: PlannedRoutine, ...inputs: Parameters<typeof runRoutine>[1]): void {
  const expected = interpret(routine, inputs)
  expect(runRoutine(routine, inputs).map((data) => Array.from(data))).toEqual(expected.map((data) => Array.from(data)))
}

const numbers = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => ((i * 37) % 23) - 11)

describe('variables', () => {
  it.each([1, 3, 4, 7, 16])('a running sum down the columns, %i columns in lanes', (columns) => {
    const [x, y] = [input(0, 'float32', 5 * columns), output(0, 'float32', 5 * columns)]
    const [j, i] = [loopOf(columns, true), loopOf(5)]
    const total: Local = { id: 0, dtype: 'float32' }
    const at = [
      [i, columns],
      [j, 1],
    ] as const
    const body = [assign(total, add(read(total), load(x, at))), store(y, at, read(total))]
    const kernel = nest([j], assign(total, constant('float32', 0)), nest([i], ...body))
    agree(planned([x], [y], kernel), numbers(5 * columns))
  })

  it('a value is taken before the variable changes', () => {
    const [x, y] = [input(0, 'float32', 1), output(0, 'float32', 3)]
    const local: Local = { id: 0, dtype: 'float32' }
    const doubled = add(read(local), read(local))
    const body = [
      assign(local, load(x, [])),
      store(y, [], doubled, 0),
      assign(local, doubled),
      store(y, [], doubled, 1),
      store(y, [], read(local), 2),
    ]
    agree(planned([x], [y], ...body), Float32Array.of(3))
  })

  it('what a loop changes is not held over from before it', () => {
    const y = output(0, 'int32', 4)
    const local: Local = { id: 0, dtype: 'int32' }
    const i = loopOf(4)
    const squared = apply('mul', 'int32', [read(local), read(local)])
    const first = store(y, [], squared)
    const loop = nest([i], store(y, [[i, 1]], squared), assign(local, add(read(local), constant('int32', 1))))
    agree(planned([], [y], assign(local, constant('int32', 2)), first, loop))
  })
})

describe('branches', () => {
  it.each([false, true])('by the index (lanes asked for: %s)', (vector) => {
    const [x, y] = [input(0, 'float32', 11), output(0, 'float32', 11)]
    const i = loopOf(11, vector)
    const index: Node = { kind: 'index', dtype: 'int32', loop: i }
    const early = apply('lt', 'bool', [index, constant('int32', 6)])
    const branch: Statement = {
      kind: 'if',
      condition: early,
      whenTrue: [store(y, [[i, 1]], load(x, [[i, 1]]))],
      whenFalse: [store(y, [[i, 1]], constant('float32', -1))],
    }
    agree(planned([x], [y], nest([i], branch)), numbers(11))
  })

  it('that are the same in every lane', () => {
    const [x, y] = [input(0, 'float32', 1), output(0, 'float32', 11)]
    const i = loopOf(11, true)
    const positive = apply('lt', 'bool', [constant('float32', 0), load(x, [])])
    const fill = (value: number): Statement => store(y, [[i, 1]], constant('float32', value))
    const branch: Statement = { kind: 'if', condition: positive, whenTrue: [fill(1)], whenFalse: [fill(2)] }
    const routine = planned([x], [y], nest([i], branch))
    agree(routine, Float32Array.of(3))
    agree(routine, Float32Array.of(-3))
  })

  it('nothing is read ahead of a branch that forbids it', () => {
    const [n, x, y] = [input(0, 'int32', 1), input(1, 'float32', 4), output(0, 'float32', 3)]
    const i = loopOf(3)
    const far = load(x, [], 0, apply('mul', 'int32', [load(n, []), constant('int32', 1 << 28)]))
    const inside = apply('lt', 'bool', [load(n, []), constant('int32', 1)])
    const branch: Statement = { kind: 'if', condition: inside, whenTrue: [store(y, [[i, 1]], far)], whenFalse: [] }
    const zero = store(y, [[i, 1]], constant('float32', 0))
    agree(planned([n, x], [y], nest([i], zero, branch)), Int32Array.of(3), numbers(4))
  })
})

describe('conditional loops', () => {
  it('search', () => {
    const [x, y] = [input(0, 'float32', 50), output(0, 'int32', 5)]
    const i = loopOf(5)
    const at: Local = { id: 0, dtype: 'int32' }
    const wanted = apply('convert', 'float32', [{ kind: 'index', dtype: 'int32', loop: i }])
    const differs = apply('ne', 'bool', [load(x, [], 0, read(at)), wanted])
    const next = assign(at, add(read(at), constant('int32', 1)))
    const search: Statement = { kind: 'while', condition: differs, body: [next] }
    const kernel = nest([i], assign(at, constant('int32', 0)), search, store(y, [[i, 1]], read(at)))
    agree(planned([x], [y], kernel), numbers(50))
  })

  it('sort by insertion, in the memory they write', () => {
    const [x, y] = [input(0, 'float32', 20), output(0, 'float32', 20)]
    const i = loopOf(20)
    const [at, held]: [Local, Local] = [
      { id: 0, dtype: 'int32' },
      { id: 1, dtype: 'float32' },
    ]
    const one = constant('int32', 1)
    const before = load(y, [], -1, read(at))
    const goesOn = apply('select', 'bool', [
      apply('lt', 'bool', [constant('int32', 0), read(at)]),
      apply('lt', 'bool', [
        read(held),
        load(y, [], 0, apply('max', 'int32', [apply('sub', 'int32', [read(at), one]), constant('int32', 0)])),
      ]),
      constant('bool', 0),
    ])
    const shift: Statement = {
      kind: 'while',
      condition: goesOn,
      body: [store(y, [], before, 0, read(at)), assign(at, apply('sub', 'int32', [read(at), one]))],
    }
    const kernel = nest(
      [i],
      assign(at, { kind: 'index', dtype: 'int32', loop: i }),
      assign(held, load(x, [[i, 1]])),
      shift,
      store(y, [], read(held), 0, read(at)),
    )
    agree(planned([x], [y], kernel), numbers(20))
  })
})

describe('adding to memory', () => {
  it.each([
    ['side by side', 1],
    ['apart', 3],
    ['one by one in one element', 0],
  ])('lanes %s', (_, stride) => {
    const [x, y] = [input(0, 'float32', 10), output(0, 'float32', 40)]
    const [k, i] = [loopOf(40, true), loopOf(10, stride !== 0)]
    const zero = nest([k], store(y, [[k, 1]], constant('float32', 0)))
    const sum: Statement = { kind: 'accumulate', buffer: y, address: address([[i, stride]]), value: load(x, [[i, 1]]) }
    agree(planned([x], [y], zero, nest([i], sum), nest([i], sum)), numbers(10))
  })

  it('at places read from memory', () => {
    const [x, places, y] = [input(0, 'float64', 9), input(1, 'int32', 9), output(0, 'float64', 4)]
    const [k, i] = [loopOf(4, true), loopOf(9)]
    const zero = nest([k], store(y, [[k, 1]], constant('float64', 0)))
    const target = address([], 0, load(places, [[i, 1]]))
    const sum: Statement = { kind: 'accumulate', buffer: y, address: target, value: load(x, [[i, 1]]) }
    agree(
      planned([x, places], [y], zero, nest([i], sum)),
      Float64Array.from(numbers(9)),
      Int32Array.of(0, 1, 2, 3, 3, 2, 0, 0, 1),
    )
  })
})

describe('long kernels', () => {
  it('are split where no variable crosses', () => {
    const [x, y] = [input(0, 'float32', 8), output(0, 'float32', 8 * 300)]
    const body = Array.from({ length: 300 }, (_, n) => {
      const i = loopOf(8, true)
      let value = load(x, [[i, 1]])
      for (let k = 0; k < 20; k++) value = add(value, constant('float32', n + k))
      return nest([i], store(y, [[i, 1]], value, 8 * n))
    })
    agree(planned([x], [y], ...body), numbers(8))
  })

  it('may be deep: 20 000 additions one upon the other', () => {
    const [x, y] = [input(0, 'float64', 3), output(0, 'float64', 3)]
    const i = loopOf(3, true)
    let value = load(x, [[i, 1]])
    for (let k = 0; k < 20_000; k++) value = add(value, constant('float64', 1))
    const result = runRoutine(planned([x], [y], nest([i], store(y, [[i, 1]], value))), [Float64Array.of(1, 2, 3)])
    expect(Array.from(result[0]!)).toEqual([20_001, 20_002, 20_003])
  })
})
