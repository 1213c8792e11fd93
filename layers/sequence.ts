/** What layers over sequences `[…, time, features]` share. */
import { ShapeError } from '../src/index.ts'
import { requireFeatures } from './dense.ts'
import type { Leaf } from './layer.ts'

/** Refuses an input that is not […, time, features]. */
export function requireSequence(name: string, x: Leaf, features: number): void {
  if (x.shape.length < 2)
    throw new ShapeError(`${name}: input must be […, time, features], got [${x.shape.join(', ')}]`)
  requireFeatures(name, x, features)
}
