/** The errors a user meets. Each is a sentence: the operation, both full shapes, the names, and the way out. */
import { userFrame } from './source.ts'

/** The parts of a sentence: `operation: what is wrong; the way out`, with shapes in brackets and names in quotes. */
export interface SentenceParts {
  /** What refused: 'matmul', 'dense(784, 128)'. */
  readonly operation: string
  /** The shapes it speaks of, in their order. */
  readonly shapes: readonly (readonly (number | string)[])[]
  /** The names it speaks of: of axes, parameters, dtypes. */
  readonly names: readonly string[]
  /** The way out, if it names one. */
  readonly hint: string | undefined
}

/** An error that the compiler shows as a type where shapes and dtypes are known before running: one sentence for both. */
abstract class ContractError extends Error {
  /** What the compiler shows: `ShapeError: matmul: inner dimensions differ: …`. The message adds the user's line. */
  readonly sentence: string
  /** The line outside the package that asked for the operation, where the engine tells it. */
  readonly source: string | undefined

  constructor(kind: string, sentence: string) {
    const source = userFrame()
    super(`${kind}: ${sentence}${source === undefined ? '' : `${PLACE}${source}`}`)
    this.sentence = `${kind}: ${sentence}`
    this.source = source
    nameOnce(this)
  }

  /** The parts of the sentence, to be handled by a program. */
  get parts(): SentenceParts {
    const [operation = '', reason = ''] = splitOnce(this.sentence.replace(/^\w+: /, ''), ': ')
    const [said, hint] = splitOnce(reason, '; ')
    return {
      operation,
      shapes: [...reason.matchAll(/\[([^[\]]*)\]/g)].map(([, dims]) => shapeOf(dims!)),
      names: [...said!.matchAll(/'([^']+)'/g)].map(([, name]) => name!),
      hint,
    }
  }

  override toString(): string {
    return this.message
  }
}

/** Stands between the sentence and the user's line in a message. */
const PLACE = '\n    at '

/** Shapes that do not fit; the message starts with `ShapeError: ` as the type-level sentence does. */
export class ShapeError extends ContractError {
  override readonly name = 'ShapeError'

  constructor(sentence: string) {
    super('ShapeError', sentence)
  }
}

/** Element types that do not fit; the message starts with `DTypeError: `. */
export class DTypeError extends ContractError {
  override readonly name = 'DTypeError'

  constructor(sentence: string) {
    super('DTypeError', sentence)
  }
}

/** The message of an error without the user's line. */
export const sentenceOf = (error: unknown): string =>
  error instanceof ContractError ? error.sentence : error instanceof Error ? error.message : String(error)

const shapeOf = (dims: string): readonly (number | string)[] =>
  dims === '' ? [] : dims.split(', ').map((dim) => (/^-?\d+$/.test(dim) ? Number(dim) : dim))

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const place = text.indexOf(separator)
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + separator.length)]
}

/** A traced value was used where JavaScript needs a number now, or outside the function that was traced. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}

/** A derivative that does not exist or was not given. */
export class DerivativeError extends Error {
  override readonly name = 'DerivativeError'
}

/** A device cannot do what was asked. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError'
}

/** An argument or option that is not what the function takes. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

/** An engine writes a name before the message over the stack; the message already begins with it. */
function nameOnce(error: Error): void {
  if (error.stack !== undefined) error.stack = error.stack.replace(/^\w*Error: (?=\w+Error: )/, '')
}
