/** Rewriting: a program is written anew, equation by equation, and each equation is first offered to the rules. */
import type { Abstract } from '../core/abstract.ts'
import { bind } from '../core/bind.ts'
import type { Params, Primitive } from '../core/primitive.ts'
import type { Equation, Program } from '../core/program.ts'
import { traceClosed, withSource } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import type { PrimitiveName } from '../primitives/index.ts'
import { primitives } from '../primitives/index.ts'
import type { ParamsOf } from './params.ts'
import type { Definition, Match, Rule, Writer } from './rule.ts'

/** The program after the rules: same inputs, same types of outputs; equal equations are one, unused ones are gone. */
export function rewrite(program: Program, rules: readonly Rule[]): Program {
  const table = tableOf(rules)
  return traceClosed('simplify', (inputs) => new Rewriter(table).inline(program, inputs), program.inputs)
}

type RuleTable = ReadonlyMap<string, readonly Rule[]>

const tables = new WeakMap<readonly Rule[], RuleTable>()

/** The rules by the name of the primitive they are about. */
function tableOf(rules: readonly Rule[]): RuleTable {
  const known = tables.get(rules)
  if (known !== undefined) return known
  const table = new Map<string, Rule[]>()
  for (const each of rules) {
    for (const name of each.primitives) {
      const others = table.get(name)
      if (others === undefined) table.set(name, [each])
      else others.push(each)
    }
  }
  tables.set(rules, table)
  return table
}

interface Made {
  readonly name: string
  readonly inputs: readonly Value[]
  readonly params: Params
}

class Rewriter implements Writer {
  readonly #rules: RuleTable
  readonly #made = new Map<Value, Made>()

  constructor(rules: RuleTable) {
    this.#rules = rules
  }

  readonly inline = (program: Program, inputs: readonly Value[]): readonly Value[] => {
    const values = new Array<Value>(program.size)
    program.inputs.forEach((variable, i) => {
      values[variable.index] = inputs[i]
    })
    for (const equation of program.equations) {
      const operands = equation.inputs.map(({ index }) => values[index])
      const results = withSource(equation.source, () => this.#write(equation, operands))
      for (let i = 0; i < results.length; i++) values[equation.outputs[i].index] = results[i]
    }
    return program.outputs.map(({ index }) => values[index])
  }

  readonly make = <Name extends PrimitiveName>(name: Name, inputs: readonly Value[], params: ParamsOf<Name>): Value => {
    // The catalogue holds the primitive under its name, so the attributes are its own.
    const primitive = primitives[name] as unknown as Primitive
    return this.#write({ primitive, params, outputs: primitive.shape(inputs, params) }, inputs)[0]
  }

  readonly source = <Name extends PrimitiveName>(value: Value, name: Name): Definition<Name> | null => {
    const made = this.#made.get(value)
    if (made?.name !== name) return null
    return { inputs: made.inputs, params: made.params as ParamsOf<Name> } // the name says whose attributes they are
  }

  readonly constant = (value: Value): number | null => this.source(value, 'full')?.params.value ?? null

  #write(equation: Written, inputs: readonly Value[]): readonly Value[] {
    const { primitive, params } = equation
    const rules = this.#rules.get(primitive.name)
    if (rules !== undefined) {
      const match = this.#match(equation, inputs)
      for (let i = 0; i < rules.length; i++) {
        const results = rules[i].apply(match)
        if (results !== null) return results
      }
    }
    const results = bind(primitive, inputs, params)
    for (let i = 0; i < results.length; i++) this.#made.set(results[i], { name: primitive.name, inputs, params })
    return results
  }

  #match({ primitive, params, outputs }: Written, inputs: readonly Value[]): Match<PrimitiveName> {
    const { make, source, constant, inline } = this
    // The rules that are asked are those of this primitive, so the attributes are of the type they expect.
    return {
      make,
      source,
      constant,
      inline,
      primitive,
      inputs,
      a: inputs[0],
      b: inputs[1],
      params: params as Match<PrimitiveName>['params'],
      type: outputs[0],
      types: outputs,
    }
  }
}

type Written = Pick<Equation, 'primitive' | 'params'> & { readonly outputs: readonly Abstract[] }
