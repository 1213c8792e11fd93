/** What is said by transforms, loops and searches. */

/** A gradient is that of one number. */
export const returnsNoScalar =
  '{op}: the function must return a scalar, it returns {x}; use mean or sum, or jacrev for the Jacobian'
/** A scalar that has no gradient. */
export const returnsNoFloat = '{op}: the function returns a scalar of {dtype}; only float32 and float64 have a gradient'
/** Something that is no tensor. */
export const returnsNoTensor =
  "{op}: the function must return a scalar tensor, or a record with a scalar 'value' (the rest is auxiliary)"
/** An argument or a result without derivatives. */
export const needsFloatTensors =
  '{op}: arguments and results must be float tensors, one is {x}; pass it from outside instead'
/** An argument without a gradient. */
export const noGradientBy = '{op}: argument {index} is {x}; only float tensors have a gradient'
/** Fewer arguments. */
export const noArgument = '{op}: there is no argument {index}; the function takes {count}'
/** Mapped axes of two arguments. */
export const mappedDiffer = 'vmap: mapped axes differ: {m} of {a} vs {n} of {b}'
/** A carry that is no tensor. */
export const carryFrozen = 'carry: a JS {kind} cannot change inside a compiled loop; {hint}'
/** A carry that changes its shape or dtype. */
export const carryDiffers = '{op}: {place} is {a} at the start, but the body returns {b}'
/** A carry that loses or gains members. */
export const carryRebuilt = '{op}: the body returns a carry that is not built like the first one'
/** The choice between two branches. */
export const predicateNeeds =
  'cond: the predicate must be a bool scalar, got {x}; compare with less, equal …, reduce with all or any'
/** What ends a loop. */
export const conditionNeeds =
  'whileLoop: the condition must return a bool scalar, it returns {x}; compare with less, equal …, reduce with all or any'
/** Two branches. */
export const branchesDiffer = 'cond: the branches return different things: {a} and {b}'
/** An objective that is no number. */
export const objectiveNoScalar = '{op}: the objective must return a scalar, it returns {x}; use mean or sum'
/** An objective of integers. */
export const objectiveNoFloat = '{op}: the objective returns a scalar of {dtype}; float32 or float64 is needed'
/** An objective that returns something else. */
export const objectiveNoTensor = '{op}: the objective must return a scalar tensor'
/** Residuals of integers. */
export const residualsNoFloat = "{op}: residuals must be float tensors, one is {x}; convert it: convert(x, 'float32')"
/** An argument of another shape than the function says. */
export const argumentDiffers =
  "{op}: argument {index}{place} is {given}, but the function takes {expected}; a name in its annotation, Tensor<['n']>, takes any size"
/** A tangent of another shape. */
export const tangentDiffers =
  '{op}: tangent {index}{place} is {given}, but its primal is {expected}; a tangent has the shape and dtype of its primal'
/** A cotangent of another shape. */
export const cotangentDiffers = '{op}: the cotangent{place} is {given}, but the result is {expected}'
/** Rows of another shape than the body says. */
export const rowDiffers =
  '{op}: a row{place} is {given}, but the body takes {expected}; a row is xs without the leading axis'
/** A carry of another shape than the body says. */
export const startDiffers = '{op}: the carry{place} is {given} at the start, but the body takes {expected}'
