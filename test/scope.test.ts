/** `dispose`, `using`, `scope` and `keep` on the CPU: their laws, and what becomes of large results that are disposed of or not. */

import { inspect } from 'node:util'
import {
  add,
  componentArray,
  cpu,
  dispose,
  flat,
  fromFlat,
  fromTypedArray,
  jit,
  keep,
  layout,
  mul,
  reshape,
  scope,
  square,
  sub,
  sum,
  type Tensor,
  tap,
  tensor,
} from 'conformable'
import { bfgs, minimiseSync } from 'conformable/optimisers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RandomLives } from './helpers/random-lives.ts'
import { lawsOfScopes } from './helpers/scopes.ts'
import { thrown } from './helpers/thrown.ts'

type Vector = Tensor<readonly [number]>

const filled = (length: number, value: number): Vector => fromTypedArray(new Float32Array(length).fill(value), [length])

lawsOfScopes(async () => cpu())

describe('the memory of the CPU', () => {
  const length = 1_000_000
  const next = jit((x: Vector) => add(mul(x, 0.5), 1))
  const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow')
  const pages = (): number => grow.mock.calls.reduce((total, [count]) => total + count, 0)
  afterEach(() => grow.mockClear())

  it('is used again at once by results that are disposed of, in a loop that never yields', () => {
    const x = filled(length, 4)
    for (let i = 0; i < 5; i++) dispose(next(x))
    grow.mockClear()
    for (let i = 0; i < 200; i++) {
      const y = next(x)
      if (i % 50 === 0) expect(y.readSync()[length - 1]).toBe(3)
      dispose(y)
    }
    let carried = scope(() => next(x))
    for (let i = 0; i < 200; i++) {
      using before = carried
      carried = scope(() => next(next(before)))
    }
    expect(carried.readSync()[7]).toBe(2)
    expect(pages()).toBeLessThan((20 * 4 * length) / 65_536)
  })

  it('is bounded where results stop being disposed of: they move out, with their numbers', () => {
    const x = filled(length, 4)
    for (let i = 0; i < 5; i++) dispose(next(x))
    grow.mockClear()
    const results = Array.from({ length: 60 }, (_, i) => next(filled(length, i)))
    expect(pages()).toBeGreaterThan(0)
    expect(pages() * 65_536).toBeLessThan(1.5 * 128 * 2 ** 20)
    for (const [i, y] of results.entries()) expect(y.readSync()[length - 1]).toBe(i / 2 + 1)
    const [first] = results
    dispose(results.slice(1))
    expect(first!.readSync()[5]).toBe(1)
    expect(next(first!).readSync()[5]).toBe(1.5)
  })

  it('parts and other shapes of a result that stands there', () => {
    const names = layout({ a: [length - 3], b: [3] })
    const double = jit((v: Vector) => mul(v, 2))
    const v = filled(length, 3)
    for (let i = 0; i < 3; i++) dispose(double(v))
    const result = double(v)
    const p = fromFlat(result, names)
    const square_ = reshape(result, [1000, 1000])
    expect([...p.b.readSync()]).toEqual([6, 6, 6])
    expect(square_.readSync()[length - 1]).toBe(6)
    dispose(p)
    expect(thrown(() => result.readSync())).toContain('disposed of')
    expect(square_.readSync()[0]).toBe(6)
  })
})

describe('random lives of tensors', () => {
  it.each([1, 2, 3, 4])('seed %i: nothing is ever read that was not written for it', async (seed) => {
    const lives = new RandomLives(cpu(), [1, 20, 700, 3000, 20_000, 50_000], seed)
    for (let step = 0; step < 400; step++) {
      expect(await lives.step()).toBeNull()
      // All move out of the memory, into another one.
      if (step % 100 === 99) await cpu({ threads: 1 })
    }
    expect(await lives.end()).toBeNull()
  })
})

describe('while a program runs', () => {
  it('a callback may dispose of its operands, and they stay to the end of the call', () => {
    const length = 100_000
    const x = filled(length, 3)
    const scribble = jit((v: Vector) => mul(v, 0))
    const look = vi.fn(() => {
      dispose(x)
      for (let i = 0; i < 5; i++) dispose(scribble(filled(length, 1)))
    })
    const quiet = jit((v: Vector) => sum(v))
    quiet(x)
    quiet(x)
    const total = jit((v: Vector) => {
      const seen = tap(sum(v), look)
      return add(mul(v, 2), seen)
    })(x)
    expect(look).toHaveBeenCalledTimes(1)
    expect(total.readSync()[length - 1]).toBe(6 + 3 * length)
    expect(thrown(() => quiet(x))).toContain('disposed of')
  })

  it('a callback may donate its operands', () => {
    const length = 100_000
    const spoil = jit((v: Vector) => mul(v, 0), { donate: [0] })
    const x = filled(length, 3)
    dispose([add(x, 0), add(x, 0)])
    const results: Vector[] = []
    const total = jit((v: Vector) =>
      add(
        mul(v, 2),
        tap(sum(v), () => results.push(spoil(x))),
      ),
    )(x)
    expect(total.readSync()[length - 1]).toBe(6 + 3 * length)
    expect(results[0]!.readSync()[0]).toBe(0)
    expect(thrown(() => x.readSync())).toContain('donation')
  })

  it('what a callback makes is its own', () => {
    const seen: Tensor<[]>[] = []
    const f = jit((v: Tensor<readonly [2]>) =>
      add(
        tap(sum(v), (s) => seen.push(s, mul(s, 2))),
        1,
      ),
    )
    expect(scope(() => f(tensor([1, 2]))).itemSync()).toBe(4)
    expect(seen.map((s) => s.itemSync())).toEqual([3, 6])
  })
})

describe('engines without Symbol.dispose', () => {
  it('get the symbol that compilers of using take instead', async () => {
    const whole = Symbol
    const own = Object.getOwnPropertyDescriptors(Symbol) as Record<string, PropertyDescriptor>
    const { dispose: _, prototype: __, ...others } = own
    vi.stubGlobal(
      'Symbol',
      Object.defineProperties((description?: string) => whole(description), others),
    )
    vi.resetModules()
    try {
      const other = await import('conformable')
      const x = other.mul(other.tensor([1, 2]), 2)
      ;(x as unknown as Record<symbol, () => void>)[whole.for('Symbol.dispose')]!() // the types know the other symbol alone
      expect(thrown(() => x.readSync())).toContain('disposed of')
      expect('undefined' in x).toBe(false)
    } finally {
      vi.unstubAllGlobals()
      vi.resetModules()
    }
  })
})

describe('what is shown', () => {
  it('of a dead tensor and of dead parameters says so', () => {
    const x = mul(tensor([1, 2]), 2)
    const p = componentArray({ a: { w: tensor([1, 2]) }, b: tensor([3]) })
    const { a } = p
    dispose([x, p])
    expect(inspect(x)).toBe('Tensor float32[2] (its memory was given back)')
    expect(inspect(p)).toContain('ComponentArray float32[3] (its memory was given back)\n  a.w')
    expect(inspect(a)).toContain('(its memory was given back)\n  w')
  })
})

describe('what is remembered', () => {
  const objective = (x: Tensor<readonly [2], 'float64'>) => sum(square(sub(x, tensor([3, -1], 'float64'))))

  it('a solution that leaves its scope can still be asked for its inverse Hessian, inside another scope too', () => {
    const solution = scope(() => minimiseSync(objective, tensor([0, 0], 'float64'), bfgs()))
    const first = scope(() => String(solution.inverseHessian))
    expect(String(solution.inverseHessian)).toBe(first)
    expect(solution.parameters.readSync()[0]).toBeCloseTo(3)
  })

  it('a table of things computed once needs keep', () => {
    const table = new Map<number, Vector>()
    const power = (n: number): Vector => {
      const known = table.get(n) ?? keep(n === 0 ? filled(3, 1) : mul(power(n - 1), 2))
      table.set(n, known)
      return known
    }
    scope(() => void power(5))
    expect([...power(5).readSync()]).toEqual([32, 32, 32])
    expect(scope(() => add(power(7), 1)).readSync()[0]).toBe(129)
    expect(power(6).readSync()[2]).toBe(64)
  })

  it('parameters made in a scope keep their names', () => {
    const p = scope(() => componentArray({ a: { w: tensor([1, 2]) }, b: mul(tensor([3]), 2) }))
    expect([...flat(p).readSync(), ...p.a.w.readSync(), ...p.b.readSync()]).toEqual([1, 2, 6, 1, 2, 6])
  })
})
