/** What is said of products, contractions and linear systems. */

/** The summed dimensions of a product. */
export const innerDiffer = '{op}: inner dimensions differ: {k} vs {l} ({a} @ {b})'
/** The leading dimensions of a product. */
export const batchDiffer = 'matmul: batch dimensions do not broadcast: {x} vs {y} ({a} @ {b})'
/** A scalar is no factor. */
export const operandScalar = 'matmul: {side} operand must have rank >= 1, got {x}'
/** The features of an input and those that a weight takes. */
export const featuresDiffer = 'linear: x {x} has {given} features but the weight {weight} expects {expected}'
/** Something else than an input and a weight. */
export const linearNeeds = 'linear: x […, in] and weight [out, in] needed, got {x} and {weight}'
/** The bias is not one number for each output. */
export const biasDiffers = 'linear: the bias must be [{out}] for the weight {weight}, got {bias}'
/** Two vectors of different lengths. */
export const lengthsDiffer = 'dot: lengths differ: {k} vs {l} ({a} with {b})'
/** Something else than two vectors. */
export const dotVectors = 'dot: both operands must be vectors, got {a} and {b}; use matmul or tensorDot'
/** Something else than two vectors. */
export const outerVectors = 'outer: both operands must be vectors, got {a} and {b}'
/** Blocks need equal ranks. */
export const ranksDiffer = 'kron: ranks differ: {a} and {b}'
/** Something else than equal stacks of vectors in space. */
export const crossNeeds = 'cross: equal shapes [..., 3] needed, got {a} and {b}'
/** Axes go in pairs. */
export const axesPaired = 'tensorDot: {m} axes of {a} are paired with {n} of {b}'
/** A pair of summed axes. */
export const pairDiffers = 'tensorDot: axis {i} of {a} and axis {j} of {b} differ: {x} vs {y}'
/** Something else than square matrices. */
export const squareNeeded = '{op}: [..., n, n] needed, got {x}'
/** Right-hand sides that belong to another matrix. */
export const sidesDiffer = '{op}: right-hand sides {b} do not fit {a}; [..., n] or [..., n, k] needed'
/** Something else than a vector or a matrix. */
export const diagNeeds = 'diag: a vector or a matrix needed, got {x}'

/** What is wrong with a pattern, then the pattern and the shapes of the operands. */
export const einsumSays = "einsum: {why} ('{pattern}' with {shapes})"
/** A letter meets two sizes. */
export const letterDiffers = "index '{letter}' is both {x} and {y}"
/** What `...` stands for does not broadcast. */
export const ellipsisDiffers = "the dimensions of '...' do not broadcast: {x} vs {y}"
/** More letters than dimensions. */
export const manyIndices = 'more indices than dimensions of {x}'
/** Fewer letters than dimensions. */
export const fewIndices = 'fewer indices than dimensions of {x}'
/** More tensors than groups of letters. */
export const manyOperands = 'more operands than subscripts'
/** Fewer tensors than groups of letters. */
export const fewOperands = 'fewer operands than subscripts'
/** `...` on the right alone. */
export const ellipsisMissing = "'...' does not appear in the inputs"
/** `...` on the left alone. */
export const ellipsisLost =
  "'...' stands in the inputs but not in the output; write it there, or sum over named indices"
/** A letter on the right alone. */
export const letterMissing = "output index '{letter}' does not appear in the inputs"
/** A letter twice on the right. */
export const letterTwice = "output index '{letter}' is given twice"
/** A pattern without a right side. */
export const noArrow = "'{pattern}' has no '->'"
