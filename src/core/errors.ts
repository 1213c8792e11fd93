/** The errors a user meets. Each is a sentence: the operation, both full shapes, the names, and the way out. */

/** Shapes that do not fit; the message starts with `ShapeError: ` as the type-level sentence does. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'

  constructor(sentence: string) {
    super(`ShapeError: ${sentence}`)
    nameOnce(this)
  }

  override toString(): string {
    return this.message
  }
}

/** Element types that do not fit; the message starts with `DTypeError: `. */
export class DTypeError extends Error {
  override readonly name = 'DTypeError'

  constructor(sentence: string) {
    super(`DTypeError: ${sentence}`)
    nameOnce(this)
  }

  override toString(): string {
    return this.message
  }
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
