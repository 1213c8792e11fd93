/**
 * Expressions of WebAssembly code: every instruction as a function of its operands.
 *
 * `op('f32x4.add', x, y)` for the instructions without immediates (an unknown name or a wrong number of operands does not
 * compile), and one function per form of immediate: constants, variables, memory, lanes, control. An operand that is already
 * on the stack is written `nothing`. Expressions nest by calls of JavaScript, so keep their depth in the thousands.
 *
 * Source: WebAssembly Core Specification 2.0, section 5.4 "Instructions".
 */
import {
  type Expression,
  type FunctionBuilder,
  type Label,
  type Local,
  type ValueType,
  valueTypeCode,
} from './assembler.ts'
import { addressOfConstant } from './constant-pool.ts'
import type { ByteWriter } from './encoding.ts'
import { binary, loads, nullary, stores, ternary, unary } from './opcodes.ts'
import {
  laneExtracts,
  laneLoads,
  laneReplacements,
  laneStores,
  vectorBinary,
  vectorLoads,
  vectorStores,
  vectorTernary,
  vectorUnary,
} from './simd-opcodes.ts'

const plain = {
  ...nullary,
  ...unary,
  ...binary,
  ...ternary,
  ...vectorUnary,
  ...vectorBinary,
  ...vectorTernary,
} as const
const reads = { ...loads, ...vectorLoads } as const
const writes = { ...stores, ...vectorStores } as const

/** Instructions of one operand and no immediate. */
type UnaryName = keyof typeof unary | keyof typeof vectorUnary
/** Instructions of two operands and no immediate. */
type BinaryName = keyof typeof binary | keyof typeof vectorBinary
/** Instructions of three operands and no immediate. */
type TernaryName = keyof typeof ternary | keyof typeof vectorTernary
/** Every instruction without immediates. */
export type InstructionName = keyof typeof plain
/** Loads, vectors included. */
export type LoadName = keyof typeof reads
/** Stores, vectors included. */
export type StoreName = keyof typeof writes
/** Loads of one lane. */
export type LaneLoadName = keyof typeof laneLoads
/** Stores of one lane. */
export type LaneStoreName = keyof typeof laneStores
/** Extractions of a lane. */
export type ExtractName = keyof typeof laneExtracts
/** Replacements of a lane. */
export type ReplaceName = keyof typeof laneReplacements

/** The operands that an instruction takes. */
export type Operands<Name extends InstructionName> = Name extends UnaryName
  ? [Expression]
  : Name extends BinaryName
    ? [Expression, Expression]
    : Name extends TernaryName
      ? [Expression, Expression, Expression]
      : []

const writeOpcode = (bytes: ByteWriter, opcode: number): void => {
  if (opcode < 0x10000) {
    bytes.byte(opcode)
  } else {
    bytes.byte(opcode >>> 16)
    bytes.unsigned(opcode & 0xffff)
  }
}

// ---- composition

/** No code: an operand that is already on the stack. */
export const nothing: Expression = () => {}

/** Expressions one after the other. */
export const sequence =
  (...expressions: readonly Expression[]): Expression =>
  (code) => {
    for (let i = 0; i < expressions.length; i++) expressions[i]!(code)
  }

/** An instruction without immediates. */
export const op: <Name extends InstructionName>(name: Name, ...operands: Operands<Name>) => Expression = instruction

/** A list of operands would be garbage of every instruction; there are at most three. */
function instruction(name: InstructionName, a?: Expression, b?: Expression, c?: Expression): Expression {
  const opcode = plain[name]
  if (opcode === undefined) throw new Error(`op: there is no instruction '${name}' without immediates.`)
  return (code) => {
    if (a !== undefined) a(code)
    if (b !== undefined) b(code)
    if (c !== undefined) c(code)
    writeOpcode(code.bytes, opcode)
  }
}

/** The sum of two i32. */
export const add = (a: Expression, b: Expression): Expression => op('i32.add', a, b)
/** The difference of two i32. */
export const subtract = (a: Expression, b: Expression): Expression => op('i32.sub', a, b)
/** The product of two i32. */
export const multiply = (a: Expression, b: Expression): Expression => op('i32.mul', a, b)

/** The smaller of two unsigned i32; both are evaluated twice, so they should be locals or constants. */
export const smaller = (a: Expression, b: Expression): Expression => op('select', a, b, op('i32.lt_u', a, b))

// ---- constants

/** A 32-bit integer, −2³¹ ≤ value < 2³². */
export const i32 =
  (value: number): Expression =>
  ({ bytes }) => {
    bytes.byte(0x41)
    bytes.signed(value)
  }

/** A 64-bit integer, −2⁶³ ≤ value < 2⁶⁴. */
export const i64 =
  (value: bigint): Expression =>
  ({ bytes }) => {
    bytes.byte(0x42)
    bytes.signed64(value)
  }

/** A float32, rounded from the number given. */
export const f32 =
  (value: number): Expression =>
  ({ bytes }) => {
    bytes.byte(0x43)
    bytes.float32(value)
  }

/** A float64. */
export const f64 =
  (value: number): Expression =>
  ({ bytes }) => {
    bytes.byte(0x44)
    bytes.float64(value)
  }

/** A vector of 16 bytes. */
export const v128 = (content: Uint8Array): Expression => {
  if (content.length !== 16) throw new RangeError(`v128: ${content.length} bytes, a vector has 16.`)
  return ({ bytes }) => {
    bytes.byte(0xfd)
    bytes.unsigned(0x0c)
    bytes.append(content)
  }
}

/**
 * A vector of 16 bytes that code uses again and again: loaded from the pool of constants, in modules that have one. What is
 * `rare`, since it belongs to one program, may fill only a half of it.
 */
export const pooled = (content: Uint8Array, use: 'common' | 'rare' = 'common'): Expression => {
  const inPlace = v128(content)
  // nothing is shorter than zeros and ones
  if (content.every((byte) => byte === content[0]) && (content[0] === 0 || content[0] === 0xff)) return inPlace
  return (code) => {
    const address = code.constants === null ? null : addressOfConstant(content, use)
    if (address === null) inPlace(code)
    else {
      code.constants!.add(address)
      const place = code.sharedConstant(address)
      const fresh = load('v128.load', i32(0), address)
      if (place === null) fresh(code)
      else if (place.isSet) local.get(place.local)(code)
      else local.tee(place.local, fresh)(code)
    }
  }
}

type FourLanes = readonly [number] | readonly [number, number, number, number]

const fourLanes = (lanes: FourLanes): readonly number[] => (lanes.length === 1 ? Array(4).fill(lanes[0]) : lanes)

/** A vector of four float32; one value fills all lanes. */
export const f32x4 = (...lanes: FourLanes): Expression =>
  v128(new Uint8Array(Float32Array.from(fourLanes(lanes)).buffer))

/** A vector of four 32-bit integers, signed or unsigned; one value fills all lanes. */
export const i32x4 = (...lanes: FourLanes): Expression => v128(new Uint8Array(Int32Array.from(fourLanes(lanes)).buffer))

/** A vector of two float64; one value fills both lanes. */
export const f64x2 = (low: number, high = low): Expression => v128(new Uint8Array(Float64Array.of(low, high).buffer))

/** A vector of two 64-bit integers, signed or unsigned; one value fills both lanes. */
export const i64x2 = (low: bigint, high = low): Expression =>
  v128(new Uint8Array(BigInt64Array.of(BigInt.asIntN(64, low), BigInt.asIntN(64, high)).buffer))

// ---- variables

const indexed =
  (opcode: number, index: number, operand: Expression = nothing): Expression =>
  (code) => {
    operand(code)
    code.bytes.byte(opcode)
    code.bytes.unsigned(index)
  }

/** Reading a variable is the same code wherever it stands. */
const reading: Expression[] = []

/** Local variables: `get` reads, `set` writes, `tee` writes and leaves the value on the stack. */
export const local = {
  get(index: Local): Expression {
    reading[index] ??= indexed(0x20, index)
    return reading[index]
  },
  set: (index: Local, value: Expression): Expression => indexed(0x21, index, value),
  tee: (index: Local, value: Expression): Expression => indexed(0x22, index, value),
} as const

/** Global variables, by the index that the module gave. */
export const global = {
  get: (index: number): Expression => indexed(0x23, index),
  set: (index: number, value: Expression): Expression => indexed(0x24, index, value),
} as const

/** Adds to an i32 variable. */
export const increment = (index: Local, amount: Expression): Expression =>
  local.set(index, add(local.get(index), amount))

/** Code with a local of its own, which is recycled afterwards; its first value is arbitrary. */
export const scratch =
  (type: ValueType, use: (variable: Local) => Expression): Expression =>
  (code) => {
    const variable = code.local(type)
    use(variable)(code)
    code.release(variable)
  }

/** Evaluates a value once and hands a cheap reader of it to the code that uses it more than once. */
export const share = (type: ValueType, value: Expression, use: (read: Expression) => Expression): Expression =>
  scratch(type, (variable) => sequence(local.set(variable, value), use(local.get(variable))))

// ---- memory

const memoryImmediates = (bytes: ByteWriter, entry: readonly [number, number], offset: number, alignment: number) => {
  writeOpcode(bytes, entry[0])
  bytes.unsigned(alignment)
  bytes.unsigned(offset)
}

/** Reads memory at address + offset; `alignment` is the base-2 logarithm of a promise, natural unless told. */
export const load = (
  name: LoadName,
  address: Expression,
  offset = 0,
  alignment: number = reads[name][1],
): Expression => {
  return (code) => {
    address(code)
    memoryImmediates(code.bytes, reads[name], offset, alignment)
  }
}

/** Writes memory at address + offset. */
export const store = (
  name: StoreName,
  address: Expression,
  value: Expression,
  offset = 0,
  alignment: number = writes[name][1],
): Expression => {
  return (code) => {
    address(code)
    value(code)
    memoryImmediates(code.bytes, writes[name], offset, alignment)
  }
}

/** A vector with one lane read from memory at address + offset. */
export const loadLane = (
  name: LaneLoadName,
  address: Expression,
  vector: Expression,
  lane: number,
  offset = 0,
): Expression => laneAccess(laneLoads[name], address, vector, lane, offset)

/** Writes one lane of a vector to memory at address + offset. */
export const storeLane = (
  name: LaneStoreName,
  address: Expression,
  vector: Expression,
  lane: number,
  offset = 0,
): Expression => laneAccess(laneStores[name], address, vector, lane, offset)

const laneAccess =
  (
    entry: readonly [number, number],
    address: Expression,
    vector: Expression,
    lane: number,
    offset: number,
  ): Expression =>
  (code) => {
    address(code)
    vector(code)
    memoryImmediates(code.bytes, entry, offset, entry[1])
    code.bytes.byte(lane)
  }

const withImmediates =
  (operands: readonly Expression[], opcode: number, ...immediates: readonly number[]): Expression =>
  (code) => {
    for (let i = 0; i < operands.length; i++) operands[i]!(code)
    writeOpcode(code.bytes, opcode)
    for (let i = 0; i < immediates.length; i++) code.bytes.unsigned(immediates[i]!)
  }

/** The size of the memory in pages of 64 KiB. */
export const memorySize = (): Expression => withImmediates([], 0x3f, 0)

/** Grows the memory by some pages; the former size in pages, or −1 if that was refused. */
export const memoryGrow = (pages: Expression): Expression => withImmediates([pages], 0x40, 0)

/** Copies bytes; the regions may overlap. */
export const memoryCopy = (target: Expression, source: Expression, bytes: Expression): Expression =>
  withImmediates([target, source, bytes], 0xfc000a, 0, 0)

/** Fills bytes with the low byte of a value. */
export const memoryFill = (target: Expression, value: Expression, bytes: Expression): Expression =>
  withImmediates([target, value, bytes], 0xfc000b, 0)

/** Copies bytes of a passive data segment, from an offset inside it. */
export const memoryInit = (segment: number, target: Expression, offset: Expression, bytes: Expression): Expression =>
  withImmediates([target, offset, bytes], 0xfc0008, segment, 0)

/** Frees a passive data segment. */
export const dataDrop = (segment: number): Expression => withImmediates([], 0xfc0009, segment)

// ---- lanes

/** One lane of a vector as a scalar. */
export const extractLane = (name: ExtractName, vector: Expression, lane: number): Expression =>
  withImmediates([vector], laneExtracts[name], lane)

/** A vector with one lane replaced. */
export const replaceLane = (name: ReplaceName, vector: Expression, lane: number, value: Expression): Expression =>
  withImmediates([vector, value], laneReplacements[name], lane)

/**
 * A vector of lanes chosen from two; lanes of the second count on from those of the first. The number of lanes
 * (2, 4, 8 or 16) gives their width: `shuffle(a, b, [0, 2])` is the low half of each.
 */
export const shuffle = (a: Expression, b: Expression, lanes: readonly number[]): Expression => {
  const width = 16 / lanes.length
  if (!Number.isInteger(width)) throw new RangeError(`shuffle: ${lanes.length} lanes, a vector has 2, 4, 8 or 16.`)
  const chosen = lanes.flatMap((lane) => Array.from({ length: width }, (_, byte) => lane * width + byte))
  return withImmediates([a, b], 0xfd000d, ...chosen)
}

// ---- control

/** A new target of branches; its purpose is named in errors. */
export const newLabel = (purpose: string): Label => ({ purpose })

const enclosed = (code: FunctionBuilder, label: Label | undefined, body: readonly Expression[]): void => {
  code.openLabel(label)
  code.withoutSharing(() => {
    for (let i = 0; i < body.length; i++) body[i]!(code)
  })
  code.closeLabel()
}

const blockOf =
  (opcode: number, label: Label, body: readonly Expression[]): Expression =>
  (code) => {
    code.bytes.byte(opcode)
    code.bytes.byte(0x40)
    enclosed(code, label, body)
    code.bytes.byte(0x0b)
  }

/** Code that a branch to the label leaves at its end. */
export const block = (label: Label, ...body: readonly Expression[]): Expression => blockOf(0x02, label, body)

/** Code that a branch to the label begins anew; without a branch it is run once. */
export const loop = (label: Label, ...body: readonly Expression[]): Expression => blockOf(0x03, label, body)

const conditional =
  (type: number, condition: Expression, chosen: Expression, otherwise: Expression | undefined): Expression =>
  (code) => {
    condition(code)
    code.bytes.byte(0x04)
    code.bytes.byte(type)
    enclosed(code, undefined, [chosen])
    if (otherwise) {
      code.bytes.byte(0x05)
      enclosed(code, undefined, [otherwise])
    }
    code.bytes.byte(0x0b)
  }

/** Code run if the condition is not zero, else the other. */
export const when = (condition: Expression, then: Expression, otherwise?: Expression): Expression =>
  conditional(0x40, condition, then, otherwise)

/** A value chosen by a condition; only the chosen one is evaluated. */
export const choose = (type: ValueType, condition: Expression, chosen: Expression, otherwise: Expression): Expression =>
  conditional(valueTypeCode[type], condition, chosen, otherwise)

/** Leaves the block, or begins the loop, of the label. */
export const br =
  (label: Label): Expression =>
  (code) => {
    code.bytes.byte(0x0c)
    code.bytes.unsigned(code.labelDepth(label))
  }

/** A branch if the condition is not zero. */
export const brIf =
  (label: Label, condition: Expression): Expression =>
  (code) => {
    condition(code)
    code.bytes.byte(0x0d)
    code.bytes.unsigned(code.labelDepth(label))
  }

/** A branch to the label that the selector counts, or to the last one if there is none. */
export const brTable =
  (labels: readonly Label[], otherwise: Label, selector: Expression): Expression =>
  (code) => {
    selector(code)
    code.bytes.byte(0x0e)
    code.bytes.unsigned(labels.length)
    for (const label of [...labels, otherwise]) code.bytes.unsigned(code.labelDepth(label))
  }

/** The case that an i32 counts, from 0; the last one is taken for all greater numbers. */
export const switchOn = (selector: Expression, cases: readonly Expression[]): Expression => {
  const end = newLabel('end of switch')
  const labels = cases.map((_, i) => newLabel(`case ${i}`))
  const table = brTable(labels.slice(0, -1), labels[labels.length - 1], selector)
  const nested = cases.reduce((inner, body, i) => sequence(block(labels[i], inner), body, br(end)), table)
  return block(end, nested)
}

/** Leaves the function with the results given. */
export const returnWith =
  (...values: readonly Expression[]): Expression =>
  (code) => {
    for (const value of values) value(code)
    code.bytes.byte(0x0f)
  }

/** The results of a function, by its index. */
export const call =
  (index: number, ...operands: readonly Expression[]): Expression =>
  (code) => {
    for (let i = 0; i < operands.length; i++) operands[i]!(code)
    code.bytes.byte(0x10)
    code.bytes.unsigned(index)
  }

/**
 * `for (index = from; index < to; index += step) body`, all unsigned i32; `to` is evaluated at every turn, so it should
 * be a local or a constant, and `to + step` must stay below 2³². With `nonEmpty` the first test is left out.
 */
export const forUp = (
  index: Local,
  from: Expression,
  to: Expression,
  step: number,
  body: Expression,
  nonEmpty = false,
): Expression => {
  const turn = newLabel('turn')
  const next = local.tee(index, add(local.get(index), i32(step)))
  const turns = loop(turn, body, brIf(turn, op('i32.lt_u', next, to)))
  return sequence(local.set(index, from), nonEmpty ? turns : when(op('i32.lt_u', local.get(index), to), turns))
}
