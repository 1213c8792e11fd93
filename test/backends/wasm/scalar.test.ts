/** Every row of the table of scalar operations, over every dtype and lane count, against the primitives' own evaluation. */
import { describe, expect, it } from 'vitest'
import { allocate, dtypes, type StorageArray } from '../../../src/core/dtype.ts'
import { referenceData } from '../../../src/core/ndarray.ts'
import type { Params, Primitive } from '../../../src/core/primitive.ts'
import { type ElementwiseName, elementwisePrimitives } from '../../../src/primitives/index.ts'
import { gaussian } from '../../../src/primitives/special.ts'
import type { DType } from '../../../types/dtype.ts'
import { apply, constant, input, load, loopOf, nest, output, planned, store } from './building.ts'
import { runRoutine, sameBits } from './run-routine.ts'

interface Case {
  readonly name: ElementwiseName
  readonly operands: readonly DType[]
  readonly result: DType
  readonly params: Params
}

const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3.25,
  0.1,
  -7.3,
  12.7,
  1e-5,
  0.9375,
  Number.NaN,
  Infinity,
  -Infinity,
]
const samples: Record<DType, readonly number[]> = {
  float32: floats,
  float64: floats,
  int32: [0, 1, -1, 7, -7, 3, 2147483647, -2147483648, 31, 65536, -65537],
  uint32: [0, 1, 7, 3, 4294967295, 2147483648, 31, 65536, 4294901759],
  bool: [0, 1, 1, 0],
}

/** The cases of one primitive: every operand dtype that its shape rule accepts. */
function casesOf(name: ElementwiseName): Case[] {
  const primitive = elementwisePrimitives[name] as unknown as Primitive
  const attributes: Params[] =
    name === 'integerPower'
      ? [-3, -1, 2, 3, 7].map((exponent) => ({ exponent }))
      : name === 'convert' || name === 'bitcast'
        ? dtypes.map((dtype) => ({ dtype }))
        : [{}]
  return dtypes.flatMap((dtype) =>
    attributes.flatMap((params) => {
      for (const operands of [[dtype], [dtype, dtype], ['bool', dtype, dtype]] as DType[][]) {
        const result = accepted(primitive, operands, params)
        if (result !== null) return [{ name, operands, result, params }]
      }
      return []
    }),
  )
}

function accepted(primitive: Primitive, operands: readonly DType[], params: Params): DType | null {
  try {
    const inputs = operands.map((dtype) => ({ shape: [1], dtype }))
    primitive.evaluate(
      inputs.map((type) => ({ ...type, data: referenceData(type.dtype, 1) })),
      params,
      primitive.shape(inputs, params),
    )
    return primitive.shape(inputs, params)[0]!.dtype
  } catch {
    return null
  }
}

/** Values at position i of operand k: all pairs come up over the sizes tested. */
function valuesOf(dtype: DType, length: number, k: number): StorageArray {
  const values = samples[dtype]
  return allocate(dtype, length).map(
    (_: number, i: number) => values[(k === 0 ? i : Math.floor(i / values.length) + i + k) % values.length]!,
  )
}

/** The operands of a case; the second one of erfc is e^(-x²) of the first. */
function inputsOf({ name, operands }: Case, length: number): StorageArray[] {
  const inputs = operands.map((dtype, k) => valuesOf(dtype, length, k))
  if (name === 'erfc') inputs[1]!.set(inputs[0]!.map(gaussian))
  return inputs
}

/** In which code the operation runs. */
interface Setting {
  readonly vector: boolean
  /** Puts a float64 statement into the same loop, so that it has two lanes. */
  readonly wide: boolean
  /** The second operand is its first element, written into the code. */
  readonly fixed?: boolean
}

/** The operation over the elements of its inputs. */
function run({ name, operands, result, params }: Case, inputs: readonly StorageArray[], setting: Setting) {
  const { vector, wide, fixed = false } = setting
  const length = inputs[0]!.length
  const loop = loopOf(length, vector)
  const buffers = operands.map((dtype, i) => input(i, dtype, length))
  const target = output(0, result, length)
  const other = output(1, 'float64', length)
  const at = [[loop, 1]] as const
  const exponent = params.exponent as number | undefined
  const value = apply(
    name,
    result,
    buffers.map((buffer, i) => (fixed && i === 1 ? constant(buffer.dtype, inputs[1]![0]!) : load(buffer, at))),
    exponent,
  )
  const body = [store(target, at, value), ...(wide ? [store(other, at, constant('float64', 1))] : [])]
  return runRoutine(planned(buffers, wide ? [target, other] : [target], nest([loop], ...body)), inputs)[0]!
}

function reference({ name, operands, result, params }: Case, inputs: readonly StorageArray[]): StorageArray {
  const primitive = elementwisePrimitives[name] as unknown as Primitive
  const shape = [inputs[0]!.length]
  const arrays = inputs.map((data, i) => {
    const copy = referenceData(operands[i]!, data.length)
    copy.set(data)
    return { shape, dtype: operands[i]!, data: copy }
  })
  const expected = allocate(result, shape[0]!)
  expected.set(primitive.evaluate(arrays, params, [{ shape, dtype: result }])[0]!.data)
  return expected
}

const tolerance: Partial<Record<DType, number>> = { float32: 1e-5, float64: 1e-12 }

/** A description of the first element that differs, or null. */
function difference(actual: StorageArray, expected: StorageArray, dtype: DType, inputs: readonly StorageArray[]) {
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [actual[i]!, expected[i]!]
    const bound = tolerance[dtype] ?? 0
    if (Object.is(x, y) || x === y || (bound > 0 && Math.abs(x - y) <= bound * Math.abs(y))) continue
    return `element ${i} of (${inputs.map((operand) => operand[i]).join()}): ${x}, expected ${y}`
  }
  return null
}

describe.each(Object.keys(elementwisePrimitives) as ElementwiseName[])('%s', (name) => {
  const cases = casesOf(name)
  it('meets at least one dtype', () => expect(cases.length).toBeGreaterThan(0))
  it.each(cases)('$operands → $result $params', (row) => {
    for (const length of [1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 41, 400]) {
      const inputs = inputsOf(row, length)
      const expected = reference(row, inputs)
      const scalar = run(row, inputs, { vector: false, wide: false })
      expect(difference(scalar, expected, row.result, inputs)).toBeNull()
      for (const wide of [false, true]) {
        const vector = run(row, inputs, { vector: true, wide })
        expect(difference(vector, expected, row.result, inputs)).toBeNull()
        // lane, tail and scalar code give the same number
        if (row.result !== 'float32' && row.result !== 'float64') expect(sameBits(vector, scalar)).toBe(true)
        else expect(Array.from(vector)).toEqual(Array.from(scalar))
      }
    }
  })
})

const binary = (Object.keys(elementwisePrimitives) as ElementwiseName[]).flatMap(
  (name) => casesOf(name).filter(({ operands }) => operands.length === 2 && name !== 'erfc'), // its second operand is not free
)

describe('with a constant', () => {
  it.each(binary)('$name of $operands', (row) => {
    const [dtype] = row.operands as [DType, DType] // two operands, see above
    for (const value of samples[dtype]) {
      const inputs = [valuesOf(dtype, 37, 0), allocate(dtype, 37).fill(value)]
      const expected = reference(row, inputs)
      for (const vector of [false, true]) {
        for (const wide of [false, true]) {
          expect(difference(run(row, inputs, { vector, wide, fixed: true }), expected, row.result, inputs)).toBeNull()
        }
      }
    }
  })
})
