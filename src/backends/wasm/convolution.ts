/**
 * Convolutions as functions of a WebAssembly module: one for each form, geometry and size, with everything but the addresses
 * written into the code.
 */
import type { Convolution } from '../../kernels/kernel.ts'
import type { Expression } from './assembler.ts'
import { emitKernelGradient, kernelGradientBytes } from './convolution-gradient.ts'
import { forwardCorrelation, inputCorrelations } from './correlation.ts'
import { correlationBytes, emitCorrelation } from './correlation-function.ts'
import { call, i32, memoryFill, sequence } from './instructions.ts'
import { tileOf } from './matmul-tile.ts'
import type { ModuleState } from './module-state.ts'

/** Bytes of workspace that a convolution needs (for either value of `fma`); it is aligned to 64 bytes. */
export function convolutionWorkspaceBytes(convolution: Convolution): number {
  const tile = tileOf({ dtype: convolution.dtype, fma: true })
  switch (convolution.form) {
    case 'forward':
      return correlationBytes(forwardCorrelation(convolution), tile)
    case 'input':
      return inputCorrelations(convolution).phases.reduce(
        (most, phase) => Math.max(most, correlationBytes(phase, tile)),
        0,
      )
    case 'kernel':
      return kernelGradientBytes(convolution)
  }
}

/** Code that convolves, given the addresses of the three tensors and of the workspace (each evaluated several times). */
export function convolve(
  state: ModuleState,
  convolution: Convolution,
  address: Readonly<Record<'x' | 'w' | 'y' | 'work', Expression>>,
): Expression {
  const { x, w, y, work } = address
  switch (convolution.form) {
    case 'forward':
      return call(
        known(state, convolution, () => emitCorrelation(state, forwardCorrelation(convolution))),
        x,
        w,
        y,
        work,
      )
    case 'kernel':
      return call(
        known(state, convolution, () => emitKernelGradient(state, convolution)),
        x,
        w,
        y,
        work,
      )
    case 'input':
      return inputGradient(state, convolution, address)
  }
}

function inputGradient(
  state: ModuleState,
  convolution: Convolution,
  { x, w, y, work }: Readonly<Record<'x' | 'w' | 'y' | 'work', Expression>>,
): Expression {
  const { phases, covers } = inputCorrelations(convolution)
  const clear = covers ? sequence() : memoryFill(x, i32(0), i32(bytesOfInput(convolution)))
  const steps = phases.map((phase, i) =>
    call(
      known(state, convolution, () => emitCorrelation(state, phase), i),
      y,
      w,
      x,
      work,
    ),
  )
  return sequence(clear, ...steps)
}

/** Equal convolutions share their code. */
function known({ library }: ModuleState, convolution: Convolution, write: () => number, phase = 0): number {
  const { dtype, form, batch, groups, channelsIn, channelsOut, axes } = convolution
  return library.once(
    JSON.stringify(['convolution', dtype, form, batch, groups, channelsIn, channelsOut, axes, phase]),
    write,
  )
}

const bytesOfInput = ({ dtype, batch, groups, channelsIn, axes }: Convolution): number =>
  axes.reduce((all, { input }) => all * input, batch * groups * channelsIn) * (dtype === 'float32' ? 4 : 8)
