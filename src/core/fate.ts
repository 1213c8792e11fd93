/** How tensors die: what a device remembers of one whose memory it took back, and the sentence for whoever uses it still. */
import { type Abstract, showAbstract } from './abstract.ts'

/** `scope`: at the end of the scope in which it was made. */
export type Fate = 'alive' | 'donated' | 'disposed' | 'scope'

/** What is said of a dead tensor. */
export function epitaph(tensor: Abstract, fate: Exclude<Fate, 'alive'>): string {
  return `A ${showAbstract(tensor)} tensor was used after ${stories[fate]}`
}

const stories = {
  donated: 'donation: its memory went to a result. Use the result, or leave this one out of donate.',
  disposed:
    'it was disposed of, by dispose, by [Symbol.dispose]() or at the end of the block of its using declaration. Dispose of it after its last use.',
  scope:
    'it was disposed of at the end of the scope in which it was made. Return it from the scope, or take it out with keep.',
} as const satisfies Record<Exclude<Fate, 'alive'>, string>
