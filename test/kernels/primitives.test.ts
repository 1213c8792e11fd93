/** Every primitive of the catalogue, alone and between others, through the kernels and by reference. */
import { describe, expect, it } from 'vitest'
import type { Abstract } from '../../src/core/abstract.ts'
import { bind } from '../../src/core/bind.ts'
import type { Primitive } from '../../src/core/primitive.ts'
import { Segment } from '../../src/core/primitive.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { checkpoint } from '../../src/primitives/control/checkpoint.ts'
import { cond } from '../../src/primitives/control/cond.ts'
import { customJvp, customVjp } from '../../src/primitives/control/custom.ts'
import { scan } from '../../src/primitives/control/scan.ts'
import { tap } from '../../src/primitives/control/tap.ts'
import { whileLoop } from '../../src/primitives/control/while.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { dynamicSlice, dynamicUpdate } from '../../src/primitives/dynamic-slice.ts'
import { add, and, lt, mul, neg, select, sub } from '../../src/primitives/elementwise.ts'
import type { PrimitiveName } from '../../src/primitives/index.ts'
import { elementwisePrimitives, primitives } from '../../src/primitives/index.ts'
import { gather, scatterAdd } from '../../src/primitives/indexing.ts'
import { cholesky, matrixTranspose, triangularSolve } from '../../src/primitives/linalg.ts'
import { threefry } from '../../src/primitives/random.ts'
import { cumsum, reduceMax, reduceMin } from '../../src/primitives/reduction.ts'
import { assemble, view } from '../../src/primitives/segments.ts'
import { argmax, argmin, sort } from '../../src/primitives/sorting.ts'
import { concat, iota, pad, reshape, reverse, slice, transpose } from '../../src/primitives/structural.ts'
import { sin } from '../../src/primitives/transcendental.ts'
import type { DType } from '../../types/dtype.ts'
import { check, programOf } from './check.ts'
import { convolutionCases } from './convolution.ts'

const of =
  (dtype: DType) =>
  (...shape: number[]): Abstract => ({ shape, dtype })
const f64 = of('float64')
const f32 = of('float32')
const i32 = of('int32')
const u32 = of('uint32')
const bool = of('bool')

type Case = readonly [types: readonly Abstract[], f: (...values: Value[]) => readonly Value[]]

/** Carries (a vector and its sum) and one row of each input and output. */
const scanBody = programOf([f64(3), f64(3), i32(), f64(3)], (c, x, n, row) => [
  sin(add(mul(x, c), row)),
  add(n, full([], 'int32', 1)),
  sum(mul(x, row), [0]),
  neg(row),
])

const scanCase =
  (length: number, reverse: boolean, bounded: boolean): Case[1] =>
  (c, x, n, rows, count) => {
    const call = { body: scanBody, constants: [c], carries: [x, n], rows: [rows], length, reverse }
    const result = scan({ ...call, count: bounded ? count : null })
    return [...result.carries, ...result.rows]
  }

const scanTypes = (length: number) => [f64(3), f64(3), i32(), f64(length, 3), i32()]

/** Doubles x until its sum reaches a limit; counts the steps. */
const whileCase =
  (maxSteps: number | null): Case[1] =>
  (limit, factor, x) =>
    whileLoop({
      condition: programOf([f64(), f64(3), i32()], (l, y) => [lt(sum(mul(y, y), [0]), l)]),
      body: programOf([f64(), f64(3), i32()], (f, y, k) => [
        mul(y, broadcast(f, [3], [])),
        add(k, full([], 'int32', 1)),
      ]),
      conditionConstants: [limit],
      bodyConstants: [factor],
      carries: [sin(x), full([], 'int32', 0)],
      maxSteps,
    })

/** Programs for every primitive that is not elementwise. */
const rows: Partial<Record<PrimitiveName, readonly Case[]>> = {
  ...convolutionCases,
  full: [[[], () => [full([3, 2], 'float32', 0.1), full([], 'int32', 7), full([0], 'bool', 1)]]],
  iota: [[[], () => [iota([3, 4], 'float64', 0), iota([3, 4], 'uint32', 1), iota([7], 'int32', 0)]]],
  broadcast: [
    [[f64(3)], (x) => [broadcast(x, [3, 5], [0]), broadcast(sin(x), [2, 3], [1])]],
    [[f64()], (x) => [broadcast(x, [2, 0, 3], []), broadcast(neg(x), [4], [])]],
  ],
  reshape: [
    [[f64(6, 4)], (x) => [reshape(x, [24]), reshape(sin(x), [2, 3, 4]), reshape(transpose(x, [1, 0]), [3, 8])]],
    [[f64(6, 4)], (x) => [sin(reshape(broadcast(sum(x, [1]), [6, 4], [0]), [3, 8]))]],
    [[f64(6)], (x) => [mul(reshape(reverse(x, [0]), [2, 3]), reshape(sin(x), [2, 3]))]],
    [[f64(0, 3)], (x) => [reshape(neg(x), [3, 0])]],
    [[f64(1)], (x) => [reshape(neg(x), []), reshape(x, [1, 1])]],
    [[f64(4, 6)], (x) => [sum(reshape(x, [8, 3]), [1]), sum(reshape(transpose(x, [1, 0]), [8, 3]), [0])]],
  ],
  transpose: [
    [[f64(2, 3, 5)], (x) => [transpose(x, [2, 0, 1]), sin(transpose(x, [1, 0, 2]))]],
    [[f64(3, 3)], (x) => [add(sin(x), transpose(sin(x), [1, 0]))]],
  ],
  slice: [[[f64(7, 5)], (x) => [slice(x, [1, 0], [6, 5], [2, 3]), sin(slice(neg(x), [0, 2], [7, 2]))]]],
  pad: [
    [[f64(3, 2), f64()], (x, v) => [pad(x, v, [1, 0], [2, 3]), pad(sin(x), v, [0, 1], [0, 1], [2, 1])]],
    [[f64(0, 2), f64()], (x, v) => [pad(x, v, [1, 0], [2, 3])]],
    [[f64(3, 0), f64()], (x, v) => [pad(x, v, [0, 2], [0, 1])]],
    [[f64(4, 4), f64()], (x, v) => [sum(mul(pad(x, v, [1, 1], [1, 1]), pad(neg(x), v, [0, 2], [2, 0])), [0])]],
  ],
  reverse: [[[f64(3, 4)], (x) => [reverse(x, [0, 1]), sin(reverse(x, [1]))]]],
  concat: [
    [
      [f64(2, 3), f64(4, 3)],
      (x, y) => [concat([x, sin(y), x], 0), concat([transpose(x, [1, 0]), neg(transpose(y, [1, 0]))], 1)],
    ],
    [[f64(2, 0), f64(2, 3)], (x, y) => [concat([x, y], 1), neg(concat([y, x, y], 1))]],
    [[f64(2, 3), f64(3, 4)], (x, y) => [concat([dot(x, y, [[1], [0]]), full([2, 1], 'float64', 3)], 1)]],
  ],
  view: [
    [
      [f64(20)],
      (p) => [view(p, 3, [2, 5]), sin(view(p, 0, [])), dot(view(p, 1, [2, 3]), view(p, 7, [3, 4]), [[1], [0]])],
    ],
  ],
  assemble: [
    [[f64(2, 3), f64(4)], (x, y) => [assemble([new Segment(9, sin(x)), new Segment(1, y)], 17)]],
    [
      [f64(2, 3)],
      (x) => [assemble([new Segment(0, x), new Segment(6, x)], 12), assemble([new Segment(0, reshape(x, [6]))], 6)],
    ],
    [
      [f64(2, 3), f64(3, 2)],
      (x, y) => [neg(assemble([new Segment(0, dot(x, y, [[1], [0]])), new Segment(4, sum(x, [0]))], 7))],
    ],
  ],
  sum: [
    [[f64(3, 4, 5)], (x) => [sum(x, [0, 2]), sum(sin(x), [1]), sum(x, [0, 1, 2]), sum(x, [])]],
    [[f64(3, 0)], (x) => [sum(x, [1]), sum(x, [0]), sum(neg(x), [0, 1])]],
    [[i32(3, 40)], (x) => [sum(mul(x, full([3, 40], 'int32', 2 ** 29)), [1])]],
    [[f64(6, 5)], (x) => [sum(mul(sub(x, broadcast(sum(x, [1]), [6, 5], [0])), x), [1])]],
    [[f64(6, 5)], (x) => [sub(x, broadcast(sum(x, [0]), [6, 5], [1])), sub(x, broadcast(sum(x, [0, 1]), [6, 5], []))]],
    [[f64(6, 5)], (x) => [sum(mul(sum(x, [1]), sum(x, [1])), [0])]],
  ],
  reduceMax: [
    [[f64(3, 4)], (x) => [reduceMax(x, [1]), reduceMax(x, [0]), reduceMax(slice(x, [0, 0], [3, 0]), [1])]],
    [[i32(3, 4)], (x) => [reduceMax(x, [1]), reduceMax(slice(x, [0, 0], [3, 0]), [1])]],
    [[f64(3)], (x) => [reduceMax(mul(x, full([3], 'float64', Number.NaN)), [0])]],
  ],
  reduceMin: [[[f64(3, 4), u32(3)], (x, y) => [reduceMin(x, [1]), reduceMin(sin(x), [0]), reduceMin(y, [0])]]],
  cumsum: [
    [[f64(3, 4)], (x) => [cumsum(x, 0), cumsum(x, 1, true), cumsum(sin(x), 1)]],
    [[i32(3, 0)], (x) => [cumsum(x, 0), cumsum(x, 1)]],
  ],
  dot: [
    [[f64(5, 7), f64(7, 3)], (x, y) => [dot(x, y, [[1], [0]])]],
    [
      [f64(7, 5), f64(3, 7)],
      (x, y) => [dot(x, y, [[0], [1]]), dot(transpose(x, [1, 0]), transpose(y, [1, 0]), [[1], [0]])],
    ],
    [[f64(2, 5, 7), f64(2, 7, 3)], (x, y) => [dot(x, y, [[2], [1]], [[0], [0]])]],
    [
      [f64(4, 5, 2, 3), f64(2, 3, 6)],
      (x, y) => [
        dot(x, y, [
          [2, 3],
          [0, 1],
        ]),
        dot(x, y, [
          [3, 2],
          [1, 0],
        ]),
      ],
    ],
    [
      [f64(2, 3, 4), f64(4, 3, 5)],
      (x, y) => [
        dot(x, y, [
          [1, 2],
          [1, 0],
        ]),
        dot(sin(x), y, [
          [2, 1],
          [0, 1],
        ]),
      ],
    ],
    [
      [f64(2, 3, 4), f64(5, 2, 4, 3)],
      (x, y) => [
        dot(
          x,
          y,
          [[2], [2]],
          [
            [1, 0],
            [3, 1],
          ],
        ),
      ],
    ],
    [[f64(5), f64(5)], (x, y) => [dot(x, y, [[0], [0]]), dot(x, y, [[], []])]],
    [[f64(3, 5), f64(5)], (x, y) => [dot(x, y, [[1], [0]]), dot(y, x, [[0], [1]])]],
    [[f64(3, 0), f64(0, 2)], (x, y) => [dot(x, y, [[1], [0]]), dot(y, x, [[0], [1]])]],
    [
      [f64(6, 4), f64(2, 5)],
      (x, y) => [
        dot(slice(x, [0, 1], [6, 3], [2, 1]), y, [[1], [0]]),
        dot(broadcast(sum(x, [0]), [2, 4], [1]), y, [[0], [0]]),
      ],
    ],
    [
      [f64(2, 3, 4, 5)],
      (x) => [dot(reshape(transpose(x, [0, 2, 1, 3]), [8, 15]), full([15, 2], 'float64', 1), [[1], [0]])],
    ],
    [[f64(2, 3, 20), f64(20, 4)], (x, w) => [reshape(dot(reshape(x, [6, 20]), w, [[1], [0]]), [2, 3, 4])]],
    [[i32(3, 4), i32(4, 5)], (x, y) => [dot(x, y, [[1], [0]]), dot(neg(x), y, [[1], [0]])]],
    [[u32(2, 3, 4), u32(2, 5, 3)], (x, y) => [dot(x, y, [[1], [2]], [[0], [0]])]],
    [[f32(9, 8), f32(8, 7)], (x, y) => [dot(x, y, [[1], [0]])]],
    [[f32(19, 18), f32(18, 17)], (x, y) => [dot(x, y, [[1], [0]]), dot(y, x, [[0], [1]])]],
    [
      [f64(2, 19, 18), f64(18, 2, 17)],
      (x, y) => [
        dot(x, y, [[2], [0]], [[0], [1]]),
        dot(sin(x), y, [
          [0, 2],
          [1, 0],
        ]),
      ],
    ],
    [
      [f64(5000), f64(5000)],
      (x, y) => [dot(x, y, [[0], [0]]), dot(reshape(x, [50, 100]), slice(y, [0], [100]), [[1], [0]])],
    ],
    [[f64(0, 70, 70), f64(70, 70)], (x, y) => [dot(x, y, [[2], [0]])]],
  ],
  gather: [
    [[f64(5, 3), i32(4)], (x, i) => [gather(x, i, 0), gather(sin(x), i, 1)]],
    [
      [f64(2, 5, 3), i32(2, 2, 2)],
      (x, i) => [gather(x, i, 1, 1), gather(x, i, 2, 1), gather(reshape(x, [2, 15]), i, 1, 1)],
    ],
    [[f64(5, 3), i32(0)], (x, i) => [gather(x, i, 0)]],
    [[f64(12), i32(3, 4)], (x, i) => [transpose(gather(reshape(view(x, 0, [12]), [4, 3]), i, 0), [2, 1, 0])]],
    [[f64(4, 6), i32(4)], (x, i) => [sum(gather(reshape(x, [8, 3]), i, 0), [1]), gather(reverse(x, [1]), i, 1)]],
  ],
  scatterAdd: [
    [[i32(4), f64(4, 3)], (i, u) => [scatterAdd(i, u, 0, 6), scatterAdd(i, sin(transpose(u, [1, 0])), 1, 2)]],
    [[i32(2, 3), f64(2, 4, 3, 2)], (i, u) => [scatterAdd(i, u, 2, 5, 1)]],
    [[i32(0), f64(0, 3)], (i, u) => [scatterAdd(i, u, 0, 2)]],
    [[i32(3), i32(3)], (i, u) => [neg(scatterAdd(i, u, 0, 2))]],
  ],
  dynamicSlice: [
    [
      [f64(5, 7), i32(), i32()],
      (x, i, j) => [dynamicSlice(x, [i, j], [2, 3]), sin(dynamicSlice(neg(x), [j, i], [5, 1]))],
    ],
    [[f64(12), i32()], (x, i) => [reshape(dynamicSlice(x, [i], [6]), [2, 3])]],
  ],
  dynamicUpdate: [
    [
      [f64(5, 7), f64(2, 3), i32(), i32()],
      (x, u, i, j) => [dynamicUpdate(x, u, [i, j]), dynamicUpdate(sin(x), neg(u), [j, i])],
    ],
    [[f64(5), f64(2), i32()], (x, u, i) => [add(dynamicUpdate(neg(x), u, [i]), neg(x))]],
    [[f64(5), f64(2), i32()], (x, u, i) => [dynamicUpdate(concat([neg(u), slice(x, [0], [3])], 0), neg(u), [i])]],
    // operands that stand elsewhere, updated inside of a larger result
    ...([f64(2, 2), f64(0, 0)] as const).map(
      (update): Case => [
        [f64(30), update, i32(), f64()],
        (x, u, i, zero) => [
          pad(dynamicUpdate(reshape(x, [6, 5]), u, [i, i]), zero, [0, 1], [0, 0], [0, 0]),
          concat([dynamicUpdate(transpose(reshape(x, [5, 6]), [1, 0]), u, [i, i]), reshape(sin(x), [6, 5])], 1),
        ],
      ],
    ),
  ],
  sort: [
    [[f64(3, 7), i32(3, 7)], (x, y) => [...sort([x, y]), ...sort([y, x])]],
    [[f64(2, 70), i32(2, 70)], (x, y) => [...sort([sin(x), y]), ...sort([y, iota([2, 70], 'int32', 1)])]],
    [[i32(200)], (x) => [...sort([x, iota([200], 'int32', 0)])]],
    [
      [f64(33), f64(33)],
      (x, y) => [
        ...sort([
          mul(x, select(and(full([33], 'bool', 1), convert(y, 'bool')), y, full([33], 'float64', Number.NaN))),
          y,
        ]),
      ],
    ],
    [[f64(1), f64(1)], (x, y) => [...sort([x, y])]],
    [[f64(2, 0)], (x) => [...sort([x])]],
  ],
  argmax: [
    [[f64(3, 7)], (x) => [argmax(x, 1), argmax(x, 0), argmax(neg(x), 1)]],
    [[i32(3, 30), f64(4, 1)], (x, y) => [argmax(x, 1), argmax(y, 1)]],
    [[f64(3, 4)], (x) => [argmax(concat([x, full([3, 2], 'float64', Number.NaN), x], 1), 1)]],
  ],
  argmin: [[[f64(3, 7), u32(9)], (x, y) => [argmin(x, 1), argmin(x, 0), argmin(y, 0)]]],
  cholesky: [
    [
      [f64(4, 4)],
      (x) => [
        cholesky(add(dot(x, x, [[1], [1]]), select(same(4), full([4, 4], 'float64', 4), full([4, 4], 'float64', 0)))),
      ],
    ],
    [[f64(2, 3, 3)], (x) => [cholesky(dot(x, x, [[2], [2]], [[0], [0]])), cholesky(x)]],
    [[f64(1, 1), f64(0, 0)], (x, y) => [cholesky(mul(x, x)), cholesky(y)]],
  ],
  triangularSolve: [
    [
      [f64(4, 4), f64(4, 3)],
      (a, b) => {
        const safe = add(a, select(same(4), full([4, 4], 'float64', 5), full([4, 4], 'float64', 0)))
        return [
          triangularSolve(safe, b),
          triangularSolve(safe, sin(b), { lower: false, transposeA: false }),
          triangularSolve(safe, b, { lower: true, transposeA: true }),
          triangularSolve(matrixTranspose(safe), b, { lower: false, transposeA: true }),
        ]
      },
    ],
    [[f64(2, 3, 3), f64(2, 3, 1)], (a, b) => [triangularSolve(a, b)]],
    [[f64(0, 0), f64(0, 2)], (a, b) => [triangularSolve(a, b)]],
  ],
  scan: [
    [scanTypes(5), scanCase(5, false, false)],
    [scanTypes(4), scanCase(4, true, false)],
    [scanTypes(0), scanCase(0, false, false)],
    [scanTypes(1), scanCase(1, false, false)],
    [scanTypes(20), (c, x, n, rows) => scanCase(20, true, true)(c, x, n, rows, full([], 'int32', 3))],
    [scanTypes(6), (c, x, n, rows) => scanCase(6, false, true)(c, x, n, sin(rows), full([], 'int32', 0))],
    [
      scanTypes(6),
      (c, x, n, rows) =>
        scanCase(6, false, true)(reverse(c, [0]), neg(x), n, rows, add(n, sub(full([], 'int32', 6), n))),
    ],
  ],
  whileLoop: [
    [
      [f64(), f64(), f64(3)],
      (_, f, x) => whileCase(null)(full([], 'float64', 50), add(mul(f, f), full([], 'float64', 1.5)), x),
    ],
    [
      [f64(), f64(), f64(3)],
      (_, f, x) => whileCase(2)(full([], 'float64', 50), add(mul(f, f), full([], 'float64', 1.5)), x),
    ],
    [[f64(), f64(), f64(3)], (_, f, x) => whileCase(null)(full([], 'float64', -1), f, x)],
  ],
  cond: [
    [
      [bool(), i32(), f64(3), f64(3)],
      (p, i, x, y) => {
        const branches = [sin, neg, (v: Value) => mul(v, v)].map((f) =>
          programOf([f64(3), f64(3)], (u, v) => [f(u), add(u, v), v]),
        )
        return [
          ...cond(p, branches.slice(0, 2), [x, neg(y)]),
          ...cond(i, branches, [x, y]),
          ...cond(full([], 'int32', 9), branches, [x, y]),
        ]
      },
    ],
  ],
  checkpoint: [
    [
      [f64(3)],
      (x) => {
        const inner = programOf([f64(3)], (v) => [sin(v), neg(sin(v))])
        const outer = programOf([f64(3)], (v) => checkpoint(inner, [mul(sin(v), v)]))
        return [...checkpoint(outer, [x]), sin(x)]
      },
    ],
  ],
  customJvp: [
    [
      [f64(3)],
      (x) =>
        customJvp(
          programOf([f64(3)], (v) => [sin(v)]),
          programOf([f64(3), f64(3)], (_, t) => [t]),
          [neg(x)],
        ),
    ],
  ],
  customVjp: [
    [
      [f64(3)],
      (x) => {
        const program = programOf([f64(3)], (v) => [sin(v)])
        const forward = programOf([f64(3)], (v) => [sin(v), v])
        const backward = programOf([f64(3), f64(3)], (v, c) => [mul(v, c)])
        return customVjp({ program, forward, backward, residuals: 1 }, [neg(x)])
      },
    ],
  ],
  tap: [[[f64(3), i32(2)], (x, y) => tap(() => {}, [sin(x), y])]],
  threefry: [
    [
      [u32(3, 5), u32(3, 5), u32(3, 5), u32(3, 5)],
      (a, b, c, d) => [...threefry(a, b, c, d), threefry(neg(a), b, c, d)[1]],
    ],
  ],
}

const same = (n: number): Value => {
  const [i, j] = [iota([n, n], 'int32', 0), iota([n, n], 'int32', 1)]
  return bind(primitives.eq as unknown as Primitive, [i, j], {})[0]
}

const others = Object.keys(primitives).filter((name) => !(name in elementwisePrimitives) && name !== 'customTangent')

describe.each(others)('%s', (name) => {
  it('means the same in kernels', () => {
    const cases = rows[name as PrimitiveName]
    expect(cases, `no programs for ${name}`).toBeDefined()
    for (const [types, f] of cases!) check(programOf(types, f))
  })
})

describe('primitives that are not in the catalogue', () => {
  it('run on the host', () => {
    const swapped: Primitive = {
      ...(primitives.tap as unknown as Primitive),
      name: 'swapped',
      effect: false,
      evaluate: ([x, y]) => [y, x],
      shape: ([x, y]) => [y, x],
    }
    check(programOf([f64(3), f32(2, 2)], (x, y) => bind(swapped, [neg(x), transpose(y, [1, 0])], {}).map(neg)))
  })

  it('calls taps in the order of the program', () => {
    const seen: string[] = []
    const note = (name: string) => (v: Value) => tap(() => seen.push(name), [v])[0]
    const program = programOf([f64(3)], (x) => [
      add(note('c')(sum(note('b')(sin(note('a')(x))), [0])), note('d')(sum(x, [0]))),
    ])
    check(program)
    expect(seen.slice(0, 4)).toEqual(['a', 'b', 'c', 'd'])
    expect(seen.slice(4)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('refuse what cannot run', () => {
    const { customTangent } = primitives
    const backward = programOf([f64(3), f64(3)], (v, c) => [mul(v, c)])
    const program = programOf([f64(3), f64(3)], (x, t) =>
      bind(customTangent as unknown as Primitive, [x, t], { backward, residuals: 1 }),
    )
    expect(() => check(program)).toThrow(/forward/)
  })
})

const dtypes: readonly DType[] = ['float64', 'int32', 'uint32', 'bool']

/** Programs for an elementwise primitive: every dtype it takes, one to three operands. */
function elementwiseCases(primitive: Primitive): Case[] {
  const params =
    primitive.name === 'integerPower' ? { exponent: 3 } : primitive.name === 'convert' ? { dtype: 'float32' } : {}
  const extra = primitive.name === 'bitcast' ? { dtype: 'uint32' } : params
  const cases: Case[] = []
  for (const dtype of primitive.name === 'bitcast' ? (['float32'] as const) : dtypes) {
    for (const count of [1, 2, 3]) {
      for (const shape of [[], [3, 5], [0, 2]]) {
        const types = Array.from({ length: count }, (_, i) => ({
          shape,
          dtype: primitive.name === 'select' && i === 0 ? ('bool' as const) : dtype,
        }))
        if (accepts(primitive, types, extra)) cases.push([types, (...values) => bind(primitive, values, extra)])
      }
    }
  }
  return cases
}

function accepts(primitive: Primitive, types: readonly Abstract[], params: object): boolean {
  try {
    const [output] = primitive.shape(types, params as Record<string, unknown>)
    return output !== undefined && fitsCount(primitive.name, types.length)
  } catch {
    return false
  }
}

const two = [
  'add',
  'sub',
  'mul',
  'div',
  'rem',
  'max',
  'min',
  'lt',
  'le',
  'eq',
  'ne',
  'and',
  'or',
  'xor',
  'shl',
  'shr',
  'pow',
  'erfc',
  'atan2',
]
const fitsCount = (name: string, count: number): boolean =>
  count === (name === 'select' ? 3 : two.includes(name) ? 2 : 1)

describe.each(Object.entries(elementwisePrimitives))('%s', (_, primitive) => {
  it('means the same in kernels', () => {
    const cases = elementwiseCases(primitive as unknown as Primitive)
    expect(cases.length).toBeGreaterThan(0)
    for (const [types, f] of cases) check(programOf(types, f))
  })
})
