/**
 * Epilogues: a kernel that reads a matrix product, or an image from a convolution, element by element becomes part of it, and runs while the product's elements
 * are in cache. A pass over finished steps: it compares addresses, so it sees through reshapes and merged loops.
 *
 * The product moves down to the kernel, or the kernel up to the product, whichever changes no order between two steps of which
 * one writes what the other touches. A product that nobody else reads is summed where the kernel stores its first result, and
 * needs no memory of its own.
 */

import type {
  Address,
  Buffer,
  Epilogue,
  Kernel,
  Local,
  Loop,
  MatrixOperand,
  Statement,
  Step,
} from '../language/kernel.ts'
import { allNodes, nodesOf, strideAlong } from '../language/walk.ts'
import { dependsOn } from '../language/work.ts'
import type { Axis } from './digits.ts'
import { correspondence } from './digits.ts'
import { finished, type Product, productOf } from './product.ts'
import { respaced, type Store } from './respace.ts'
import { Timeline } from './timeline.ts'

/** Columns from which rows are worth their own counting. */
const FEW_COLUMNS = 4

/** The steps of a routine, with kernels taken into products. `outer`: the inputs and outputs of the routine. */
export function withEpilogues(steps: readonly Step[], outer: ReadonlySet<Buffer>): readonly Step[] {
  if (!steps.some((step) => productOf(step) !== null)) return steps
  const timeline = new Timeline(steps)
  steps.forEach((step, position) => {
    if (step.kind === 'kernel') absorb(timeline, step.kernel, position, outer)
  })
  return timeline.steps()
}

/** Finds the latest product that can take the kernel. */
function absorb(timeline: Timeline, kernel: Kernel, position: number, outer: ReadonlySet<Buffer>): void {
  const nest = nestOf(kernel)
  if (nest === null) return
  for (const place of timeline.productsReadBy(position)) {
    const product = timeline.productAt(place)!
    const target = timeline.meetingPlace(place, position, product)
    if (target === null) continue
    const epilogue = epilogueOf(product, kernel.name, nest)
    if (epilogue === null) continue
    const { buffer } = product.c
    const isPrivate = !outer.has(buffer) && timeline.isOnlyTouchedBy(buffer, place, position)
    const own = isPrivate ? ownPlace(product, epilogue) : null
    timeline.join(place, position, target, finished(timeline.stepAt(place), own ?? product.c, epilogue))
    return
  }
}

/** Loops directly in one another, and the stores inside all of them. */
interface Nest {
  readonly loops: readonly Loop[]
  readonly stores: readonly Store[]
}

function nestOf({ body }: Kernel): Nest | null {
  const loops: Loop[] = []
  let inside: readonly Statement[] = body
  while (inside.length === 1 && inside[0].kind === 'for') {
    if (!inside[0].loop.parallel) return null
    loops.push(inside[0].loop)
    inside = inside[0].body
  }
  const stores = inside.filter((statement) => statement.kind === 'store')
  return stores.length === inside.length && loops.length > 0 ? { loops, stores } : null
}

/** The nest over the product's own loops; null if it does not run over the product's elements, each once and in rows. */
function epilogueOf(
  { batch, rows, columns, c, dtype }: Product,
  name: string,
  { loops, stores }: Nest,
): Epilogue | null {
  const read = elementRead(c, stores)
  if (read === null || (columns !== 1 && columns < FEW_COLUMNS)) return null
  const own = [...batch, rows, columns].map((extent, id): Loop => ({ id, extent, parallel: true, vector: false }))
  const strides = [...c.batchStrides, c.rowStride, 1]
  const from = loops.map((loop): Axis => ({ loop, stride: strideAlong(read, loop) }))
  const to = own.map((loop, i): Axis => ({ loop, stride: strides[i] })).filter(({ loop }) => loop.extent > 1)
  if (from.some(({ stride }) => stride <= 0) || to.some(({ stride }) => stride <= 0)) return null
  const map = correspondence(from, to)
  if (map === null) return null
  const product: Local = { id: 0, dtype }
  const body = respaced(stores, map, c.buffer, { kind: 'local', dtype, local: product })
  return columns === 1 || runsAlong(body, own[own.length - 1]) ? { name, loops: own, product, body } : null
}

/** The address at which the product is read, if it is one address, with its offset, and the product's buffer is not written. */
function elementRead({ buffer, offset }: MatrixOperand, stores: readonly Store[]): Address | null {
  let found: Address | null = null
  if (stores.some((store) => store.buffer === buffer)) return null
  for (const load of loadsOf(stores)) {
    if (load.buffer !== buffer) continue
    if (found !== null && !sameTerms(found, load.address)) return null
    found = load.address
  }
  return found !== null && found.offset === offset && found.dynamic === null ? found : null
}

const loadsOf = (stores: readonly Statement[]) =>
  allNodes(stores.flatMap(nodesOf)).filter((node) => node.kind === 'load')

const sameTerms = (a: Address, b: Address): boolean =>
  a.offset === b.offset &&
  b.dynamic === null &&
  a.terms.length === b.terms.length &&
  a.terms.every(({ loop, stride }) => strideAlong(b, loop) === stride)

/** Does every access go from element to neighbouring element (or stay) along the columns? */
function runsAlong(stores: readonly Store[], columns: Loop): boolean {
  const addresses = [...stores, ...loadsOf(stores)].map(({ address }) => address)
  return addresses.every((address) => {
    const stride = strideAlong(address, columns)
    return (stride === 0 || stride === 1) && !dependsOn(address.dynamic, columns)
  })
}

/** Where the product can be summed so that the epilogue's own store replaces it; null if there is no such place. */
function ownPlace(
  { reads: [a, b], c, dtype, batch, columns, isDense }: Product,
  { loops, body }: Epilogue,
): MatrixOperand | null {
  const read = new Set(loadsOf(body).map(({ buffer }) => buffer))
  const store = body.find(
    ({ buffer, address }) =>
      buffer.dtype === dtype &&
      address.dynamic === null &&
      !read.has(buffer) &&
      ![a.buffer, b.buffer].includes(buffer) &&
      body.filter((other) => other.buffer === buffer).length === 1 &&
      (columns === 1 || strideAlong(address, loops[loops.length - 1]) === 1),
  )
  if (store === undefined) return null
  const strides = loops.map((loop) => strideAlong(store.address, loop))
  const own = [...c.batchStrides, c.rowStride]
  if (isDense && own.some((stride, i) => loops[i].extent > 1 && stride !== strides[i])) return null
  return {
    ...c,
    buffer: store.buffer,
    offset: store.address.offset,
    rowStride: isDense ? c.rowStride : strides[batch.length],
    batchStrides: isDense ? c.batchStrides : strides.slice(0, batch.length),
  }
}
