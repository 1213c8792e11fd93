/**
 * Scopes: which tensors were made since a scope was opened, so that they can be given back when it ends. A tensor that is made
 * while a function is traced belongs to the program that is being written, and no scope ever ends its life.
 */

/** Who takes note of new tensors. */
export interface Scope {
  /** Tensors made so far; null where nobody wants to know. */
  readonly tensors: object[] | null
  /** Is a function being traced? Then no tensor is given back. */
  readonly isTracing: boolean
}

/** Nobody takes note. */
export const noScope: Scope = { tensors: null, isTracing: false }
/** The same while a function is traced. */
export const tracingScope: Scope = { tensors: null, isTracing: true }

let current = noScope

/** The innermost scope. */
export const currentScope = (): Scope => current

/** Makes a scope the innermost one, and returns the one before, which must be put back. */
export function enterScope(scope: Scope): Scope {
  const before = current
  current = scope
  return before
}

/** Runs `f` inside a scope. */
export function inScope<R>(scope: Scope, f: () => R): R {
  const before = enterScope(scope)
  try {
    return f()
  } finally {
    current = before
  }
}

/** A tensor has been made. */
export function born(tensor: object): void {
  if (current.tensors !== null) current.tensors.push(tensor)
}
