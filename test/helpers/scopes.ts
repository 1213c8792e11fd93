/** The laws of `dispose`, `using`, `scope` and `keep`, for tensors of any device. */
import {
  type AnyTensor,
  add,
  componentArray,
  type Device,
  dispose,
  flat,
  fromFlat,
  grad,
  jit,
  keep,
  mul,
  scope,
  sum,
  type Tensor,
  tensor,
  to,
  vmap,
} from 'conformable'
import { describe, expect, it } from 'vitest'

type Vector = Tensor<readonly [number]>

const DISPOSED = /A float32\[3\] tensor was used after it was disposed of, by dispose/
const LEFT = /tensor was used after it was disposed of at the end of the scope in which it was made\. Return it/

/** What a promise, or a function, fails with. */
async function sentenceOf(action: () => unknown): Promise<string> {
  try {
    await action()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}

const numbers = async (x: AnyTensor): Promise<number[]> => Array.from(await x.read())

/** Describes the laws for a device. */
export function lawsOfScopes(deviceOf: () => Promise<Device>): void {
  const vector = async (values: readonly number[]): Promise<Vector> => to(tensor([...values]), await deviceOf())
  const names = async () =>
    to(componentArray({ a: { w: tensor([1, 2]), b: tensor([3]) }, c: tensor([4]) }), await deviceOf())

  describe('disposing', () => {
    it('ends the tensor and nothing else', async () => {
      const x = await vector([1, 2, 3])
      const y = mul(x, 2)
      dispose(x)
      dispose(x)
      x[Symbol.dispose]()
      for (const use of [() => add(x, 1), () => add(y, x), () => jit((v: Vector) => v)(x), () => x.read()])
        expect(await sentenceOf(use)).toMatch(DISPOSED)
      expect(await sentenceOf(() => jit((v: Vector) => add(v, x))(y))).toMatch(DISPOSED)
      expect(await sentenceOf(() => jit((v: Vector) => v, { donate: [0] })(x))).toMatch(DISPOSED)
      expect(await numbers(y)).toEqual([2, 4, 6])
    })

    it('by using, at the end of the block', async () => {
      const x = await vector([1, 2, 3])
      let y: Vector
      {
        using inner = mul(x, 2)
        y = inner
        expect(await numbers(inner)).toEqual([2, 4, 6])
      }
      expect(await sentenceOf(() => y.read())).toMatch(DISPOSED)
      expect(await numbers(x)).toEqual([1, 2, 3])
    })

    it('of a tree, of numbers, and of what was donated', async () => {
      const [x, y, z] = [await vector([1]), await vector([2]), await vector([3])]
      jit((v: Vector) => mul(v, 2), { donate: [0] })(z)
      dispose({ list: [x, 3, 'text', null, new Float32Array(2)], y, z })
      expect(await sentenceOf(() => add(x, y))).toContain('disposed of, by')
      expect(await sentenceOf(() => y.read())).toContain('disposed of, by')
      expect(await sentenceOf(() => z.read())).toContain('donation')
      expect(await sentenceOf(() => dispose(new Map([['x', x]])))).toContain(
        'dispose: tensors in a Map cannot be found',
      )
    })

    it('a result stays when its operands go, and operands stay when the result goes', async () => {
      const x = await vector([1, 2, 3])
      const same = jit((v: Vector) => ({ v, twice: mul(v, 2) }))
      const first = same(x)
      dispose(first.v)
      expect([await numbers(x), await numbers(first.twice)]).toEqual([
        [1, 2, 3],
        [2, 4, 6],
      ])
      const second = same(x)
      dispose(x)
      expect(await numbers(second.v)).toEqual([1, 2, 3])
    })

    it('a read that was asked for before is answered', async () => {
      const x = await vector([1, 2, 3])
      const seen = mul(x, 2).read()
      const other = add(x, 1)
      const late = other.read()
      dispose([x, other])
      const next = await vector([7, 8, 9])
      expect(Array.from(await seen)).toEqual([2, 4, 6])
      expect(Array.from(await late)).toEqual([2, 3, 4])
      expect(await numbers(next)).toEqual([7, 8, 9])
    })

    it('of a ComponentArray: its vector and its views', async () => {
      const p = await names()
      const { w } = p.a
      const whole = flat(p.a)
      expect(await numbers(w)).toEqual([1, 2])
      p[Symbol.dispose]()
      dispose(p)
      dispose(p.a)
      for (const use of [() => flat(p).read(), () => w.read(), () => whole.read(), () => p.c.read()])
        expect(await sentenceOf(use)).toContain('disposed of')
    })

    it('of a group: what was made for it', async () => {
      const p = await names()
      const before = flat(p.a)
      dispose(p.a)
      expect(await sentenceOf(() => before.read())).toContain('disposed of')
      expect([await numbers(flat(p)), await numbers(p.a.w), await numbers(flat(p.a))]).toEqual([
        [1, 2, 3, 4],
        [1, 2],
        [1, 2, 3],
      ])
    })
  })

  describe('a scope', () => {
    it('ends what was made inside and is not in the result', async () => {
      const x = await vector([1, 2, 3])
      const inside: AnyTensor[] = []
      const note = <T extends AnyTensor>(made: T): T => {
        inside.push(made)
        return made
      }
      const [total, { twice, count }] = scope(() => {
        const twice = note(mul(x, 2))
        const more = note(add(twice, 1))
        return [sum(more), { twice, count: 3 }] as const
      })
      expect([await numbers(total), await numbers(twice), count]).toEqual([[15], [2, 4, 6], 3])
      expect(await sentenceOf(() => inside[1]!.read())).toMatch(LEFT)
      expect(await numbers(x)).toEqual([1, 2, 3])
      expect(await numbers(inside[0]!)).toEqual([2, 4, 6])
    })

    it('in a scope hands its result over', async () => {
      const x = await vector([1, 2, 3])
      let middle: Vector | undefined
      const last = scope(() => {
        middle = scope(() => mul(mul(x, 2), 2))
        return add(middle, 1)
      })
      expect(await numbers(last)).toEqual([5, 9, 13])
      expect(await sentenceOf(() => middle!.read())).toMatch(LEFT)
    })

    it('that fails ends everything', async () => {
      const x = await vector([1, 2, 3])
      let made: Vector | undefined
      const fail = () => {
        made = mul(x, 2)
        throw new Error('on purpose')
      }
      expect(await sentenceOf(() => scope(fail))).toBe('on purpose')
      expect(await sentenceOf(() => made!.read())).toMatch(LEFT)
      expect(await sentenceOf(() => scope(async () => fail()))).toBe('on purpose')
      expect(await sentenceOf(() => made!.read())).toMatch(LEFT)
      expect(await numbers(mul(x, 2))).toEqual([2, 4, 6])
    })

    it('of a promise ends with it; what is made after an await is not in it', async () => {
      const x = await vector([1, 2, 3])
      let early: Vector | undefined
      let late: Vector | undefined
      const answer = await scope(async () => {
        early = mul(x, 2)
        const kept = add(early, 1)
        const [first] = await numbers(early)
        late = mul(early, 2)
        return { kept, first }
      })
      expect([await numbers(answer.kept), answer.first, await numbers(late!)]).toEqual([[3, 5, 7], 2, [4, 8, 12]])
      expect(await sentenceOf(() => early!.read())).toMatch(LEFT)
    })

    it('two at a time do not disturb one another', async () => {
      const x = await vector([1, 2, 3])
      const one = scope(async () => {
        const y = mul(x, 2)
        await null
        return numbers(add(y, 1))
      })
      const outside = mul(x, 10)
      const other = scope(() => sum(mul(x, 3)))
      expect(await one).toEqual([3, 5, 7])
      expect([await numbers(outside), await numbers(other)]).toEqual([[10, 20, 30], [18]])
    })

    it('may return reads, and refuses what it cannot look into', async () => {
      const x = await vector([1, 2, 3])
      const { read, text } = scope(() => ({ read: mul(x, 2).read(), text: 'a' }))
      expect([Array.from(await read), text]).toEqual([[2, 4, 6], 'a'])
      expect(await sentenceOf(() => scope(() => new Map([['y', mul(x, 2)]])))).toContain('scope: tensors in a Map')
    })

    it('lets out what is kept', async () => {
      const x = await vector([1, 2, 3])
      const list: Vector[] = []
      scope(() => {
        const outer = mul(x, 2)
        scope(() => list.push(keep(add(x, 1)), keep([outer])[0]!))
      })
      expect([await numbers(list[0]!), await numbers(list[1]!)]).toEqual([
        [2, 3, 4],
        [2, 4, 6],
      ])
    })

    it('views asked for inside end, and are made again', async () => {
      const p = await names()
      const total = scope(() => add(sum(p.a.w), sum(flat(p.a))))
      expect(await numbers(total)).toEqual([9])
      expect([await numbers(p.a.w), await numbers(flat(p.a))]).toEqual([
        [1, 2],
        [1, 2, 3],
      ])
    })

    it('ComponentArrays, their groups and their views leave it', async () => {
      const p = await names()
      const double = jit((q: typeof p) => fromFlat(mul(flat(q), 2), q))
      const whole = scope(() => double(double(p)))
      expect([await numbers(flat(whole)), await numbers(whole.a.b)]).toEqual([[4, 8, 12, 16], [12]])
      const group = scope(() => double(p).a)
      expect([await numbers(flat(group)), await numbers(group.w), await numbers(group.b)]).toEqual([
        [2, 4, 6],
        [2, 4],
        [6],
      ])
      const seen = scope(() => {
        const { a } = double(p)
        expect(a.w.shape).toEqual([2])
        return { a, b: a.b }
      })
      expect([await numbers(seen.a.w), await numbers(seen.b)]).toEqual([[2, 4], [6]])
    })
  })

  describe('beside tracing', () => {
    it('constants of compiled functions survive the scope of the first call', async () => {
      const x = await vector([1, 2, 3])
      const factor = await vector([2, 2, 2])
      const f = jit((v: Vector) => add(mul(mul(v, factor), 3.5), 1))
      const first = await numbers(scope(() => f(x)))
      scope(() => void f(x))
      expect([await numbers(f(x)), await numbers(f(add(x, 0)))]).toEqual([first, first])
    })

    it('inside a traced function a scope is the function, and nothing is given back', async () => {
      const x = await vector([1, 2, 3])
      const plain = (v: Vector) => sum(mul(mul(v, v), v))
      const scoped = (v: Vector) =>
        scope(() => {
          using square = mul(v, v)
          const cube = mul(square, v)
          dispose(square)
          return sum(cube)
        })
      const matrix = to(tensor([[1, 2, 3]]), await deviceOf())
      expect(await numbers(jit(scoped)(x))).toEqual(await numbers(plain(x)))
      expect(await numbers(jit(scoped)(x))).toEqual(await numbers(plain(x)))
      expect(await numbers(grad(scoped)(x))).toEqual([3, 12, 27])
      expect(await numbers(jit(grad(scoped))(x))).toEqual([3, 12, 27])
      expect(await numbers(vmap(scoped)(matrix))).toEqual([36])
      expect(await numbers(vmap(grad(scoped))(matrix))).toEqual([3, 12, 27])
    })

    it('eager transforms give back what they make between', async () => {
      const x = await vector([1, 2, 3])
      const cube = (v: Vector) => sum(mul(mul(v, v), v))
      const matrix = to(tensor([[1, 2, 3]]), await deviceOf())
      const both = () => [grad(cube)(x), vmap(grad(cube))(matrix)] as const
      for (let i = 0; i < 3; i++) {
        const [g, h] = scope(both)
        expect([await numbers(g), await numbers(h)]).toEqual([
          [3, 12, 27],
          [3, 12, 27],
        ])
      }
    })

    it('donation inside a scope', async () => {
      const grow = jit((v: Vector) => mul(v, 2), { donate: [0] })
      const x = await vector([1, 2, 3])
      const y = scope(() => {
        let v = add(x, 0)
        for (let i = 0; i < 3; i++) v = grow(v)
        return v
      })
      expect([await numbers(y), await numbers(x)]).toEqual([
        [8, 16, 24],
        [1, 2, 3],
      ])
      let z = scope(() => grow(y))
      for (let i = 0; i < 20; i++) z = scope(() => grow(z))
      expect((await numbers(z))[0]).toBe(16 * 2 ** 20)
      expect(await sentenceOf(() => y.read())).toContain('donation')
    })
  })

  describe('large tensors', () => {
    const length = 50_000
    const ramp = async () => to(tensor(Array.from({ length }, (_, i) => i % 1000)) as Vector, await deviceOf())
    const chain = jit((x: Vector, y: Vector) => ({ sum: add(x, y), product: mul(x, y) }))

    it('keep their numbers while others come and go in their places', async () => {
      const x = await ramp()
      const survivors: [Vector, number][] = []
      for (let step = 0; step < 40; step++) {
        const shift = add(mul(x, 0), step)
        const both = chain(x, shift)
        const last = scope(() => add(chain(both.sum, both.product).sum, 1))
        if (step % 7 === 3) survivors.push([last, step], [both.product, -step])
        else dispose(last)
        if (step % 7 !== 3) dispose(both.product)
        dispose([shift, both.sum])
      }
      for (const [tensor, step] of survivors) {
        const data = await tensor.read()
        for (const i of [0, 1, 999, 25_500, length - 1]) {
          const value = i % 1000
          expect(data[i]).toBe(step < 0 ? -step * value : value + step + value * step + 1)
        }
      }
      expect((await x.read())[999]).toBe(999)
    })

    it('parts of a disposed one are gone, parts taken before are there', async () => {
      const x = await ramp()
      for (let i = 0; i < 3; i++) dispose(chain(x, x))
      const both = chain(x, x)
      const later = add(both.sum, 1)
      dispose(both)
      const fresh = chain(later, later)
      expect((await later.read())[10]).toBe(21)
      expect((await fresh.product.read())[10]).toBe(441)
      expect(await sentenceOf(() => both.sum.read())).toContain('disposed of')
    })
  })
}
