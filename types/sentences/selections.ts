/** What is said of parts of tensors: positions, slices, indices, blocks. */

/** Outside of an axis. */
export const indexOutOfRange = 'at: index {index} is out of range for axis {axis} of {x}'
/** A range that holds nothing. */
export const rangeEmpty = "at: '{range}' is empty or out of range for axis {axis} of {x}"
/** More positions than dimensions. */
export const manyPositions = 'at: {count} positions given for shape {x} of rank {rank}'
/** A slice that holds nothing. */
export const sliceEmpty = 'slice: [{start}, {stop}) is empty or out of range for axis {axis} of {x}'
/** Indices beside the axis have other sizes. */
export const indicesDiffer = '{op}: indices {indices} do not fit {x} along axis {axis}: {why}'
/** The shape of the indices is not found in the updates. */
export const updatesDiffer = 'scatterAdd: updates {updates} do not hold the indices {indices} at axis {axis}'
/** A block larger than what it is taken from, or put into. */
export const blockTooLarge = '{op}: a block {block} does not fit into {x}: {m} vs {n}'
/** Not one size for each dimension. */
export const sizesCount = 'dynamicSlice: {count} sizes given for shape {x} of rank {rank}'
/** A block of another rank. */
export const updateRank = 'dynamicUpdateSlice: the update {update} and x {x} differ in rank'
/** More than there are. */
export const tooFew = 'topK: cannot take {k} of axis {axis} of {x}: it has {size}'
