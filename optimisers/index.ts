/** The door `conformable/optimisers`: rules (gradient in, update out), their combinators and schedules. */
export type { Rule, StateFor, StateFunction, StateOf } from '../types/optimiser.ts'
export { type AdagradOptions, type AdagradState, adagrad } from './adagrad.ts'
export { type AdamOptions, type AdamState, type AdamWOptions, adam, adamW } from './adam.ts'
export { type ChainState, chain, clipByGlobalNorm, clipByValue } from './chain.ts'
export {
  type MomentumOptions,
  type MomentumState,
  momentum,
  nesterov,
  type SgdOptions,
  type StepState,
  sgd,
} from './descent.ts'
export { defineRule, type Leaf, mapFloats, type RuleDefinition } from './rule.ts'
export { type CosineOptions, constant, cosine, type Schedule, type Scheduled } from './schedule.ts'
