/**
 * A convolution term by term, in the order of its definition:
 *
 *   y[b, o, g·co + q] ↔ x[b, o·stride + k·dilation − before, g·ci + c] ↔ w[k, c, g·co + q]
 *
 * for every b, o and k whose place in x exists, then g, c and q: the product of two is added to the third, in lanes along q. Slow,
 * but there are no terms outside of x. The fast functions multiply zeros there, which is the same unless the other factor is
 * infinite or NaN; then this one runs.
 */
import type { Convolution } from '../../../kernels/language/kernel.ts'
import type { WindowAxis } from '../../../primitives/window-axis.ts'
import type { Expression, FunctionBuilder, Local } from '../code/assembler.ts'
import {
  add,
  extractLane,
  forUp,
  i32,
  load,
  local,
  memoryFill,
  multiply,
  op,
  sequence,
  store,
  when,
} from '../code/instructions.ts'
import type { ModuleState } from '../code/module-state.ts'
import { displaced, type Level, walk } from '../code/walk.ts'
import { multiplyAdd, multiplyAddScalar, type Tile, tileOf } from '../product/matmul-tile.ts'

const { get, set } = local

/** Where one term lies in x, w and y. */
type Pointers = readonly [x: Local, w: Local, y: Local]

/** What stays the same for all terms. */
interface Terms {
  readonly code: FunctionBuilder
  readonly convolution: Convolution
  readonly tile: Tile
}

/** Adds the function `(x, w, y)`, which writes the whole result, and answers its index. */
export function emitTerms({ module, fma }: ModuleState, convolution: Convolution): number {
  const { dtype, form, batch, axes } = convolution
  const tile = tileOf({ dtype, fma })
  const code = module.function(Array(3).fill('i32'), [], 'convolution term by term')
  const [x, w, y] = code.parameters.keys()
  const [image, kernel, result] = bytesOf(convolution, tile, axes)
  const [written, bytes] = {
    forward: [y, batch * result] as const,
    input: [x, batch * image] as const,
    kernel: [w, kernel] as const,
  }[form]
  const images: Level = { count: batch, strides: [image, 0, result] }
  code.emit(
    memoryFill(get(written), i32(0), i32(bytes)),
    walk(code, [x, w, y], [images], overAxes({ code, convolution, tile }, axes, [x, w, y])),
  )
  return code.index
}

/** Bytes of one image of x, of w and of one image of y, as far as these axes reach. */
const bytesOf = (
  { groups, channelsIn, channelsOut }: Convolution,
  { bytes }: Tile,
  axes: readonly WindowAxis[],
): readonly [x: number, w: number, y: number] => [
  axes.reduce((all, { input }) => all * input, groups * channelsIn * bytes),
  axes.reduce((all, { window }) => all * window, channelsIn * groups * channelsOut * bytes),
  axes.reduce((all, { output }) => all * output, groups * channelsOut * bytes),
]

/** The terms of all windows along these axes whose places exist. */
function overAxes(terms: Terms, [axis, ...inside]: readonly WindowAxis[], [x, w, y]: Pointers): Expression {
  if (axis === undefined) return overChannels(terms, [x, w, y])
  const { code, convolution, tile } = terms
  const [o, k, place, nextX, nextW, nextY] = code.locals('i32', 6)
  const [bytesX, bytesW, bytesY] = bytesOf(convolution, tile, inside)
  const moved = (pointer: Local, index: Local, bytes: number): Expression =>
    add(get(pointer), multiply(get(index), i32(bytes)))
  const { input, window, output, stride, dilation, before } = axis
  const turn = sequence(
    set(place, add(add(multiply(get(o), i32(stride)), multiply(get(k), i32(dilation))), i32(-before))),
    when(
      op('i32.lt_u', get(place), i32(input)),
      sequence(
        set(nextX, moved(x, place, bytesX)),
        set(nextW, moved(w, k, bytesW)),
        set(nextY, moved(y, o, bytesY)),
        overAxes(terms, inside, [nextX, nextW, nextY]),
      ),
    ),
  )
  return forUp(o, i32(0), i32(output), 1, forUp(k, i32(0), i32(window), 1, turn, true), true)
}

/** The terms of all channels of one place: along q in vectors, then in elements. */
function overChannels({ code, convolution, tile }: Terms, pointers: Pointers): Expression {
  const { form, groups, channelsIn, channelsOut } = convolution
  const { bytes, lanes } = tile
  const vectors = Math.floor(channelsOut / lanes)
  const term = { forward: scaled, input: inner, kernel: scaled }[form]
  const [x, w, y] = pointers
  const along =
    form === 'kernel' ? ([x, y, w] as const) : form === 'forward' ? ([x, w, y] as const) : ([w, y, x] as const)
  const run = (count: number, isVector: boolean): Expression => {
    const step = isVector ? 16 : bytes
    return walk(code, pointers, [{ count, strides: [0, step, step] }], term(code, tile, isVector, along))
  }
  const skipped = 16 * vectors
  const rest = displaced(pointers, [0, skipped, skipped], run(channelsOut - vectors * lanes, false))
  const levels: readonly Level[] = [
    { count: groups, strides: [channelsIn * bytes, channelsOut * bytes, channelsOut * bytes] },
    { count: channelsIn, strides: [bytes, groups * channelsOut * bytes, 0] },
  ]
  return walk(code, pointers, levels, sequence(run(vectors, true), rest))
}

/** One term or a vector of them; three pointers: two factors and the sum. */
type Term = (
  code: FunctionBuilder,
  tile: Tile,
  isVector: boolean,
  pointers: readonly [Local, Local, Local],
) => Expression

/** sum[q] += a · b[q] */
const scaled: Term = (_, tile, isVector, [a, b, sum]) => {
  const { scalar, splat } = tile
  const read = (pointer: Local): Expression =>
    isVector ? load('v128.load', get(pointer), 0, 2) : load(`${scalar}.load`, get(pointer))
  const factor = isVector ? load(splat, get(a)) : read(a)
  return isVector
    ? store('v128.store', get(sum), multiplyAdd(tile, factor, read(b), read(sum)), 0, 2)
    : store(`${scalar}.store`, get(sum), multiplyAddScalar(tile, factor, read(b), read(sum)))
}

/** sum += a[q] · b[q], the lanes of a vector one after the other */
const inner: Term = (code, tile, isVector, [a, b, sum]) => {
  const { scalar, vector, lanes } = tile
  const total = load(`${scalar}.load`, get(sum))
  if (!isVector) {
    const [left, right] = [a, b].map((pointer) => load(`${scalar}.load`, get(pointer)))
    return store(`${scalar}.store`, get(sum), multiplyAddScalar(tile, left!, right!, total))
  }
  const products = code.local('v128')
  const [left, right] = [a, b].map((pointer) => load('v128.load', get(pointer), 0, 2))
  const added = Array.from({ length: lanes }, (_, lane) => extractLane(`${vector}.extract_lane`, get(products), lane))
  return sequence(
    set(products, op(`${vector}.mul`, left!, right!)),
    store(
      `${scalar}.store`,
      get(sum),
      added.reduce((all, lane) => op(`${scalar}.add`, all, lane), total),
    ),
  )
}
