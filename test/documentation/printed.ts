/** What examples print, and whether it is what their comments promise. */
import { formatWithOptions } from 'node:util'

const prints = new Map<string, string[]>()

/** Called by a running example in the place of `console.log`. */
export function recordPrint(place: string, line: number, ...values: readonly unknown[]): void {
  const key = `${place}#${line}`
  const known = prints.get(key) ?? []
  known.push(formatWithOptions({ colors: false, depth: null, breakLength: Number.POSITIVE_INFINITY }, ...values))
  prints.set(key, known)
}

/** All that a line of an example printed. */
export const printedBy = (place: string, line: number): string => (prints.get(`${place}#${line}`) ?? []).join(', ')

/**
 * Does a printed text hold what was promised? Numbers, words and brackets must follow one another in it as in the promise;
 * what a tensor says of its dtype and shape, quotes and commas are left out. Numbers of six digits may differ in the last.
 */
export function keeps(printed: string, promised: string): boolean {
  const [shown, wanted] = [tokens(printed), tokens(promised.replaceAll('\\n', ' '))]
  return wanted.length > 0 && shown.some((_, start) => wanted.every((token, i) => sameToken(shown[start + i], token)))
}

const tokens = (text: string): readonly string[] =>
  text
    .replace(/(Tensor|ComponentArray) \w+\[[\d, ]*\]/g, '')
    .match(/-?\d+(\.\d+)?(e[+-]?\d+)?(?!\w)|[A-Za-z_]\w*|[[\]{}]/g) ?? []

function sameToken(shown: string | undefined, wanted: string): boolean {
  if (shown === wanted) return true
  const [a, b] = [Number(shown), Number(wanted)]
  if (Number.isNaN(a) || Number.isNaN(b)) return false
  const digits = wanted.replace(/e.*/, '').replace(/[-.]/g, '').replace(/^0+/, '').length
  return a === b || (digits >= 6 && wanted.includes('.') && Math.abs(a - b) <= 1.01 * lastDigit(wanted))
}

/** The weight of the last digit written: 0.001 of '1.234', 1e-7 of '1.5e-6'. */
function lastDigit(number: string): number {
  const [mantissa, exponent] = number.split('e')
  return 10 ** (Number(exponent ?? 0) - (mantissa!.split('.')[1] ?? '').length)
}
