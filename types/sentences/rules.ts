/** What is said by the rules of optimisation. */

/** A gradient of another model. */
export const gradientDiffers =
  'rule: the gradient of {place} is {given}, the parameter is {expected}. Gradient, state and parameters belong to one model: rule.init(params) makes its state.'
/** A state of another model. */
export const stateDiffers =
  'rule: the state {place} is {given}, for these parameters it is {expected}. Gradient, state and parameters belong to one model: rule.init(params) makes its state.'
/** A gradient, or a state, that has not the members it should have. */
export const builtOtherwise =
  'rule: the {what} is not built like that of these parameters: rule.init(params) makes the state, grad the gradient.'
