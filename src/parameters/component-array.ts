/**
 * ComponentArrays: one flat vector with named views. `p.L1.weight` is the `view` primitive of the vector itself, however
 * deep the name, so the gradient of all views is one `assemble` of segments.
 *
 * After ComponentArrays.jl, with one rule instead of its two: access by name is always a view.
 */
import { showAbstract } from '../core/abstract.ts'
import { ArgumentError, ShapeError, TraceError } from '../core/errors.ts'
import { currentTrace } from '../core/trace.ts'
import type { NodeView } from '../core/tree.ts'
import { treeNode } from '../core/tree.ts'
import { Concrete, disposeSymbol, Value } from '../core/value.ts'
import type { Layout, Member } from './layout.ts'
import { pathsOf } from './layout.ts'
import { listed } from './path.ts'
import { rowsByName } from './rows.ts'
import { segmentOf } from './segments.ts'
import { showComponents } from './show-components.ts'

const inspectSymbol = Symbol.for('nodejs.util.inspect.custom')
const state: unique symbol = Symbol('conformable.components')

/** What a ComponentArray is made of. A group shares the base vector of its parent. */
interface State {
  /** [..., P]: the whole vector; leading axes come from vmap and from Jacobians. */
  readonly base: Value
  /** Where this group starts in the base vector. */
  readonly start: number
  readonly layout: Layout
  /** Groups, and views made while no trace was open: a traced view belongs to its trace alone. */
  readonly members: (Value | Components | undefined)[]
  /** The flat vector of a group, made while no trace was open. */
  vector: Value | undefined
  /** What it says of itself as a tree, if its vector is the whole base. */
  view: NodeView | undefined
  /** Says it. A function of its own, so that asking passes the proxy once and not twice. */
  tell: (() => NodeView) | undefined
}

/**
 * The run-time class behind the public type `ComponentArray<P, D>`. Its string keys are the parameters' names and nothing
 * else; they behave as own, enumerable properties, so `{ L1, L2 }`, `Object.keys` and `for … in` work, while the vector sits
 * under a symbol that a spread does not copy. Made by `named` and `memberIn` only, which put the names in front of it.
 */
export class Components {
  readonly [state]: State

  constructor(own: State) {
    this[state] = own
  }

  /** One leaf, the flat vector: transforms keep the names and see a single tensor. */
  get [treeNode](): () => NodeView {
    const own = this[state]
    own.tell ??= () => viewOf(own)
    return own.tell
  }

  /** Gives back the vector, and the views of it that were made. A group gives back its own; the vector is the whole's. */
  [disposeSymbol](): void {
    const { base, start, layout, vector, members } = this[state]
    if (start === 0 && base.shape[base.shape.length - 1] === layout.size) base[disposeSymbol]()
    vector?.[disposeSymbol]()
    for (const member of members) member?.[disposeSymbol]()
  }

  [inspectSymbol](): string {
    return shown(this[state])
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return shown(this[state])
    throw new TraceError(
      'A ComponentArray was used as a JavaScript number. Use operations on flat(p) or on its members.',
    )
  }
}

/** A group of a dead vector is shown without numbers; there is none to cut it from. */
function shown(own: State): string {
  const { base } = baseOf(own)
  const isDead = base instanceof Concrete && !base.isAlive
  return showComponents(own.layout, isDead ? base : vectorOf(own))
}

function viewOf(own: State): NodeView {
  if (own.view !== undefined) return own.view
  const { layout } = own
  const vector = vectorOf(own)
  const view: NodeView = { children: [vector], key: layout.text, rebuild: (children) => rebuilt(children[0], layout) }
  if (vector === own.base) own.view = view
  return view
}

/** Is this a ComponentArray? A copy made by spreading one is not. */
export const isComponents = (x: unknown): x is Components => x instanceof Components

/** The value as a ComponentArray; throws a sentence that says how to make one. */
export function requireComponents(x: unknown, user: string): Components {
  if (isComponents(x)) return x
  throw new ArgumentError(
    `${user}: a ComponentArray is needed. A record of tensors becomes one by componentArray(record); { ...p, name: x } is a plain record: write replace(p, 'name', x).`,
  )
}

/** The flat vector: [P], or [..., P] under vmap; of a group, its segment. */
export const flat = (components: Components): Value => vectorOf(requireComponents(components, 'flat')[state])

function vectorOf(own: State): Value {
  const { base, start, layout, vector } = own
  if (start === 0 && base.shape[base.shape.length - 1] === layout.size) return base
  if (currentTrace() !== null) return segmentOf(base, start, [layout.size])
  if (vector !== undefined && hasNumbers(vector)) return vector
  own.vector = segmentOf(base, start, [layout.size])
  return own.vector
}

/** Views end with the scope in which they were first asked for, and are made again. */
const hasNumbers = (value: Value): boolean => value instanceof Concrete && value.isAlive

/** The layout of a ComponentArray; of a group, the group's own. */
export const layoutOf = (components: Components): Layout => requireComponents(components, 'layoutOf')[state].layout

/** The axes before the last one of the flat vector: none, unless vmap or a Jacobian has put some there. */
export const leadOf = (components: Components): readonly number[] => components[state].base.shape.slice(0, -1)

/** The parameter or group that a member of the layout stands for: always a view of the base vector. */
export function memberIn(components: Components, member: Member): Value | Components {
  const { base, start } = baseOf(components[state])
  return member.kind === 'group'
    ? withNames(base, start + member.offset, member.layout)
    : segmentOf(base, start + member.offset, member.shape)
}

/** Where a group lies: in the whole vector or, if that is dead, in the group's own, which may have left a scope alone. */
function baseOf({ base, start, vector }: State): { readonly base: Value; readonly start: number } {
  return vector === undefined || !hasNumbers(vector) || hasNumbers(base) ? { base, start } : { base: vector, start: 0 }
}

/** A vector takes the names; a tree that stands where the vector stood (the row of a Jacobian) is cut by them. */
const rebuilt = (vector: unknown, layout: Layout): unknown =>
  vector instanceof Value ? named(vector, layout) : rowsByName(vector, layout)

/** Names over a vector [..., P] whose last axis is as long as the layout. */
export function named(vector: unknown, layout: Layout): Components {
  if (!(vector instanceof Value)) throw new ArgumentError('A ComponentArray holds one tensor, its flat vector.')
  if (vector.shape[vector.shape.length - 1] === layout.size) return withNames(vector, 0, layout)
  throw new ShapeError(
    `The ComponentArray of ${listed(pathsOf(layout))} holds ${layout.size} numbers along the last axis; ${showAbstract(vector)} does not fit. Give flat(p) to functions whose results have other shapes.`,
  )
}

/**
 * One proxy handler for all: a property for each name would cost half a microsecond, at every step of a training loop and for
 * every name, while most names are asked for only when a function is traced.
 */
const names: ProxyHandler<Components> = {
  get: (target, key) => {
    if (key === treeNode) return target[treeNode] // what every call of compiled code asks
    if (typeof key === 'symbol') return target[key as typeof state] // its own symbols, and those that are asked of any object
    const i = positionOf(target, key)
    return i === undefined ? Reflect.get(target, key) : access(target, i)
  },
  has: (target, key) => positionOf(target, key) !== undefined || Reflect.has(target, key),
  ownKeys: (target) => [...target[state].layout.positions.keys()],
  getOwnPropertyDescriptor: (target, key) => {
    const i = positionOf(target, key)
    if (i === undefined) return undefined
    // An accessor, so that `Object.keys` asks for no view.
    return { enumerable: true, configurable: true, get: () => access(target, i) }
  },
  set: refuseChange,
  defineProperty: refuseChange,
  deleteProperty: refuseChange,
  // The target must stay extensible: it does not have the properties that the proxy shows.
  preventExtensions: () => false,
}

const withNames = (base: Value, start: number, layout: Layout): Components =>
  new Proxy(
    new Components({ base, start, layout, members: [], vector: undefined, view: undefined, tell: undefined }),
    names,
  )

const positionOf = (target: Components, key: string | symbol): number | undefined =>
  typeof key === 'string' ? target[state].layout.positions.get(key) : undefined

function refuseChange(_: Components, key: string | symbol): never {
  throw new ArgumentError(
    `A ComponentArray never changes; make another one: replace(p, '${String(key)}', value), merge(p, q), omit(p, name).`,
  )
}

/** Groups are remembered; views only while no trace is open. */
function access(components: Components, i: number): Value | Components {
  const { layout, members } = components[state]
  const member = layout.members[i]
  if (member.kind === 'field' && currentTrace() !== null) return memberIn(components, member)
  const known = members[i]
  if (known !== undefined && (known instanceof Value ? hasNumbers(known) : isCurrent(known, components))) return known
  const made = memberIn(components, member)
  members[i] = made
  return made
}

/** Does a group lie in the vector in which its parent lies? */
const isCurrent = (group: Components, parent: Components): boolean => group[state].base === baseOf(parent[state]).base
