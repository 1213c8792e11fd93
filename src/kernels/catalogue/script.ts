/** Statements written in order, for kernels that are algorithms of their own: sorting, factorisations, running sums. */
import type { DType } from '../../../types/dtype.ts'
import { isFloat } from '../../core/dtype.ts'
import type { Index } from '../language/axes.ts'
import { linearise } from '../language/axes.ts'
import type { Local, Loop, Node, ScalarName, Statement } from '../language/kernel.ts'
import type { NodeTable } from '../language/nodes.ts'
import type { Reader } from './reader.ts'
import type { Storage } from './storage.ts'
import { locate } from './storage.ts'

/** A kernel's statements being written. */
export class Script {
  readonly reader: Reader
  readonly table: NodeTable
  #body: Statement[] = []
  #loops = 0

  constructor(reader: Reader) {
    this.reader = reader
    this.table = reader.table
  }

  /** The statements so far. */
  get statements(): readonly Statement[] {
    return this.#body
  }

  /** A new variable with a first value. */
  variable(value: Node): Local {
    const local = this.table.local(value.dtype)
    this.assign(local, value)
    return local
  }

  /** local = value. */
  assign(local: Local, value: Node): void {
    this.#body.push({ kind: 'assign', local, value })
  }

  /** The value of a variable now. */
  value(local: Local): Node {
    return this.table.read(local)
  }

  /** An element of memory. */
  load(storage: Storage, index: readonly Index[]): Node {
    return this.table.load(storage.buffer, this.table.address(locate(storage, index)))
  }

  /** Writes an element of memory. */
  store(storage: Storage, index: readonly Index[], value: Node): void {
    const address = this.table.address(locate(storage, index))
    this.#body.push({ kind: 'store', buffer: storage.buffer, address, value })
  }

  /** Adds to an element of memory. */
  accumulate(storage: Storage, index: readonly Index[], value: Node): void {
    const address = this.table.address(locate(storage, index))
    this.#body.push({ kind: 'accumulate', buffer: storage.buffer, address, value })
  }

  /** for (i = 0; i < extent; i++). */
  loop(extent: number, order: 'parallel' | 'ordered', write: (index: Index) => void): void {
    const { loops, index } = this.reader.loops(extent, `script ${this.#loops++}`, order === 'parallel')
    this.nest(loops, () => write(index))
  }

  /** Loops over every axis of a shape. */
  each(
    shape: readonly number[],
    order: (axis: number) => 'parallel' | 'ordered',
    write: (index: readonly Index[]) => void,
  ): void {
    const visit = (axis: number, index: readonly Index[]): void => {
      if (axis === shape.length) write(index)
      else this.loop(shape[axis], order(axis), (inner) => visit(axis + 1, [...index, inner]))
    }
    visit(0, [])
  }

  /** if (condition) … else …. */
  when(condition: Node, write: () => void, otherwise: () => void = () => {}): void {
    const whenTrue = this.#inside(write)
    const whenFalse = this.#inside(otherwise)
    this.#body.push({ kind: 'if', condition, whenTrue, whenFalse })
  }

  /** while (condition) …. */
  repeat(condition: Node, write: () => void): void {
    this.#body.push({ kind: 'while', condition, body: this.#inside(write) })
  }

  /** Statements inside given loops, outermost first. */
  nest(loops: readonly Loop[], write: () => void): void {
    let body = this.#inside(write)
    for (const loop of loops.toReversed()) body = [{ kind: 'for', loop, body }]
    this.#body.push(...body)
  }

  /** A whole number. */
  integer(value: number): Node {
    return this.table.constant('int32', value)
  }

  /** A number of a dtype. */
  number(dtype: DType, value: number): Node {
    return this.table.constant(dtype, value)
  }

  /** A scalar operation on operands of one dtype. */
  apply(name: ScalarName, ...operands: readonly Node[]): Node {
    return this.table.apply(name, operands[0].dtype, operands)
  }

  /** A comparison or a combination of conditions. */
  test(name: 'lt' | 'le' | 'eq' | 'ne' | 'and' | 'or' | 'not', ...operands: readonly Node[]): Node {
    return this.table.apply(name, 'bool', operands)
  }

  /** a < b in the order of sorting: NaN comes after every number. */
  before(a: Node, b: Node): Node {
    const less = this.test('lt', a, b)
    if (!isFloat(a.dtype)) return less
    return this.test('or', less, this.test('and', this.test('ne', b, b), this.test('eq', a, a)))
  }

  /** An int32 node as an index; the script sees to it that it is in range. */
  at(node: Node, extent: number): Index {
    return { offset: 0, terms: [{ atom: { extent, node }, stride: 1 }] }
  }

  /** The sum of an index and a multiple of another. */
  offset(index: Index, other: Index, step = 1): Index {
    return linearise([index, other], [1, step])
  }

  #inside(write: () => void): readonly Statement[] {
    const outer = this.#body
    this.#body = []
    write()
    const inside = this.#body
    this.#body = outer
    return inside
  }
}
