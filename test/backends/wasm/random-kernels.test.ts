/**
 * Kernels made at random, run as WebAssembly and by the interpreter of the lower language. Only operations that both round
 * alike, so results agree to the last bit, except reductions of floats.
 */
import { describe, expect, it } from 'vitest'
import { allocate, dtypes, type StorageArray } from '../../../src/core/dtype.ts'
import type { Buffer, Local, Loop, Node, PlannedRoutine, Statement } from '../../../src/kernels/language/kernel.ts'
import type { DType } from '../../../types/dtype.ts'
import { interpret } from '../../kernels/interpret.ts'
import { apply, constant, input, load, loopOf, nest, output, planned, store } from './building.ts'
import { runRoutine } from './run-routine.ts'

/** Pseudo-random numbers of one seed. */
class Chance {
  #state: number
  constructor(seed: number) {
    this.#state = seed * 2654435761 + 1
  }
  /** A whole number below `limit`. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0
    return Math.floor(((this.#state >>> 8) / 2 ** 24) * limit)
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }
  percent(share: number): boolean {
    return this.below(100) < share
  }
}

/** A kernel under construction, and the loops that are open where the next node stands. */
interface Draft {
  readonly chance: Chance
  readonly inputs: Buffer[]
  readonly dtypes: readonly DType[]
  readonly locals: Local[]
  readonly shared: Node[]
}

const ROOM = 600

/** Every index stays inside: strides are small and the offset makes up for negative ones. */
function anyAddress({ chance }: Draft, loops: readonly Loop[]): { terms: [Loop, number][]; offset: number } {
  const terms: [Loop, number][] = []
  let offset = chance.below(8)
  for (const loop of loops) {
    const stride = chance.pick([0, 1, 1, 1, 2, 3, -1])
    if (stride === 0) continue
    terms.push([loop, stride])
    if (stride < 0) offset += loop.extent
  }
  return { terms, offset }
}

function anyLoad(draft: Draft, loops: readonly Loop[], dtype: DType, depth: number): Node {
  const { chance, inputs } = draft
  let buffer = inputs.find((known) => known.dtype === dtype && chance.percent(70))
  if (buffer === undefined) {
    buffer = input(inputs.length, dtype, ROOM)
    inputs.push(buffer)
  }
  const { terms, offset } = anyAddress(draft, loops)
  if (depth <= 0 || chance.percent(75)) return load(buffer, terms, offset)
  const low = apply('max', 'int32', [anyNode(draft, loops, 'int32', depth - 1), constant('int32', 0)])
  return load(buffer, terms.slice(0, 1), offset, apply('min', 'int32', [low, constant('int32', 200)]))
}

/** Operations that are exact, or rounded once. */
function anyNode(draft: Draft, loops: readonly Loop[], dtype: DType, depth: number): Node {
  const { chance, shared } = draft
  const known = shared.filter((node) => node.dtype === dtype)
  if (known.length > 0 && chance.percent(15)) return chance.pick(known)
  const leaf = depth <= 0 || chance.percent(20)
  const node = leaf ? anyLeaf(draft, loops, dtype, depth) : anyApply(draft, loops, dtype, depth - 1)
  return node
}

function anyLeaf(draft: Draft, loops: readonly Loop[], dtype: DType, depth: number): Node {
  const { chance, locals } = draft
  const local = locals.find((known) => known.dtype === dtype)
  if (local !== undefined && chance.percent(40)) return { kind: 'local', dtype, local }
  if (chance.percent(15)) return constant(dtype, dtype === 'bool' ? 1 : chance.below(9))
  if (dtype === 'int32' && loops.length > 0 && chance.percent(30)) {
    return { kind: 'index', dtype, loop: chance.pick(loops) }
  }
  return anyLoad(draft, loops, dtype, depth)
}

function anyApply(draft: Draft, loops: readonly Loop[], dtype: DType, depth: number): Node {
  const { chance } = draft
  const node = (type: DType): Node => anyNode(draft, loops, type, depth)
  const other = chance.pick(draft.dtypes)
  if (chance.percent(15)) return apply('select', dtype, [node('bool'), node(dtype), node(dtype)])
  if (other !== dtype && chance.percent(25)) return apply('convert', dtype, [node(other)])
  if (dtype === 'bool') {
    if (chance.percent(40))
      return apply(chance.pick(['and', 'or', 'xor', 'eq', 'ne']), dtype, [node('bool'), node('bool')])
    const compared = chance.pick(draft.dtypes.filter((type) => type !== 'bool'))
    return apply(chance.pick(['lt', 'le', 'eq', 'ne']), dtype, [node(compared), node(compared)])
  }
  if (dtype === 'int32' || dtype === 'uint32') {
    const name = chance.pick(['add', 'sub', 'mul', 'div', 'rem', 'max', 'min', 'and', 'shl', 'shr'] as const)
    return apply(name, dtype, [node(dtype), node(dtype)])
  }
  if (chance.percent(20)) return apply(chance.pick(['neg', 'abs', 'floor', 'sqrt', 'round']), dtype, [node(dtype)])
  return apply(chance.pick(['add', 'sub', 'mul', 'div', 'max', 'min']), dtype, [node(dtype), node(dtype)])
}

/** A store whose elements are all different: the strides are those of a dense array over the loops. */
function anyStore(draft: Draft, outputs: Buffer[], loops: readonly Loop[], depth: number): Statement {
  const dtype = draft.chance.pick(draft.dtypes)
  const elements = loops.reduce((product, { extent }) => product * extent, 1)
  const target = output(outputs.length, dtype, elements + 3)
  outputs.push(target)
  let stride = 1
  const order = draft.chance.percent(70) ? [...loops].reverse() : loops
  const terms = order.map((loop): [Loop, number] => {
    const term: [Loop, number] = [loop, stride]
    stride *= loop.extent
    return term
  })
  return store(target, terms, anyNode(draft, loops, dtype, depth), 2)
}

function anyReduction(draft: Draft, outer: readonly Loop[], vectors: boolean): Statement {
  const { chance } = draft
  const dtype = chance.pick(draft.dtypes.filter((type) => type !== 'bool'))
  const loops = Array.from({ length: 1 + chance.below(2) }, () => loopOf(1 + chance.below(12)))
  const at = vectors && chance.percent(60) ? chance.below(loops.length) : -1
  const own = loops.map((loop, i) => ({ ...loop, vector: i === at }))
  const local: Local = { id: draft.locals.length, dtype }
  const value = anyNode({ ...draft, shared: [] }, [...outer, ...own], dtype, 2)
  draft.locals.push(local)
  return { kind: 'reduce', loops: own, local, operation: chance.pick(['sum', 'max', 'min']), value }
}

/** A kernel of one or two nests, each with its loops, of which one may be done in lanes. */
function anyKernel(seed: number): { planned: PlannedRoutine; reduces: boolean } {
  const chance = new Chance(seed)
  const all = dtypes.filter((dtype) => dtype === 'float32' || dtype === 'bool' || chance.percent(50))
  const inputs: Buffer[] = []
  const outputs: Buffer[] = []
  const body: Statement[] = []
  let reduces = false
  for (let nests = 0; nests <= chance.below(2); nests++) {
    const draft: Draft = { chance, inputs, dtypes: all, locals: [], shared: [] }
    const extents = Array.from({ length: chance.below(3) + 1 }, () => 1 + chance.below(chance.percent(30) ? 20 : 7))
    const vector = chance.below(extents.length + 1)
    const loops = extents.map((extent, i) => loopOf(extent, i === vector))
    const statements: Statement[] = []
    if (chance.percent(40)) {
      reduces = true
      statements.push(anyReduction(draft, loops, vector === loops.length))
    }
    for (let i = 0; i <= chance.below(3); i++) {
      const stored = anyStore(draft, outputs, loops, 3)
      if (stored.kind === 'store') draft.shared.push(stored.value)
      statements.push(stored)
    }
    body.push(nest(loops, ...statements))
  }
  return { planned: planned(inputs, outputs, ...body), reduces }
}

function anyInputs({ routine }: PlannedRoutine, seed: number): StorageArray[] {
  const chance = new Chance(seed + 77)
  return routine.inputs.map(({ dtype, elements }) => {
    const data = allocate(dtype, elements)
    for (let i = 0; i < elements; i++) {
      if (dtype === 'bool') data[i] = chance.below(2)
      else if (dtype === 'int32') data[i] = chance.below(400) - 200
      else if (dtype === 'uint32') data[i] = chance.below(300)
      else data[i] = chance.percent(2) ? Number.NaN : (chance.below(4000) - 2000) / 64
    }
    return data
  })
}

function disagreement(actual: StorageArray, expected: StorageArray, tolerance: number): string | null {
  for (let i = 0; i < actual.length - 3; i++) {
    const [x, y] = [actual[i + 2]!, expected[i + 2]!]
    if (Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y)) || x === y) continue
    if (tolerance > 0 && Math.abs(x - y) <= tolerance * (1 + Math.abs(y))) continue
    return `element ${i}: ${x}, not ${y}`
  }
  return null
}

describe('random kernels', () => {
  it.each([0, 1, 2, 3])('agree with the interpreter (%i)', (part) => {
    for (let seed = 150 * part; seed < 150 * (part + 1); seed++) {
      const { planned, reduces } = anyKernel(seed)
      const inputs = anyInputs(planned, seed)
      const expected = interpret(planned, inputs)
      const actual = runRoutine(planned, inputs)
      actual.forEach((data, i) => {
        expect(disagreement(data, expected[i]!, reduces ? 1e-4 : 0), `seed ${seed}, output ${i}`).toBeNull()
      })
    }
  })
})
