/**
 * Errors as types: a rule that fails returns a sentence instead of a shape, and the parameter that broke the rule is given
 * that sentence as its type, so the compiler prints it in one line at the offending argument. The same sentences are
 * thrown at run time when a shape is known only then.
 */

/** The sentence of a shape that does not fit. */
export type ShapeError<Message extends string> = `ShapeError: ${Message}`

/** The sentence of an element type that does not fit. */
export type DTypeError<Message extends string> = `DTypeError: ${Message}`

/** The sentence of an argument that is not what the function takes. */
export type ArgumentError<Message extends string> = `ArgumentError: ${Message}`

/** The sentence of a derivative that does not exist. */
export type DerivativeError<Message extends string> = `DerivativeError: ${Message}`
