/** Memories of a program on the GPU, and places in them. */

/** A memory of a program: the arena, the grids of gates, an input or an output. */
export type Resource =
  | { readonly kind: 'arena' | 'gates' }
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }

/** A place in a memory, in elements of four bytes. */
export interface Region {
  readonly resource: Resource
  readonly start: number
}

/** The memory of everything between inputs and outputs. */
export const arena: Resource = { kind: 'arena' }

/** The grids of guarded dispatches. */
export const gates: Resource = { kind: 'gates' }

/** A name for a resource. */
export const nameOf = (resource: Resource): string =>
  'index' in resource ? `${resource.kind}${resource.index}` : resource.kind
