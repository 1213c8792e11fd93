/**
 * A library of WGSL functions: each with its text and the functions it calls, so that a shader carries exactly what it uses.
 * The language lets a driver assume that no NaN and no infinity occurs, and its own functions are wrong by percents near 0 on
 * some; so NaN is seen by its bits, and every function of the library is our own.
 */

/** One function of the library. */
export interface LibraryFunction {
  readonly needs: readonly string[]
  readonly code: string
}

/** Functions by name. */
export type FunctionTable = Readonly<Record<string, LibraryFunction>>

/** A function. */
export const define = (code: string, ...needs: string[]): LibraryFunction => ({ needs, code: code.trim() })

/** Σ c_k x^k as nested products; the coefficients as float32 literals. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  return coefficients.reduceRight((sum, c) => (sum === '' ? float(c) : `${float(c)} + ${x} * (${sum})`), '')
}

/** A finite number as a float32 literal of WGSL. */
export function float(value: number): string {
  const text = String(Math.fround(value))
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`
}

/** The named functions and all they call, callees first. */
export function withCallees(table: FunctionTable, names: Iterable<string>): string[] {
  const seen = new Set<string>()
  const texts: string[] = []
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    const { needs, code } = table[name]
    for (const callee of needs) visit(callee)
    texts.push(code)
  }
  for (const name of names) visit(name)
  return texts
}
