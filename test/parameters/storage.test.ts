/** Saving and loading as users see them: typed, on the device of what is loaded into. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Columns } from '../../src/index.ts'
import {
  CheckpointError,
  componentArray,
  cpu,
  deviceOfTensor,
  FormatError,
  flat,
  fromBytes,
  fromSafetensors,
  fromText,
  ones,
  readCsv,
  readIdx,
  readNpy,
  readSafetensors,
  type Tensor,
  tensor,
  toBytes,
  toCsv,
  toNpy,
  toSafetensors,
  toText,
  zeros,
} from '../../src/index.ts'
import { device, tensor as referenceTensor } from './arbitrary.ts'

const model = (fill: (shape: [2] | [2, 2]) => Tensor<any>) =>
  componentArray({ L1: { weight: fill([2, 2]) as Tensor<[2, 2]>, bias: fill([2]) as Tensor<[2]> } })

describe('checkpoints as bytes', () => {
  it('come back with the type of what they are loaded into', async () => {
    const bytes = await toBytes({ p: model((shape) => ones(shape)), step: 3 })
    const loaded = fromBytes(bytes, { p: model((shape) => zeros(shape)), step: 0 })
    expectTypeOf(loaded.p.L1.weight).toEqualTypeOf<Tensor<[2, 2]>>()
    expect(Array.from(flat(loaded.p).readSync())).toEqual([1, 1, 1, 1, 1, 1])
    expect(loaded.step).toBe(3)
    expect(deviceOfTensor(flat(loaded.p))).toBe(cpu())
  })

  it('go to the device of what they are loaded into', async () => {
    const like = referenceTensor([2], [0, 0]) as unknown as Tensor<[2], 'float64'>
    const loaded = fromBytes(await toBytes(tensor([1, 2], 'float64')), like)
    expect(deviceOfTensor(loaded)).toBe(device)
  })

  it('can be texts', async () => {
    const text = await toText({ a: tensor([1, 2]), b: ones([1]) })
    expect(Array.from(fromText(text, { a: zeros([2]), b: zeros([1]) }).a.readSync())).toEqual([1, 2])
    expect(() => fromText(text.replace('float32', 'float64'), { a: zeros([2]) })).toThrow('the text has been changed')
  })

  it('throw what is wrong', async () => {
    const bytes = await toBytes([tensor([1, 2])])
    expect(() => fromBytes(bytes, [zeros([3])])).toThrow(
      "fromBytes: '0' is float32[2] in the checkpoint and float32[3] in the model",
    )
    expect(() => fromBytes(bytes.slice(0, 50), [zeros([2])])).toThrow(CheckpointError)
  })
})

describe('safetensors', () => {
  it('go out and come back under other names', async () => {
    const torch = (path: string) => path.replace('L1', '0')
    const bytes = await toSafetensors(
      model((shape) => ones(shape)),
      torch,
    )
    expect(Object.keys(readSafetensors(bytes))).toEqual(['0.bias', '0.weight'])
    const loaded = fromSafetensors(
      bytes,
      model((shape) => zeros(shape)),
      torch,
    )
    expect(Array.from(loaded.L1.weight.readSync())).toEqual([1, 1, 1, 1])
    expect(() =>
      fromSafetensors(
        bytes,
        model((shape) => zeros(shape)),
      ),
    ).toThrow("safetensors: 'L1.weight' is missing.")
  })
})

describe('arrays and tables', () => {
  it('are typed by what is asked for', async () => {
    const x = readNpy(await toNpy(tensor([[1, 2]])), 'float32')
    expectTypeOf(x.dtype).toEqualTypeOf<'float32'>()
    expect(x.shape).toEqual([1, 2])
    expect(() => readNpy(new Uint8Array(3), 'float32')).toThrow(FormatError)
    const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 5, 7])
    expect(Array.from(readIdx(labels, 'int32').readSync())).toEqual([5, 7])
    expect(() => readIdx(labels, 'float32')).toThrow(
      'idx: the file holds int32, not float32; read it as int32 and convert it.',
    )
  })

  it('of CSV go out and come back', async () => {
    const text = await toCsv({ name: ['Ann', 'B, ob'], height: tensor([1.6, Number.NaN]) })
    expect(text).toBe('name,height\nAnn,1.6\n"B, ob",\n')
    const table = readCsv(text, { height: 'float32', name: 'text' })
    expectTypeOf(table).toEqualTypeOf<Columns<{ readonly height: 'float32'; readonly name: 'text' }>>()
    expect(table.name).toEqual(['Ann', 'B, ob'])
    expect(Array.from(table.height.readSync())).toEqual([Math.fround(1.6), Number.NaN])
  })
})
