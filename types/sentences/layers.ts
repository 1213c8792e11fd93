/** What is said by layers and losses. */

/** The last dimension is not what the layer takes. */
export const featuresDiffer = '{layer}: expects {expected} input features, got {given} (input {x})'
/** A layer of features over a scalar. */
export const inputScalar = '{layer}: input must have rank >= 1, got []'
/** Images or sequences of another rank. */
export const inputNeeds = '{layer}: input must be {needed}, got {x}'
/** An input that does not fit the annotation of the function. */
export const signatureDiffers = 'layer expects {expected}, got {x}: {why}'
/** The parameters of another layer. */
export const parametersDiffer = "params: {place} is {given}, this layer's is {expected}. Make them with init(key)."
/** An input in the place of the parameters. */
export const parametersFirst = 'params: the parameters come first, then the input: model(params, x)'
/** A branch around which the input is added. */
export const skipKeeps = 'skip: the layer gives {given} for {x}; it must keep the shape'
/** A loss of two things. */
export const targetsDiffer = '{op}: prediction and target must have one shape, got {a} and {b}'
/** The same, where ranks agree. */
export const targetSizesDiffer = '{op}: prediction and target must have one shape, got {a} and {b}: {x} vs {y}'
/** One label for each row of logits. */
export const labelsDiffer = '{op}: logits {x} need labels {needed}, got {labels}'
