/** What is said of axes and of broadcasting. */

/** From both ends, an axis is missing. */
export const axisOutOfRange = '{op}: axis {axis} is out of range for shape {x} (rank {rank})'
/** An axis is named twice. */
export const axisTwice = '{op}: axis {axis} of {x} is given twice'
/** Two sizes are neither equal nor 1. */
export const cannotBroadcast = '{op}: cannot broadcast {a} with {b}: {x} vs {y}'
/** A size of `a` is neither 1 nor that of the target. */
export const cannotStretch = 'broadcastTo: cannot broadcast {a} to {b}: {why}'
/** Too few dimensions. */
export const rankTwo = '{op}: rank >= 2 needed, got {x}'
