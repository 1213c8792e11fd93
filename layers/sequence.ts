/** What layers over sequences `[…, time, features]` share. */

import { ShapeError } from '../src/index.ts'
import { sentence } from '../types/sentence.ts'
import { inputNeeds } from '../types/sentences/layers.ts'
import { requireFeatures } from './dense.ts'
import type { Leaf } from './layer.ts'

/** Refuses an input that is not […, time, features]. */
export function requireSequence(name: string, x: Leaf, features: number): void {
  if (x.shape.length < 2)
    throw new ShapeError(sentence(inputNeeds, { layer: name, needed: '[…, time, features]', x: x.shape }))
  requireFeatures(name, x, features)
}
