/**
 * Loops that read along one axis and write along another. Lane by lane they would fetch each cache line again and again. Here
 * the loop along which the read elements lie side by side takes as many turns at a time as there are lanes: a square block is
 * read row by row, turned round in registers, and the body is written once for each of its columns. Blocks run along the rows
 * first, so that every cache line that is touched is used up.
 */
import type { Loop, Node, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes } from '../../../kernels/language/walk.ts'
import type { Expression } from '../code/assembler.ts'
import { i32x4, shuffle } from '../code/instructions.ts'
import type { Context } from './context.ts'
import { rootsOf } from './dependence.ts'
import { loadVector, type Width } from './lanes.ts'
import { hoist, inSections, type Plan, repeat } from './loops.ts'
import { placeAt, strideAlong } from './pointers.ts'

type For = Extract<Statement, { kind: 'for' }>
type Load = Extract<Node, { kind: 'load' }>

/** A nest of loops around stores, some of whose loads lie side by side along `across` and apart along the loop done in lanes. */
export interface Turning {
  /** The other loops, outermost first. */
  readonly outer: readonly Loop[]
  readonly across: Loop
  /** The loop done in lanes, and its body alone. */
  readonly lanes: Loop
  readonly body: readonly Statement[]
  readonly loads: readonly Load[]
}

/** The nest, if there is anything to turn round in it. */
export function turningOf({ dependences }: Context, statement: For): Turning | null {
  const { loops, body } = nestOf(statement)
  const lanes = loops.find(({ vector }) => vector)
  if (lanes === undefined || loops.length < 2 || !loops.every(({ parallel }) => parallel)) return null
  if (!body.every(({ kind }) => kind === 'store')) return null
  const apart = allNodes(body.flatMap(rootsOf)).filter(
    (node): node is Load =>
      node.kind === 'load' &&
      node.address.dynamic === null &&
      dependences.of(node).reads.size === 0 &&
      Math.abs(strideAlong(node.address, lanes)) > 1,
  )
  const across = loops.find((loop) => loop !== lanes && apart.some(({ address }) => strideAlong(address, loop) === 1))
  if (across === undefined) return null
  const outer = loops.filter((loop) => loop !== lanes && loop !== across)
  return { outer, across, lanes, body, loads: apart.filter(({ address }) => strideAlong(address, across) === 1) }
}

/** Loops of which each is all that stands in the one before. */
function nestOf(statement: For): { readonly loops: readonly Loop[]; readonly body: readonly Statement[] } {
  const loops = [statement.loop]
  let { body } = statement
  while (body.length === 1 && body[0]!.kind === 'for') {
    loops.push(body[0].loop)
    body = body[0].body
  }
  return { loops, body }
}

/** Writes the nest; `plan` is that of its loop in lanes, `write` writes the body. */
export function writeTurned(context: Context, turning: Turning, plan: Plan, write: () => void): void {
  const { outer, across, body } = turning
  const whole = across.extent - (across.extent % plan.width)
  const block = (): void => writeBlock(context, turning, plan.width, write)
  const rows = (): void => {
    hoist(context, body)
    repeat(context, across, 0, whole, plan.width, block)
    repeat(context, across, whole, across.extent, 1, write)
  }
  const open = (depth: number): void => {
    hoist(context, body, plan)
    const loop = outer[depth]
    if (loop !== undefined) repeat(context, loop, 0, loop.extent, 1, () => open(depth + 1))
    else inSections(context, plan, rows)
  }
  open(0)
}

/** Reads the blocks of all parts, then writes the body for each turn of `across`, which finds its loads computed. */
function writeBlock(context: Context, { across, loads }: Turning, width: Width, write: () => void): void {
  const { indices, scopes } = context
  const columns = loads.map((load) => turned(context, load))
  const { counter, plus } = indices.get(across)!
  for (let turn = 0; turn < width; turn++) {
    indices.set(across, { counter, plus: plus + turn })
    scopes.open()
    loads.forEach((load, i) => {
      scopes.setValue(load, { varying: true, parts: columns[i]!.map((part) => part[turn]!) })
    })
    write()
    scopes.close()
  }
  indices.set(across, { counter, plus })
}

/** For each part of the vector loop the columns of its block. */
function turned(context: Context, { dtype, buffer, address }: Load): readonly (readonly Expression[])[] {
  const { width, unroll, live } = context.lanes!
  const { scopes } = context
  return Array.from({ length: unroll }, (_, part) => {
    const rows = Array.from({ length: width }, (_, lane) => {
      if (lane >= live) return i32x4(0)
      const place = placeAt(context, buffer, address, null, part, lane)
      return scopes.hold('v128', loadVector(dtype, width, place.address, place.offset))
    })
    return transposed(context, rows, width, dtype === 'float64' || dtype === 'bool')
  })
}

/** The columns of a square of lanes; `long`: two lanes of 64 bits, else two or four of 32. */
function transposed(
  { scopes }: Context,
  rows: readonly Expression[],
  width: Width,
  long: boolean,
): readonly Expression[] {
  const [a, b, c, d] = rows as [Expression, Expression, Expression, Expression] // two or four, as `width` says
  const held = (first: Expression, second: Expression, lanes: readonly number[]): Expression =>
    scopes.hold('v128', shuffle(first, second, lanes))
  if (width === 2) {
    return long ? [held(a, b, [0, 2]), held(a, b, [1, 3])] : [held(a, b, [0, 4, 0, 4]), held(a, b, [1, 5, 1, 5])]
  }
  const [ab, cd] = [held(a, b, [0, 4, 1, 5]), held(c, d, [0, 4, 1, 5])]
  const [abUpper, cdUpper] = [held(a, b, [2, 6, 3, 7]), held(c, d, [2, 6, 3, 7])]
  return [held(ab, cd, [0, 2]), held(ab, cd, [1, 3]), held(abUpper, cdUpper, [0, 2]), held(abUpper, cdUpper, [1, 3])]
}
