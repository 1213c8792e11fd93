/**
 * Values of nodes. A node is computed once, where it is first needed, into a local of the innermost scope; nodes below it first,
 * by a worklist. In a vector loop a node that differs from lane to lane is one vector for each part, any other is a scalar.
 */
import type { Address, Buffer, Node } from '../../../kernels/language/kernel.ts'
import { operandsOf } from '../../../kernels/language/walk.ts'
import type { Expression } from '../code/assembler.ts'
import { add, i32, local, op } from '../code/instructions.ts'
import type { Context, Lanes } from './context.ts'
import { isHot, isVarying } from './context.ts'
import {
  extract,
  gatherVector,
  type LaneAddress,
  laneNumbers,
  loadScalar,
  loadVector,
  scalarConstant,
  scalarType,
  splat,
  vectorConstant,
} from './lanes.ts'
import { isContiguous, placeAt } from './pointers.ts'
import type { Application } from './row.ts'
import { rows } from './scalar.ts'
import type { Held } from './scopes.ts'

type Load = Extract<Node, { kind: 'load' }>
type Apply = Extract<Node, { kind: 'apply' }>

/** The value of a node that is the same in every lane. */
export function scalarOf(context: Context, node: Node): Expression {
  compute(context, node)
  return computedScalar(context, node)
}

/** The value of a node in the vector loop: a vector for each part. */
export function partsOf(context: Context, node: Node): readonly Expression[] {
  compute(context, node)
  return computedParts(context, node)
}

/** Makes a node ready, at once: what is above it then reads locals. */
export function compute(context: Context, root: Node): void {
  const stack = [root]
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!
    if (isReady(context, node)) {
      stack.pop()
      continue
    }
    const height = stack.length
    const operands = operandsOf(node)
    for (let i = 0; i < operands.length; i++) if (!isReady(context, operands[i]!)) stack.push(operands[i]!)
    if (stack.length === height) context.scopes.setValue(node, freshValue(context, node))
  }
}

/** Makes a node that is the same in every lane ready as a vector. */
export function computeSplat(context: Context, node: Node): Expression {
  const known = context.scopes.splat(node)
  if (known !== undefined) return known
  const vector =
    node.kind === 'constant' ? vectorConstant(node.dtype, node.value) : splat(node.dtype, computedScalar(context, node))
  const held = context.scopes.hold('v128', vector)
  context.scopes.setSplat(node, held)
  return held
}

/** Constants, indices and variables need no code of their own, unless they differ from lane to lane. */
function isReady(context: Context, node: Node): boolean {
  if (node.kind === 'constant' || node.kind === 'local') return true
  if (node.kind === 'index' && !isVarying(context, context.lanes, node)) return true
  return context.scopes.value(node) !== undefined
}

function computedScalar(context: Context, node: Node): Expression {
  switch (node.kind) {
    case 'constant':
      return scalarConstant(node.dtype, node.value)
    case 'index':
      return indexOf(context, node.loop)
    case 'local':
      return local.get(context.variables.get(node.local)![0]!)
    default:
      return context.scopes.value(node)!.parts[0]!
  }
}

function indexOf({ indices }: Context, loop: Extract<Node, { kind: 'index' }>['loop']): Expression {
  const { counter, plus } = indices.get(loop)!
  if (counter === null) return i32(plus)
  return plus === 0 ? local.get(counter) : add(local.get(counter), i32(plus))
}

function computedParts(context: Context, node: Node): readonly Expression[] {
  const lanes = context.lanes!
  if (!isVarying(context, lanes, node)) return new Array(lanes.unroll).fill(computeSplat(context, node))
  if (node.kind === 'local') return context.variables.get(node.local)!.map((variable) => local.get(variable))
  return context.scopes.value(node)!.parts
}

/** Computes one node whose operands are ready. */
function freshValue(context: Context, node: Node): Held {
  const { lanes, scopes } = context
  if (lanes !== null && isVarying(context, lanes, node)) {
    const parts = vectorsOf(context, lanes, node)
    context.code.sharingConstants(() => {
      for (let part = 0; part < parts.length; part++) parts[part] = scopes.hold('v128', parts[part]!)
    })
    return { varying: true, parts }
  }
  return { varying: false, parts: [scopes.hold(scalarType[node.dtype], freshScalar(context, node))] }
}

function freshScalar(context: Context, node: Node): Expression {
  if (node.kind === 'load') {
    const { address, offset } = placeOf(context, node.buffer, node.address)
    return loadScalar(node.dtype, address, offset)
  }
  const apply = node as Apply // nodes of the other kinds are always ready
  const operands = apply.operands.map((operand) => computedScalar(context, operand))
  return rows[apply.name].scalar(operands, applicationOf(context, apply))
}

function vectorsOf(context: Context, lanes: Lanes, node: Node): Expression[] {
  if (node.kind === 'apply') return appliedVectors(context, lanes, node)
  const parts = Array.from({ length: lanes.unroll }, (_, part) => part)
  if (node.kind === 'load') return parts.map((part) => vectorLoad(context, lanes, node, part))
  const { loop } = node as Extract<Node, { kind: 'index' }> // constants and variables are always ready
  const first = splat('int32', indexOf(context, loop))
  return parts.map((part) => op('i32x4.add', first, laneNumbers(part * lanes.width)))
}

function appliedVectors(context: Context, { unroll }: Lanes, apply: Apply): Expression[] {
  const application = applicationOf(context, apply)
  const { vector } = rows[apply.name]
  const operands = apply.operands.map((operand) => computedParts(context, operand))
  const vectors = new Array<Expression>(unroll)
  for (let part = 0; part < unroll; part++) {
    const given = operands.map((parts) => parts[part]!)
    vectors[part] = vector(given, application)
  }
  return vectors
}

function applicationOf(context: Context, { name, dtype, operands, exponent }: Apply): Application {
  const { lanes, library } = context
  return {
    dtype: operands[name === 'select' ? 1 : 0]!.dtype,
    result: dtype,
    width: lanes?.width ?? (needsPairs(dtype, operands) ? 2 : 4),
    nodes: operands,
    exponent: exponent ?? 0,
    library,
    isHot: isHot(context),
  }
}

const needsPairs = (dtype: Node['dtype'], operands: readonly Node[]): boolean =>
  dtype === 'float64' || operands.some((operand) => operand.dtype === 'float64')

function vectorLoad(context: Context, lanes: Lanes, { dtype, buffer, address }: Load, part: number): Expression {
  if (!isContiguous(context, lanes, address)) {
    return gatherVector(dtype, lanes.width, lanePlaces(context, lanes, buffer, address, part))
  }
  const place = placeOf(context, buffer, address, part)
  return loadVector(dtype, lanes.width, place.address, place.offset)
}

/** The place of an element whose run-time index, if any, is the same in every lane; of the first lane of a part. */
export function placeOf(context: Context, buffer: Buffer, address: Address, part = 0): LaneAddress {
  const dynamic = address.dynamic === null ? null : computedScalar(context, address.dynamic)
  return placeAt(context, buffer, address, dynamic, part)
}

/** The place of each live lane of a part. */
export function lanePlaces(
  context: Context,
  lanes: Lanes,
  buffer: Buffer,
  address: Address,
  part: number,
): LaneAddress[] {
  const { dynamic } = address
  const differs = dynamic !== null && isVarying(context, lanes, dynamic)
  const indices = differs ? computedParts(context, dynamic)[part]! : null
  const uniform = dynamic === null || differs ? null : computedScalar(context, dynamic)
  return Array.from({ length: lanes.live }, (_, lane) => {
    const index = indices === null ? uniform : extract('int32', lanes.width, indices, lane)
    return placeAt(context, buffer, address, index, part, lane)
  })
}
