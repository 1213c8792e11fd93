/** Wrong variants of the rules in src/primitives: one changed call, number or flag each. */

/** One wrong variant of a file. */
export interface Mutant {
  readonly line: number
  /** The primitive whose record is changed; null in a helper, which may serve several. */
  readonly primitive: string | null
  /** What was written, and what is written instead. */
  readonly before: string
  readonly after: string
  /** The whole changed file. */
  readonly text: string
}

/** Where a rule stands in a file. */
interface Span {
  readonly start: number
  readonly end: number
}

/** Every variant of every rule of a file. */
export function mutantsOf(text: string): Mutant[] {
  return rulesIn(text).flatMap((rule) =>
    changesIn(text, rule).map(({ start, end, replacement }) => ({
      line: text.slice(0, start).split('\n').length,
      primitive: recordAround(text, start),
      before: text.slice(start, end),
      after: replacement,
      text: text.slice(0, start) + replacement + text.slice(end),
    })),
  )
}

const RULE = /^ +(?:async )?(?:tangents?|first|second|jvp|pushForward|linearise|transpose|batch)(?::|\()/gm

/** Functions beside the records that rules are made of, by their names. */
const HELPER =
  /^(?:export )?(?:const|function) (?=\w*(?:angent|ranspose|[Bb]atch|[Pp]ush|inearise|[Bb]ackward|orward|[Cc]arr|[Ll]ane|istory))\w+(?<!Primitive)\b/gm

/** Properties with the name of a rule, up to the comma that ends them; helpers, up to the next empty line. */
function rulesIn(text: string): Span[] {
  const helpers = [...text.matchAll(HELPER)].map(({ index }) => ({ start: index, end: text.indexOf('\n\n', index) }))
  const whole = helpers.map(({ start, end }) => ({ start, end: end < 0 ? text.length : end }))
  const inside = ({ start }: Span): boolean => whole.some((one) => one.start < start && start < one.end)
  const rules = [...text.matchAll(RULE)].map(({ index }) => ({ start: index, end: endOf(text, index) }))
  return [...rules.filter((one) => !inside(one)), ...whole]
}

/** The end of a property or of an argument: the first comma or closing bracket outside all brackets opened since. */
function endOf(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    if ('([{'.includes(text[i])) depth++
    if (')]}'.includes(text[i]) && --depth < 0) return i
    if (text[i] === ',' && depth === 0) return i
  }
  return text.length
}

interface Change extends Span {
  readonly replacement: string
}

const changesIn = (text: string, rule: Span): Change[] => [...callChanges(text, rule), ...wordChanges(text, rule)]

/** Another function in place of the called one, swapped operands, a dropped operand. */
function callChanges(text: string, rule: Span): Change[] {
  const call = /\b(add|sub|mul|div|neg|plus|sin|cos|exp|log|select|dot|atan2|scale)\(/g
  const body = text.slice(rule.start, rule.end)
  return [...body.matchAll(call)].flatMap(({ index, 1: name }) => {
    const start = rule.start + index
    const operands = operandsOf(text, start + name.length + 1)
    const last = operands.at(-1)
    if (last === undefined) return []
    const span = { start, end: last.end + 1 }
    const parts = operands.map(({ start: from, end }) => text.slice(from, end).trim())
    return variants(name, parts).map((replacement) => ({ ...span, replacement }))
  })
}

const others: Readonly<Record<string, string>> = { add: 'sub', sub: 'add', sin: 'cos', cos: 'sin' }

function variants(name: string, parts: readonly string[]): string[] {
  const [a, b, c] = parts
  if (name === 'neg') return [a]
  if (name === 'select') return [`select(${a}, ${c}, ${b})`]
  if (name === 'exp' || name === 'log') return [a]
  const renamed = others[name] === undefined ? [] : [`${others[name]}(${parts.join(', ')})`]
  if (parts.length < 2 || name === 'dot') return renamed
  const swapped = name === 'sub' || name === 'div' || name === 'atan2' ? [`${name}(${b}, ${a})`] : []
  return [...renamed, ...swapped, a]
}

function operandsOf(text: string, start: number): Span[] {
  const operands: Span[] = []
  for (let from = start; ; ) {
    const end = endOf(text, from)
    if (text.slice(from, end).trim() !== '') operands.push({ start: from, end })
    if (text[end] !== ',') return operands
    from = end + 1
  }
}

/** Numbers that are one too large, flags and conditions turned round. */
function wordChanges(text: string, rule: Span): Change[] {
  const word = /(?<![\w.[])\d+(?:\.\d+)?(?![\w\]])|\btrue\b|\bfalse\b|===|!==|(?<=[(, ])!(?=\w)/g
  const turned: Readonly<Record<string, string>> = { true: 'false', false: 'true', '===': '!==', '!==': '===', '!': '' }
  return [...text.slice(rule.start, rule.end).matchAll(word)].map(({ index, 0: found }) => ({
    start: rule.start + index,
    end: rule.start + index + found.length,
    replacement: turned[found] ?? String(Number(found) + 1),
  }))
}

/** The name of the record whose declaration is the last one before a place. */
function recordAround(text: string, place: number): string | null {
  const before = text.slice(0, place)
  const declaration = [...before.matchAll(/^(?:export )?(?:const|function) (\w+)/gm)].at(-1)?.[1]
  return declaration?.endsWith('Primitive') === true ? declaration.slice(0, -'Primitive'.length) : null
}
