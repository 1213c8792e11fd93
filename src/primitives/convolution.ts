/**
 * Convolution, channels last, over any number of spatial axes: three bilinear primitives that are the partial sums of one
 * trilinear form T(x, w, y) = Σ y[b, o, g·co + q] x[b, o·stride + k·dilation − before, g·ci + c] w[k, c, g·co + q], where x
 * counts as 0 outside. With respect to each of its two operands the transpose of each is another of the three, so every order of
 * differentiation stays inside the family (cross-correlation, as in all frameworks of deep learning).
 */
import type { Abstract } from '../core/abstract.ts'
import { abstract, sizeOf } from '../core/abstract.ts'
import { bindOne } from '../core/bind.ts'
import { isFloat } from '../core/dtype.ts'
import type { Ndarray, ReferenceData } from '../core/ndarray.ts'
import { zerosLike } from '../core/ndarray.ts'
import type { BatchContext, Linear, Primitive } from '../core/primitive.ts'
import type { Value } from '../core/value.ts'
import { full } from './broadcast.ts'
import { plus } from './elementwise.ts'
import { coefficient, cotangentOf, transposing } from './linear.ts'
import { requireDType, requireKind } from './requirements.ts'
import { moveAxis, reshape } from './structural.ts'
import type { WindowAxis } from './window-axis.ts'
import { requireImage, requireWeights, requireWindows, tapsOf, unfit } from './window-axis.ts'

export type { WindowAxis } from './window-axis.ts'

/** Attributes of the three primitives: the spatial axes, and the groups into which the channels fall. */
export type WindowGeometry = { readonly axes: readonly WindowAxis[]; readonly groups: number }

/** The two operands of one partial sum. */
type Bilinear = (a: Value, b: Value, geometry: WindowGeometry) => Value

/** Record of `convolution`. */
export const convolutionPrimitive: Primitive<WindowGeometry> = bilinear({
  name: 'convolution',
  shape(x, w, { axes, groups }) {
    requireImage('convolution', x, axes, 'input')
    requireWeights('convolution', w, axes, groups)
    if (x.shape.at(-1) !== groups * w.shape.at(-2)!) throw unfit('convolution', x, w, groups)
    return [x.shape[0], ...axes.map(({ output }) => output), w.shape.at(-1)!]
  },
  form: (x, w, y) => ({ x, w, y }),
  transposeFirst: (y, w, geometry) => convolutionInput(y, w, geometry),
  transposeSecond: (x, y, geometry) => convolutionKernel(x, y, geometry),
  places: ['batch', ['channels', 'channels']],
})
/** x [b, i…, groups · ci], w [k…, ci, groups · co] → y [b, o…, groups · co]. */
export const convolution: Bilinear = (x, w, geometry) => bindOne(convolutionPrimitive, [x, w], geometry)

/** Record of `convolutionInput`. */
export const convolutionInputPrimitive: Primitive<WindowGeometry> = bilinear({
  name: 'convolutionInput',
  shape(y, w, { axes, groups }) {
    requireImage('convolutionInput', y, axes, 'output')
    requireWeights('convolutionInput', w, axes, groups)
    if (y.shape.at(-1) !== w.shape.at(-1)) throw unfit('convolutionInput', y, w, groups)
    return [y.shape[0], ...axes.map(({ input }) => input), groups * w.shape.at(-2)!]
  },
  form: (y, w, x) => ({ x, w, y }),
  transposeFirst: (x, w, geometry) => convolution(x, w, geometry),
  transposeSecond: (y, x, geometry) => convolutionKernel(x, y, geometry),
  places: ['batch', ['rows', 'channels']],
})
/** y [b, o…, groups · co], w [k…, ci, groups · co] → x [b, i…, groups · ci]: the transposed convolution. */
export const convolutionInput: Bilinear = (y, w, geometry) => bindOne(convolutionInputPrimitive, [y, w], geometry)

/** Record of `convolutionKernel`. */
export const convolutionKernelPrimitive: Primitive<WindowGeometry> = bilinear({
  name: 'convolutionKernel',
  shape(x, y, { axes, groups }) {
    requireImage('convolutionKernel', x, axes, 'input')
    requireImage('convolutionKernel', y, axes, 'output')
    const [own, other] = [x.shape.at(-1)!, y.shape.at(-1)!]
    const fits = x.shape[0] === y.shape[0] && own % groups === 0 && other % groups === 0
    if (!fits) throw unfit('convolutionKernel', x, y, groups)
    return [...axes.map(({ window }) => window), own / groups, other]
  },
  form: (x, y, w) => ({ x, w, y }),
  transposeFirst: (w, y, geometry) => convolutionInput(y, w, geometry),
  transposeSecond: (x, w, geometry) => convolution(x, w, geometry),
  places: [
    ['channels', 'rows'],
    ['channels', 'channels'],
  ],
})
/** x [b, i…, groups · ci], y [b, o…, groups · co] → w [k…, ci, groups · co]. */
export const convolutionKernel: Bilinear = (x, y, geometry) => bindOne(convolutionKernelPrimitive, [x, y], geometry)

/** The three tensors of the form: two operands and the result. */
interface Form<T> {
  readonly x: T
  readonly w: T
  readonly y: T
}

/** An axis that can hold more channels: the last one, in each group, or that of the weights' input channels. */
type Place = 'channels' | 'rows'

/** Where a mapped axis goes if one operand has it: into the batch, or into channels of that operand and of the result. */
type Places = 'batch' | readonly [operand: Place, result: Place]

/** What distinguishes the three. */
interface Partial {
  readonly name: string
  shape(a: Abstract, b: Abstract, geometry: WindowGeometry): readonly number[]
  /** Puts the operands and the result in their places in the form. */
  form<T>(a: T, b: T, result: T): Form<T>
  /** The cotangent of the first operand, from that of the result and the other operand. */
  transposeFirst(cotangent: Value, b: Value, geometry: WindowGeometry): Value
  /** The cotangent of the second operand, from the first and the cotangent of the result. */
  transposeSecond(a: Value, cotangent: Value, geometry: WindowGeometry): Value
  /** For the first and for the second operand. */
  readonly places: readonly [Places, Places]
}

function bilinear({ name, shape, form, transposeFirst, transposeSecond, places }: Partial): Primitive<WindowGeometry> {
  const apply: Bilinear = (a, b, geometry) => bindOne(primitive, [a, b], geometry)
  const primitive: Primitive<WindowGeometry> = {
    name,
    shape([a, b], geometry) {
      requireKind(name, 'numeric', [a, b])
      requireDType(name, a, b)
      requireWindows(name, geometry.axes)
      return [abstract(shape(a, b, geometry), a.dtype)]
    },
    evaluate([a, b], geometry, [output]) {
      const result = zerosLike(output)
      accumulate(form<Ndarray>(a, b, result), result, geometry)
      return [result]
    },
    jvp: ({ primals: [a, b], tangents: [ta, tb], params }) => [
      plus(ta && apply(ta, b, params), tb && apply(a, tb, params)),
    ],
    transpose: transposing((cotangent: Value, [a, b]: readonly (Value | Linear)[], params: WindowGeometry) => [
      cotangentOf(a, () => transposeFirst(cotangent, coefficient(name, b), params)),
      cotangentOf(b, () => transposeSecond(coefficient(name, a), cotangent, params)),
    ]),
    batch: (context) => [context.size === 0 ? none(context) : mappedOver(apply, places, context)],
  }
  const none = ({ inputs, batched, params }: BatchContext<WindowGeometry>): Value => {
    const [a, b] = inputs.map((x, i) => abstract(batched[i] ? x.shape.slice(1) : x.shape, x.dtype))
    return full([0, ...shape(a, b, params)], a.dtype, 0)
  }
  return primitive
}

/** Both mapped: as many more groups. One mapped: a larger batch, or more channels in each group. */
function mappedOver(
  apply: Bilinear,
  [first, second]: readonly [Places, Places],
  { inputs: [a, b], batched: [aMapped, bMapped], size, params }: BatchContext<WindowGeometry>,
): Value {
  const { axes, groups } = params
  if (aMapped && bMapped) {
    const joined = apply(joinAxis(a, 'channels', 1), joinAxis(b, 'channels', 1), { axes, groups: groups * size })
    return splitAxis(joined, 'channels', 1, size)
  }
  const places = aMapped ? first : second
  const along = (change: (x: Value) => Value): Value =>
    aMapped ? apply(change(a), b, params) : apply(a, change(b), params)
  if (places === 'batch') {
    const [, batch] = (aMapped ? a : b).shape
    const joined = along((x) => reshape(x, [size * batch, ...x.shape.slice(2)]))
    return reshape(joined, [size, batch, ...joined.shape.slice(1)])
  }
  const [own, result] = places
  const joined = along((x) => joinAxis(x, own, groups))
  return splitAxis(joined, result, groups, size)
}

/** [n, …, groups · c, …] → […, groups · n · c, …]. */
function joinAxis(x: Value, place: Place, groups: number): Value {
  const [size, ...shape] = x.shape
  const { axis, parts } = placeIn(shape, place, groups)
  const inner = shape[axis] / parts
  const split = reshape(x, [size, ...shape.toSpliced(axis, 1, parts, inner)])
  return reshape(moveAxis(split, 0, axis + 1), shape.with(axis, parts * size * inner))
}

/** […, groups · n · c, …] → [n, …, groups · c, …]. */
function splitAxis(x: Value, place: Place, groups: number, size: number): Value {
  const { axis, parts } = placeIn(x.shape, place, groups)
  const inner = x.shape[axis] / (parts * size)
  const split = reshape(x, x.shape.toSpliced(axis, 1, parts, size, inner))
  return reshape(moveAxis(split, axis + 1, 0), [size, ...x.shape.with(axis, parts * inner)])
}

/** The axis of a place, and the parts into which it falls. */
const placeIn = (shape: readonly number[], place: Place, groups: number) =>
  place === 'rows' ? { axis: shape.length - 2, parts: 1 } : { axis: shape.length - 1, parts: groups }

/** Adds the product of the two operands into the result, for every term of the form. */
function accumulate({ x, w, y }: Form<Ndarray>, result: Ndarray, { axes, groups }: WindowGeometry): void {
  const times = isFloat(result.dtype) ? (a: number, b: number) => a * b : Math.imul
  const add = (to: ReferenceData, i: number, a: number, b: number): void => {
    to[i] += times(a, b)
  }
  const term =
    result === y
      ? (i: number, k: number, o: number) => add(y.data, o, x.data[i], w.data[k])
      : result === x
        ? (i: number, k: number, o: number) => add(x.data, i, y.data[o], w.data[k])
        : (i: number, k: number, o: number) => add(w.data, k, x.data[i], y.data[o])
  const [rows, columns] = w.shape.slice(-2)
  const taps = tapsOf(axes)
  const [inputs, outputs] = [sizeOf(axes.map(({ input }) => input)), sizeOf(axes.map(({ output }) => output))]
  const width = columns / groups
  for (let batch = 0; batch < x.shape[0]; batch++) {
    for (let tap = 0; tap < taps.input.length; tap++) {
      const fromX = (batch * inputs + taps.input[tap]) * rows * groups
      const fromY = (batch * outputs + taps.output[tap]) * columns
      for (let c = 0; c < rows * groups; c++) {
        const group = Math.floor(c / rows) * width
        const fromW = (taps.window[tap] * rows + (c % rows)) * columns + group
        for (let q = 0; q < width; q++) term(fromX + c, fromW + q, fromY + group + q)
      }
    }
  }
}
