/**
 * Constants of vector code in memory. V8 writes `v128.const` anew, in several instructions, at each use in each turn of a loop;
 * a load is one (measured in Node 24: exp of float32 takes 1.6 times as long without this). Every constant has one place at the
 * beginning of the memory, the same for all modules of the process, and a module brings those that it uses as data.
 */

/** Bytes at the beginning of a memory that belong to constants. */
export const POOL_BYTES = 16_384
/** Nothing stands at address 0. */
const FIRST = 64

const addresses = new Map<string, number>()
const contents = new Map<number, Uint8Array>()

/** The address of sixteen bytes; null if the pool is full (for a `rare` constant: half full). */
export function addressOfConstant(content: Uint8Array, use: 'common' | 'rare' = 'common'): number | null {
  const key = content.join()
  const known = addresses.get(key)
  if (known !== undefined) return known
  const address = FIRST + 16 * addresses.size
  if (address + 16 > (use === 'common' ? POOL_BYTES : POOL_BYTES / 2)) return null
  addresses.set(key, address)
  contents.set(address, content.slice())
  return address
}

/** The bytes from some address on. */
interface Run {
  readonly address: number
  readonly bytes: Uint8Array
}

/** The constants at some addresses, neighbours together. */
export function runsOfConstants(used: Iterable<number>): Run[] {
  const runs: { address: number; parts: Uint8Array[] }[] = []
  for (const address of [...used].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    const part = contents.get(address)!
    if (last !== undefined && last.address + 16 * last.parts.length === address) last.parts.push(part)
    else runs.push({ address, parts: [part] })
  }
  return runs.map(({ address, parts }) => {
    const bytes = new Uint8Array(16 * parts.length)
    parts.forEach((part, i) => {
      bytes.set(part, 16 * i)
    })
    return { address, bytes }
  })
}
