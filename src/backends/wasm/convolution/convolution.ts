/**
 * Convolutions as functions of a WebAssembly module: one for each form, geometry and size, with everything but the addresses
 * written into the code. Where taps reach beyond the tensor, zeros stand for it; where these might meet what is not finite, the
 * convolution is computed term by term.
 */
import { bytesOf } from '../../../core/dtype.ts'
import { finishedImage } from '../../../kernels/fusion/epilogue-kernel.ts'
import type { Convolution, Routine } from '../../../kernels/language/kernel.ts'
import type { Expression } from '../code/assembler.ts'
import { call, i32, local, memoryFill, op, sequence, when } from '../code/instructions.ts'
import { ARENA, addressOf, type ModuleState, moved } from '../code/module-state.ts'
import { emitEpilogue } from '../kernel/epilogue-function.ts'
import { tileOf } from '../product/matmul-tile.ts'
import { allFinite } from './all-finite.ts'
import { type Finish, finishBand } from './convolution-finish.ts'
import { emitKernelGradient, kernelGradientBytes, kernelGradientHasZeros } from './convolution-gradient.ts'
import { emitTerms } from './convolution-terms.ts'
import { type Correlation, forwardCorrelation, inputCorrelations } from './correlation.ts'
import { bandsOf } from './correlation-bands.ts'
import { correlationBytes, emitCorrelation } from './correlation-function.ts'

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

/**
 * Code that runs a convolution of a routine, with its epilogue. `direct` runs it by the fast functions, in parts if it must: what
 * needs to go term by term is decided for all of it.
 */
export function callConvolution(
  state: ModuleState,
  routine: Routine,
  convolution: Convolution,
  direct: Expression = callDirect(state, routine, convolution),
): Expression {
  if (!hasZeros(convolution)) return direct
  const { form } = convolution
  const places = placesOf(routine, convolution)
  const { finish, addresses } = finishOf(state, routine, convolution)
  const index = known(state, convolution, `${form} terms ${finish?.index}`, () => emitExact(state, convolution, finish))
  const exact = call(index, ...places, ...(finish === null ? [] : [i32(0), ...addresses]))
  const finite = call(allFinite(state, convolution.dtype), places[1]!, i32(bytesOfKernel(convolution)))
  // Of the gradient of the kernel it is the result that is small: what is not finite in y has come into all sums that it meets.
  return form === 'kernel' ? sequence(direct, when(op('i32.eqz', finite), exact)) : when(finite, direct, exact)
}

/** The addresses of x, w and y. */
const placesOf = (routine: Routine, { x, w, y }: Convolution): readonly Expression[] =>
  [x, w, y].map((operand) => addressOf(routine, operand))

/** Code that runs a convolution, with its epilogue, by the fast functions. */
export function callDirect(state: ModuleState, routine: Routine, convolution: Convolution): Expression {
  const { form } = convolution
  const [atX, atW, atY] = placesOf(routine, convolution)
  const { finish, addresses } = finishOf(state, routine, convolution)
  const work = moved(local.get(ARENA), state.workspace)
  if (form === 'kernel') {
    const index = known(state, convolution, 'kernel', () => emitKernelGradient(state, convolution))
    return call(index, atX!, atW!, atY!, work)
  }
  if (form === 'forward') {
    const index = known(state, convolution, `forward ${finish?.index}`, () =>
      emitCorrelation(state, forwardCorrelation(convolution), finish),
    )
    return call(index, atX!, atW!, atY!, work, ...addresses)
  }
  const { phases, covers } = inputCorrelations(convolution)
  const clear = covers ? sequence() : memoryFill(atX!, i32(0), i32(bytesOfInput(convolution)))
  const steps = phases.map((phase, i) => {
    const index = known(state, convolution, `input ${i} ${finish?.index}`, () => emitCorrelation(state, phase, finish))
    return call(index, atY!, atW!, atX!, work, ...addresses)
  })
  return sequence(clear, ...steps)
}

/** Do the fast functions multiply zeros for elements that there are not? */
const hasZeros = (convolution: Convolution): boolean =>
  convolution.form === 'kernel'
    ? kernelGradientHasZeros(convolution)
    : correlationsOf(convolution).some((correlation) => bandsOf(correlation).framed)

const correlationsOf = (convolution: Convolution): readonly Correlation[] =>
  convolution.form === 'input' ? inputCorrelations(convolution).phases : [forwardCorrelation(convolution)]

/** The function `(x, w, y)`, or with an epilogue `(x, w, y, 0, …addresses of the epilogue)`: term by term, then the epilogue. */
function emitExact(state: ModuleState, convolution: Convolution, finish: Finish | null): number {
  const terms = emitTerms(state, convolution)
  if (finish === null) return terms
  const [correlation] = correlationsOf(convolution)
  const code = state.module.function(Array(4 + finish.addresses).fill('i32'), [], 'convolution term by term, finished')
  const [x, w, y] = code.parameters.keys()
  const [image, row] = code.locals('i32', 2)
  const whole = { images: convolution.batch, rows: correlation!.axes[0]!.count }
  code.emit(call(terms, ...[x, w, y].map(local.get)), finishBand(code, correlation!, finish, whole, image, row))
  return code.index
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
  const { dtype, batch, groups, channelsIn, channelsOut, channelsOfY, axes } = convolution
  const sizes = [batch, groups, channelsIn, channelsOut, channelsOfY ?? 0]
  return library.once(JSON.stringify(['convolution', purpose, dtype, sizes, axes]), write)
}

const bytesOfInput = ({ dtype, batch, groups, channelsIn, axes }: Convolution): number =>
  axes.reduce((all, { input }) => all * input, batch * groups * channelsIn * bytesOf(dtype))

const bytesOfKernel = ({ dtype, groups, channelsIn, channelsOut, axes }: Convolution): number =>
  axes.reduce((all, { window }) => all * window, channelsIn * groups * channelsOut * bytesOf(dtype))
