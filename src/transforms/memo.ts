/** Transforms are remembered by the structure of the program and their other arguments. */
import { intern, keyOf } from '../core/intern.ts'
import type { Program } from '../core/program.ts'

/** The same function of (program, …plain data), computed once for each structure; forgotten when the program is. */
export function remembered<A extends readonly unknown[], R>(
  transform: (program: Program, ...rest: A) => R,
): (program: Program, ...rest: A) => R {
  const results = new WeakMap<Program, Map<string, R>>()
  return (program, ...rest) => {
    const canonical = intern(program)
    const known = results.get(canonical) ?? new Map<string, R>()
    if (known.size === 0) results.set(canonical, known)
    const key = keyOf(rest)
    const result = known.get(key) ?? transform(canonical, ...rest)
    known.set(key, result)
    return result
  }
}
