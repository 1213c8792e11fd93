/** Development checks: on unless `NODE_ENV` is `production`. */

/** Are extra checks wanted (retracing to find impure functions)? */
export const development = (): boolean => typeof process === 'undefined' || process.env.NODE_ENV !== 'production'

let verification = false

/** Runs `f` marked as a repeated trace, which `assertMaxTraces` does not count. */
export function verifying<R>(f: () => R): R {
  verification = true
  try {
    return f()
  } finally {
    verification = false
  }
}

/** Is the present trace only a check of an earlier one? */
export const isVerifying = (): boolean => verification
