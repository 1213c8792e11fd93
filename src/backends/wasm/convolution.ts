/**
 * Convolutions as functions of a WebAssembly module: one for each form, geometry and size, with everything but the addresses
 * written into the code.
 */
import { finishedImage } from '../../kernels/epilogue-kernel.ts'
import type { Convolution, Routine } from '../../kernels/kernel.ts'
import type { Expression } from './assembler.ts'
import type { Finish } from './convolution-finish.ts'
import { emitKernelGradient, kernelGradientBytes } from './convolution-gradient.ts'
import { forwardCorrelation, inputCorrelations } from './correlation.ts'
import { correlationBytes, emitCorrelation } from './correlation-function.ts'
import { emitEpilogue } from './epilogue-function.ts'
import { call, i32, local, memoryFill, sequence } from './instructions.ts'
import { tileOf } from './matmul-tile.ts'
import { ARENA, addressOf, type ModuleState, moved } from './module-state.ts'

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

/** Code that runs a convolution of a routine, with its epilogue. */
export function callConvolution(state: ModuleState, routine: Routine, convolution: Convolution): Expression {
  const { x, w, y, form } = convolution
  const [atX, atW, atY] = [x, w, y].map((operand) => addressOf(routine, operand))
  const work = moved(local.get(ARENA), state.workspace)
  const { finish, addresses } = finishOf(state, routine, convolution)
  if (form === 'kernel') {
    const index = known(state, convolution, 'kernel', () => emitKernelGradient(state, convolution))
    return call(index, atX, atW, atY, work)
  }
  if (form === 'forward') {
    const index = known(state, convolution, `forward ${finish?.index}`, () =>
      emitCorrelation(state, forwardCorrelation(convolution), finish),
    )
    return call(index, atX, atW, atY, work, ...addresses)
  }
  const { phases, covers } = inputCorrelations(convolution)
  const clear = covers ? sequence() : memoryFill(atX, i32(0), i32(bytesOfInput(convolution)))
  const steps = phases.map((phase, i) => {
    const index = known(state, convolution, `input ${i} ${finish?.index}`, () => emitCorrelation(state, phase, finish))
    return call(index, atY, atW, atX, work, ...addresses)
  })
  return sequence(clear, ...steps)
}

/** The epilogue as a function, and the addresses that it takes. */
function finishOf(
  state: ModuleState,
  routine: Routine,
  convolution: Convolution,
): { readonly finish: Finish | null; readonly addresses: readonly Expression[] } {
  const image = finishedImage(convolution)
  if (image === null) return { finish: null, addresses: [] }
  const { index, buffers } = emitEpilogue(state, image)
  const addresses = buffers.map((buffer) => addressOf(routine, { buffer, offset: 0 }))
  const columns = image.epilogue.loops.at(-1)!.extent
  const batch = image.epilogue.loops.length - 2
  return { finish: { index, batch, columns, addresses: addresses.length }, addresses }
}

/** Equal convolutions share their code. */
function known({ library }: ModuleState, convolution: Convolution, purpose: string, write: () => number): number {
  const { dtype, batch, groups, channelsIn, channelsOut, axes } = convolution
  return library.once(
    JSON.stringify(['convolution', purpose, dtype, batch, groups, channelsIn, channelsOut, axes]),
    write,
  )
}

const bytesOfInput = ({ dtype, batch, groups, channelsIn, axes }: Convolution): number =>
  axes.reduce((all, { input }) => all * input, batch * groups * channelsIn) * (dtype === 'float32' ? 4 : 8)
