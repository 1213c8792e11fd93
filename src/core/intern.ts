/**
 * One object for each structure: `intern` gives back the program already known when an equal one comes again, so that
 * everything derived from a program (gradients, compiled code) is remembered by its structure.
 */
import { sameShape } from './abstract.ts'
import type { Params } from './primitive.ts'
import type { Equation, Program, Variable } from './program.ts'
import { isProgram, nestedPrograms } from './program.ts'

/** Programs kept; an evicted one costs a new compilation, never a wrong answer. */
const CAPACITY = 4096

const table = new Map<string, Program[]>()
const identities = new WeakMap<object, number>()
const interned = new WeakSet<Program>()
let count = 0
let nextIdentity = 0

/** The canonical program with the structure of this one. */
export function intern(program: Program): Program {
  if (interned.has(program)) return program
  if (program.equations.some(({ source }) => source !== undefined)) return program // keeps its own lines
  const hash = hashOf(program)
  const bucket = table.get(hash)
  const known = bucket?.find((other) => sameProgram(other, program))
  if (known !== undefined) return known
  if (count >= CAPACITY) evict()
  if (bucket === undefined) table.set(hash, [program])
  else bucket.push(program)
  count++
  interned.add(program)
  return program
}

/** A number that belongs to this object alone. */
export function identityOf(object: object): number {
  const known = identities.get(object)
  if (known !== undefined) return known
  identities.set(object, nextIdentity)
  return nextIdentity++
}

/** The canonical text of attributes: equal texts, equal attributes. Nested programs and functions count by identity. */
export function keyOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === undefined || value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'function') return `f${identityOf(value)}`
  if (Array.isArray(value)) return keyOfList(value)
  if (isProgram(value)) return `p${identityOf(intern(value))}`
  return keyOfRecord(value as Params)
}

function keyOfList(list: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < list.length; i++) text += i === 0 ? keyOf(list[i]) : `,${keyOf(list[i])}`
  return `${text}]`
}

function keyOfRecord(record: Params): string {
  const names = Object.keys(record)
  if (names.length === 0) return '{}'
  let text = '{'
  for (let i = 0; i < names.length; i++) text += `${i === 0 ? '' : ','}${names[i]}:${keyOf(record[names[i]!])}`
  return `${text}}`
}

/** The equation with another program in place of each that is nested in its attributes. */
export function withPrograms(equation: Equation, replace: (program: Program) => Program): Equation {
  const entries = Object.entries(equation.params)
  if (!entries.some(([, value]) => nestedPrograms(value).length > 0)) return equation
  const params = Object.fromEntries(entries.map(([name, value]) => [name, replaced(value, replace)]))
  return { ...equation, params, key: keyOf(params) }
}

function replaced(attribute: unknown, replace: (program: Program) => Program): unknown {
  const programs = nestedPrograms(attribute)
  if (programs.length === 0) return attribute
  return Array.isArray(attribute) ? programs.map(replace) : replace(programs[0]!)
}

function evict(): void {
  const [oldest, bucket] = table.entries().next().value!
  table.delete(oldest)
  count -= bucket.length
}

function sameProgram(a: Program, b: Program): boolean {
  if (a.size !== b.size || a.equations.length !== b.equations.length) return false
  if (!sameVariables(a.inputs, b.inputs, true) || !sameVariables(a.outputs, b.outputs, false)) return false
  for (let i = 0; i < a.equations.length; i++) if (!sameEquation(a.equations[i]!, b.equations[i]!)) return false
  return true
}

const sameEquation = (a: Equation, b: Equation): boolean =>
  a.primitive === b.primitive && a.key === b.key && sameVariables(a.inputs, b.inputs, false)

/** Inputs must agree in type; later variables then do because their equations do. */
function sameVariables(a: readonly Variable[], b: readonly Variable[], typed: boolean): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!
    const y = b[i]!
    if (x.index !== y.index) return false
    if (typed && (x.dtype !== y.dtype || !sameShape(x.shape, y.shape))) return false
  }
  return true
}

function hashOf({ inputs, equations, outputs }: Program): string {
  const state = new Int32Array([0x811c9dc5, 0x9747b28c])
  for (let i = 0; i < inputs.length; i++) mixText(state, `${inputs[i]!.dtype}${inputs[i]!.shape.join()}`)
  for (let i = 0; i < equations.length; i++) {
    const equation = equations[i]!
    mixText(state, equation.primitive.name)
    for (let j = 0; j < equation.inputs.length; j++) mix(state, equation.inputs[j]!.index)
    mixText(state, equation.key)
  }
  for (let i = 0; i < outputs.length; i++) mix(state, outputs[i]!.index)
  return `${state[0]!.toString(36)}.${state[1]!.toString(36)}`
}

function mixText(state: Int32Array, text: string): void {
  for (let i = 0; i < text.length; i++) mix(state, text.charCodeAt(i))
}

/** Two FNV-style lanes with different multipliers; signed, since numbers of 32 bits without a sign would be garbage each time. */
function mix(state: Int32Array, word: number): void {
  state[0] = Math.imul(state[0]! ^ word, 0x01000193)
  state[1] = Math.imul(state[1]! ^ (word + 0x1e3779b9), 0x05ebca6b)
}
