/**
 * A matrix times a vector, bandwidth bound and hence not packed: every element of the matrix is read once, in order.
 *
 *   y[i] (+)= Σₖ A[i, k] · x[k]
 *
 * If the elements of a row are adjacent: dot products, four rows together so that x is read once for four. If those of a
 * column are: y += A[:, k] x[k], four columns together so that y is read and written once for four. x, and in the second
 * case y, are brought together in the workspace when they are not contiguous. Other strides go element by element.
 *
 * Long sums are made of blocks, so that their error does not grow with the depth: the sums of float32 blocks are added in
 * float64 (rows), or the blocks of columns one to the other.
 *
 * Source: Van Zee & van de Geijn 2015, "BLIS", doi:10.1145/2764454 (dotxf and axpyf kernels).
 */
import type { Expression, FunctionBuilder, Local, ModuleBuilder } from '../code/assembler.ts'
import {
  add,
  call,
  choose,
  extractLane,
  f64,
  forUp,
  i32,
  increment,
  load,
  local,
  memoryFill,
  multiply,
  op,
  sequence,
  smaller,
  store,
  subtract,
  v128,
  when,
} from '../code/instructions.ts'
import { type MatmulOptions, multiplyAdd, multiplyAddScalar, type Tile, tileOf } from './matmul-tile.ts'

const { get, set } = local

/**
 * Rows of a dot product, and columns of an update, that are taken together: more streams through memory, or more sums, were
 * slower (measured on Zen 4: 4 × 1 vectors 25, 4 × 2 19, 2 × 2 24 GFLOP/s in Node 20; within 10 % of one another in Node 24).
 */
const rowsTogether = 4
const columnsTogether = 4

/** The depth of a block of a sum: by rows in bytes, by columns in columns. */
const blockOfRows = 2048
const blockOfColumns = 256

/**
 * Adds to a module, and answers its index,
 * `(rows, depth, A, rowStride, columnStride, x, xStride, y, yStride, accumulate, work)`: i32 each, strides in bytes, rows
 * and depth ≥ 1, `work` room for depth + rows elements and 32 bytes.
 */
export const emitMatrixVector = (module: ModuleBuilder, options: MatmulOptions): number => {
  const tile = tileOf(options)
  const copyStrided = emitCopyStrided(module, tile)
  const byRows = emitByRows(module, tile)
  const byColumns = emitByColumns(module, tile)
  const byElements = emitByElements(module, tile)
  const code = module.function(Array(11).fill('i32'), [], `matrix-vector ${tile.vector}`)
  const [rows, depth, a, rowStride, columnStride, x, xStride, y, yStride, accumulate, work] = code.parameters.keys()
  const element = i32(tile.bytes)
  const isUnit = (stride: Local) => op('i32.eq', get(stride), element)
  const contiguousX = when(
    op('i32.ne', get(xStride), element),
    sequence(
      call(copyStrided, get(x), get(xStride), get(work), element, get(depth)),
      set(x, get(work)),
      increment(work, multiply(get(depth), element)),
    ),
  )
  const columns = [rows, depth, a, columnStride, x, y, yStride, accumulate, work].map(get)
  const stridedOperands = [rows, depth, a, rowStride, columnStride, x, y, yStride, accumulate].map(get)
  code.emit(
    contiguousX,
    when(
      isUnit(columnStride),
      call(byRows, ...[rows, depth, a, rowStride, x, y, yStride, accumulate].map(get)),
      when(isUnit(rowStride), call(byColumns, ...columns), call(byElements, ...stridedOperands)),
    ),
  )
  return code.index
}

/** `(source, sourceStride, target, targetStride, count)`, count ≥ 1. */
const emitCopyStrided = (module: ModuleBuilder, { scalar }: Tile): number => {
  const code = module.function(Array(5).fill('i32'), [], `copy strided ${scalar}`)
  const [source, sourceStride, target, targetStride, count] = code.parameters.keys()
  const i = code.local('i32')
  const turn = sequence(
    store(`${scalar}.store`, get(target), load(`${scalar}.load`, get(source))),
    increment(source, get(sourceStride)),
    increment(target, get(targetStride)),
  )
  code.emit(forUp(i, i32(0), get(count), 1, turn, true))
  return code.index
}

/** Adjacent elements in rows. `(rows, depth, a, rowStride, x, y, yStride, accumulate)` */
const emitByRows = (module: ModuleBuilder, tile: Tile): number => {
  const dots = emitDots(module, tile, rowsTogether, 1)
  const dot = emitDots(module, tile, 1, 4)
  const code = module.function(Array(8).fill('i32'), [], `matrix-vector by rows ${tile.vector}`)
  const [rows, depth, a, rowStride, x, y, yStride, accumulate] = code.parameters.keys()
  const [i, whole] = code.locals('i32', 2)
  const turn = (kernel: number, count: number) =>
    sequence(
      call(kernel, ...[depth, a, rowStride, x, y, yStride, accumulate].map(get)),
      increment(a, multiply(get(rowStride), i32(count))),
      increment(y, multiply(get(yStride), i32(count))),
    )
  code.emit(
    set(whole, op('i32.and', get(rows), i32(-rowsTogether))),
    forUp(i, i32(0), get(whole), rowsTogether, turn(dots, rowsTogether)),
    forUp(i, get(whole), get(rows), 1, turn(dot, 1)),
  )
  return code.index
}

/** Some rows times x, in `vectors` sums each. `(depth, a, rowStride, x, y, yStride, accumulate)` */
const emitDots = (module: ModuleBuilder, tile: Tile, rows: number, vectors: number): number => {
  const { bytes, scalar } = tile
  const code = module.function(Array(7).fill('i32'), [], `dot ${tile.vector} ${rows}×${vectors}`)
  const [depth, a, rowStride, x, y, yStride, accumulate] = code.parameters.keys()
  const [offset, from, whole, end] = code.locals('i32', 4)
  const pointers = [a, ...code.locals('i32', rows - 1)]
  const stop = code.local('i32')
  const sums = code.locals('v128', rows * vectors)
  const totals = code.locals('f64', rows)
  const element = (pointer: Local) => load(`${scalar}.load`, add(get(pointer), get(offset)))
  const plus = (total: Local, term: Expression) => set(total, op('f64.add', get(total), widened(tile, term)))
  const rest = pointers.map((pointer, i) => plus(totals[i], op(`${scalar}.mul`, element(pointer), element(x))))
  const block = sequence(
    set(stop, smaller(get(whole), add(get(from), i32(blockOfRows)))),
    ...sums.map((sum) => set(sum, v128(new Uint8Array(16)))),
    forUp(offset, get(from), get(stop), 16 * vectors, dotVectors(code, tile, x, pointers, offset, sums), true),
    ...totals.map((total, i) => plus(total, sumOfLanes(tile, sums.slice(i * vectors, (i + 1) * vectors)))),
  )
  code.emit(
    ...pointers.slice(1).map((pointer, i) => set(pointer, add(get(pointers[i]), get(rowStride)))),
    ...totals.map((total) => set(total, f64(0))),
    set(end, multiply(get(depth), i32(bytes))),
    set(whole, op('i32.and', get(end), i32(-16 * vectors))),
    forUp(from, i32(0), get(whole), blockOfRows, block),
    forUp(offset, get(whole), get(end), bytes, sequence(...rest)),
    ...totals.flatMap((total) => [storeTotal(tile, narrowed(tile, total), y, accumulate), increment(y, get(yStride))]),
  )
  return code.index
}

/** A number of the tile's dtype as float64. */
const widened = ({ scalar }: Tile, value: Expression): Expression =>
  scalar === 'f32' ? op('f64.promote_f32', value) : value

/** A float64 as a number of the tile's dtype. */
const narrowed = ({ scalar }: Tile, total: Local): Expression =>
  scalar === 'f32' ? op('f32.demote_f64', get(total)) : get(total)

/** sums += rows · x over some vectors at an offset. */
const dotVectors = (
  code: FunctionBuilder,
  tile: Tile,
  x: Local,
  pointers: readonly Local[],
  offset: Local,
  sums: readonly Local[],
): Expression => {
  const vectors = sums.length / pointers.length
  const read = (pointer: Local, j: number) => load('v128.load', add(get(pointer), get(offset)), 16 * j)
  const loaded = code.locals('v128', vectors)
  const steps = loaded.map((vector, j) => set(vector, read(x, j)))
  pointers.forEach((pointer, i) => {
    loaded.forEach((vector, j) => {
      const sum = sums[i * vectors + j]
      steps.push(set(sum, multiplyAdd(tile, read(pointer, j), get(vector), get(sum))))
    })
  })
  return sequence(...steps)
}

/** The sum of all lanes of some vectors, in pairs. */
const sumOfLanes = ({ scalar, vector, lanes }: Tile, sums: readonly Local[]): Expression => {
  const inPairs = (terms: readonly Expression[], plus: (a: Expression, b: Expression) => Expression): Expression => {
    if (terms.length === 1) return terms[0]
    const half = terms.length / 2
    return plus(inPairs(terms.slice(0, half), plus), inPairs(terms.slice(half), plus))
  }
  const total = sums[0]
  const vectorSum = inPairs(sums.map(get), (a, b) => op(`${vector}.add`, a, b))
  const lane = (i: number) => extractLane(`${vector}.extract_lane`, get(total), i)
  const laneSum = inPairs(
    Array.from({ length: lanes }, (_, i) => lane(i)),
    (a, b) => op(`${scalar}.add`, a, b),
  )
  return sequence(set(total, vectorSum), laneSum)
}

/** y[0] = value, or y[0] += value. */
const storeTotal = ({ scalar }: Tile, value: Expression, y: Local, accumulate: Local): Expression => {
  const sum = op(`${scalar}.add`, load(`${scalar}.load`, get(y)), value)
  return store(`${scalar}.store`, get(y), choose(scalar, get(accumulate), sum, value))
}

/** Adjacent elements in columns. `(rows, depth, a, columnStride, x, y, yStride, accumulate, work)`, `work` as long as y */
const emitByColumns = (module: ModuleBuilder, tile: Tile): number => {
  const update = emitUpdates(module, tile)
  const addStrided = emitAddStrided(module, tile)
  const code = module.function(Array(9).fill('i32'), [], `matrix-vector by columns ${tile.vector}`)
  const [rows, depth, a, columnStride, x, y, yStride, accumulate, work] = code.parameters.keys()
  const [k, count] = code.locals('i32', 2)
  const element = i32(tile.bytes)
  const bytesOfY = multiply(get(rows), element)
  const inPlace = op('i32.and', op('i32.eq', get(yStride), element), op('i32.le_u', get(depth), i32(blockOfColumns)))
  const clear = (target: Local) => memoryFill(get(target), i32(0), bytesOfY)
  const updateOf = (target: Local, columns: Local) =>
    call(update, get(rows), get(columns), get(a), get(columnStride), get(x), get(target))
  const block = sequence(
    set(count, smaller(subtract(get(depth), get(k)), i32(blockOfColumns))),
    clear(work),
    updateOf(work, count),
    call(addStrided, get(work), get(y), get(yStride), get(rows), op('i32.or', get(accumulate), get(k))),
    increment(a, multiply(get(columnStride), i32(blockOfColumns))),
    increment(x, i32(blockOfColumns * tile.bytes)),
  )
  code.emit(
    when(
      inPlace,
      sequence(when(op('i32.eqz', get(accumulate)), clear(y)), updateOf(y, depth)),
      forUp(k, i32(0), get(depth), blockOfColumns, block, true),
    ),
  )
  return code.index
}

/** target = source, or target += source. `(source, target, targetStride, count, adds)`, count ≥ 1. */
const emitAddStrided = (module: ModuleBuilder, { scalar, bytes }: Tile): number => {
  const code = module.function(Array(5).fill('i32'), [], `add strided ${scalar}`)
  const [source, target, targetStride, count, adds] = code.parameters.keys()
  const i = code.local('i32')
  const [from, to] = [source, target].map((pointer) => load(`${scalar}.load`, get(pointer)))
  const turn = sequence(
    store(`${scalar}.store`, get(target), choose(scalar, get(adds), op(`${scalar}.add`, to, from), from)),
    increment(source, i32(bytes)),
    increment(target, get(targetStride)),
  )
  code.emit(forUp(i, i32(0), get(count), 1, turn, true))
  return code.index
}

/** y += A x, y contiguous. `(rows, depth, a, columnStride, x, y)` */
const emitUpdates = (module: ModuleBuilder, tile: Tile): number => {
  const updates = emitUpdate(module, tile, columnsTogether)
  const update = emitUpdate(module, tile, 1)
  const code = module.function(Array(6).fill('i32'), [], `updates ${tile.vector}`)
  const [rows, depth, a, columnStride, x, y] = code.parameters.keys()
  const [k, whole] = code.locals('i32', 2)
  const turn = (kernel: number, count: number) =>
    sequence(
      call(kernel, ...[rows, a, columnStride, x, y].map(get)),
      increment(a, multiply(get(columnStride), i32(count))),
      increment(x, i32(count * tile.bytes)),
    )
  code.emit(
    set(whole, op('i32.and', get(depth), i32(-columnsTogether))),
    forUp(k, i32(0), get(whole), columnsTogether, turn(updates, columnsTogether)),
    forUp(k, get(whole), get(depth), 1, turn(update, 1)),
  )
  return code.index
}

/** y += some columns times as many elements of x, two vectors of y at a turn. `(rows, a, columnStride, x, y)` */
const emitUpdate = (module: ModuleBuilder, tile: Tile, columns: number): number => {
  const { bytes, scalar } = tile
  const code = module.function(Array(5).fill('i32'), [], `update ${tile.vector} ×${columns}`)
  const [rows, a, columnStride, x, y] = code.parameters.keys()
  const [offset, whole, end] = code.locals('i32', 3)
  const pointers = [a, ...code.locals('i32', columns - 1)]
  const factors = code.locals('v128', columns)
  const sums = code.locals('v128', 2)
  const at = (pointer: Local) => add(get(pointer), get(offset))
  const vectors = sums.flatMap((sum, j) => [
    set(sum, load('v128.load', at(y), 16 * j)),
    ...pointers.map((pointer, c) =>
      set(sum, multiplyAdd(tile, load('v128.load', at(pointer), 16 * j), get(factors[c]), get(sum))),
    ),
    store('v128.store', at(y), get(sum), 16 * j),
  ])
  const read = (address: Expression, constant = 0) => load(`${scalar}.load`, address, constant)
  const element = pointers.reduce(
    (sum, pointer, c) => multiplyAddScalar(tile, read(at(pointer)), read(get(x), c * bytes), sum),
    read(at(y)),
  )
  code.emit(
    ...pointers.slice(1).map((pointer, c) => set(pointer, add(get(pointers[c]), get(columnStride)))),
    ...factors.map((factor, c) => set(factor, load(tile.splat, get(x), c * bytes))),
    set(end, multiply(get(rows), i32(bytes))),
    set(whole, op('i32.and', get(end), i32(-32))),
    forUp(offset, i32(0), get(whole), 32, sequence(...vectors)),
    forUp(offset, get(whole), get(end), bytes, store(`${scalar}.store`, at(y), element)),
  )
  return code.index
}

/** Any strides. `(rows, depth, a, rowStride, columnStride, x, y, yStride, accumulate)` */
const emitByElements = (module: ModuleBuilder, tile: Tile): number => {
  const { bytes, scalar } = tile
  const code = module.function(Array(9).fill('i32'), [], `matrix-vector by elements ${tile.vector}`)
  const [rows, depth, a, rowStride, columnStride, x, y, yStride, accumulate] = code.parameters.keys()
  const [i, k, pointerA, pointerX] = code.locals('i32', 4)
  const total = code.local('f64')
  const product = op(`${scalar}.mul`, load(`${scalar}.load`, get(pointerA)), load(`${scalar}.load`, get(pointerX)))
  const sum = op('f64.add', get(total), widened(tile, product))
  const turn = sequence(set(total, sum), increment(pointerA, get(columnStride)), increment(pointerX, i32(bytes)))
  const row = sequence(
    set(pointerA, get(a)),
    set(pointerX, get(x)),
    set(total, f64(0)),
    forUp(k, i32(0), get(depth), 1, turn, true),
    storeTotal(tile, narrowed(tile, total), y, accumulate),
    increment(a, get(rowStride)),
    increment(y, get(yStride)),
  )
  code.emit(forUp(i, i32(0), get(rows), 1, row, true))
  return code.index
}
