/** Reading a variable at an index inside a kernel: a load if it is stored, else the expression that computes it. */

import type { DType } from '../../../types/dtype.ts'
import { sizeOf, stridesOf } from '../../core/abstract.ts'
import type { Equation, Variable } from '../../core/program.ts'
import type { Atom, Cut, Index } from '../language/axes.ts'
import { affine, atomIndex, divide, isLoop, linearise, rangeOf, zeroIndex } from '../language/axes.ts'
import type { Local, Loop, Node, ReduceName } from '../language/kernel.ts'
import { NodeTable } from '../language/nodes.ts'
import { allNodes } from '../language/walk.ts'
import type { AxisAlgebra } from './movement.ts'
import { matchAxes } from './movement.ts'
import type { Storage } from './storage.ts'
import { locate } from './storage.ts'
import { indicesOver, isUnrolled, readsAny } from './unroll.ts'

/** A reduction met while reading: its loops, and the local that holds the result. */
export interface Reduction {
  readonly loops: readonly Loop[]
  readonly local: Local
  readonly operation: ReduceName
  readonly value: Node
}

/** Loops over the axes of a shape, outermost first, and the index they make; `depths` counts the loops of each axis. */
export interface Space {
  readonly loops: readonly Loop[]
  readonly index: readonly Index[]
  readonly depths: readonly number[]
}

/** What the reader must know of the program around the kernel. */
export interface ReadContext {
  /** Where the kernel finds the variable in memory; undefined if it must compute it. */
  storageOf(variable: Variable): Storage | undefined
  /** The expression of an output of an equation. */
  expand(reader: Reader, equation: Equation, variable: Variable, index: readonly Index[]): Node
  /** The equation that defines a variable. */
  definitionOf(variable: Variable): Equation
}

/** The loops, expressions and reductions of one kernel being built. */
export class Reader {
  readonly table = new NodeTable()
  readonly reductions: Reduction[] = []
  /** Loops that should have been split so that every index is affine. */
  readonly cuts: { readonly key: string; readonly inner: number }[] = []
  readonly #context: ReadContext
  readonly #splits: Splits
  readonly #known = new Map<string, Node>()
  readonly #origins = new Map<Loop, { readonly key: string; readonly step: number }>()
  #loops = 0
  #reductions = 0

  /** `splits`: inner extents by which loops are split, ascending, each dividing the next. */
  constructor(context: ReadContext, splits: Splits = new Map()) {
    this.#context = context
    this.#splits = splits
  }

  /** A new loop, split where an earlier attempt asked for it: the loops, outermost first, and the index they make. */
  loops(extent: number, key: string, parallel = true): { readonly loops: readonly Loop[]; readonly index: Index } {
    if (extent === 1) return { loops: [], index: zeroIndex }
    const inner = [1, ...(this.#splits.get(key) ?? []), extent]
    const parts = inner
      .slice(1)
      .map((size, i) => ({ loop: this.#loop({ extent: size / inner[i], parallel }, key, inner[i]), step: inner[i] }))
    const index = linearise(
      parts.map(({ loop }) => atomIndex(loop)),
      parts.map(({ step }) => step),
    )
    return { loops: parts.map(({ loop }) => loop).reverse(), index }
  }

  /** One loop for each axis of a shape. */
  space(shape: readonly number[], key: string, parallel = true): Space {
    const axes = shape.map((extent, axis) => this.loops(extent, `${key}.${axis}`, parallel))
    return {
      loops: axes.flatMap(({ loops }) => loops),
      index: axes.map(({ index }) => index),
      depths: axes.map(({ loops }) => loops.length),
    }
  }

  /** The element of a variable at an index. */
  read(variable: Variable, index: readonly Index[]): Node {
    const key = `${variable.index}@${index.map((axis) => this.#keyOf(axis)).join()}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const storage = this.#context.storageOf(variable)
    const node =
      storage === undefined
        ? this.#context.expand(this, this.#context.definitionOf(variable), variable, index)
        : this.table.load(storage.buffer, this.table.address(locate(storage, index)))
    this.#known.set(key, node)
    return node
  }

  /** A reduction over new loops of the given extents; `value` is the element at an index over them. */
  reduce(
    operation: ReduceName,
    dtype: DType,
    extents: readonly number[],
    value: (index: readonly Index[]) => Node,
  ): Node {
    const { loops, index } = this.space(extents, `reduction ${this.#reductions++}`, false)
    const before = this.reductions.length
    const node = value(index)
    if (loops.length === 0) return node
    if (isUnrolled(node, loops)) {
      this.#forget(loops, before)
      const [first, ...others] = indicesOver(extents).map(value)
      const combine = operation === 'sum' ? 'add' : operation
      return others.reduce((all, term) => this.table.apply(combine, dtype, [all, term]), first)
    }
    const local = this.table.local(dtype)
    this.reductions.push({ loops, local, operation, value: node })
    return this.table.read(local)
  }

  /** Drops the reductions from a position on that depend on loops that are given up. */
  #forget(loops: readonly Loop[], from: number): void {
    const locals = new Set<Local>()
    const gone = new Set(loops)
    for (const reduction of this.reductions.splice(from)) {
      if (readsAny(allNodes([reduction.value]), gone, locals)) locals.add(reduction.local)
      else this.reductions.push(reduction)
    }
  }

  /** Index arithmetic of movements; where it is not affine, an integer node divides at run time. */
  readonly algebra: AxisAlgebra<Index> = {
    affine,
    reshape: (index, from, to) => {
      if (sizeOf(from) === 0) return to.map(() => zeroIndex)
      return matchAxes(from, to).flatMap((group) => {
        const sizes = from.slice(...group.from)
        return this.#delinearise(linearise(index.slice(...group.from), stridesOf(sizes)), to.slice(...group.to))
      })
    },
  }

  /** Quotient and remainder of a non-negative index by n. */
  divide(index: Index, n: number): { readonly quotient: Index; readonly remainder: Index } {
    return this.#divide(index, n, Math.floor(rangeOf(index)[1] / n) + 1)
  }

  #delinearise(flat: Index, shape: readonly number[]): Index[] {
    const indices: Index[] = []
    let rest = flat
    let left = sizeOf(shape)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis]
      left /= extent
      if (left === 1) {
        indices.push(extent === 1 ? zeroIndex : rest)
        rest = zeroIndex
      } else {
        const { quotient, remainder } = this.#divide(rest, extent, left)
        indices.push(remainder)
        rest = quotient
      }
    }
    return indices.reverse()
  }

  #divide(index: Index, n: number, quotients: number): { readonly quotient: Index; readonly remainder: Index } {
    if (n === 1) return { quotient: index, remainder: zeroIndex }
    const division = divide(index, n)
    if ('quotient' in division) return division
    if (division.cut !== null) this.#wish(division.cut)
    const value = this.table.value(index)
    const divisor = this.table.constant('int32', n)
    const atom = (name: 'div' | 'rem', extent: number) =>
      atomIndex({ extent, node: this.table.apply(name, 'int32', [value, divisor]) })
    return { quotient: atom('div', quotients), remainder: atom('rem', n) }
  }

  #wish({ loop, inner }: Cut): void {
    const { key, step } = this.#origins.get(loop)!
    this.cuts.push({ key, inner: step * inner })
  }

  #loop(kind: Pick<Loop, 'extent' | 'parallel'>, key: string, step: number): Loop {
    const loop: Loop = { id: this.#loops++, ...kind, vector: false }
    this.#origins.set(loop, { key, step })
    return loop
  }

  #keyOf({ offset, terms }: Index): string {
    return `${offset}${terms.map(({ atom, stride }) => `+${stride}*${this.#nameOf(atom)}`).join('')}`
  }

  #nameOf(atom: Atom): string {
    return isLoop(atom) ? `l${atom.id}` : `n${this.table.identity(atom.node)}`
  }
}

type Splits = ReadonlyMap<string, readonly number[]>

/** Builds something with a reader; builds it again with loops split as long as that makes more indices affine. */
export function attempt<T>(build: (reader: Reader) => T, context: ReadContext = nothing): T {
  let splits: Splits = new Map()
  for (;;) {
    const reader = new Reader(context, splits)
    const result = build(reader)
    const refined = withCuts(splits, reader.cuts)
    if (refined === null) return result
    splits = refined
  }
}

const refuse = (): never => {
  throw new TypeError('kernels: only indices can be computed here')
}
const nothing: ReadContext = { storageOf: refuse, expand: refuse, definitionOf: refuse }

/** The splits with the cuts that fit them, or null if there is none to add. */
function withCuts(splits: Splits, cuts: Reader['cuts']): Splits | null {
  const refined = new Map(splits)
  let changed = false
  for (const { key, inner } of cuts) {
    const parts = refined.get(key) ?? []
    if (parts.some((part) => part === inner || (part % inner !== 0 && inner % part !== 0))) continue
    refined.set(
      key,
      [...parts, inner].sort((a, b) => a - b),
    )
    changed = true
  }
  return changed ? refined : null
}
