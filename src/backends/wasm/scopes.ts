/** Where values of nodes are kept: one scope for each loop or branch that is open, inner ones above outer ones. */
import type { Node } from '../../kernels/kernel.ts'
import type { Expression, FunctionBuilder, Local, ValueType } from './assembler.ts'
import { local } from './instructions.ts'

/** A computed node: one scalar, or one vector for each part of a vector loop. */
export interface Held {
  readonly varying: boolean
  readonly parts: readonly Expression[]
}

interface Scope {
  readonly values: Map<Node, Held>
  readonly splats: Map<Node, Expression>
  readonly pointers: Map<string, Expression>
  readonly owned: Local[]
}

/** The stack of scopes of one function. What an outer scope holds, inner ones see. */
export class Scopes {
  readonly #code: FunctionBuilder
  readonly #stack: Scope[] = []

  constructor(code: FunctionBuilder) {
    this.#code = code
    this.open()
  }

  /** Opens a scope. */
  open(): void {
    this.#stack.push({ values: new Map(), splats: new Map(), pointers: new Map(), owned: [] })
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
    this.#code.emit(local.set(variable, value))
    return local.get(variable)
  }

  /** The computed value of a node. */
  value(node: Node): Held | undefined {
    return this.#find((scope) => scope.values.get(node))
  }

  /** Remembers the value of a node in the innermost scope. */
  setValue(node: Node, held: Held): void {
    this.#top().values.set(node, held)
  }

  /** A scalar node in every lane. */
  splat(node: Node): Expression | undefined {
    return this.#find((scope) => scope.splats.get(node))
  }

  /** Remembers a splat in the innermost scope. */
  setSplat(node: Node, vector: Expression): void {
    this.#top().splats.set(node, vector)
  }

  /** A computed part of an address. */
  pointer(key: string): Expression | undefined {
    return this.#find((scope) => scope.pointers.get(key))
  }

  /** Remembers a part of an address in the innermost scope. */
  setPointer(key: string, pointer: Expression): void {
    this.#top().pointers.set(key, pointer)
  }

  /** Forgets, in every scope, the values that do not hold any more. */
  forget(isStale: (node: Node) => boolean): void {
    for (const { values, splats } of this.#stack) {
      for (const node of values.keys()) if (isStale(node)) values.delete(node)
      for (const node of splats.keys()) if (isStale(node)) splats.delete(node)
    }
  }

  #top(): Scope {
    return this.#stack[this.#stack.length - 1]!
  }

  #find<T>(look: (scope: Scope) => T | undefined): T | undefined {
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const found = look(this.#stack[i]!)
      if (found !== undefined) return found
    }
    return undefined
  }
}
