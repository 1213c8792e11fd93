/**
 * Windows as axes: `windows` copies every window of a tensor side by side (unfold), `overlapAdd` adds them back where they came
 * from (fold) and is its transpose. Pooling is a reduction over the axes that `windows` makes.
 */
import type { Abstract } from '../core/abstract.ts'
import { abstract, sameShape, showAbstract, sizeOf } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { ShapeError } from '../core/errors.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { full } from './broadcast.ts'
import { linear } from './linear.ts'
import { requireKind } from './requirements.ts'
import { inversePermutation, pad, reshape, slice, transpose } from './structural.ts'
import type { WindowAxis } from './window-axis.ts'
import { requireImage, requireWindows, tapsOf } from './window-axis.ts'

/** Attributes of `windows`: the spatial axes, and the number that stands outside. */
export type WindowsParams = { readonly axes: readonly WindowAxis[]; readonly fill: number }
/** Attributes of `overlapAdd`. */
export type OverlapParams = { readonly axes: readonly WindowAxis[] }

/** Record of `windows`: linear in x up to the number outside, which has no tangent. */
export const windowsPrimitive: Primitive<WindowsParams> = {
  ...linear<WindowsParams>({
    name: 'windows',
    shape(x, { axes }) {
      requireKind('windows', 'numeric', [x])
      requireWindows('windows', axes)
      requireImage('windows', x, axes, 'input')
      return abstract(windowsShape(x, axes), x.dtype)
    },
    evaluate: spreadOut,
    transpose: (cotangent, _, { axes }) => overlapAdd(cotangent, axes),
    batch: (x, { axes, fill }, size) => intoBatch(x, size, (flat) => windows(flat, axes, fill)),
  }),
  jvp: ({ tangents: [t], params: { axes } }) => [t && windows(t, axes)],
}

/** x [b, i…, c] → [b, o…, k…, c]: every window of x; what lies outside of x is `fill`. */
export const windows = (x: Value, axes: readonly WindowAxis[], fill = 0): Value =>
  axes.every(isTile) ? tiles(x, axes) : bindOne(windowsPrimitive, [x], { axes, fill })

/** Record of `overlapAdd`. */
export const overlapAddPrimitive: Primitive<OverlapParams> = linear({
  name: 'overlapAdd',
  shape(y, { axes }) {
    requireKind('overlapAdd', 'numeric', [y])
    requireWindows('overlapAdd', axes)
    const result = [y.shape[0], ...axes.map(({ input }) => input), y.shape.at(-1)!]
    if (sameShape(y.shape, windowsShape(abstract(result, y.dtype), axes))) return abstract(result, y.dtype)
    throw new ShapeError(`overlapAdd: ${showAbstract(y)} is not [batch, windows, taps, channels] of these windows.`)
  },
  evaluate: addTogether,
  transpose: (cotangent, _, { axes }) => windows(cotangent, axes),
  batch: (y, { axes }, size) => intoBatch(y, size, (flat) => overlapAdd(flat, axes)),
})

/** y [b, o…, k…, c] → [b, i…, c]: the sum of all taps of windows at the place in x that they meet. */
export const overlapAdd = (y: Value, axes: readonly WindowAxis[]): Value =>
  axes.every(isTile) ? joined(y, axes) : bindOne(overlapAddPrimitive, [y], { axes })

const windowsShape = ({ shape }: Abstract, axes: readonly WindowAxis[]): number[] => [
  shape[0],
  ...axes.map(({ output }) => output),
  ...axes.map(({ window }) => window),
  shape.at(-1)!,
]

/** Do the windows stand side by side, all inside? Then they are a reshape. */
const isTile = ({ input, window, output, stride, dilation, before }: WindowAxis): boolean =>
  stride === window && dilation === 1 && before === 0 && output * window <= input

/** Windows side by side: [b, o · k …, c] is [b, o, k, …, c]. */
function tiles(x: Value, axes: readonly WindowAxis[]): Value {
  const [batch, channels] = [x.shape[0], x.shape.at(-1)!]
  const limit = [batch, ...axes.map(({ window, output }) => window * output), channels]
  const cut = slice(
    x,
    limit.map(() => 0),
    limit,
  )
  const pairs = reshape(cut, [batch, ...axes.flatMap(({ window, output }) => [output, window]), channels])
  return transpose(pairs, tileOrder(axes.length))
}

/** The opposite of `tiles`: what no window met is 0. */
function joined(y: Value, axes: readonly WindowAxis[]): Value {
  const pairs = transpose(y, inversePermutation(tileOrder(axes.length)))
  const covered = reshape(pairs, [y.shape[0], ...axes.map(({ window, output }) => window * output), y.shape.at(-1)!])
  const high = [0, ...axes.map(({ input, window, output }) => input - window * output), 0]
  const zero = full([], y.dtype, 0)
  return pad(
    covered,
    zero,
    high.map(() => 0),
    high,
  )
}

/** [b, o1, k1, o2, k2, …, c] → [b, o1, o2, …, k1, k2, …, c]. */
const tileOrder = (rank: number): number[] => {
  const spatial = Array.from({ length: rank }, (_, i) => 2 * i + 1)
  return [0, ...spatial, ...spatial.map((axis) => axis + 1), 2 * rank + 1]
}

/** A mapped axis joined with the batch, and parted from it again. */
function intoBatch(x: Value, size: number, apply: (flat: Value) => Value): Value {
  const batch = x.shape[1]
  const result = apply(reshape(x, [size * batch, ...x.shape.slice(2)]))
  return reshape(result, [size, batch, ...result.shape.slice(1)])
}

function spreadOut(x: Ndarray, { axes, fill }: WindowsParams, output: Abstract): Ndarray {
  const result = zerosLike(output)
  result.data.fill(fill)
  eachTap(axes, x.shape[0], x.shape.at(-1)!, (inside, spread) => {
    result.data[spread] = x.data[inside]
  })
  return result
}

function addTogether(y: Ndarray, { axes }: OverlapParams, output: Abstract): Ndarray {
  const result = zerosLike(output)
  eachTap(axes, y.shape[0], y.shape.at(-1)!, (inside, spread) => {
    result.data[inside] += y.data[spread]
  })
  return result
}

/** Calls `visit` with the positions, in the tensor and among its windows, of every element that a tap meets. */
function eachTap(
  axes: readonly WindowAxis[],
  batches: number,
  channels: number,
  visit: (inside: number, spread: number) => void,
): void {
  const size = (side: 'input' | 'output' | 'window'): number => sizeOf(axes.map((axis) => axis[side]))
  const [inputs, outputs, taps] = [size('input'), size('output'), size('window')]
  const { input, output, window } = tapsOf(axes)
  for (let batch = 0; batch < batches; batch++) {
    for (let tap = 0; tap < input.length; tap++) {
      const inside = (batch * inputs + input[tap]) * channels
      const spread = ((batch * outputs + output[tap]) * taps + window[tap]) * channels
      for (let c = 0; c < channels; c++) visit(inside + c, spread + c)
    }
  }
}
