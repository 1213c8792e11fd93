/** Rules of rewriting: what one equation may become, given how its operands were made. */
import type { Abstract } from '../core/abstract.ts'
import type { Primitive } from '../core/primitive.ts'
import type { Program } from '../core/program.ts'
import type { Value } from '../core/value.ts'
import type { PrimitiveName } from '../primitives/index.ts'
import type { ParamsOf } from './params.ts'

/** How a value was made. */
export interface Definition<Name extends PrimitiveName> {
  readonly inputs: readonly Value[]
  readonly params: ParamsOf<Name>
}

/** The program being written. */
export interface Writer {
  /** An equation, itself simplified. */
  make<Name extends PrimitiveName>(name: Name, inputs: readonly Value[], params: ParamsOf<Name>): Value
  /** How a value was made, if by the named primitive. */
  source<Name extends PrimitiveName>(value: Value, name: Name): Definition<Name> | null
  /** The number that fills a constant tensor; null if it is not one. */
  constant(value: Value): number | null
  /** The equations of a program, with values for its inputs. */
  inline(program: Program, inputs: readonly Value[]): readonly Value[]
}

/** An equation to be rewritten. */
export interface Match<Name extends PrimitiveName> extends Writer {
  readonly inputs: readonly Value[]
  readonly a: Value
  readonly b: Value
  readonly params: ParamsOf<Name>
  /** The type of its first output. */
  readonly type: Abstract
  readonly types: readonly Abstract[]
  readonly primitive: Primitive
}

/** A rule: the values that stand for the outputs of an equation, or null where it does not apply. */
export interface Rule {
  /** What it says, for people: `x + 0 = x`. */
  readonly law: string
  readonly primitives: readonly PrimitiveName[]
  readonly apply: (match: Match<PrimitiveName>) => readonly Value[] | null
}

/** A rule for equations of one primitive with one output. */
export const rule = <Name extends PrimitiveName>(
  law: string,
  primitive: Name,
  apply: (match: Match<Name>) => Value | null,
): Rule => ({
  law,
  primitives: [primitive],
  apply: (match) => {
    // The engine asks a rule only about equations of its primitives, so the attributes are of the named one.
    const value = apply(match as unknown as Match<Name>)
    return value === null ? null : [value]
  },
})
