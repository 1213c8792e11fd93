/** Layers inside a layer: the member at place i has its parameters and its state under `layer_i`; what has none leaves no name. */
import { ArgumentError, random } from '../src/index.ts'
import type { AnyLayer } from '../types/layer.ts'
import { hasParameters, hasState, type LayerAtRunTime, type LayerParts } from './layer.ts'

/** How a layer made of others calls them. */
export type CallMember = (i: number, x: unknown) => unknown

/**
 * The definition of a layer made of others: their specs, states and beginnings by name, and a call that threads the states.
 * @param combine the output, by calling the members.
 */
export function combined(
  name: string,
  members: readonly LayerAtRunTime[],
  combine: (call: CallMember, x: unknown) => unknown,
): LayerParts {
  for (const [i, member] of members.entries()) requireLayer(name, member, i)
  const stateful = members.some(hasState)
  return {
    name: `${name}(${members.map((member) => member.name).join(', ')})`,
    spec: named(members, hasParameters, ({ spec }) => spec),
    initialisers: named(members, hasParameters, ({ init }) => init),
    stateSpec: named(members, hasState, ({ stateSpec }) => stateSpec),
    initState(key, dtype) {
      if (!stateful) return {}
      const keys = random.split(key, members.length as number)
      return named(members, hasState, ({ initState }, i) => initState(keys[i]!, dtype))
    },
    call(params: Named, x, state: Named | undefined) {
      const next: Record<string, unknown> = {}
      const y = combine((i, input) => callMember(members[i]!, `layer_${i}`, params, input, state, next), x)
      return stateful ? [y, next] : y
    },
  }
}

type Named = Readonly<Record<string, unknown>>

/** Calls a member with its parameters and notes its next state. One without parameters does not look at them. */
function callMember(
  member: LayerAtRunTime,
  name: string,
  params: Named,
  x: unknown,
  state: Named | undefined,
  next: Record<string, unknown>,
): unknown {
  const own = hasParameters(member) ? params[name] : params
  if (!hasState(member)) return member(own, x)
  if (state?.[name] === undefined) {
    throw new ArgumentError(`${member.name}: its state, ${name}, is missing; make it with initState(key).`)
  }
  const [y, after] = member(own, x, state[name]) as [unknown, unknown] // what a layer with state returns
  next[name] = after
  return y
}

/** Something of each layer that has it, under the name of its place. */
const named = <T>(
  members: readonly LayerAtRunTime[],
  has: (layer: AnyLayer) => boolean,
  member: (layer: LayerAtRunTime, i: number) => T,
): Readonly<Record<string, T>> =>
  Object.fromEntries(members.flatMap((layer, i) => (has(layer) ? [[`layer_${i}`, member(layer, i)]] : [])))

function requireLayer(name: string, given: unknown, i: number): void {
  if (typeof given === 'function' && 'spec' in given) return
  const what = typeof given === 'function' ? `the plain function '${given.name}'` : String(given)
  throw new ArgumentError(`${name}: argument ${i} is ${what}, not a layer; make one with layer(spec, f).`)
}
