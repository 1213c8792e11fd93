/** What is said of operations that move elements: reshape, permute, join, cut, patterns of names. */

/** Numbers of elements differ, or a size cannot be found. */
export const reshapeFails = 'reshape: {a} to {b}: {why}'
/** Fewer dimensions than are to be kept. */
export const flattenFails = 'flatten: cannot keep {keep} dimensions of {x}'
/** Axes that are no order of all. */
export const noPermutation = 'permute: {axes} is not a permutation of the axes of {x}'
/** Not one axis for each. */
export const permuteCount = 'permute: {count} axes given for shape {x} of rank {rank}'
/** Only 1 can be dropped. */
export const notOne = 'squeeze: axis {axis} of {x} is {size}, not 1'
/** Sizes beside the axis of the join differ. */
export const concatFails = 'concat: {a} and {b} along axis {axis}: {why}'
/** Shapes differ. */
export const stackFails = 'stack: {a} and {b}: {why}'
/** Nothing to join. */
export const nothingToJoin = '{op}: needs at least one tensor'
/** Parts would have different sizes. */
export const splitFails = 'split: axis {axis} of {x} (size {size}) is not divisible by {count}'
/** Not one pair for each dimension. */
export const padCount = 'pad: {count} pairs given for shape {x} of rank {rank}'
/** Nested lists that are no box. */
export const rowsDiffer = 'tensor: row 0 has shape {first} but row {i} has shape {x}'
/** Sizes that are known, and others than asked for. */
export const realizeDiffers = 'realize: the tensor has shape {x}, not {shape}'
/** A step that never arrives. */
export const stepZero = 'arange: the step must not be 0'

/** What is wrong with a pattern, then the pattern and the shape. */
export const patternSays = "{op}: {why} ('{pattern}' of {x})"
/** A pattern without a right side. */
export const noArrow = "'{pattern}' has no '->'"
/** The left side does not name all dimensions, or more. */
export const patternRank = 'the left side has another rank than the tensor'
/** `1` is no name. */
export const oneIs = "'1' stands for a dimension of {x}"
/** A name meets two sizes. */
export const nameDiffers = "axis '{name}' is both {x} and {y}"
/** A group whose sizes are all known. */
export const groupDiffers = '({group}) = {known} but the dimension is {x}'
/** A group with two unknown sizes. */
export const groupOpen = 'give sizes for all but one axis of ({group})'
/** A group whose last size is no whole number. */
export const notDivisible = '{x} is not divisible by {known} in ({group})'
/** A name stands twice on a side. */
export const nameTwice = "axis '{name}' is given twice"
/** A name on the right alone. */
export const notOnLeft = "axis '{name}' does not appear on the left"
/** A name on the left alone. */
export const notOnRight = "axis '{name}' does not appear on the right"
/** A new axis without a size. */
export const newAxisOpen = "give the size of the new axis '{name}'"
