/**
 * An operand of a product in tiles, as a matrix [side, depth] that need not lie in memory as one: the side (rows of the left
 * operand, columns of the right one) and the depth are written in digits, and digits move through memory by strides. Where a
 * digit of the side and one of the depth meet on an axis of an image, a window says which elements exist; others are zero.
 */
import type { Buffer } from '../../../kernels/language/kernel.ts'
import type { ShaderWriter } from './shader-writer.ts'

/** A digit of an index: how many values it has, and by how many elements each step moves. */
export interface Digit {
  readonly extent: number
  readonly stride: number
}

/** Position (side digit · fromSide + depth digit · fromDepth + shift) / divisor of an axis of `size` elements. */
export interface TileWindow {
  readonly side: Digit
  readonly depth: Digit
  readonly fromSide: number
  readonly fromDepth: number
  readonly shift: number
  /** Positions that it does not divide do not exist. */
  readonly divisor: number
  readonly size: number
  /** By how many elements a position moves, if the digits do not say it. */
  readonly stride: number
}

/** Where an operand stands. Digits go from the slowest to the fastest. */
export interface TileOperand {
  readonly buffer: Buffer
  readonly offset: number
  readonly batchStrides: readonly number[]
  readonly side: readonly Digit[]
  readonly depth: readonly Digit[]
  readonly windows: readonly TileWindow[]
}

/** What is known of an index of one of the two kinds: the begin of its position, and its parts of the windows' positions. */
export interface IndexNames {
  readonly position: string
  readonly windows: readonly string[]
}

/** Do neighbours along the depth lie nearer to one another than neighbours along the side? */
export function runsAlongDepth({ side, depth }: TileOperand): boolean {
  const [across, along] = [fastest(side), fastest(depth)]
  if (along === undefined) return false
  if (across === undefined) return true
  return along.stride === across.stride ? along.extent > across.extent : along.stride < across.stride
}

/** The fastest digit that moves. */
const fastest = (digits: readonly Digit[]): Digit | undefined => digits.findLast(({ stride }) => stride !== 0)

/** Writes the loads of an operand. */
export class OperandWriter {
  readonly #operand: TileOperand
  readonly #writer: ShaderWriter
  readonly #begin: string

  constructor(operand: TileOperand, writer: ShaderWriter, side: string) {
    const batches = operand.batchStrides.flatMap((stride, axis) => (stride === 0 ? [] : `batch${axis} * ${stride}`))
    this.#operand = operand
    this.#writer = writer
    this.#begin = `begin_${side}`
    writer.line(`let ${this.#begin} = ${[`${operand.offset}`, ...batches].join(' + ')};`)
  }

  /** What follows from an index of the side. */
  side(index: string): IndexNames {
    const { side, windows } = this.#operand
    return this.#named(side, index, this.#begin, (digits) =>
      windows.map((window) => `${scaled(digits, window.side, window.fromSide)} + ${window.shift}`),
    )
  }

  /** What follows from an index of the depth. */
  depth(index: string): IndexNames {
    const { depth, windows } = this.#operand
    return this.#named(depth, index, '0', (digits) =>
      windows.map((window) => scaled(digits, window.depth, window.fromDepth)),
    )
  }

  /** The element where two indices meet, and the conditions under which it exists. */
  load(side: IndexNames, depth: IndexNames): { readonly value: string; readonly conditions: readonly string[] } {
    const { buffer, windows } = this.#operand
    const terms = [side.position, depth.position]
    const conditions = windows.flatMap((window, i) => {
      const place = `(${side.windows[i]} + ${depth.windows[i]})`
      const at = quotient(place, window.divisor)
      if (window.divisor > 1) terms.push(`${at} * ${window.stride}`)
      const inside = `u32${place} < ${window.size * window.divisor}u`
      return window.divisor === 1 ? [inside] : [inside, `u32${place} % ${window.divisor}u == 0u`]
    })
    return { value: this.#writer.loadAt(buffer, terms.join(' + ')), conditions }
  }

  #named(
    digits: readonly Digit[],
    index: string,
    begin: string,
    windowsOf: (texts: ReadonlyMap<Digit, string>) => readonly string[],
  ): IndexNames {
    const texts = digitTexts(digits, index)
    const terms = digits.filter(({ stride }) => stride !== 0).map((digit) => scaled(texts, digit, digit.stride))
    const position = this.#let('position', [begin, ...terms].join(' + '))
    return { position, windows: windowsOf(texts).map((text) => this.#let('place', text)) }
  }

  #let(prefix: string, text: string): string {
    const name = this.#writer.fresh(prefix)
    this.#writer.line(`let ${name} = ${text};`)
    return name
  }
}

/** The text of each digit of an index. */
export function digitTexts<D extends { readonly extent: number }>(
  digits: readonly D[],
  index: string,
): ReadonlyMap<D, string> {
  const texts = new Map<D, string>()
  let slower = 1
  for (let i = digits.length - 1; i >= 0; i--) {
    const { extent } = digits[i]
    const rest = quotient(index, slower)
    texts.set(digits[i], extent === 1 ? '0' : i === 0 ? rest : `i32(u32(${rest}) % ${extent}u)`)
    slower *= extent
  }
  return texts
}

const scaled = (texts: ReadonlyMap<Digit, string>, digit: Digit, factor: number): string =>
  factor === 1 ? texts.get(digit)! : `${texts.get(digit)!} * ${factor}`

/** Of an index, which is not negative: division of unsigned numbers is cheaper. */
const quotient = (index: string, divisor: number): string =>
  divisor === 1 ? index : `i32(u32(${index}) / ${divisor}u)`
