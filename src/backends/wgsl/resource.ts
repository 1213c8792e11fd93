/** Memories of a program on the GPU, and places in them. */

/** A memory of a program: the arena, an input or an output. */
export type Resource =
  | { readonly kind: 'arena' }
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }

/** A place in a memory, in elements of four bytes. */
export interface Region {
  readonly resource: Resource
  readonly start: number
}

/** The memory of everything between inputs and outputs. */
export const arena: Resource = { kind: 'arena' }

/** A name for a resource. */
export const nameOf = (resource: Resource): string =>
  resource.kind === 'arena' ? 'arena' : `${resource.kind}${resource.index}`
