/** The attributes of an equation, typed by the catalogue. */
import type { Primitive } from '../core/primitive.ts'
import type { Equation } from '../core/program.ts'
import type { PrimitiveName, primitives } from '../primitives/index.ts'

/** The type of a primitive's attributes. */
export type ParamsOf<Name extends PrimitiveName> = (typeof primitives)[Name] extends Primitive<infer P> ? P : never

/** The attributes of an equation of the named primitive. */
export function paramsOf<Name extends PrimitiveName>({ primitive, params }: Equation, name: Name): ParamsOf<Name> {
  if (primitive.name !== name) throw new TypeError(`${primitive.name} met the rule of ${name}`)
  return params as ParamsOf<Name> // names are unique, so they are the primitive's own
}
