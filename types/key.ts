/**
 * Randomness takes a key.
 */
import type { Tensor } from './tensor.ts'

/** The key of a random stream: two words, which can be traced and mapped like any tensor. */
export type Key = Tensor<readonly [2], 'uint32'>
