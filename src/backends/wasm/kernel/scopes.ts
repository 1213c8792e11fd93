/** Where values of nodes are kept: one scope for each loop or branch that is open, inner ones above outer ones. */
import type { Node } from '../../../kernels/language/kernel.ts'
import type { Expression, FunctionBuilder, Local, ValueType } from '../code/assembler.ts'
import { local } from '../code/instructions.ts'

/** A computed node: one scalar, or one vector for each part of a vector loop. */
export interface Held {
  readonly varying: boolean
  readonly parts: readonly Expression[]
}

/** One open loop or branch; most hold little, so each map is made when it is needed. */
class Scope {
  values: Map<Node, Held> | null = null
  splats: Map<Node, Expression> | null = null
  pointers: Map<string, Expression> | null = null
  readonly owned: Local[] = []
}

/** The stack of scopes of one function. What an outer scope holds, inner ones see. */
export class Scopes {
  readonly #code: FunctionBuilder
  readonly #stack: Scope[] = [new Scope()]

  constructor(code: FunctionBuilder) {
    this.#code = code
  }

  /** Opens a scope. */
  open(): void {
    this.#stack.push(new Scope())
  }

  /** Forgets what the innermost scope holds and recycles its locals. */
  close(): void {
    for (const variable of this.#stack.pop()!.owned) this.#code.release(variable)
  }

  /** Forgets what the innermost scope holds, but leaves its locals to the scope around it. */
  dissolve(): void {
    const { owned } = this.#stack.pop()!
    this.#top().owned.push(...owned)
  }

  /** Evaluates an expression now, into a local that lives as long as the innermost scope. */
  hold(type: ValueType, value: Expression): Expression {
    const variable = this.#code.local(type)
    this.#top().owned.push(variable)
    local.set(variable, value)(this.#code)
    return local.get(variable)
  }

  /** The computed value of a node. */
  value(node: Node): Held | undefined {
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const found = this.#stack[i]!.values?.get(node)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Remembers the value of a node in the innermost scope. */
  setValue(node: Node, held: Held): void {
    const top = this.#top()
    top.values ??= new Map()
    top.values.set(node, held)
  }

  /** A scalar node in every lane. */
  splat(node: Node): Expression | undefined {
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const found = this.#stack[i]!.splats?.get(node)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Remembers a splat in the innermost scope. */
  setSplat(node: Node, vector: Expression): void {
    const top = this.#top()
    top.splats ??= new Map()
    top.splats.set(node, vector)
  }

  /** A computed part of an address. */
  pointer(key: string): Expression | undefined {
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const found = this.#stack[i]!.pointers?.get(key)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Remembers a part of an address in the innermost scope. */
  setPointer(key: string, pointer: Expression): void {
    const top = this.#top()
    top.pointers ??= new Map()
    top.pointers.set(key, pointer)
  }

  /** Forgets, in every scope, the values that do not hold any more. */
  forget(isStale: (node: Node) => boolean): void {
    for (const { values, splats } of this.#stack) {
      if (values !== null) for (const node of values.keys()) if (isStale(node)) values.delete(node)
      if (splats !== null) for (const node of splats.keys()) if (isStale(node)) splats.delete(node)
    }
  }

  #top(): Scope {
    return this.#stack[this.#stack.length - 1]!
  }
}
