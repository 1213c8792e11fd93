/** Rows of the primitives that contain programs, and of `tap`. */
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { constantLike, sum } from '../../src/primitives/broadcast.ts'
import { customJvp } from '../../src/primitives/control/custom.ts'
import { tap } from '../../src/primitives/control/tap.ts'
import { add, lt, mul, scale } from '../../src/primitives/elementwise.ts'
import type { ControlName } from '../../src/primitives/index.ts'
import { cos, exp, sin } from '../../src/primitives/transcendental.ts'
import { choose, recomputed, repeatWhile, scanOver } from '../primitives/loops.ts'
import type { Case, Generator, Row } from './case.ts'
import { bool, float, whole } from './case.ts'
import type { OneWay } from './table.ts'

const one = (name: string, f: Case['f'], ...inputs: Generator[]): Case => ({ name, f, inputs })

const total = (x: Value): Value =>
  sum(
    x,
    x.shape.map((_, axis) => axis),
  )

const stepped = (length: number, reverse: boolean, count: Value | null) => (x: Value, rows: Value) => {
  const body = ([carry]: readonly Value[], [row]: readonly Value[]) => {
    const next = sin(add(mul(carry!, x), row!))
    return { carry: [next], rows: [mul(next, row!)] }
  }
  const result = scanOver(body, [x], [rows], length, count === null ? { reverse } : { reverse, count })
  return [...result.carries, ...result.rows]
}

/** Steps of each lane's own number, so that mapped loops end at different times. */
const growing = (maxSteps: number | null) => (x: Value) =>
  repeatWhile(
    (y) => lt(total(y!), constantLike(total(x), 4)),
    (y) => [add(scale(y!, 1.3), mul(x, x))],
    [x],
    maxSteps,
  )

const branches = [(x: Value) => [mul(x, exp(x))], (x: Value) => [sin(x)]]

/** x² with a derivative of its own: 2 x, written in another way. */
const square = (x: Value): readonly Value[] => {
  const { program } = trace('f', (y) => [mul(y!, y!)], [x])
  const { program: rule } = trace('rule', (y, t) => [mul(t!, add(y!, y!))], [x, x])
  return customJvp(program, rule, [x])
}

/** One row for each. */
export const controlRows: Readonly<Record<Exclude<ControlName, OneWay>, Row>> = {
  scan: {
    cases: [
      one('forwards', stepped(3, false, null), float([2]), float([3, 2])),
      one('backwards', stepped(3, true, null), float([]), float([3])),
      one('no step', stepped(0, false, null), float([2]), float([0, 2])),
      one('bounded', (x, rows, n) => stepped(4, false, n)(x, rows), float([2]), float([4, 2]), whole([], 0, 4)),
      one(
        'bounded, backwards',
        (x, rows, n) => stepped(4, true, n)(x, rows),
        float([2]),
        float([4, 2]),
        whole([], 0, 4),
      ),
    ],
  },
  whileLoop: {
    cases: [
      one('data decide', growing(40), float([2], 0.3, 1.5)),
      one('bounded', growing(2), float([2], 0.3, 0.5)),
      one('no step', growing(40), float([1], 5, 6)),
    ],
  },
  cond: {
    cases: [
      one('bool', (p, x) => choose(p, branches, [x]), bool([]), float([3])),
      one(
        'of three',
        (i, x) => choose(i, [...branches, (y) => [constantLike(y, 2)]], [x]),
        whole([], -1, 4),
        float([3]),
      ),
      one(
        'captures',
        (p, x, y) => choose(p, [() => [mul(x, y)], () => [cos(y)]], []),
        bool([]),
        float([2]),
        float([2]),
      ),
    ],
  },
  checkpoint: {
    cases: [one('', (x, y) => recomputed((a, b) => [mul(sin(a!), exp(b!)), a!], [x, y]), float([3]), float([3]))],
  },
  customJvp: { cases: [one('', (x) => square(sin(x)), float([3]))] },
  tap: { cases: [one('', (x, i) => tap(() => undefined, [mul(x, x), i]), float([3]), whole([2], 0, 9))] },
}
