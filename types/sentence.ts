/**
 * Sentences of errors, once for both worlds: a text with places for its parts, `'{op}: lengths differ: {k} vs {l}'`. The compiler
 * fills it with types where a rule fails, the running program with values; both print shapes and sizes alike.
 */
import type { Show, ShowDim } from './shape.ts'

type Print<T> = T extends readonly unknown[] ? Show<T> : ShowDim<T>

/** The text with its places filled by the types of these names. */
export type Sentence<Text extends string, Parts> = Text extends `${infer Head}{${infer Name}}${infer Tail}`
  ? `${Head}${Print<Parts[Name & keyof Parts]>}${Sentence<Tail, Parts>}`
  : Text

/** The names of the places in a text. */
export type PlacesOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Tail}`
  ? Name | PlacesOf<Tail>
  : never

/** What may stand in a place: a word, a size, a shape. */
type Part = string | number | readonly (string | number)[]

/** The text with its places filled by the values of these names. */
export const sentence = <Text extends string>(text: Text, parts: { readonly [Name in PlacesOf<Text>]: Part }): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: PlacesOf<Text>) => printed(parts[name]))

const printed = (part: Part): string => (typeof part === 'object' ? `[${part.join(', ')}]` : String(part))
