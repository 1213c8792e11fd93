/**
 * A function of one float tensor with a formula for its derivative, where the derivative of the formula for its value would lose
 * digits: sinh″ as the derivative of (e^x + e^-x)/2 cancels near 0, as the derivative of cosh it does not.
 */
import { traceClosed } from '../core/trace.ts'
import type { Value } from '../core/value.ts'
import { customJvp } from '../primitives/control/custom.ts'
import { mul } from '../primitives/elementwise.ts'

/** f as `value` computes it; f′(x) t = `slope`(x) t, which is differentiated in its turn. `slope` must not lead back to f. */
export const withDerivative =
  (name: string, value: (x: Value) => Value, slope: (x: Value) => Value) =>
  (x: Value): Value => {
    const program = traceClosed(name, ([v]) => [value(v!)], [x])
    const rule = traceClosed(name, ([v, tangent]) => [mul(tangent!, slope(v!))], [x, x])
    return customJvp(program, rule, [x])[0]!
  }
