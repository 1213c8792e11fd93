/**
 * A convolution as loops: one sum for each element of the tensor that is written, zero outside of the input, then the epilogue.
 * x [batch, input…, groups·ci], w [window…, ci, groups·co], y [batch, output…, groups·co], position = o·stride + k·dilation − before.
 */
import type { Convolution, Kernel, Local, Loop, Node, Operand, Statement } from '../../../kernels/language/kernel.ts'
import type { WindowAxis } from '../../../primitives/window-axis.ts'
import { withProduct } from './synthetic.ts'

/** The kernel of a convolution. Its buffers are those of the convolution. */
export function convolutionKernel(convolution: Convolution): Pick<Kernel, 'name' | 'body'> {
  const { loops, product, body } = convolutionStore(convolution)
  const { sum, value } = { forward, input, kernel }[convolution.form](convolution, loops)
  const reduce: Statement = { kind: 'reduce', loops: sum, local: product, operation: 'sum', value }
  const nest = loops.reduceRight<readonly Statement[]>(
    (inside, loop) => [{ kind: 'for', loop, body: inside }],
    [reduce, ...body],
  )
  return { name: nameOfConvolution(convolution), body: nest }
}

/** What it is called, with what follows it. */
export const nameOfConvolution = ({ name, epilogue }: Convolution): string =>
  epilogue === null ? name : `${name}_${epilogue.name}`

/** The loops over the elements that are written, an element, and what is done with it. */
export function convolutionStore(convolution: Convolution): {
  readonly loops: readonly Loop[]
  readonly product: Local
  readonly body: readonly Statement[]
} {
  const { form, dtype, x, w, y, epilogue } = convolution
  const loops = epilogue?.loops ?? writtenShape(convolution).map(loopOf)
  const product: Local = epilogue?.product ?? { id: 0, dtype }
  const { buffer, offset } = { forward: y, input: x, kernel: w }[form]
  const terms = loops.map((loop, i) => ({ loop, stride: stridesOf(loops)[i] }))
  const value: Node = { kind: 'local', dtype, local: product }
  const store = { kind: 'store', buffer, address: { offset, terms, dynamic: null }, value } as const
  return { loops, product, body: withProduct(store, epilogue) }
}

/** Of the tensor that the form writes. */
function writtenShape({ form, batch, groups, channelsIn, channelsOut, axes }: Convolution): readonly number[] {
  if (form === 'kernel') return [...axes.map(({ window }) => window), channelsIn, groups * channelsOut]
  if (form === 'forward') return [batch, ...axes.map(({ output }) => output), groups * channelsOut]
  return [batch, ...axes.map(({ input: size }) => size), groups * channelsIn]
}

/** The loops of a sum and its terms. */
interface Sum {
  readonly sum: readonly Loop[]
  readonly value: Node
}

function forward({ batch, groups, channelsIn, channelsOut, axes, x, w }: Convolution, loops: readonly Loop[]): Sum {
  const sum = [...axes.map(({ window }) => window), channelsIn].map((extent, i) => loopOf(extent, loops.length + i))
  const [b, q] = [loops[0], loops[loops.length - 1]]
  const c = sum[sum.length - 1]
  const places = axes.map((axis, i) => positionIn(axis, index(loops[i + 1]), index(sum[i])))
  const channel = sumOf(times(quotient(index(q), channelsOut), channelsIn), index(c))
  const xValue = loadAt(
    x,
    [batch, ...axes.map(({ input }) => input), groups * channelsIn],
    [index(b), ...clamped(places), channel],
  )
  const wShape = [...axes.map(({ window }) => window), channelsIn, groups * channelsOut]
  const wValue = loadAt(w, wShape, [...sum.map(index), index(q)])
  return { sum, value: guarded(places, xValue, wValue) }
}

function input({ batch, groups, channelsIn, channelsOut, axes, w, y }: Convolution, loops: readonly Loop[]): Sum {
  const sum = [...axes.map(({ window }) => window), channelsOut].map((extent, i) => loopOf(extent, loops.length + i))
  const [b, channel] = [loops[0], loops[loops.length - 1]]
  const q = sum[sum.length - 1]
  const places = axes.map((axis, i) => outputOf(axis, index(loops[i + 1]), index(sum[i])))
  const group = quotient(index(channel), channelsIn)
  const outChannel = sumOf(times(group, channelsOut), index(q))
  const yShape = [batch, ...axes.map(({ output }) => output), groups * channelsOut]
  const yValue = loadAt(y, yShape, [index(b), ...clamped(places), outChannel])
  const wShape = [...axes.map(({ window }) => window), channelsIn, groups * channelsOut]
  const inChannel = sumOf(index(channel), times(group, -channelsIn))
  const wValue = loadAt(w, wShape, [...sum.slice(0, -1).map(index), inChannel, outChannel])
  return { sum, value: guarded(places, yValue, wValue) }
}

function kernel({ batch, groups, channelsIn, channelsOut, axes, x, y }: Convolution, loops: readonly Loop[]): Sum {
  const sum = [batch, ...axes.map(({ output }) => output)].map((extent, i) => loopOf(extent, loops.length + i))
  const [c, q] = loops.slice(-2)
  const places = axes.map((axis, i) => positionIn(axis, index(sum[i + 1]), index(loops[i])))
  const channel = sumOf(times(quotient(index(q), channelsOut), channelsIn), index(c))
  const xShape = [batch, ...axes.map(({ input: size }) => size), groups * channelsIn]
  const xValue = loadAt(x, xShape, [index(sum[0]), ...clamped(places), channel])
  const yShape = [batch, ...axes.map(({ output }) => output), groups * channelsOut]
  const yValue = loadAt(y, yShape, [...sum.map(index), index(q)])
  return { sum, value: guarded(places, xValue, yValue) }
}

const loopOf = (extent: number, id: number): Loop => ({ id, extent, parallel: true, vector: false })

/** A place along an axis, and whether it exists. */
interface Place {
  readonly at: Node
  readonly exists: Node | null
}

const clamped = (places: readonly Place[]): Node[] => places.map(({ at }) => at)

/** The position in the input of element k of window o. */
function positionIn({ stride, dilation, before, input: size, output, window }: WindowAxis, o: Node, k: Node): Place {
  const at = sumOf(sumOf(times(o, stride), times(k, dilation)), whole(-before))
  const last = (output - 1) * stride + (window - 1) * dilation - before
  return before === 0 && last < size ? { at, exists: null } : within(at, size)
}

/** The window whose element k is position i of the input. */
function outputOf({ stride, dilation, before, output }: WindowAxis, i: Node, k: Node): Place {
  const distance = sumOf(sumOf(i, whole(before)), times(k, -dilation))
  if (stride === 1) return within(distance, output)
  const at = quotient(distance, stride)
  const place = within(at, output)
  const divides = apply('eq', 'bool', times(at, stride), distance)
  const notNegative = apply('le', 'bool', whole(0), distance)
  return { at: place.at, exists: apply('and', 'bool', apply('and', 'bool', divides, notNegative), place.exists!) }
}

function within(at: Node, size: number): Place {
  const inside = apply('and', 'bool', apply('le', 'bool', whole(0), at), apply('lt', 'bool', at, whole(size)))
  return { at: apply('min', 'int32', apply('max', 'int32', at, whole(0)), whole(size - 1)), exists: inside }
}

/** a · b where every place exists, else 0. */
function guarded(places: readonly Place[], a: Node, b: Node): Node {
  const conditions = places.flatMap(({ exists }) => (exists === null ? [] : [exists]))
  const product = apply('mul', a.dtype, a, b)
  if (conditions.length === 0) return product
  const all = conditions.reduce((x, y) => apply('and', 'bool', x, y))
  return apply('select', a.dtype, all, product, { kind: 'constant', dtype: a.dtype, value: 0 })
}

function loadAt({ buffer, offset }: Operand, shape: readonly number[], place: readonly Node[]): Node {
  let dynamic = whole(0)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    dynamic = sumOf(times(place[axis], stride), dynamic)
    stride *= shape[axis]
  }
  return { kind: 'load', dtype: buffer.dtype, buffer, address: { offset, terms: [], dynamic } }
}

function stridesOf(loops: readonly Loop[]): number[] {
  const strides = new Array<number>(loops.length)
  let stride = 1
  for (let i = loops.length - 1; i >= 0; i--) {
    strides[i] = stride
    stride *= loops[i].extent
  }
  return strides
}

const index = (loop: Loop): Node => ({ kind: 'index', dtype: 'int32', loop })
const whole = (value: number): Node => ({ kind: 'constant', dtype: 'int32', value })
const isZero = (node: Node): boolean => node.kind === 'constant' && node.value === 0
const sumOf = (a: Node, b: Node): Node => (isZero(a) ? b : isZero(b) ? a : apply('add', 'int32', a, b))
const times = (a: Node, factor: number): Node =>
  factor === 1 || isZero(a) ? a : apply('mul', 'int32', a, whole(factor))
const quotient = (a: Node, divisor: number): Node => (divisor === 1 ? a : apply('div', 'int32', a, whole(divisor)))
const apply = (name: Extract<Node, { kind: 'apply' }>['name'], dtype: Node['dtype'], ...operands: Node[]): Node => ({
  kind: 'apply',
  name,
  dtype,
  operands,
})
