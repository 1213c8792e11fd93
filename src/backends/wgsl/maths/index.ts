/** All functions that shaders may call. */
import { exponentials } from './exponential.ts'
import { withCallees } from './library.ts'
import { logarithms } from './logarithm.ts'
import { powers } from './power.ts'
import { specialFunctions } from './special.ts'
import { specialValues } from './special-values.ts'
import { trigonometry } from './trigonometric.ts'

const functions = {
  ...specialValues,
  ...exponentials,
  ...logarithms,
  ...trigonometry,
  ...powers,
  ...specialFunctions,
}

/** The name of a function of the library. */
export type FunctionName = keyof typeof functions

/** The texts of the named functions and of all they call, callees first. */
export const functionTexts = (names: Iterable<FunctionName>): string[] => withCallees(functions, names)
