/**
 * CRC-32 (ISO 3309, polynomial 0xEDB88320 reflected): finds every flipped bit, every burst of up to 32 bits, and all but one of
 * 2^32 other corruptions.
 */

let table: Uint32Array | undefined

/** The checksum of bytes; `crc` continues that of the bytes before. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  table ??= makeTable()
  let state = ~crc
  for (let i = 0; i < bytes.length; i++) state = table[(state ^ bytes[i]) & 0xff] ^ (state >>> 8)
  return ~state >>> 0
}

function makeTable(): Uint32Array {
  const entries = new Uint32Array(256)
  for (let n = 0; n < 256; n++) {
    let entry = n
    for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1
    entries[n] = entry
  }
  return entries
}
