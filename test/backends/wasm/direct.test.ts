/** Programs that compute nothing are done without a module, with the results that a module gives. */
import { describe, expect, it } from 'vitest'
import { wasmDevice } from '../../../src/backends/wasm/device.ts'
import { directOf } from '../../../src/backends/wasm/program/direct.ts'
import type { Abstract } from '../../../src/core/abstract.ts'
import { sizeOf } from '../../../src/core/abstract.ts'
import { allocate, bytesOf } from '../../../src/core/dtype.ts'
import type { Program } from '../../../src/core/program.ts'
import { traceClosed } from '../../../src/core/trace.ts'
import type { Concrete, Value } from '../../../src/core/value.ts'
import { broadcast, full } from '../../../src/primitives/broadcast.ts'
import { neg } from '../../../src/primitives/elementwise.ts'
import { assemble, view } from '../../../src/primitives/segments.ts'
import { reshape } from '../../../src/primitives/structural.ts'
import type { DType } from '../../../types/dtype.ts'

interface Row {
  readonly name: string
  readonly inputs: readonly (readonly number[])[]
  readonly f: (values: readonly Value[], dtype: DType) => Value
}

const rows: readonly Row[] = [
  { name: 'full', inputs: [], f: (_, dtype) => full([3, 5], dtype, 1) },
  { name: 'full without elements', inputs: [], f: (_, dtype) => full([3, 0], dtype, 1) },
  { name: 'broadcast of a scalar', inputs: [[]], f: ([x]) => broadcast(x!, [4, 3], []) },
  { name: 'broadcast of one element', inputs: [[1]], f: ([x]) => broadcast(x!, [1, 7], [0]) },
  { name: 'reshape', inputs: [[4, 3]], f: ([x]) => reshape(x!, [2, 6]) },
  { name: 'reshape without elements', inputs: [[0, 3]], f: ([x]) => reshape(x!, [3, 0]) },
  { name: 'view', inputs: [[11]], f: ([x]) => view(x!, 3, [2, 3]) },
  { name: 'assemble with gaps', inputs: [[2, 2], [3]], f: ([x, y]) => assemble([segment(6, x!), segment(1, y!)], 12) },
  { name: 'reshape of many', inputs: [[300, 100]], f: ([x]) => reshape(x!, [30_000]) },
]

const segment = (offset: number, value: Value) => ({ offset, value })

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'uint32', 'bool']

const device = wasmDevice()

const tensor = (type: Abstract, shift: number): Concrete => {
  const data = allocate(type.dtype, sizeOf(type.shape))
  const special = [-0, Number.NaN, Infinity, 1e-310]
  const isFloat = type.dtype === 'float32' || type.dtype === 'float64'
  for (let i = 0; i < data.length; i++)
    data[i] = type.dtype === 'bool' ? (i + shift) % 2 : isFloat && i < 4 ? special[i]! : i + shift
  return device.upload(type, data)
}

const bits = (x: Concrete): string => {
  const data = device.readSync(x)
  return `${x.dtype}[${x.shape}] ${new Uint8Array(data.buffer, data.byteOffset, data.length * bytesOf(x.dtype)).join()}`
}

/** The program alone, and beside another result, so that it needs a module. */
function programsOf({ inputs, f }: Row, dtype: DType): [alone: Program, beside: Program] {
  const types = inputs.map((shape): Abstract => ({ shape, dtype }))
  const other: Abstract = { shape: [2], dtype: 'float32' }
  const alone = traceClosed('test', (values) => [f(values, dtype)], types)
  const beside = traceClosed('test', (values) => [f(values, dtype), neg(values.at(-1)!)], [...types, other])
  return [alone, beside]
}

describe.each(rows)('$name', (row) => {
  it.each(dtypes)('%s', (dtype) => {
    const [alone, beside] = programsOf(row, dtype)
    expect(directOf(alone)).not.toBeNull()
    expect(directOf(beside)).toBeNull()
    const inputs = row.inputs.map((shape, i) => tensor({ shape, dtype }, i))
    const [direct] = device.execute(alone, inputs)
    const [compiled] = device.execute(beside, [...inputs, tensor({ shape: [2], dtype: 'float32' }, 0)])
    expect(bits(direct!)).toBe(bits(compiled!))
  })
})

describe('what a direct program is not', () => {
  const type: Abstract = { shape: [4], dtype: 'float32' }
  const program = (f: (values: readonly Value[]) => readonly Value[], count = 1) =>
    traceClosed('test', f, Array(count).fill(type))

  it('an input as the result, a second result, another order, a broadcast of several elements', () => {
    expect(directOf(program(([x]) => [x!]))).toBeNull()
    expect(directOf(program(([x]) => [reshape(x!, [2, 2]), x!]))).toBeNull()
    expect(directOf(program(([x, y]) => [assemble([segment(0, y!), segment(4, x!)], 8)], 2))).toBeNull()
    expect(directOf(program(([x]) => [broadcast(x!, [2, 4], [1])]))).toBeNull()
  })

  it('one whose result shares its memory with an operand', () => {
    const x = tensor(type, 7)
    const [y] = device.execute(
      program(([v]) => [reshape(v!, [2, 2])]),
      [x],
    )
    const before = bits(x)
    device.execute(
      program(([v]) => [neg(v!)]),
      [x],
      { donate: [0] },
    )
    expect(bits(y!).split(' ')[1]).toBe(before.split(' ')[1])
  })

  it('one that takes what does not fit, or what is dead', () => {
    const p = program(([v]) => [reshape(v!, [2, 2])])
    expect(() => device.execute(p, [])).toThrow('the program takes 1 tensors, not 0')
    expect(() => device.execute(p, [tensor({ shape: [4], dtype: 'int32' }, 0)])).toThrow('input 0 of the program is')
    const x = tensor(type, 7)
    device.execute(
      program(([v]) => [neg(v!)]),
      [x],
      { donate: [0] },
    )
    expect(() => device.execute(p, [x])).toThrow('used after donation')
  })
})
