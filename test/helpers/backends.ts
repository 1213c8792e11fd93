/** One program on two machines: WebAssembly and the reference evaluation. */
import { wasmDevice } from '../../src/backends/wasm/device.ts'
import { sizeOf } from '../../src/core/abstract.ts'
import { allocate, isFloat } from '../../src/core/dtype.ts'
import { evaluateProgram } from '../../src/core/evaluate.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Program } from '../../src/core/program.ts'
import { withTape } from '../../src/rewrite/specialise.ts'

const device = wasmDevice()

/** The results of a program on the WebAssembly device. */
export function onWasm(program: Program, inputs: readonly Ndarray[]): Ndarray[] {
  const tensors = inputs.map((input) => device.upload(input, stored(input)))
  return device.execute(program, tensors).map((tensor) => ({
    shape: tensor.shape,
    dtype: tensor.dtype,
    data: Float64Array.from(device.readSync(tensor)),
  }))
}

/** The results of a program by each primitive's own `evaluate`, in float64 whatever the dtype. */
export const onReference = (program: Program, inputs: readonly Ndarray[]): readonly Ndarray[] =>
  withTape(program, inputs, (closed) => evaluateProgram(closed, inputs))

/** The same with every result of an equation adjusted before it is used (those inside loops and branches are not). */
export function onAdjustedReference(
  program: Program,
  inputs: readonly Ndarray[],
  adjust: (x: Ndarray) => Ndarray,
): Ndarray[] {
  return withTape(program, inputs, (closed) => {
    const values = new Array<Ndarray>(closed.size)
    closed.inputs.forEach(({ index }, i) => {
      values[index] = inputs[i]
    })
    for (const { primitive, inputs: operands, params, outputs } of closed.equations) {
      const results = primitive.evaluate(
        operands.map(({ index }) => values[index]),
        params,
        outputs,
      )
      results.forEach((result, i) => {
        values[outputs[i].index] = adjust(result)
      })
    }
    return closed.outputs.map(({ index }) => values[index])
  })
}

/** Rounded to float32 if that is its dtype. */
export const roundedToItsDType = (x: Ndarray): Ndarray =>
  x.dtype === 'float32' ? { ...x, data: Float64Array.from(x.data, Math.fround) } : x

/** Every zero with one sign: -0 summed over one element is -0 on one machine and 0 on the other. */
export const withZeros =
  (zero: 0 | -0) =>
  (x: Ndarray): Ndarray =>
    isFloat(x.dtype) ? { ...x, data: Float64Array.from(x.data, (y) => (y === 0 ? zero : y)) } : x

/** Does anything in the program round to float32? */
export const roundsToFloat32 = (program: Program): boolean =>
  [...program.inputs, ...program.equations.flatMap(({ outputs }) => outputs)].some(({ dtype }) => dtype === 'float32')

/** The inputs with floats rounded to, and called, that dtype. */
export const floatsAs = (inputs: readonly Ndarray[], dtype: 'float32' | 'float64'): Ndarray[] =>
  inputs.map((input) => {
    if (!isFloat(input.dtype)) return input
    return { ...input, dtype, data: dtype === 'float32' ? Float64Array.from(input.data, Math.fround) : input.data }
  })

function stored({ shape, dtype, data }: Ndarray) {
  const copy = allocate(dtype, sizeOf(shape))
  copy.set(data)
  return copy
}
