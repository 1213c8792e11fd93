/**
 * Bytes of the WebAssembly binary format: LEB128 integers, IEEE floats and names, written into one growable array.
 *
 * Source: WebAssembly Core Specification 2.0, chapter 5 "Binary Format", section 5.2 "Values".
 */

/** A growable byte array with the writers of the binary format; integers are LEB128, floats little-endian
 * (as are the typed arrays of every engine that runs WebAssembly). */
export class ByteWriter {
  /** The number of bytes written so far. */
  length = 0
  private bytes: Uint8Array<ArrayBuffer>

  constructor(capacity = 512) {
    this.bytes = new Uint8Array(capacity)
  }

  /** Writes one byte, 0 ≤ value ≤ 255. */
  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** Writes an unsigned LEB128 integer, 0 ≤ value < 2³²; any other number throws. */
  unsigned(value: number): void {
    let rest = value >>> 0
    if (rest !== value) throw new RangeError(`wasm encoding: ${value} is not an unsigned 32-bit integer.`)
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** Writes a 32-bit constant as signed LEB128; −2³¹ ≤ value < 2³² (upper half read as two's complement). */
  signed(value: number): void {
    let rest = value | 0
    if (rest !== value && value >>> 0 !== value)
      throw new RangeError(`wasm encoding: ${value} is not a 32-bit integer.`)
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    this.byte(rest & 0x7f)
  }

  /** Writes a 64-bit constant as signed LEB128; −2⁶³ ≤ value < 2⁶⁴ (upper half read as two's complement). */
  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value)
    if (rest !== value && BigInt.asUintN(64, value) !== value) {
      throw new RangeError(`wasm encoding: ${value} is not a 64-bit integer.`)
    }
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.byte(Number(rest & 0x7fn))
  }

  /** Writes four bytes: the IEEE single nearest to the value. */
  float32(value: number): void {
    this.append(new Uint8Array(Float32Array.of(value).buffer))
  }

  /** Writes eight bytes: the IEEE double. */
  float64(value: number): void {
    this.append(new Uint8Array(Float64Array.of(value).buffer))
  }

  /** Writes bytes as they are, without their number. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Writes the number of bytes that another writer holds, then those bytes. */
  sized(content: ByteWriter): void {
    this.unsigned(content.length)
    this.append(content.written())
  }

  /** Writes a text in UTF-8 after its number of bytes. */
  name(text: string): void {
    const bytes = new TextEncoder().encode(text)
    this.unsigned(bytes.length)
    this.append(bytes)
  }

  /** A view, not a copy, of what has been written; the next write may leave it behind. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length)
  }

  private reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length))
    larger.set(this.bytes)
    this.bytes = larger
  }
}
