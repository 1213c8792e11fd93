/**
 * Tracing: a function meets traced values and becomes a program. Nested transforms trace inside-out: the inner function is
 * finished before the outer goes on, and outer values that it uses become extra inputs (captures). So tangents of one
 * level cannot be taken for those of another.
 */
import type { Abstract } from './abstract.ts'
import { frozenShape, showAbstract } from './abstract.ts'
import { TraceError } from './errors.ts'
import { identityOf, intern, keyOf } from './intern.ts'
import type { Params, Primitive } from './primitive.ts'
import type { Equation, Program, Variable } from './program.ts'
import { hasEffect } from './program.ts'
import { pruned } from './prune.ts'
import { enterScope, inScope, noScope, tracingScope } from './scope.ts'
import { userFrame } from './source.ts'
import type { TraceScope, Value } from './value.ts'
import { Traced } from './value.ts'

/** A program and the outer values it needs after its arguments. */
export interface Closed {
  readonly program: Program
  readonly captures: readonly Value[]
}

/** A program being written. */
export class Trace implements TraceScope {
  readonly name: string
  readonly parent: Trace | null
  open = true
  readonly #inputs: Variable[] = []
  readonly #equations: Equation[] = []
  readonly #known = new Map<string, readonly Traced[]>()
  readonly #captured = new Map<Value, Traced>()
  #size = 0

  constructor(name: string, parent: Trace | null) {
    this.name = name
    this.parent = parent
  }

  /** A new input of the program. */
  input(type: Abstract, origin: string): Traced {
    const variable = this.#variable(type)
    this.#inputs.push(variable)
    return new Traced(this, variable, origin)
  }

  /** Appends an equation, unless an equal one stands already. */
  emit(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Traced[] {
    const lifted = inputs.map((input) => this.lift(input, primitive.name).variable)
    const key = keyOf(params)
    let signature = `${identityOf(primitive)}${key}`
    for (let i = 0; i < lifted.length; i++) signature += `,${lifted[i]!.index}`
    const single = hasEffect({ primitive, params })
    const known = single ? undefined : this.#known.get(signature)
    if (known !== undefined) return known
    const outputs = primitive.shape(lifted, params).map((type) => this.#variable(type))
    const values = outputs.map((output) => new Traced(this, output, primitive.name))
    const source = sourceLine()
    const equation = { primitive, inputs: lifted, params, key, outputs }
    this.#equations.push(source === undefined ? equation : { ...equation, source })
    if (!single) this.#known.set(signature, values)
    return values
  }

  /** The value as this trace sees it: its own, or an input that stands for an outer value. */
  lift(value: Value, user: string): Traced {
    if (value instanceof Traced) {
      if (value.scope === this) return value
      assertOpen(value, user)
    }
    let capture = this.#captured.get(value)
    if (capture === undefined) {
      capture = new Traced(this, this.#variable(value), value instanceof Traced ? value.origin : 'a captured tensor')
      this.#captured.set(value, capture)
    }
    return capture
  }

  /** Ends the trace. Inputs of the program: the arguments in order, then one for each capture. */
  finish(outputs: readonly Value[]): Closed {
    const results = outputs.map((output) => this.lift(output, 'the result').variable)
    this.open = false
    const inputs = [...this.#inputs, ...[...this.#captured.values()].map((capture) => capture.variable)]
    const program = pruned({ inputs, equations: this.#equations, outputs: results, size: this.#size })
    return { program: intern(program), captures: [...this.#captured.keys()] }
  }

  #variable({ shape, dtype }: Abstract): Variable {
    return { index: this.#size++, shape: frozenShape(shape), dtype }
  }
}

let current: Trace | null = null

/** The innermost trace that is open, or null when operations run at once. */
export const currentTrace = (): Trace | null => current

/** Traces `f` on arguments of the given types. `name` appears in messages ('grad', 'jit' …). */
export const trace = (name: string, f: (...values: Value[]) => readonly Value[], types: readonly Abstract[]): Closed =>
  traceList(name, (values) => f(...values), types)

/** The same for a function of one list: a call cannot spread 100 000 arguments. */
function traceList(
  name: string,
  f: (values: readonly Value[]) => readonly Value[],
  types: readonly Abstract[],
): Closed {
  const scope = new Trace(name, current)
  current = scope
  const outside = enterScope(tracingScope)
  try {
    return scope.finish(f(types.map((type, i) => scope.input(type, `argument ${i}`))))
  } finally {
    scope.open = false
    current = scope.parent
    enterScope(outside)
  }
}

/** The program of a function that uses nothing but its arguments: how transforms and rules write new programs. */
export function traceClosed(
  name: string,
  f: (values: readonly Value[]) => readonly Value[],
  types: readonly Abstract[],
): Program {
  const { program, captures } = traceList(name, f, types)
  if (captures.length === 0) return program
  throw new TraceError(`${name}: a rule used ${captures.length} values that are not its arguments.`)
}

/** Runs `f` as if no trace were open: for callbacks that look at numbers. */
export function untraced<R>(f: () => R): R {
  const saved = current
  current = null
  try {
    return inScope(noScope, f)
  } finally {
    current = saved
  }
}

function assertOpen(value: Traced, user: string): void {
  if (value.scope.open) return
  const what = `${user}: the value of ${value.origin} (${showAbstract(value)}) was traced by ${value.scope.name}, which has returned`
  throw new TraceError(`${what}. Return it from that function instead of storing it outside.`)
}

let locations = false

/** Runs `f` with every equation remembering the user's line; slow, for looking inside. */
export function withLocations<R>(f: () => R): R {
  const saved = locations
  locations = true
  try {
    return f()
  } finally {
    locations = saved
  }
}

let inherited: string | undefined

/** Runs `f` with its equations standing for an equation of that source: derivatives point at the line they are derived from. */
export function withSource<R>(source: string | undefined, f: () => R): R {
  if (source === undefined) return f()
  const saved = inherited
  inherited = source
  try {
    return f()
  } finally {
    inherited = saved
  }
}

/** The user's line, where it is wanted. */
function sourceLine(): string | undefined {
  if (inherited !== undefined) return inherited
  return locations ? userFrame() : undefined
}
