/** The errors a user meets. Each is a sentence: the operation, both full shapes, the names, and the way out. */

/** Shapes that do not fit; as text (`ShapeError: …`) it is the sentence that the compiler shows for static shapes. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/** Element types that do not fit; as text (`DTypeError: …`) the compiler's sentence. */
export class DTypeError extends Error {
  override readonly name = 'DTypeError'
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
