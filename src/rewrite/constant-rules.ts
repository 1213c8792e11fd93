/** Constant folding: operations on tensors of one number, where the machine would get the same bits. */
import type { Abstract } from '../core/abstract.ts'
import { sizeOf } from '../core/abstract.ts'
import type { Ndarray } from '../core/ndarray.ts'
import { referenceData } from '../core/ndarray.ts'
import { hasEffect } from '../core/program.ts'
import type { Value } from '../core/value.ts'
import type { PrimitiveName } from '../primitives/index.ts'
import { primitives } from '../primitives/index.ts'
import type { Match, Rule } from './rule.ts'

/**
 * Operations that are correctly rounded (or exact) on every machine. A float32 result computed in float64 and rounded once has
 * the same bits, because float64 has more than twice the digits (Figueroa 1995).
 */
const exact: readonly PrimitiveName[] = [
  'neg',
  'abs',
  'sign',
  'floor',
  'ceil',
  'round',
  'add',
  'sub',
  'mul',
  'div',
  'sqrt',
  'max',
  'min',
  'lt',
  'le',
  'eq',
  'ne',
  'and',
  'or',
  'xor',
  'not',
  'shl',
  'shr',
  'select',
  'convert',
]

/** Movements: a tensor of one number stays one. */
const moving: readonly PrimitiveName[] = [
  'broadcast',
  'reshape',
  'transpose',
  'slice',
  'reverse',
  'view',
  'dynamicSlice',
]

/** Primitives with outputs that may be empty; `full` is what remains of them. */
const computing = (Object.keys(primitives) as PrimitiveName[]).filter((name) => name !== 'full') // the catalogue's own keys

/** The rules of constants. */
export const constantRules: readonly Rule[] = [
  { law: 'nothing is computed for tensors without elements', primitives: computing, apply: emptied },
  { law: 'operations on constants', primitives: exact, apply: fold },
  { law: 'constants moved', primitives: moving, apply: (match) => filled(match, match.constant(match.a)) },
  {
    law: 'constants joined or padded',
    primitives: ['concat', 'pad'],
    apply: (match) => {
      const [first, ...others] = match.inputs.map(match.constant)
      return others.every((other) => Object.is(other, first)) ? filled(match, first) : null
    },
  },
]

function emptied({ types, primitive, params, make }: Match<PrimitiveName>): readonly Value[] | null {
  if (!types.every(({ shape }) => sizeOf(shape) === 0) || hasEffect({ primitive, params })) return null
  return types.map(({ shape, dtype }) => make('full', [], { shape, dtype, value: 0 }))
}

function fold(match: Match<PrimitiveName>): readonly Value[] | null {
  const numbers = match.inputs.map(match.constant)
  if (numbers.includes(null)) return null
  const { dtype } = match.type
  const scalar: Abstract = { shape: [], dtype }
  const operands = match.inputs.map((input, i): Ndarray => {
    const data = referenceData(input.dtype, 1)
    data[0] = numbers[i] ?? 0 // none is null here
    return { shape: [], dtype: input.dtype, data }
  })
  const [result] = match.primitive.evaluate(operands, match.params, [scalar])
  return filled(match, dtype === 'float32' ? Math.fround(result.data[0]) : result.data[0])
}

const filled = (
  { type: { shape, dtype }, make }: Match<PrimitiveName>,
  value: number | null,
): readonly Value[] | null => (value === null ? null : [make('full', [], { shape, dtype, value })])
