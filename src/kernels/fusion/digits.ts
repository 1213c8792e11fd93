/**
 * Two loop nests over the same elements, told apart by how an address moves through them: each loop of the one as digits of the
 * loops of the other. Where a nest runs over 32 × (28 · 28) and another over (32 · 28) × 28, the second loop of the first is
 * the digit `row mod 28` and the digit `column`, with weights 28 and 1.
 */
import type { Index, Term } from '../language/axes.ts'
import { zeroIndex } from '../language/axes.ts'
import type { Loop } from '../language/kernel.ts'
import type { NodeTable } from '../language/nodes.ts'

/** A loop and how far an address moves with each turn. */
export interface Axis {
  readonly loop: Loop
  readonly stride: number
}

/** (index of the axis ÷ unit) mod extent. */
interface Digit {
  readonly axis: Axis
  readonly unit: number
  readonly extent: number
}

/** What a loop's index is made of: Σ weight · digit. */
interface Part {
  readonly digit: Digit
  readonly weight: number
}

/** The loops of one nest in terms of those of another. */
export type Correspondence = ReadonlyMap<Loop, readonly Part[]>

/** How the loops `from` follow from the loops `to`; null unless both run over the same elements, each once. */
export function correspondence(from: readonly Axis[], to: readonly Axis[]): Correspondence | null {
  const found = new Map<Loop, readonly Part[]>()
  for (const axis of from) {
    const parts = partsOf(axis, to)
    if (parts === null) return null
    found.set(axis.loop, parts)
  }
  const digits = [...found.values()].flatMap((parts) => parts.map(({ digit }) => digit))
  return to.every((axis) =>
    isWhole(
      axis,
      digits.filter((digit) => digit.axis === axis),
    ),
  )
    ? found
    : null
}

/** The digits of one loop, innermost first. */
function partsOf({ loop, stride }: Axis, to: readonly Axis[]): readonly Part[] | null {
  const parts: Part[] = []
  let axis = to.find((each) => stride % each.stride === 0 && stride / each.stride < each.loop.extent)
  let unit = axis === undefined ? 1 : stride / axis.stride
  let weight = 1
  for (let rest = loop.extent; axis !== undefined; ) {
    const room = axis.loop.extent / unit
    if (rest <= room) return [...parts, { digit: { axis, unit, extent: rest }, weight }]
    if (!Number.isInteger(room) || rest % room !== 0) return null
    parts.push({ digit: { axis, unit, extent: room }, weight })
    weight *= room
    rest /= room
    unit = 1
    const next: number = axis.stride * axis.loop.extent
    axis = to.find((each) => each.stride === next && each.loop.extent > 1)
  }
  return null
}

/** Do the digits make up the whole index, each once? */
function isWhole({ loop }: Axis, digits: readonly Digit[]): boolean {
  let reached = 1
  for (const { unit, extent } of digits.toSorted((a, b) => a.unit - b.unit)) {
    if (unit !== reached) return false
    reached *= extent
  }
  return reached === loop.extent
}

/** Σ stride · loop as an index over the other nest: affine where the digits of an axis go together, else by division at run time. */
export function indexOver(
  map: Correspondence,
  terms: readonly { readonly loop: Loop; readonly stride: number }[],
  table: NodeTable,
): Index {
  const strides = new Map<Digit, number>()
  for (const { loop, stride } of terms)
    for (const { digit, weight } of map.get(loop)!) strides.set(digit, (strides.get(digit) ?? 0) + stride * weight)
  const axes = new Set([...strides.keys()].map(({ axis }) => axis))
  const all = [...map.values()].flatMap((parts) => parts.map(({ digit }) => digit))
  return {
    ...zeroIndex,
    terms: [...axes].flatMap((axis) => {
      const digits = all.filter((digit) => digit.axis === axis)
      return termsOf(axis, digits, (digit) => strides.get(digit) ?? 0, table)
    }),
  }
}

function termsOf(
  { loop }: Axis,
  digits: readonly Digit[],
  strideOf: (digit: Digit) => number,
  table: NodeTable,
): readonly Term[] {
  const first = digits.find(({ unit }) => unit === 1)! // a whole index begins there
  const step = strideOf(first)
  if (digits.every((digit) => strideOf(digit) === step * digit.unit))
    return step === 0 ? [] : [{ atom: loop, stride: step }]
  return digits.flatMap((digit) => {
    const stride = strideOf(digit)
    return stride === 0 ? [] : [{ atom: { extent: digit.extent, node: nodeOf(loop, digit, table) }, stride }]
  })
}

function nodeOf(loop: Loop, { unit, extent }: Digit, table: NodeTable) {
  const index = table.index(loop)
  const divided = unit === 1 ? index : table.apply('div', 'int32', [index, table.constant('int32', unit)])
  if (unit * extent === loop.extent) return divided
  return table.apply('rem', 'int32', [divided, table.constant('int32', extent)])
}
