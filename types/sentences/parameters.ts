/** What is said by ComponentArrays. */

/** A tensor of another float dtype. */
export const oddDType =
  "componentArray: '{path}' is {x}, but others are float32; one flat vector has one dtype. Convert one of them."
/** A tensor that is no parameter. */
export const noParameter =
  "componentArray: '{path}' is {x}; parameters are float32 or float64. Keep integers in a record beside it."
/** A vector of another length. */
export const lengthDiffers = 'fromFlat: the layout has {count} numbers, the vector is {x}'
/** A name that is not there. */
export const noPath = "{op}: there is no '{path}'"
/** Another shape in the place of a parameter. */
export const replacementShape =
  "replace: '{path}' has shape {x}, the new one {given}. Other shapes need a new ComponentArray: mapLeaves or componentArray."
/** Another dtype in the place of a parameter. */
export const replacementDType = "replace: '{path}' is {dtype}, the new one {given}. Convert it."
