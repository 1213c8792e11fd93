/**
 * Layouts as JSON: members in order, each with its offset, so that other programs can cut the vector without knowing how
 * offsets follow from shapes. What is redundant is checked when a layout is read.
 */
import * as t from 'io-ts'
import { sentenceOf } from '../core/errors.ts'
import { E, pipe } from '../fp.ts'
import { type Codec, listOf, natural, recursive, refined, shape, text } from './decoding.ts'
import { type Layout, layoutFrom, type Member, type Parts } from './layout.ts'
import { nameProblem } from './path.ts'

/** A layout in JSON. */
export interface LayoutJson {
  readonly size: number
  readonly members: readonly MemberJson[]
}

/** A parameter with a shape, or a group with a layout. */
type MemberJson =
  | { readonly name: string; readonly offset: number; readonly shape: readonly number[] }
  | { readonly name: string; readonly offset: number; readonly layout: LayoutJson }

/** Members as they are read, before their offsets are checked. */
type Draft = { readonly name: string; readonly offset: number } & (
  | { readonly shape: readonly number[] }
  | { readonly layout: Layout }
)

const common = { name: refined(text, nameProblem), offset: natural }
const field = t.strict({ ...common, shape }, 'a parameter')
const group = t.strict({ ...common, layout: recursive('a layout', () => layoutCodec) }, 'a group')

const member: Codec<Draft, MemberJson> = new t.Type(
  'a member',
  (u): u is Draft => field.is(u) || group.is(u),
  (u, context) => (typeof u === 'object' && u !== null && 'layout' in u ? group : field).validate(u, context),
  (draft) => ('layout' in draft ? group.encode(draft) : field.encode(draft)),
)

const draft = t.strict({ size: natural, members: listOf(member, 'a list of members') }, 'a layout')

/** Layout ↔ JSON. Decoding collects all problems with their places. */
export const layoutCodec: Codec<Layout, LayoutJson> = new t.Type(
  'a layout',
  (u): u is Layout => typeof u === 'object' && u !== null && 'members' in u && 'fields' in u && 'text' in u,
  (u, context) =>
    pipe(
      draft.validate(u, context),
      E.flatMap(({ size, members }) => build(size, members, u, context)),
    ),
  ({ size, members }) => ({ size, members: members.map(toJson) }),
)

const toJson = (m: Member): MemberJson =>
  m.kind === 'field'
    ? { name: m.name, offset: m.offset, shape: m.shape }
    : { name: m.name, offset: m.offset, layout: layoutCodec.encode(m.layout) }

function build(size: number, drafts: readonly Draft[], u: unknown, context: t.Context): t.Validation<Layout> {
  const parts: Parts = drafts.map((part) => [part.name, 'layout' in part ? part.layout : part.shape])
  // layoutFrom refuses repeated names, too many levels and too many numbers.
  const built = E.tryCatch(
    () => layoutFrom(parts),
    (error) => sentenceOf(error).replace(/^.*?: /, ''),
  )
  if (E.isLeft(built)) return t.failure(u, context, built.left)
  const wrong = built.right.members.find((m, i) => m.offset !== drafts[i].offset)
  if (wrong !== undefined) {
    const given = drafts.find(({ name }) => name === wrong.name)?.offset
    return t.failure(
      u,
      context,
      `'${wrong.name}' has offset ${given}; members lie side by side, so it must be ${wrong.offset}`,
    )
  }
  if (size === built.right.size) return t.success(built.right)
  return t.failure(u, context, `the size is ${size}, but the members have ${built.right.size} numbers together`)
}
