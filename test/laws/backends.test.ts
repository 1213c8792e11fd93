/**
 * The table of laws on WebAssembly against the reference: mapped programs, gradients in float32, third derivatives, eager against
 * compiled, tails. (Values in both dtypes, tangents, cotangents and second derivatives: test/backends/wasm/programs.test.ts.)
 *
 * Tolerances, relative to the largest element (at least 1): float64 1e-12 in every order; float32 1e-5, the reference never rounds.
 */
import { describe, expect, it } from 'vitest'
import { bind } from '../../src/core/bind.ts'
import { isFloat } from '../../src/core/dtype.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Program } from '../../src/core/program.ts'
import { hasEffect } from '../../src/core/program.ts'
import { traceClosed } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, constantLike, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { add, div, gt, max, mul, select } from '../../src/primitives/elementwise.ts'
import { gather, scatterAdd } from '../../src/primitives/indexing.ts'
import { cumsum, reduceMax } from '../../src/primitives/reduction.ts'
import { argmax, sort } from '../../src/primitives/sorting.ts'
import { concat, iota, pad, reshape, reverse, sliceAxis, transpose } from '../../src/primitives/structural.ts'
import { exp, logistic, softplus, tanh } from '../../src/primitives/transcendental.ts'
import { usesTape } from '../../src/rewrite/specialise.ts'
import { batchProgram } from '../../src/transforms/index.ts'
import { floatsAs, onReference, onWasm, roundsToFloat32 } from '../helpers/backends.ts'
import { distance, fill } from '../helpers/golden.ts'
import { array, programOf } from '../helpers/reference.ts'
import type { Case } from './case.ts'
import { inputsOf } from './case.ts'
import { gradient } from './derivatives.ts'
import { asList, derivations, derived, programFor } from './derived.ts'
import { rows } from './table.ts'

const tolerance = { float64: 1e-12, float32: 1e-5 } as const

/** Compares a program on both machines; integers and booleans must be equal. */
function compare(program: Program, inputs: readonly Ndarray[], allowed: number, what: string): void {
  const expected = onReference(program, inputs)
  onWasm(program, inputs).forEach((result, i) => {
    const { shape, dtype, data } = expected[i]
    expect([result.shape, result.dtype], what).toEqual([shape, dtype])
    const error = distance(result.data, data)
    expect(error, `${what}, result ${i}`).toBeLessThanOrEqual(isFloat(dtype) ? allowed : 0)
  })
}

/**
 * Rows whose derivatives sum a repeated or transposed operand. Compiled as a whole, such a sum reads the operand in place, in
 * another order than from a copy: its last digit may differ. All other results have the same bits.
 */
const movingSums: ReadonlySet<string> = new Set(['digamma'])

describe.each(Object.keys(rows) as (keyof typeof rows)[])('%s', (name) => {
  const { cases } = rows[name]

  it('mapped, in float64', () => {
    for (const one of cases) {
      const lanes = [1, 2, 3].map((seed) => inputsOf(one, seed))
      const program = programOf((...values) => asList(one)(values), lanes[0])
      if (program.inputs.length === 0) continue
      const batched = program.inputs.map((_, i) => i === 0 || cases.indexOf(one) % 2 === 0)
      const stacked = program.inputs.map((_, i) => (batched[i] ? stack(lanes.map((lane) => lane[i])) : lanes[0][i]))
      compare(batchProgram(program, batched, 3), stacked, tolerance.float64, `${one.name}, mapped`)
    }
  })

  it.each(derivations.cpu)('$name, in $dtype', (derivation) => {
    for (const one of cases) {
      const made = programFor(one, derivation)
      if (made === null) continue
      const what = `${one.name}, ${derivation.name} in ${derivation.dtype}`
      compare(made.program, made.inputs, tolerance[derivation.dtype], what)
    }
  })

  it('compiled as a whole and one equation after the other: the same bits', () => {
    for (const one of cases) {
      for (const dtype of ['float32', 'float64'] as const) {
        const inputs = floatsAs(inputsOf(one, 1), dtype)
        const program = derived(one, inputs, gradient)
        if (program === null || usesTape(program) || program.equations.some(hasEffect)) continue
        const eager = oneByOne(program, inputs)
        onWasm(program, inputs).forEach(({ data }, i) => {
          const what = `${one.name}, ${dtype}, result ${i}`
          if (!movingSums.has(name)) expect([...data], what).toEqual([...eager[i].data])
          else expect(distance(data, eager[i].data), what).toBeLessThanOrEqual(dtype === 'float32' ? 5e-7 : 1e-15)
        })
      }
    }
  })
})

/** Each equation as a program of its own. */
function oneByOne(program: Program, inputs: readonly Ndarray[]): Ndarray[] {
  const values = new Array<Ndarray>(program.size)
  program.inputs.forEach(({ index }, i) => {
    values[index] = inputs[i]
  })
  for (const { primitive, inputs: operands, params, outputs } of program.equations) {
    const single = traceClosed(primitive.name, (all) => bind(primitive, all, params), operands)
    onWasm(
      single,
      operands.map(({ index }) => values[index]),
    ).forEach((result, i) => {
      values[outputs[i].index] = result
    })
  }
  return program.outputs.map(({ index }) => values[index])
}

/** Operations whose kernels have lanes, tails, blocks or tiles, on a vector x of n elements and a matrix m of [n, 3]. */
const tailed: Readonly<Record<string, (x: Value, m: Value) => Value>> = {
  tanh,
  logistic,
  softplus,
  'exp of tanh': (x) => exp(tanh(x)),
  'x + x': (x) => add(x, x),
  'broadcast of one row': (x, m) => add(m, broadcast(x, m.shape, [0])),
  'broadcast of a sum': (x) => div(x, broadcast(add(sum(mul(x, x), [0]), constantLike(sum(x, [0]), 1)), x.shape, [])),
  sum: (x) => sum(x, [0]),
  'sum of rows': (_, m) => sum(m, [1]),
  'sum of columns': (_, m) => sum(m, [0]),
  'max of rows': (_, m) => reduceMax(m, [1]),
  'running sum': (x) => cumsum(x, 0),
  'running sums of columns, backwards': (_, m) => cumsum(m, 0, true),
  sort: (x) => sort([x])[0],
  argmax: (_, m) => argmax(m, 1),
  concat: (x) => concat([x, mul(x, x), sliceAxis(x, 0, 0, Math.min(1, x.shape[0]))], 0),
  'sum of a concat': (x) => sum(concat([x, tanh(x)], 0), [0]),
  'pad, negative values kept': (x) => pad(x, constantLike({ shape: [], dtype: x.dtype }, 1), [1], [2], [1]),
  reverse: (x) => mul(reverse(x, [0]), x),
  transpose: (_, m) => transpose(m, [1, 0]),
  'tanh of a transpose': (_, m) => tanh(transpose(m, [1, 0])),
  'singleton axes': (x) => sum(reshape(tanh(x), [1, x.shape[0], 1, 1]), [0, 2]),
  'vector · vector': (x) => dot(x, tanh(x), [[0], [0]]),
  'matrix · vector': (x, m) => dot(m, x, [[0], [0]]),
  'outer product': (x) => dot(x, x, [[], []]),
  'matrix · matrix': (_, m) => dot(m, m, [[1], [1]]),
  'inner axis n': (_, m) => dot(m, tanh(m), [[0], [0]]),
  'batched products': (_, m) => dot(m, m, [[1], [1]], [[0], [0]]),
  'gather, out of range too': (x) =>
    gather(
      concat([x, x.shape[0] === 0 ? constantLike({ ...x, shape: [1] }, 2) : x], 0),
      iota([x.shape[0]], 'int32', 0),
      0,
    ),
  scatterAdd: (x) => scatterAdd(convert(mul(tanh(x), constantLike(x, 3)), 'int32'), x, 0, 3),
  select: (x) => select(gt(x, constantLike(x, 0)), mul(x, x), max(x, constantLike(x, -0.5))),
}

describe.each(['float64', 'float32'] as const)('tails in %s', (dtype) => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 17, 33, 67])('%i elements: values and gradients', (n) => {
    const inputs = floatsAs([array([n], fill(n, 5, -2, 2)), array([n, 3], fill(3 * n, 6, -2, 2))], dtype)
    for (const [name, f] of Object.entries(tailed)) {
      if (n === 0 && name.startsWith('argmax')) continue
      const one: Case = { name, f, inputs: [] }
      compare(programOf(f, inputs), inputs, tolerance[dtype], `${name} of ${n}`)
      const slopes = derived(one, inputs, gradient)
      if (slopes !== null) compare(slopes, inputs, tolerance[dtype], `${name} of ${n}, gradient`)
    }
    expect(roundsToFloat32(programOf(tailed.tanh, inputs))).toBe(dtype === 'float32')
  })
})

function stack(parts: readonly Ndarray[]): Ndarray {
  const [{ shape, dtype, data }] = parts
  const joined = array([parts.length, ...shape], [], dtype)
  parts.forEach((part, i) => {
    joined.data.set(part.data, i * data.length)
  })
  return joined
}
