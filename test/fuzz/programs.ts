/** Random programs: steps over a pool of values, with loops, conditionals, derivatives and maps whose bodies are steps again. */
import fc from 'fast-check'
import { sizeOf } from '../../src/core/abstract.ts'
import { checkProgram } from '../../src/core/check.ts'
import { isFloat } from '../../src/core/dtype.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import type { Program } from '../../src/core/program.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { fill } from '../helpers/golden.ts'
import { array } from '../helpers/reference.ts'
import type { Step } from './draw.ts'
import { Draw } from './draw.ts'
import { roughImages, smoothImages } from './images.ts'
import type { Operation } from './operations.ts'
import { fitted, open, rough, smooth } from './operations.ts'

/** The type and the numbers of one input. */
export interface Input {
  readonly shape: readonly number[]
  readonly dtype: 'float' | 'int32'
  readonly seed: number
}

/** A random program with inputs. The last step's results, and all that nobody used, are its results. */
export interface Recipe {
  readonly inputs: readonly Input[]
  readonly steps: readonly Step[]
  /** Only operations with derivatives of every order everywhere. */
  readonly smooth: boolean
}

const { add, mul, tanh, sum } = open

/** The pool with the results of steps; a step that is refused (it would need an element of nothing) is an error of the recipe. */
function grown(pool: readonly Value[], steps: readonly Step[], isSmooth: boolean): Value[] {
  const names = isSmooth ? smoothNames : allNames
  const values = [...pool]
  for (const step of steps) {
    const operation = operations[names[step.operation % names.length]]
    values.push(...[operation(new Draw(values, step), isSmooth)].flat())
  }
  return values
}

/** The last float that a body made, brought to a shape. */
const lastFloat = (pool: readonly Value[], shape: readonly number[]): Value =>
  fitted(pool.filter(({ dtype }) => isFloat(dtype)).at(-1)!, shape)

type Nested = (draw: Draw, isSmooth: boolean) => Value | readonly Value[]

const isPositive = (n: Value): Value => open.greater(fitted(n, []), 0)

/** Operations with bodies. Carries are kept in (-1, 1), so that loops do not explode. */
const nested: Readonly<Record<string, Nested>> = {
  scan: (draw, isSmooth) => {
    const [carry, rows, outer, n] = [draw.float(), draw.float(1), draw.float(), draw.whole()]
    const body = (c: Value, row: Value): readonly unknown[] => {
      const pool = grown([n, outer, row, c], draw.body, isSmooth)
      return [tanh(add(lastFloat(pool, c.shape), mul(c, 0.5))), pool.at(-1)]
    }
    return results(open.scan(body, carry, rows, { reverse: draw.below(2) === 1 }))
  },
  scanN: (draw, isSmooth) => {
    const [carry, outer] = [draw.float(), draw.float()]
    const body = (c: Value, i: Value): readonly unknown[] => {
      const pool = grown([outer, i, c], draw.body, isSmooth)
      return [tanh(lastFloat(pool, c.shape)), [pool.at(-1), open.convert(i, c.dtype)]]
    }
    return results(open.scanN(body, carry, draw.between(0, 5)))
  },
  whileLoop: (draw, isSmooth) => {
    const [carry, n, outer] = [draw.float(), open.mod(fitted(draw.whole(), []), 5), draw.float()]
    const body = ([c, left]: readonly Value[]): readonly Value[] => {
      const pool = grown([left, outer, c], draw.body, isSmooth)
      return [tanh(lastFloat(pool, c.shape)), open.sub(left, 1)]
    }
    const options = draw.below(3) === 0 ? { maxSteps: draw.between(1, 4) } : {}
    return results(open.whileLoop(([, left]: readonly Value[]) => isPositive(left), body, [carry, n], options))
  },
  cond: (draw, isSmooth) => {
    const [x, y, n] = [draw.float(), draw.float(), draw.whole()]
    const half = Math.floor(draw.body.length / 2)
    const branch = (steps: readonly Step[]) => (v: Value) => lastFloat(grown([n, y, v], steps, isSmooth), x.shape)
    return open.cond(isPositive(n), branch(draw.body.slice(0, half)), branch(draw.body.slice(half)), x)
  },
  checkpoint: (draw, isSmooth) => {
    const [x, y, n] = [draw.float(), draw.float(), draw.whole()]
    const f = (a: Value, b: Value) => grown([n, b, a], draw.body, isSmooth).slice(3)
    return results((open.checkpoint(f) as unknown as (...all: Value[]) => unknown)(x, y))
  },
  gradient: (draw, isSmooth) => {
    const [x, y, n] = [draw.float(), draw.float(), draw.whole()]
    const loss = (v: Value) => sum(tanh(lastFloat(grown([n, y, v], draw.body, isSmooth), v.shape)))
    return (open.grad(loss) as unknown as (x: Value) => Value)(x)
  },
  tangent: (draw, isSmooth) => {
    const [x, y, n] = [draw.float(), draw.float(), draw.whole()]
    const f = (v: Value) => tanh(lastFloat(grown([n, y, v], draw.body, isSmooth), v.shape))
    return results(open.jvp(f, [x], [fitted(draw.float(), x.shape)]))
  },
  mapped: (draw, isSmooth) => {
    const [x, y, n] = [draw.float(1), draw.float(), draw.whole()]
    const f = (v: Value) => grown([n, y, v], draw.body, isSmooth).slice(3)
    return results((open.vmap(f) as unknown as (x: Value) => unknown)(x))
  },
}

/** All tensors of a tree of lists. */
const results = (tree: unknown): Value[] => (tree as readonly (Value | readonly unknown[])[]).flatMap(flat)
const flat = (entry: unknown): Value[] => (Array.isArray(entry) ? entry.flatMap(flat) : [entry as Value])

const operations: Readonly<Record<string, Operation | Nested>> = {
  ...smooth,
  ...smoothImages,
  ...rough,
  ...roughImages,
  ...nested,
}
const nestedNames = [...Object.keys(nested), ...Object.keys(nested)]
const smoothNames = [...Object.keys(smooth), ...Object.keys(smoothImages), ...nestedNames]
const allNames = [...Object.keys(operations), ...Object.keys(nested)]

/** How many values the pool starts with besides the inputs: a float and an int32 vector, for steps that need one. */
const basis: readonly Input[] = [
  { shape: [2], dtype: 'int32', seed: 3 },
  { shape: [3], dtype: 'float', seed: 7 },
]

const inputsOf = ({ inputs }: Recipe): readonly Input[] => [...basis, ...inputs]

/** A program and inputs for it. JavaScript numbers in the recipe's operations are inputs, too: the last ones. */
export interface Sample {
  readonly program: Program
  readonly inputs: readonly Ndarray[]
}

/** The program of a recipe, floats in that dtype. Results are what the last steps made. */
export function sampleOf(recipe: Recipe, dtype: 'float32' | 'float64'): Sample {
  const inputs = arraysOf(recipe, dtype)
  const f = (...values: Value[]): readonly Value[] => {
    const made = grown(values, recipe.steps, recipe.smooth).slice(values.length)
    return made.length === 0 ? [values[1]] : made.slice(-4)
  }
  const { program, captures } = trace('fuzz', f, inputs)
  checkProgram(program)
  return { program, inputs: [...inputs, ...captures.map((x) => array(x.shape, x.readSync() as Float64Array, x.dtype))] }
}

/** The inputs of a recipe; whole numbers in [-4, 9), floats in (-1.5, 1.5), exact in float32. */
const arraysOf = (recipe: Recipe, dtype: 'float32' | 'float64'): Ndarray[] =>
  inputsOf(recipe).map(({ shape, dtype: kind, seed }) =>
    kind === 'int32'
      ? array(shape, fill(sizeOf(shape), seed, -4, 9).map(Math.floor), 'int32')
      : array(shape, fill(sizeOf(shape), seed, -1.5, 1.5), dtype),
  )

const dims = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 2, arbitrary: fc.integer({ min: 6, max: 9 }) },
  { weight: 1, arbitrary: fc.constant(0) },
)

const input: fc.Arbitrary<Input> = fc.record({
  shape: fc.array(dims, { maxLength: 3 }),
  dtype: fc.constantFrom<'float' | 'int32'>('float', 'float', 'float', 'int32'),
  seed: fc.nat(999),
})

const stepOf = (body: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Step> =>
  fc.record({ operation: fc.nat(999), numbers: fc.array(fc.nat(999), { maxLength: 10 }), body })

const leaves = fc.array(stepOf(fc.constant([])), { maxLength: 3 })
const bodies = fc.oneof(
  { weight: 3, arbitrary: leaves },
  { weight: 1, arbitrary: fc.array(stepOf(leaves), { maxLength: 3 }) },
)

/** Random recipes of 3 to 12 steps. */
export const recipes = (isSmooth: boolean): fc.Arbitrary<Recipe> =>
  fc.record({
    inputs: fc.array(input, { maxLength: 3 }),
    steps: fc.array(stepOf(bodies), { minLength: 3, maxLength: 12 }),
    smooth: fc.constant(isSmooth),
  })
