/** The device: donation, residence, growth with live tensors, many programs, long synchronous loops, programs inside programs. */
import { describe, expect, it } from 'vitest'
import { wasmDevice } from '../../../src/backends/wasm/device.ts'
import { sizeOf } from '../../../src/core/abstract.ts'
import { inline } from '../../../src/core/bind.ts'
import { allocate } from '../../../src/core/dtype.ts'
import type { Program } from '../../../src/core/program.ts'
import { traceClosed } from '../../../src/core/trace.ts'
import type { Concrete, Value } from '../../../src/core/value.ts'
import { broadcast, constantLike, full, sum } from '../../../src/primitives/broadcast.ts'
import { dot } from '../../../src/primitives/contraction.ts'
import { tap } from '../../../src/primitives/control/tap.ts'
import { whileLoop } from '../../../src/primitives/control/while.ts'
import { add, div, lt, mul, sub } from '../../../src/primitives/elementwise.ts'
import { reshape, reverse, transpose } from '../../../src/primitives/structural.ts'
import { gradientProgram } from '../../../src/transforms/gradient.ts'
import type { DType } from '../../../types/dtype.ts'

const device = wasmDevice()

const program = (f: (...values: Value[]) => readonly Value[], ...types: (readonly [DType, ...number[]])[]): Program =>
  traceClosed(
    'test',
    (values) => f(...values),
    types.map(([dtype, ...shape]) => ({ dtype, shape })),
  )

const upload = (dtype: DType, shape: readonly number[], value: (i: number) => number): Concrete =>
  device.upload(
    { dtype, shape },
    allocate(dtype, sizeOf(shape)).map((_: number, i: number) => value(i)),
  )

const run = (p: Program, inputs: readonly Concrete[], donate?: readonly number[]): readonly Concrete[] =>
  device.execute(p, inputs, donate === undefined ? {} : { donate })

const numbers = (tensor: Concrete): number[] => Array.from(device.readSync(tensor))

const increment = (length: number) => program((x) => [add(x, constantLike(x, 1))], ['float64', length])
const large = 40_000

describe('reading', () => {
  it('gives copies', async () => {
    const x = upload('float32', [3], (i) => i)
    const read = device.readSync(x)
    read[0] = 99
    expect(numbers(x)).toEqual([0, 1, 2])
    expect(Array.from(await device.read(x))).toEqual([0, 1, 2])
  })

  it('upload copies', () => {
    const data = Float32Array.of(1, 2)
    const x = device.upload({ shape: [2], dtype: 'float32' }, data)
    data[0] = 99
    expect(numbers(x)).toEqual([1, 2])
  })

  it('NaN, infinities and negative zero pass through', () => {
    const values = [Number.NaN, Infinity, -Infinity, -0]
    const copy = program((x) => [reshape(x, [2, 2])], ['float32', 4])
    const [y] = run(copy, [upload('float32', [4], (i) => values[i]!)])
    expect(numbers(y!)).toEqual(values)
  })

  it('tensors without elements', () => {
    const p = program((x) => [mul(x, x), sum(x, [0, 1])], ['float32', 0, 3])
    const [y, s] = run(p, [upload('float32', [0, 3], () => 0)])
    expect([numbers(y!), numbers(s!)]).toEqual([[], [0]])
  })

  it('the same tensor twice, and an input as the result', () => {
    const p = program((x, y) => [mul(x, y), x], ['float64', 3], ['float64', 3])
    const x = upload('float64', [3], (i) => i + 1)
    const [square, same] = run(p, [x, x])
    expect([numbers(square!), numbers(same!)]).toEqual([
      [1, 4, 9],
      [1, 2, 3],
    ])
  })
})

describe('what does not fit', () => {
  const p = increment(3)
  const x = upload('float64', [3], (i) => i)

  it('is refused with a sentence', () => {
    expect(() => run(p, [])).toThrow('cpu: the program takes 1 tensors, not 0.')
    expect(() => run(p, [upload('float64', [4], () => 0)])).toThrow(
      'cpu: input 0 of the program is float64[3], not float64[4] of cpu.',
    )
    expect(() => run(p, [upload('float32', [3], () => 0)])).toThrow('not float32[3] of cpu.')
    expect(() => wasmDevice().execute(p, [x])).toThrow('not float64[3] of cpu.')
    expect(() => device.upload({ shape: [3], dtype: 'float32' }, new Float32Array(2))).toThrow(
      'cpu: a float32[3] tensor has 3 elements, but 2 were given.',
    )
    expect(numbers(run(p, [x])[0]!)).toEqual([1, 2, 3])
  })

  it('other arrays become those of the dtype', () => {
    const y = device.upload({ shape: [2], dtype: 'int32' }, Float64Array.of(1, 2))
    expect(device.readSync(y)).toEqual(Int32Array.of(1, 2))
  })
})

describe.each([3, large])('donation of %i elements', (length) => {
  it('gives the memory to the result', () => {
    const p = increment(length)
    let x = upload('float64', [length], (i) => i)
    for (let step = 0; step < 5; step++) x = run(p, [x], [0])[0]!
    expect(numbers(x).slice(0, 3)).toEqual([5, 6, 7])
    expect(numbers(run(p, [x])[0]!)[2]).toBe(8)
  })

  it('ends the life of the tensor', () => {
    const x = upload('float64', [length], (i) => i)
    run(increment(length), [x], [0])
    expect(() => device.readSync(x)).toThrow(`A float64[${length}] tensor was used after donation`)
    expect(() => run(increment(length), [x])).toThrow('used after donation')
  })

  it('of one tensor twice, of one that no result can use, and of one among others', () => {
    const twice = program((x, y) => [add(x, y), mul(x, y)], ['float64', length], ['float64', length])
    const x = upload('float64', [length], (i) => i + 1)
    const [s, p] = run(twice, [x, x], [0, 1])
    expect([numbers(s!).slice(0, 3), numbers(p!).slice(0, 3)]).toEqual([
      [2, 4, 6],
      [1, 4, 9],
    ])
    const [total] = run(
      program((a) => [sum(a, [0])], ['float64', length]),
      [p!],
      [0],
    )
    expect(() => device.readSync(p!)).toThrow('used after donation')
    expect(numbers(total!).length).toBe(1)
    const [kept] = run(twice, [s!, s!], [])
    expect(numbers(kept!)[0]).toBe(4)
  })

  it('nothing is lost when the program fails', () => {
    const x = upload('float64', [length], (i) => i)
    const dead = upload('float64', [length], (i) => i)
    run(increment(length), [dead], [0])
    const p = program((a, b) => [add(a, b)], ['float64', length], ['float64', length])
    expect(() => run(p, [x, dead], [0])).toThrow('used after donation')
    expect(numbers(x)[2]).toBe(2)
  })
})

describe('results in the place of donated inputs', () => {
  const side = 200
  const square = [side, side]
  const type = ['float64', side, side] as const
  const cases: Record<string, readonly [inputs: number, f: (...values: Value[]) => readonly Value[]]> = {
    'element by element': [1, (x) => [add(x, x)]],
    'turned round': [1, (x) => [transpose(x, [1, 0])]],
    reversed: [1, (x) => [reverse(x, [0, 1])]],
    'used again later': [1, (x) => [add(x, x), transpose(mul(x, x), [1, 0])]],
    'a product': [2, (x, y) => [dot(x, y, [[1], [0]])]],
    exchanged: [2, (x, y) => [y, x]],
    crossed: [2, (x, y) => [add(y, constantLike(y, 1)), mul(x, y)]],
    'sums of itself': [1, (x) => [add(x, broadcast(sum(x, [1]), square, [0]))]],
    'a state and its rate': [3, (x, v, a) => [add(x, v), add(v, a), mul(a, x)]],
    moments: [
      4,
      (p, m, v, g) => {
        const next = add(m, g)
        const scale = add(v, mul(g, g))
        return [sub(p, div(next, add(scale, constantLike(scale, 1)))), next, scale]
      },
    ],
  }

  it.each(Object.keys(cases))('%s', (name) => {
    const [count, f] = cases[name]!
    const p = program(f, ...Array.from({ length: count }, () => type))
    const make = (k: number) => upload('float64', square, (i) => Math.sin(i * (k + 1)))
    const inputs = Array.from({ length: count }, (_, k) => make(k))
    const positions = inputs.map((_, k) => k)
    for (const donate of [positions, positions.slice(0, 1), positions.toReversed()]) {
      for (const uses of [0, 3]) {
        const given = positions.map(make)
        for (let use = 0; use < uses; use++) run(p, given) // so that they are in the memory
        expect(difference(run(p, given, donate), run(p, inputs))).toBeNull()
      }
      const [one, another] = [make(0), make(0)]
      const shared = positions.map(() => inputs[0]!)
      const apart = shared.map((x, k) => (k === donate[0] ? another : x))
      expect(difference(run(p, apart, donate.slice(0, 1)), run(p, shared))).toBeNull()
      expect(
        difference(
          run(
            p,
            positions.map(() => one),
            donate,
          ),
          run(p, shared),
        ),
      ).toBeNull()
    }
  })
})

/** The first element that differs. */
function difference(actual: readonly Concrete[], expected: readonly Concrete[]): string | null {
  for (const [i, tensor] of actual.entries()) {
    const [x, y] = [device.readSync(tensor), device.readSync(expected[i]!)]
    const at = x.findIndex((value: number, k: number) => value !== y[k])
    if (at >= 0) return `result ${i}, element ${at}: ${x[at]}, not ${y[at]}`
  }
  return null
}

describe('large tensors', () => {
  it('used again and again give the same', () => {
    const p = program((x, y) => [sum(mul(x, y), [0])], ['float64', large], ['float64', large])
    const [x, y] = [upload('float64', [large], () => 2), upload('float64', [large], (i) => i)]
    for (let step = 0; step < 5; step++) expect(numbers(run(p, [x, y])[0]!)).toEqual([large * (large - 1)])
    expect(numbers(x)[7]).toBe(2)
  })

  it('more than the memory keeps (200 of 1 MiB, all used three times)', () => {
    const length = 2 ** 17
    const p = increment(length)
    const tensors = Array.from({ length: 200 }, (_, n) => upload('float64', [length], () => n))
    for (let round = 0; round < 3; round++) {
      for (const [n, x] of tensors.entries()) {
        const [y] = run(p, [x])
        if (n % 50 === 0) expect(numbers(y!)[length - 1]).toBe(n + 1)
      }
    }
    expect(tensors.map((x) => numbers(x)[5])).toEqual(tensors.map((_, n) => n))
  })

  it('donated states beyond what the memory keeps move out unharmed', () => {
    const length = 2 ** 19
    const p = increment(length)
    const states = Array.from({ length: 50 }, (_, n) => run(p, [upload('float64', [length], () => n)], [0])[0]!)
    expect(states.map((x) => numbers(x)[length - 1])).toEqual(states.map((_, n) => n + 1))
  })
})

describe('growth', () => {
  it('while tensors live, resident and not', () => {
    const fresh = wasmDevice()
    const make = (length: number, value: number) =>
      fresh.upload({ shape: [length], dtype: 'float64' }, new Float64Array(length).fill(value))
    const p = increment(large)
    const kept = fresh.execute(p, [make(large, 1)], { donate: [0] })[0]!
    const own = fresh.execute(p, [make(large, 2)])[0]!
    const big = 4_000_000
    const [grown] = fresh.execute(increment(big), [make(big, 3)])
    expect([fresh.readSync(kept)[9], fresh.readSync(own)[9], fresh.readSync(grown!)[big - 1]]).toEqual([2, 3, 4])
    expect(fresh.readSync(fresh.execute(p, [kept])[0]!)[3]).toBe(3)
  })

  it.each(['float32', 'float64', 'int32', 'uint32'] as const)('between small results of one program: %s', (dtype) => {
    const fresh = wasmDevice()
    const twice = program((x) => [add(x, x)], [dtype, 3])
    const make = () => fresh.upload({ dtype, shape: [3] }, allocate(dtype, 3).fill(7))
    const both = () => [{}, { donate: [0] }].flatMap((options) => fresh.execute(twice, [make()], options))
    const before = both()
    const big = 4_000_000
    fresh.execute(increment(big), [fresh.upload({ dtype: 'float64', shape: [big] }, new Float64Array(big))])
    for (const result of [...before, ...both()]) expect(Array.from(fresh.readSync(result))).toEqual([14, 14, 14])
  })
})

describe('programs', () => {
  it('more than are kept', () => {
    const programs = Array.from({ length: 700 }, (_, n) =>
      program((x) => [add(x, full([2], 'float64', n + 0.5))], ['float64', 2]),
    )
    const x = upload('float64', [2], (i) => i)
    programs.forEach((p, n) => {
      expect(numbers(run(p, [x])[0]!)).toEqual([n + 0.5, n + 1.5])
    })
    expect(numbers(run(programs[0]!, [x])[0]!)).toEqual([0.5, 1.5])
  })

  it('with thousands of inputs', () => {
    const count = 3000
    const types = Array.from({ length: count }, (): readonly ['float64'] => ['float64'])
    const p = program((...values) => [values.reduce((total, x) => add(total, x))], ...types)
    const inputs = types.map((_, n) => upload('float64', [], () => n))
    expect(numbers(run(p, inputs)[0]!)).toEqual([(count * (count - 1)) / 2])
  })
})

describe('programs inside programs', () => {
  it('a tap may run programs, the same one too, and make the memory grow', () => {
    const seen: number[] = []
    const inner = program((x) => [mul(x, constantLike(x, 10))], ['float64', 3])
    const outer: Program = program(
      (x, y) => {
        const [watched] = tap(
          ({ data }) => {
            const sum = device.upload({ shape: [3], dtype: 'float64' }, Float64Array.from(data))
            seen.push(...numbers(run(inner, [sum])[0]!))
            if (seen.length < 9) run(outer, [sum, sum])
            const big = 3_000_000
            run(increment(big), [upload('float64', [big], () => 1)])
          },
          [add(x, y)],
        )
        return [mul(watched!, watched!), x]
      },
      ['float64', 3],
      ['float64', 3],
    )
    const [x, y] = [upload('float64', [3], (i) => i), upload('float64', [3], () => 1)]
    const [squares, same] = run(outer, [x, y])
    expect([numbers(squares!), numbers(same!)]).toEqual([
      [1, 4, 9],
      [0, 1, 2],
    ])
    expect(seen).toEqual([10, 20, 30, 20, 40, 60, 40, 80, 120])
  })

  it('an error in a tap passes through, and the device goes on', () => {
    const failing = program(
      (x) =>
        tap(() => {
          throw new Error('from the callback')
        }, [x]),
      ['float64', 3],
    )
    const x = upload('float64', [3], (i) => i)
    expect(() => run(failing, [x], [0])).toThrow('from the callback')
    expect(numbers(run(increment(3), [x])[0]!)).toEqual([1, 2, 3])
  })
})

describe('loops of unknown length', () => {
  /** x → the gradient of the value after doubling until it passes `limit`. */
  const gradient = program(
    (x, limit) => {
      const types = [x, limit]
      const value = traceClosed(
        'value',
        ([start, bound]) => {
          const condition = traceClosed('condition', ([most, now]) => [lt(now!, most!)], types)
          const body = traceClosed('body', ([now]) => [add(now!, mul(now!, constantLike(now!, 0.01)))], [x])
          const call = { condition, body, conditionConstants: [bound!], bodyConstants: [], carries: [start!] }
          return whileLoop({ ...call, maxSteps: null })
        },
        types,
      )
      return inline(gradientProgram(value, [true, false]).program, [x, limit])
    },
    ['float64'],
    ['float64'],
  )

  it.each([1.005, 1.5, 10, 1000, 1e9])('the tape grows as needed: until %d', (limit) => {
    const steps = Math.max(0, Math.ceil(Math.log(limit) / Math.log(1.01)))
    const [value, slope] = run(gradient, [upload('float64', [], () => 1), upload('float64', [], () => limit)])
    expect(numbers(value!)[0]! / 1.01 ** steps).toBeCloseTo(1, 10)
    expect(numbers(slope!)[0]! / 1.01 ** steps).toBeCloseTo(1, 10)
  })

  it('a donated input survives the attempts that were too short', () => {
    const fresh = wasmDevice()
    const [x, limit] = [1, 1e6].map((value) => fresh.upload({ shape: [], dtype: 'float64' }, Float64Array.of(value)))
    const [value] = fresh.execute(gradient, [x!, limit!], { donate: [0] })
    expect(fresh.readSync(value!)[0]).toBeGreaterThan(1e6)
  })
})

describe('a loop that never waits', () => {
  const grown = (f: () => void): number => {
    const before = process.memoryUsage().rss
    f()
    return (process.memoryUsage().rss - before) / 2 ** 20
  }

  it('100 000 steps of a small state stay flat', () => {
    const p = increment(100)
    let x = upload('float64', [100], () => 0)
    for (let step = 0; step < 1000; step++) x = run(p, [x])[0]!
    const size = grown(() => {
      for (let step = 0; step < 99_000; step++) x = run(p, [x])[0]!
    })
    expect(numbers(x)[99]).toBe(100_000)
    expect(size).toBeLessThan(64)
  })

  it('100 000 steps of a donated state stay flat', () => {
    const p = increment(100)
    let x = upload('float64', [100], () => 0)
    const size = grown(() => {
      for (let step = 0; step < 100_000; step++) x = run(p, [x], [0])[0]!
    })
    expect(numbers(x)[99]).toBe(100_000)
    expect(size).toBeLessThan(64)
  })

  it('5 000 steps of a large state, donated and not', () => {
    const p = increment(large)
    let [x, y] = [upload('float64', [large], () => 0), upload('float64', [large], () => 0)]
    for (let step = 0; step < 500; step++) y = run(p, [y])[0]!
    const size = grown(() => {
      for (let step = 0; step < 5000; step++) x = run(p, [x], [0])[0]!
      for (let step = 0; step < 4500; step++) y = run(p, [y])[0]!
    })
    expect([numbers(x)[1], numbers(y)[1]]).toEqual([5000, 5000])
    expect(size).toBeLessThan(256)
  })
})
