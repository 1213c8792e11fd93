/**
 * Names and paths of parameters. A path joins names with dots: `L1.weight`. A name that holds one of `. [ ] "`, or no
 * character at all, is quoted as in JSON (`L1."a.b"`), so that different lists of names never share a path.
 */

/** The path of a list of names. */
export const pathOf = (names: readonly string[]): string => names.map(segmentOf).join('.')

/** A path with one more name in front. */
export const prefixed = (name: string, path: string): string => `${segmentOf(name)}.${path}`

/** A name as it stands in a path. */
export const segmentOf = (name: string): string => (PLAIN.test(name) ? name : JSON.stringify(name))

const PLAIN = /^[^.[\]"]+$/

/** Why this name cannot be a parameter's, as a sentence; null if it can. */
export function nameProblem(name: string): string | null {
  if (!INTEGER.test(name)) return null
  return `the name '${name}' is an integer, and JavaScript puts such keys before all others, whatever the order they were written in; use a name with a letter, such as 'L${name}'`
}

const INTEGER = /^(?:0|[1-9]\d*)$/

/** The label of one element: its field's path and its index, as in `L1.weight[3,1]`; a scalar's label is its path. */
export function elementLabel(path: string, shape: readonly number[], position: number): string {
  if (shape.length === 0) return path
  const index = new Array<number>(shape.length)
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
  }
  return `${path}[${index.join()}]`
}

/** A label taken apart: the path, and the index if there is one. */
export function parseLabel(label: string): { readonly path: string; readonly index: readonly number[] | null } {
  const match = INDEXED.exec(label)
  if (match === null) return { path: label, index: null }
  return { path: match[1], index: match[2].split(',').map(Number) }
}

const INDEXED = /^(.*)\[(\d+(?:\s*,\s*\d+)*)\]$/s

const SHOWN = 8

/** `'a', 'b', … (12 more)`: names for a message. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const shown = names.slice(0, SHOWN).map((name) => `'${name}'`)
  if (names.length > SHOWN) shown.push(`… (${names.length - SHOWN} more)`)
  return shown.join(', ')
}
