/** Loops written with functions: bodies are traced, and outer values that they use become constants. For tests. */
import type { Abstract } from '../../src/core/abstract.ts'
import { inline } from '../../src/core/bind.ts'
import { trace, traceClosed } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { checkpoint } from '../../src/primitives/control/checkpoint.ts'
import { cond } from '../../src/primitives/control/cond.ts'
import { scan } from '../../src/primitives/control/scan.ts'
import { whileLoop } from '../../src/primitives/control/while.ts'

/** A scan over rows: `body(carry, row)` gives the next carry and one row of each output. */
export function scanOver(
  body: (carry: readonly Value[], rows: readonly Value[]) => { carry: readonly Value[]; rows?: readonly Value[] },
  carries: readonly Value[],
  rows: readonly Value[],
  length: number,
  options: { reverse?: boolean; count?: Value } = {},
) {
  const types: Abstract[] = rows.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }))
  const { program, captures } = trace(
    'scan',
    (...values) => {
      const result = body(values.slice(0, carries.length), values.slice(carries.length))
      return [...result.carry, ...(result.rows ?? [])]
    },
    [...carries, ...types],
  )
  return scan({
    body: constantsFirst(program, captures, carries.length + rows.length),
    constants: captures,
    carries,
    rows,
    length,
    reverse: options.reverse ?? false,
    count: options.count ?? null,
  })
}

/** The same program with its captures before its arguments. */
const constantsFirst = (program: ReturnType<typeof traceClosed>, captures: readonly Value[], arity: number) =>
  traceClosed(
    'scan',
    (values) => inline(program, [...values.slice(captures.length), ...values.slice(0, captures.length)]),
    [...program.inputs.slice(arity), ...program.inputs.slice(0, arity)],
  )

/** Repeats `body` while `condition` holds. */
export function repeatWhile(
  condition: (...carries: Value[]) => Value,
  body: (...carries: Value[]) => readonly Value[],
  carries: readonly Value[],
  maxSteps: number | null = null,
): readonly Value[] {
  const test = trace('while', (...values) => [condition(...values)], carries)
  const step = trace('while', body, carries)
  return whileLoop({
    condition: constantsFirst(test.program, test.captures, carries.length),
    body: constantsFirst(step.program, step.captures, carries.length),
    conditionConstants: test.captures,
    bodyConstants: step.captures,
    carries,
    maxSteps,
  })
}

/** One of several functions of the same operands. */
export function choose(
  choice: Value,
  branches: readonly ((...values: Value[]) => readonly Value[])[],
  operands: readonly Value[],
): readonly Value[] {
  const closed = branches.map((branch) => trace('cond', branch, operands))
  const captures = [...new Set(closed.flatMap((one) => one.captures))]
  const programs = closed.map((one) =>
    traceClosed(
      'cond',
      (values) => {
        const captured = one.captures.map((capture) => values[operands.length + captures.indexOf(capture)]!)
        return inline(one.program, [...values.slice(0, operands.length), ...captured])
      },
      [...operands, ...captures],
    ),
  )
  return cond(choice, programs, [...operands, ...captures])
}

/** A function whose intermediate values are computed again. */
export function recomputed(f: (...values: Value[]) => readonly Value[], operands: readonly Value[]): readonly Value[] {
  const { program, captures } = trace('checkpoint', f, operands)
  return checkpoint(program, [...operands, ...captures])
}
