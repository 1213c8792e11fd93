/** Several threads give the bits of one: large steps of every kind, their gradients, loops, donation; starting, growing, ending. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { supportsRelaxedSimd } from '../../../src/backends/wasm/code/relaxed-simd.ts'
import { wasmDevice } from '../../../src/backends/wasm/device.ts'
import { emitModule } from '../../../src/backends/wasm/program/emit.ts'
import type { Abstract } from '../../../src/core/abstract.ts'
import { sizeOf } from '../../../src/core/abstract.ts'
import { allocate } from '../../../src/core/dtype.ts'
import type { Program } from '../../../src/core/program.ts'
import { trace } from '../../../src/core/trace.ts'
import type { Concrete, Value } from '../../../src/core/value.ts'
import * as c from '../../../src/index.ts'
import { lowerProgram } from '../../../src/kernels/compile.ts'

/** Operations without their types: shapes are given at run time here. */
const {
  add,
  conv1d,
  conv2d,
  cumsum,
  exp,
  grad,
  logsumexp,
  maxPool2d,
  matmul,
  max,
  mean,
  mul,
  maximum,
  rsqrt,
  scanN,
  softmax,
  sort,
  square,
  sub,
  sum,
} = c as any
const { take, tanh, transpose, where, greater, reshape, concat, tap } = c as any

const counts = [2, 3, 4] as const

const plain = wasmDevice()
const crews = counts.map((threads) => ({ threads, device: wasmDevice() }))
const threaded = crews[1]!.device

beforeAll(async () => {
  for (const { threads, device } of crews) await device.useThreads(threads)
})
afterAll(async () => {
  for (const { device } of crews) await device.useThreads(1)
})

type Shape = readonly number[]

interface Row {
  readonly name: string
  readonly shapes: readonly Shape[]
  readonly f: (...values: any[]) => unknown
  /** Stays whole. */
  readonly whole?: true
}

const normalised = (x: any, gain: any) => {
  const centred = sub(x, mean(x, -1, true))
  return mul(mul(centred, rsqrt(add(mean(square(centred), -1, true), 1e-5))), gain)
}

const dense = (x: any, w: any, b: any) => tanh(add(matmul(x, w), b))
const convolve = (x: any, w: any) => conv2d(x, w, { padding: 'same' })

const rows: readonly Row[] = [
  { name: 'a chain', shapes: [[100_003], [100_003]], f: (x, y) => add(tanh(mul(x, y)), exp(mul(x, -0.5))) },
  { name: 'a chain of two axes', shapes: [[301, 333], [333]], f: (x, y) => where(greater(x, y), mul(x, y), sub(x, y)) },
  { name: 'too short to cut', shapes: [[100]], f: (x) => tanh(x), whole: true },
  { name: 'a chain and a count', shapes: [[100_003], []], f: (x, t) => [mul(exp(x), t), add(t, 1)] },
  { name: 'a chain that waits for a sum', shapes: [[100_003]], f: (x) => mul(exp(x), mean(x)) },
  { name: 'a transposition', shapes: [[501, 700]], f: (x) => mul(transpose(x), 2) },
  { name: 'sums of rows', shapes: [[700, 501]], f: (x) => sum(square(x), 1) },
  { name: 'sums of columns', shapes: [[700, 501]], f: (x) => sum(square(x), 0) },
  { name: 'a sum of all', shapes: [[300_001]], f: (x) => sum(square(x)), whole: true },
  {
    name: 'maxima and exponentials',
    shapes: [[512, 301]],
    f: (x) => [softmax(x), logsumexp(x, 1), max(x, 0), mean(x)],
  },
  {
    name: 'a product',
    shapes: [
      [130, 257],
      [257, 129],
    ],
    f: (x, y) => matmul(x, y),
  },
  {
    name: 'a product of few rows',
    shapes: [
      [7, 300],
      [300, 700],
    ],
    f: (x, y) => matmul(x, y),
  },
  {
    name: 'a product with one row more',
    shapes: [
      [121, 300],
      [300, 61],
    ],
    f: (x, y) => matmul(x, y),
  },
  {
    name: 'a product of rows with rows',
    shapes: [
      [241, 120],
      [190, 120],
    ],
    f: (x, y) => matmul(x, transpose(y)),
  },
  {
    name: 'a product of columns',
    shapes: [
      [120, 241],
      [120, 190],
    ],
    f: (x, y) => matmul(transpose(x), y),
  },
  { name: 'a matrix times a vector', shapes: [[1003, 500], [500]], f: (x, y) => matmul(x, y) },
  {
    name: 'products of a batch',
    shapes: [
      [5, 64, 96],
      [5, 96, 80],
    ],
    f: (x, y) => matmul(x, y),
  },
  { name: 'a product and what follows', shapes: [[200, 130], [130, 150], [150]], f: dense },
  { name: 'a product of a batch and what follows', shapes: [[4, 90, 60], [4, 60, 70], [70]], f: dense },
  { name: 'a gradient', shapes: [[200, 130], [130, 150], [150]], f: gradientOf(dense) },
  {
    name: 'a convolution',
    shapes: [
      [9, 14, 15, 8],
      [3, 3, 8, 16],
    ],
    f: convolve,
  },
  {
    name: 'a convolution and what follows',
    shapes: [[9, 14, 15, 8], [3, 3, 8, 16], [16]],
    f: (x, w, b) => maximum(add(convolve(x, w), b), 0),
  },
  {
    name: 'gradients of a convolution',
    shapes: [
      [9, 14, 15, 8],
      [3, 3, 8, 16],
    ],
    f: gradientOf(convolve),
  },
  {
    name: 'gradients of convolutions with many channels, with strides, of small planes',
    shapes: [
      [9, 21, 20, 8],
      [3, 3, 8, 16],
      [3, 3, 16, 24],
      [2, 2, 24, 20],
    ],
    f: gradientOf((x: any, a: any, b: any, e: any) =>
      conv2d(conv2d(convolve(x, a), b, { padding: 'same', stride: 2 }) as any, e, { stride: 3, dilation: 2 }),
    ),
  },
  {
    name: 'gradients of convolutions whose kernels are cut by channels, of one channel, and with groups',
    shapes: [
      [3, 17, 15, 1],
      [3, 3, 1, 36],
      [3, 2, 36, 19],
      [3, 3, 19, 1],
    ],
    f: gradientOf((x: any, a: any, b: any, e: any) => convolve(convolve(convolve(x, a), b), e)),
  },
  {
    name: 'gradients of a convolution with groups, and along one axis',
    shapes: [
      [7, 19, 24],
      [5, 6, 32],
    ],
    f: gradientOf((x: any, w: any) => conv1d(x, w, { padding: 'same', groups: 4 })),
  },
  { name: 'rows kept from one loop to the next', shapes: [[67, 1031], [1031]], f: gradientOf(normalised) },
  {
    name: 'rows of three axes, and a small sum after them',
    shapes: [
      [5, 13, 301],
      [5, 13, 301],
    ],
    f: (x, y) => {
      const loss = (v: any) => mean(sum(mul(softmax(v), y), -1))
      return [loss(x), grad(loss)(x)]
    },
  },
  {
    name: 'gradients of maxima in windows',
    shapes: [[7, 22, 26, 12], [12]],
    f: gradientOf((x: any, b: any) => maxPool2d(maximum(add(x, b), 0), 2)),
  },
  {
    name: 'a loop',
    shapes: [
      [160, 160],
      [160, 160],
    ],
    f: (x, y) => scanN((u: any) => [tanh(matmul(u, y)), sum(u)], x, 4),
  },
  {
    name: 'a gradient of a loop',
    shapes: [
      [160, 160],
      [160, 160],
    ],
    f: gradientOf((x: any, y: any) => scanN((u: any) => [tanh(matmul(u, y)), null], x, 3)[0]),
  },
  { name: 'running sums and orders', shapes: [[400, 700]], f: (x) => [cumsum(x, 1), cumsum(x, 0), sort(x, 1)] },
  {
    name: 'rows that are gathered and added',
    shapes: [[300, 400]],
    f: gradientOf((x: any) => take(x, c.tensor([3, 3, 299, 0, 7, 3], 'int32') as any, 0)),
  },
  { name: 'pieces', shapes: [[90_000], [80_003]], f: (x, y) => reshape(concat([exp(x), tanh(y)], 0), [1, 170_003]) },
  { name: 'steps around a callback', shapes: [[100_000]], f: (x) => tanh(tap(exp(x), () => {})) },
]

function gradientOf(f: (...values: any[]) => any) {
  return (...values: any[]) =>
    values.map((_, i) => grad((...operands: any[]) => sum(square(f(...operands))), i)(...values))
}

const dtypes = ['float32', 'float64'] as const

function programOf({ f, shapes }: Row, dtype: 'float32' | 'float64'): { program: Program; captures: readonly Value[] } {
  const types = shapes.map((shape): Abstract => ({ shape, dtype }))
  return trace('test', (...values) => [f(...values)].flat(5).filter((x): x is Value => x !== null), types)
}

function inputOn(device: typeof plain, { shape, dtype }: Abstract, seed: number): Concrete {
  const data = allocate(dtype, sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = Math.sin((i + 1) * (seed + 1.37)) / 2
  return device.upload({ shape, dtype }, data)
}

const upload = (device: typeof plain, x: Value): Concrete => device.upload(x, x.readSync() as Float32Array)

const bitsOf = (device: typeof plain, x: Concrete): Buffer => {
  const data = device.readSync(x)
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

describe.each(rows)('$name', (row) => {
  it.each(dtypes)('%s', (dtype) => {
    const { program, captures } = programOf(row, dtype)
    const types = row.shapes.map((shape): Abstract => ({ shape, dtype }))
    const resultsOf = (device: typeof plain): readonly Buffer[] => {
      const inputs = [...types.map((type, i) => inputOn(device, type, i)), ...captures.map((x) => upload(device, x))]
      return device.execute(program, inputs).map((x) => bitsOf(device, x))
    }
    const expected = resultsOf(plain)
    expect(expected.length).toBeGreaterThan(0)
    for (const { threads, device } of crews) {
      for (const call of ['first', 'second']) {
        const same = resultsOf(device).map((bits, i) => bits.equals(expected[i]!))
        expect({ threads, call, same }).toEqual({ threads, call, same: same.map(() => true) })
      }
    }
  })

  it('is cut into parts where it is large', () => {
    const { program } = programOf(row, 'float64')
    for (const threads of counts) {
      const { groups } = emitModule(lowerProgram(program), { fma: supportsRelaxedSimd(), threads })
      expect(groups.length > 0).toBe(row.whole !== true)
      for (const count of groups) expect(count).toBeGreaterThan(1)
    }
  })
})

describe('threads beside numbers that are not finite', () => {
  const shapes = [
    [9, 14, 15, 8],
    [3, 3, 8, 32],
  ] as const
  const conv = (x: any, w: any) => conv2d(x, w, { padding: 'same' })
  const forms: Readonly<Record<string, (x: any, w: any) => unknown>> = {
    forward: conv,
    'with an epilogue': (x, w) => maximum(add(conv(x, w), 1), 0),
    'gradient of the image': (x, w) => grad((v: any) => sum(square(conv(v, w))))(x),
    'gradient of the kernel': (x, w) => grad((v: any) => sum(square(conv(x, v))))(w),
  }
  const poisons: readonly (readonly [where: number, element: number, value: number])[] = [
    [0, 0, Number.POSITIVE_INFINITY],
    [0, 8 * 7, Number.NaN],
    [0, 9 * 14 * 15 * 8 - 1, Number.NEGATIVE_INFINITY],
    [1, 5, Number.POSITIVE_INFINITY],
    [1, 3 * 3 * 8 * 32 - 2, Number.NaN],
  ]

  it.each(Object.entries(forms))('a convolution, %s', (_, f) => {
    for (const dtype of dtypes) {
      const { program, captures } = programOf({ name: 'test', shapes, f }, dtype)
      for (const [where, element, value] of poisons) {
        const run = (device: typeof plain): readonly Buffer[] => {
          const inputs = shapes.map((shape, i) => {
            const data = inputOn(plain, { shape, dtype }, i).readSync() as Float32Array
            if (i === where) data[element] = value
            return device.upload({ shape, dtype }, data)
          })
          return device
            .execute(program, [...inputs, ...captures.map((x) => upload(device, x))])
            .map((x) => bitsOf(device, x))
        }
        const expected = run(plain)
        for (const { threads, device } of crews) {
          const same = run(device).map((bits, i) => bits.equals(expected[i]!))
          expect({ dtype, threads, where, element, same }).toEqual({ dtype, threads, where, element, same: [true] })
        }
      }
    }
  })
})

describe('threads', () => {
  const wave: Row = { name: 'wave', shapes: [[200_000]], f: (x) => tanh(mul(x, exp(x))) }
  const { program } = programOf(wave, 'float32')
  const type: Abstract = { shape: [200_000], dtype: 'float32' }
  const expected = bitsOf(plain, plain.execute(program, [inputOn(plain, type, 0)])[0]!)

  it('write donated results in place', () => {
    const [result] = threaded.execute(program, [inputOn(threaded, type, 0)], { donate: [0] })
    const [again] = threaded.execute(program, [result!], { donate: [0] })
    const once = plain.execute(program, [inputOn(plain, type, 0)])
    expect(bitsOf(threaded, again!).equals(bitsOf(plain, plain.execute(program, once)[0]!))).toBe(true)
  })

  it('count in place only when every part has read the count', () => {
    const counted: Row = { name: 'counted', shapes: [[200_000], []], f: (x, t) => [mul(x, add(t, 1)), add(t, 1)] }
    const { program: count } = programOf(counted, 'float32')
    const [runs, ...others] = [plain, threaded, threaded].map((device) => {
      let values = [inputOn(device, type, 0), device.upload({ shape: [], dtype: 'float32' }, Float32Array.of(0))]
      for (let i = 0; i < 4; i++) values = [...device.execute(count, values, { donate: [0, 1] })]
      return values.map((x) => bitsOf(device, x).toString('hex'))
    })
    for (const other of others) expect(other).toEqual(runs)
  })

  it('see memory that has grown since they were started', () => {
    const large: Abstract = { shape: [6_000_000], dtype: 'float32' }
    const { program: longer } = programOf({ ...wave, shapes: [large.shape] }, 'float32')
    const results = [plain, threaded].map((device) =>
      bitsOf(device, device.execute(longer, [inputOn(device, large, 2)])[0]!),
    )
    expect(results[0]!.equals(results[1]!)).toBe(true)
  })

  it('can be changed while tensors are alive, large ones in the memory too', async () => {
    const device = wasmDevice()
    let x = inputOn(device, type, 0)
    const own = inputOn(device, type, 5)
    const before = bitsOf(device, own)
    for (const count of [1, 2, 4, 2, 1]) {
      await device.useThreads(count)
      const [y] = device.execute(program, [x], { donate: [0] })
      x = y!
      device.execute(program, [own])
    }
    let reference = inputOn(plain, type, 0)
    for (let i = 0; i < 5; i++) reference = plain.execute(program, [reference])[0]!
    expect(bitsOf(device, x).equals(bitsOf(plain, reference))).toBe(true)
    expect(bitsOf(device, own).equals(before)).toBe(true)
  })

  it('work many times over, asleep or awake', async () => {
    const x = inputOn(threaded, type, 0)
    for (let i = 0; i < 200; i++) {
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      const [y] = threaded.execute(program, [x])
      if (!bitsOf(threaded, y!).equals(expected)) expect.fail(`call ${i} differs`)
    }
  })

  it('refuse what is no number of threads', () => {
    for (const threads of [0, 1.5, 65, Number.NaN]) expect(() => c.cpu({ threads })).toThrow('cpu: threads must be')
    expect(() => c.cpu({ threads: 1, thread: 2 } as any)).toThrow("there is no option 'thread'")
  })

  it('are those of the default device after cpu({ threads })', async () => {
    const x = c.fromTypedArray(
      Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(i)),
      [200_000],
    )
    const before = Buffer.from(c.tanh(x).readSync().buffer)
    expect(await c.cpu({ threads: 2 })).toBe(c.cpu())
    expect(Buffer.from(c.tanh(x).readSync().buffer).equals(before)).toBe(true)
    await c.cpu({ threads: 1 })
    expect(Buffer.from(c.tanh(x).readSync().buffer).equals(before)).toBe(true)
  })
})
