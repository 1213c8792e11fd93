/** Scalar expressions of one kernel: equal expressions are one node, and index arithmetic folds its constants. */
import type { DType } from '../../../types/dtype.ts'
import type { Index, Term } from './axes.ts'
import { isLoop } from './axes.ts'
import type { Address, Buffer, Local, Loop, Node, ScalarName } from './kernel.ts'

/** The nodes and locals of a kernel being built. */
export class NodeTable {
  readonly #known = new Map<string, Node>()
  readonly #identities = new Map<Node, number>()
  #locals = 0

  /** A number of the given dtype. */
  constant(dtype: DType, value: number): Node {
    const kept = dtype === 'float32' ? Math.fround(value) : value
    return this.#intern(`c${dtype}${Object.is(kept, -0) ? '-0' : kept}`, () => ({
      kind: 'constant',
      dtype,
      value: kept,
    }))
  }

  /** The index of a loop. */
  index(loop: Loop): Node {
    return this.#intern(`i${loop.id}`, () => ({ kind: 'index', dtype: 'int32', loop }))
  }

  /** An element of a buffer that this kernel does not write. */
  load(buffer: Buffer, address: Address): Node {
    const terms = address.terms.map(({ loop, stride }) => `${loop.id}*${stride}`).join()
    const dynamic = address.dynamic === null ? '' : this.identity(address.dynamic)
    const key = `l${buffer.id}[${address.offset}+${terms}+${dynamic}]`
    return this.#intern(key, () => ({ kind: 'load', dtype: buffer.dtype, buffer, address }))
  }

  /** A new scalar variable. */
  local(dtype: DType): Local {
    return { id: this.#locals++, dtype }
  }

  /** The value of a local that is assigned once (by a reduction). */
  read(local: Local): Node {
    return this.#intern(`v${local.id}`, () => ({ kind: 'local', dtype: local.dtype, local }))
  }

  /** A scalar operation. */
  apply(name: ScalarName, dtype: DType, operands: readonly Node[], exponent?: number): Node {
    const key = `${name}:${dtype}:${exponent ?? ''}(${operands.map((operand) => this.identity(operand)).join()})`
    return this.#intern(key, () => ({
      kind: 'apply',
      dtype,
      name,
      operands,
      ...(exponent === undefined ? {} : { exponent }),
    }))
  }

  /** A number that belongs to this node alone within the kernel. */
  identity(node: Node): number {
    const known = this.#identities.get(node)
    if (known !== undefined) return known
    const identity = this.#identities.size
    this.#identities.set(node, identity)
    return identity
  }

  /** a + b on int32. */
  plus(a: Node, b: Node): Node {
    if (isZero(a)) return b
    return isZero(b) ? a : this.apply('add', 'int32', [a, b])
  }

  /** factor · a on int32. */
  times(a: Node, factor: number): Node {
    return factor === 1 ? a : this.apply('mul', 'int32', [a, this.constant('int32', factor)])
  }

  /** a limited to [0, extent). */
  clamp(a: Node, extent: number): Node {
    const low = this.apply('max', 'int32', [a, this.constant('int32', 0)])
    return this.apply('min', 'int32', [low, this.constant('int32', Math.max(0, extent - 1))])
  }

  /** An index as an int32 node. */
  value({ offset, terms }: Index): Node {
    const parts = terms.map(({ atom, stride }) => this.times(isLoop(atom) ? this.index(atom) : atom.node, stride))
    const sum = parts.reduce((total, part) => this.plus(total, part), this.constant('int32', 0))
    return this.plus(sum, this.constant('int32', offset))
  }

  /** An index into a buffer as an address. */
  address({ offset, terms }: Index): Address {
    const fixed: { loop: Loop; stride: number }[] = []
    const dynamic: Term[] = []
    for (const term of terms) {
      if (isLoop(term.atom)) fixed.push({ loop: term.atom, stride: term.stride })
      else dynamic.push(term)
    }
    fixed.sort((a, b) => a.loop.id - b.loop.id)
    return { offset, terms: fixed, dynamic: dynamic.length === 0 ? null : this.value({ offset: 0, terms: dynamic }) }
  }

  #intern(key: string, create: () => Node): Node {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const node = create()
    this.#known.set(key, node)
    return node
  }
}

const isZero = (node: Node): boolean => node.kind === 'constant' && node.value === 0
