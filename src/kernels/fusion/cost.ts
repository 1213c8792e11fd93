/** What it costs to compute a variable again: the flops and the number of loads under it. */
import { sizeOf } from '../../core/abstract.ts'
import type { Equation, Program, Variable } from '../../core/program.ts'
import { roleOf } from '../catalogue/roles.ts'
import { HEAVY } from '../language/scalar-flops.ts'

/** Flops of an expression that may be computed twice. */
const CHEAP_FLOPS = 8
/** Loads of an expression that may be computed twice. */
const CHEAP_LOADS = 4

/** Costs of each variable (by index), counted down to what certainly stands in memory. */
export interface Costs {
  readonly flops: Float64Array
  readonly loads: Float64Array
}

/**
 * One pass over the program; shared parts are counted once for each path, so the figures are upper bounds. Single numbers are loaded
 * outside of loops and do not count.
 */
export function costsOf(program: Program): Costs {
  const costs = { flops: new Float64Array(program.size), loads: new Float64Array(program.size).fill(1) }
  for (const variable of variablesOf(program)) if (sizeOf(variable.shape) === 1) costs.loads[variable.index] = 0
  const stored = certainlyStored(program)
  for (const equation of program.equations) {
    const role = roleOf(equation)
    if (role.kind !== 'expression' || role.reduces) continue
    for (const output of equation.outputs) {
      if (stored[output.index] === 1) continue
      costs.flops[output.index] = total(equation, costs.flops, role.flops(equation))
      costs.loads[output.index] = total(equation, costs.loads, 0)
    }
  }
  return costs
}

/** May the variable be computed in several places? */
export const isCheap = ({ flops, loads }: Costs, { index }: Variable): boolean =>
  flops[index] <= CHEAP_FLOPS && loads[index] <= CHEAP_LOADS

/** May a scalar be computed in several places? It stands outside all loops, so it is only a matter of size of code. */
export const isLight = ({ flops, loads }: Costs, { index }: Variable): boolean =>
  flops[index] < 4 * HEAVY && loads[index] <= CHEAP_LOADS

function total({ inputs }: Equation, costs: Float64Array, own: number): number {
  let sum = own
  for (let i = 0; i < inputs.length; i++) sum += costs[inputs[i].index]
  return Math.min(sum, 1e9)
}

function variablesOf({ inputs, equations }: Program): readonly Variable[] {
  return [...inputs, ...equations.flatMap(({ outputs }) => outputs)]
}

/** Variables that are outputs of the program or read from memory by a step. */
function certainlyStored(program: Program): Uint8Array {
  const stored = new Uint8Array(program.size)
  for (const output of program.outputs) stored[output.index] = 1
  for (const equation of program.equations) {
    const role = roleOf(equation)
    if (role.kind === 'expression') continue
    const access = role.kind === 'step' ? role.access(equation) : null
    equation.inputs.forEach((input, i) => {
      if (access?.[i] !== 'streamed') stored[input.index] = 1
    })
  }
  return stored
}
