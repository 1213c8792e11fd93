/**
 * Element addresses. The part of an address that an outer loop determines is computed once in that loop: an address is a chain
 * base → + first loop → + second loop …, and each link is shared by all addresses that begin alike. What is constant goes into
 * the immediate of the memory instruction where the address cannot be negative before it is added.
 */
import { bytesOf } from '../../../core/dtype.ts'
import type { Address, Buffer, Loop } from '../../../kernels/language/kernel.ts'
import type { Expression } from '../code/assembler.ts'
import { add, i32, local, multiply, op } from '../code/instructions.ts'
import type { Context, Lanes } from './context.ts'
import { isVarying } from './context.ts'
import type { LaneAddress } from './lanes.ts'

/** The stride of an address along a loop, in elements. */
export function strideAlong({ terms }: Address, loop: Loop): number {
  let stride = 0
  for (let i = 0; i < terms.length; i++) if (terms[i]!.loop === loop) stride += terms[i]!.stride
  return stride
}

/** Do the lanes stand side by side in memory? */
export const isContiguous = (context: Context, { loop }: Lanes, address: Address): boolean =>
  strideAlong(address, loop) === 1 && (address.dynamic === null || !isVarying(context, context.lanes, address.dynamic))

/** Does the address differ from lane to lane? */
export const isSpread = (context: Context, { loop }: Lanes, address: Address): boolean =>
  strideAlong(address, loop) !== 0 || (address.dynamic !== null && isVarying(context, context.lanes, address.dynamic))

/** Makes what the open loops determine of an address ready, for the loops to be opened next. */
export function preparePointer(context: Context, buffer: Buffer, address: Address): void {
  chain(context, buffer, address)
}

/**
 * The place of an element: of one lane of one part, in a vector loop. `dynamic` is the run-time index of an address that has
 * one. An address that may be negative on the way is added up whole, since only the sum of pointer and immediate is checked.
 */
export function placeAt(
  context: Context,
  buffer: Buffer,
  address: Address,
  dynamic: Expression | null,
  part = 0,
  lane = 0,
): LaneAddress {
  const bytes = bytesOf(buffer.dtype)
  const pointer = chain(context, buffer, address)
  const extra = bytes * (constantPart(context, address) + laneOffset(context, address, part, lane))
  if (isPlain(buffer, address)) {
    return { address: pointer, offset: extra + fixedOffset(buffer, address) }
  }
  const moved = dynamic === null ? pointer : add(pointer, op('i32.shl', dynamic, i32(Math.log2(bytes))))
  return { address: extra === 0 ? moved : add(moved, i32(extra)), offset: 0 }
}

/** Σ stride · plus over the open loops. */
function constantPart({ indices }: Context, { terms }: Address): number {
  let sum = 0
  for (let i = 0; i < terms.length; i++) {
    const { loop, stride } = terms[i]!
    if (stride !== 0) sum += stride * indices.get(loop)!.plus
  }
  return sum
}

function laneOffset({ lanes }: Context, address: Address, part: number, lane: number): number {
  return lanes === null ? 0 : strideAlong(address, lanes.loop) * (part * lanes.width + lane)
}

/** Bytes from the base that no loop changes. */
const fixedOffset = (buffer: Buffer, { offset }: Address): number => offset * bytesOf(buffer.dtype)

/** May the fixed offset be added last? Then nothing before it may be negative. */
const isPlain = (buffer: Buffer, address: Address): boolean =>
  address.dynamic === null && fixedOffset(buffer, address) >= 0 && address.terms.every(({ stride }) => stride >= 0)

/** The base and the counters of the open loops. */
function chain(context: Context, buffer: Buffer, address: Address): Expression {
  const { scopes, indices } = context
  const base = context.bases.get(buffer)!
  const fixed = isPlain(buffer, address) ? 0 : fixedOffset(buffer, address)
  let key = `${base}+${fixed}`
  let pointer = fixed === 0 ? local.get(base) : remembered(context, key, () => add(local.get(base), i32(fixed)))
  for (const [loop, { counter }] of indices) {
    const stride = strideAlong(address, loop) * bytesOf(buffer.dtype)
    if (stride === 0 || counter === null) continue
    key += `|${loop.id}*${stride}`
    const link = scopes.pointer(key)
    pointer = link ?? extend(context, key, pointer, scaled(context, loop, stride))
  }
  return pointer
}

const extend = (context: Context, key: string, pointer: Expression, step: Expression): Expression =>
  remembered(context, key, () => add(pointer, step))

/** counter · bytes. */
function scaled(context: Context, loop: Loop, bytes: number): Expression {
  const counter = local.get(context.indices.get(loop)!.counter!)
  const power = Math.log2(bytes)
  const product = (): Expression =>
    Number.isInteger(power) ? op('i32.shl', counter, i32(power)) : multiply(counter, i32(bytes))
  return remembered(context, `${loop.id}*${bytes}`, product)
}

function remembered({ scopes }: Context, key: string, compute: () => Expression): Expression {
  const known = scopes.pointer(key)
  if (known !== undefined) return known
  const pointer = scopes.hold('i32', compute())
  scopes.setPointer(key, pointer)
  return pointer
}
