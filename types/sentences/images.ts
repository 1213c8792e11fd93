/** What is said of convolutions, pooling and attention. */

/** An input of another rank. */
export const inputNeeds = '{op}: input must be {needed}, got {x}'
/** A kernel of another rank. */
export const kernelNeeds = '{op}: kernel must be {needed}, got {kernel}'
/** The channels of an input and those of a kernel. */
export const channelsDiffer = '{op}: input {x} has {given} channels but the kernel {kernel} expects {expected}'
/** The same, where a kernel sees a share of the channels. */
export const groupsDiffer =
  '{op}: input {x} has {given} channels but the kernel {kernel} expects {expected} ({groups} groups of {each})'
/** Channels that are not a multiple of the groups. */
export const channelsUngrouped =
  '{op}: {channels} {side} channels of the kernel {kernel} do not fall into {groups} groups'
/** A window, with its dilation, reaches further than the input with its padding. */
export const windowTooLarge = '{op}: {what} {window} is larger than the (padded) {axis} of {x}: {reach} vs {size}'
/** What padding takes away is more than there is. */
export const paddingTooLarge = '{op}: padding takes {border} of the {axis} {size} that the kernel {kernel} makes of {x}'
/** Nothing to take the mean of. */
export const globalNeeds = '{op}: input must be [batch, …, channels] with at least one axis between them, got {x}'
/** Queries and keys are compared. */
export const queriesDiffer = 'attention: queries {q} have {d} features but keys {k} have {e}'
/** Each key has a value. */
export const keysDiffer = 'attention: keys {k} have length {s} but values {v} have {t}'
/** The leading dimensions. */
export const attentionBatches =
  'attention: batch dimensions do not broadcast: {x} vs {y} (queries {q}, keys {k}, values {v})'
/** Too few dimensions. */
export const attentionRank = 'attention: {what} must have rank >= 2, got {x}'
