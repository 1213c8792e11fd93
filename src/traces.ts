/** Counting traces: a jitted function that is traced again and again is slow, and silently so. */
import { TraceError } from './core/errors.ts'
import { currentTrace } from './core/trace.ts'
import { isVerifying } from './development.ts'

/**
 * The same function, which throws when it is traced more often than `max` times: to be wrapped in `jit`, `grad` ….
 * @throws TraceError at the trace that is one too many.
 * @example
 * import { assertMaxTraces, jit, mul, scalar, type Scalar } from 'conformable'
 * const f = jit(assertMaxTraces((x: Scalar) => mul(x, x), 1))
 * f(scalar(1))
 * f(scalar(2)) // the same shapes: no new trace
 */
export function assertMaxTraces<A extends readonly unknown[], R>(f: (...args: A) => R, max: number): (...args: A) => R {
  let traces = 0
  return (...args) => {
    if (currentTrace() !== null && !isVerifying() && ++traces > max) {
      const who = f.name === '' ? 'the function' : f.name
      throw new TraceError(
        `assertMaxTraces: ${who} is traced once more than the ${max} times allowed. New shapes, dtypes or JavaScript arguments each mean a trace; pass numbers as scalar(x).`,
      )
    }
    return f(...args)
  }
}
