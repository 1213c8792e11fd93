/** Keys of random streams are evaluated at first, then made by a module: the same bits. */
import { describe, expect, it } from 'vitest'
import { wasmDevice } from '../../../src/backends/wasm/device.ts'
import { evaluatesNow } from '../../../src/backends/wasm/program/key-programs.ts'
import type { Abstract } from '../../../src/core/abstract.ts'
import type { Program } from '../../../src/core/program.ts'
import { traceClosed } from '../../../src/core/trace.ts'
import type { Value } from '../../../src/core/value.ts'
import { keysAt } from '../../../src/operations/random-bits.ts'
import { constantLike } from '../../../src/primitives/broadcast.ts'
import { convert } from '../../../src/primitives/conversion.ts'
import { add } from '../../../src/primitives/elementwise.ts'
import { iota, reshape, sliceAxis } from '../../../src/primitives/structural.ts'

const key: Abstract = { shape: [2], dtype: 'uint32' }

const split = (count: number) => (k: Value) => {
  const keys = keysAt(k, iota([count], 'uint32', 0))
  return Array.from({ length: count }, (_, i) => reshape(sliceAxis(keys, 0, i, i + 1), [2]))
}
const foldIn = (k: Value, data: Value) => [keysAt(k, convert(data, 'uint32'))]

const rows: Readonly<Record<string, Program>> = {
  'one key': traceClosed('test', ([k]) => split(1)(k!), [key]),
  'two keys': traceClosed('test', ([k]) => split(2)(k!), [key]),
  'thirty keys': traceClosed('test', ([k]) => split(30)(k!), [key]),
  'keys of a key': traceClosed('test', ([k]) => split(3)(split(2)(k!)[1]!), [key]),
  'a key for a number': traceClosed('test', ([k, n]) => foldIn(k!, n!), [key, { shape: [], dtype: 'int32' }]),
  'keys for numbers': traceClosed('test', ([k, n]) => foldIn(k!, n!), [key, { shape: [2, 5], dtype: 'int32' }]),
}

const numbers = Int32Array.of(-1, 0, 2 ** 31 - 1, -(2 ** 31), 7, 1, 2, 3, 4, 5)

describe.each(Object.entries(rows))('%s', (_, program) => {
  it('has the bits of a module, and keeps them when it becomes one', async () => {
    const [plain, prepared] = [wasmDevice(), wasmDevice()]
    await prepared.prepare?.(program)
    const bits = (device: typeof plain): string => {
      const inputs = program.inputs.map((type) => {
        const data = type.dtype === 'uint32' ? Uint32Array.of(0x9e3779b9, 0xfffffff1) : numbers
        return device.upload(
          type,
          data.slice(
            0,
            type.shape.reduce((product, size) => product * size, 1),
          ),
        )
      })
      const results = device.execute(program, inputs)
      return results.map((result) => `${result.dtype}[${result.shape}] ${device.readSync(result)}`).join('\n')
    }
    const expected = bits(prepared)
    for (let call = 0; call < 20; call++) expect(bits(plain)).toBe(expected)
  })
})

describe('evaluated', () => {
  const made = (f: (k: Value) => readonly Value[], type = key) => traceClosed('test', ([k]) => f(k!), [type])

  it('are sixteen calls', () => {
    const program = made(split(7))
    expect(Array.from({ length: 18 }, () => evaluatesNow(program)).lastIndexOf(true)).toBe(15)
  })

  it('is no program that does more than keys, or makes many', () => {
    expect(evaluatesNow(made((k) => split(2)(k).map((x) => convert(x, 'float32'))))).toBe(false)
    expect(evaluatesNow(made((k) => split(2)(k).map((x) => add(x, constantLike(x, 1)))))).toBe(false)
    expect(evaluatesNow(made((k) => [reshape(k, [1, 2])]))).toBe(false)
    expect(evaluatesNow(made(split(1000)))).toBe(false)
  })
})
