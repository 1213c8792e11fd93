/** What is said of element types. `x` is a tensor in print: `float32[2, 3]`. */

/** The operand is of another kind. */
export const needsFloats = "{op}: needs a float tensor, got {x}; convert it first: convert(x, 'float32')"
/** As `needsFloats`. */
export const needsNumbers = "{op}: needs numbers, got {x}; convert it first: convert(x, 'int32')"
/** As `needsFloats`. */
export const needsIntegers = "{op}: needs integers, got {x}; convert them first: convert(x, 'int32')"
/** As `needsFloats`. */
export const needsConditions = '{op}: needs a bool tensor, got {x}; compare first: notEqual(x, 0)'
/** As `needsFloats`. */
export const needsIndices = "{op}: needs int32 indices, got {x}; convert them first: convert(indices, 'int32')"
/** Nothing is promoted silently. */
export const dtypesDiffer = "{op}: {a} with {b}; convert one of them: convert(x, '{dtype}')"
/** A layer whose input is of another element type than its parameters. */
export const inputDiffers =
  "{layer}: the parameters are {dtype}, the input is {x}; convert one of them: convert(x, '{dtype}')"
/** A layer whose input has a dtype of its own. */
export const inputTakes = "{layer}: the input must be {dtype}, got {x}; convert it first: convert(x, '{dtype}')"
/** A layer that takes integers, behind others. */
export const takesIntegers = 'chain: layer {index} takes {dtype}, but the layers before it give floats'
