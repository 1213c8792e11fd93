/** Users' own primitives, with the rights of ours: they join every transform, `jit` and every device that can call back. */

import type { Shape } from '../types/shape.ts'
import type { AnyTensor, Tensor } from '../types/tensor.ts'
import type { Abstract } from './core/abstract.ts'
import { abstract } from './core/abstract.ts'
import { bind, run } from './core/bind.ts'
import { ArgumentError, DerivativeError } from './core/errors.ts'
import { identityOf } from './core/intern.ts'
import { existing, presence, spread } from './core/marks.ts'
import type { Ndarray } from './core/ndarray.ts'
import type { BatchContext, Maybe, Params, Primitive, TransposeContext } from './core/primitive.ts'
import { Linear } from './core/primitive.ts'
import { trace, traceClosed } from './core/trace.ts'
import type { Value } from './core/value.ts'
import { HostNumber } from './core/value.ts'
import { operate } from './operation.ts'
import { full } from './primitives/broadcast.ts'
import { scan } from './primitives/control/scan.ts'
import { typed, untyped } from './typed.ts'

export type { Abstract } from './core/abstract.ts'
export type { Ndarray } from './core/ndarray.ts'

/** A tensor inside a rule of a user's primitive; `null` is a zero tangent. */
export type RuleTensor = Tensor<Shape, any>

/** What a user says of a primitive. Rules are written with the public operations, so they can be differentiated again. */
export interface PrimitiveDefinition<P extends Params> {
  /** For printed programs and messages. */
  readonly name: string
  /** Shapes and dtypes of the outputs; throws a sentence if the inputs do not fit. */
  shape(inputs: readonly Abstract[], params: P): readonly Abstract[]
  /** The meaning, on dense row-major arrays (floats as Float64Array whatever their dtype). */
  evaluate(inputs: readonly Ndarray[], params: P, outputs: readonly Abstract[]): readonly Ndarray[]
  /** Tangents of the outputs, linear in `tangents`. Without it the primitive has no derivative. */
  jvp?(context: {
    readonly primals: readonly RuleTensor[]
    readonly tangents: readonly (RuleTensor | null)[]
    readonly outputs: readonly RuleTensor[]
    readonly params: P
  }): readonly (RuleTensor | null)[]
  /** For a primitive that is linear in some inputs: their cotangents (`linear[i]` says which), null for the others. */
  transpose?(context: {
    readonly cotangents: readonly (RuleTensor | null)[]
    readonly inputs: readonly (RuleTensor | Abstract)[]
    readonly linear: readonly boolean[]
    readonly params: P
  }): readonly (RuleTensor | null)[]
  /** Outputs over a mapped axis 0. Without it, `vmap` runs the primitive for one row after the other. */
  batch?(context: {
    readonly inputs: readonly RuleTensor[]
    readonly batched: readonly boolean[]
    readonly size: number
    readonly params: P
  }): readonly RuleTensor[]
}

/**
 * Makes an operation of a primitive: a function of a list of tensors (and static attributes) that gives a list of tensors.
 * On the CPU its `evaluate` is called from inside the compiled program.
 * @throws DerivativeError when a derivative is asked for and there is no rule.
 * @example
 * import { definePrimitive, grad, mul, scalar, type Scalar } from 'conformable'
 * const cube = definePrimitive({
 *   name: 'cube',
 *   shape: ([x]) => [x!],
 *   evaluate: ([x]) => [{ ...x!, data: x!.data.map((v) => v ** 3) }],
 *   jvp: ({ primals: [x], tangents: [t] }) => [mul(mul(mul(x!, x!), 3), t!)],
 * })
 * console.log(grad((x: Scalar) => cube([x])[0] as Scalar)(scalar(2))) // 12
 */
export function definePrimitive<P extends Params = Readonly<Record<string, never>>>(
  definition: PrimitiveDefinition<P>,
): (inputs: readonly AnyTensor[], params?: P) => readonly RuleTensor[] {
  const { name } = definition
  if (!/^[A-Za-z][\w]*$/.test(name)) {
    throw new ArgumentError(`definePrimitive: the name '${name}' must be a word of letters and digits.`)
  }
  const primitive = recordOf(definition)
  return (inputs, params) => {
    const values = inputs.map((input) => untyped(input, name))
    const attributes = params ?? ({} as P) // P has no required entry where params may be left out
    const apply = (...given: Value[]): readonly Value[] => bind(primitive, given, attributes)
    return typed(operate(`${name}#${identityOf(primitive)}`, attributes, values, apply))
  }
}

function recordOf<P extends Params>(definition: PrimitiveDefinition<P>): Primitive<P> {
  const { name, jvp, transpose, batch } = definition
  const primitive: Primitive<P> = {
    name,
    shape: (inputs, params) => definition.shape(inputs, params).map(({ shape, dtype }) => abstract(shape, dtype)),
    evaluate: (inputs, params, outputs) => definition.evaluate(inputs, params, outputs),
    jvp(context) {
      if (jvp === undefined)
        throw new DerivativeError(
          `${name}: was defined without a jvp rule, so it has no derivative; add one, or use stopGradient.`,
        )
      return withLiterals(name, () => typed<readonly Maybe[]>(jvp(typed(context))))
    },
    batch: (context) =>
      batch === undefined
        ? rowByRow(primitive, context)
        : existing(withLiterals(name, () => typed(batch(typed(context))))),
    ...(transpose === undefined
      ? {}
      : {
          transpose(context: TransposeContext<P>) {
            const linear = context.inputs.map((input) => input instanceof Linear)
            return withLiterals(name, () => typed<readonly Maybe[]>(transpose(typed({ ...context, linear }))))
          },
        }),
  }
  return primitive
}

/**
 * Runs a rule. Elsewhere a JavaScript number is an input of the program; a rule has no inputs but its arguments, so that the
 * numbers it writes down, such as the 3 of 3 x², become constants.
 */
function withLiterals(name: string, rule: () => readonly Maybe[]): readonly Maybe[] {
  let marks: readonly boolean[] = []
  const { program, captures } = trace(name, () => {
    const results = rule()
    marks = presence(results)
    return existing(results)
  }, [])
  const inputs = captures.map((value) => (value instanceof HostNumber ? full([], value.dtype, value.value) : value))
  return spread(marks, run(program, inputs))
}

/** The primitive applied to one row after the other. */
function rowByRow<P extends Params>(primitive: Primitive<P>, context: BatchContext<P>): readonly Value[] {
  const { inputs, batched, size, params } = context
  const constants = inputs.filter((_, i) => batched[i] !== true)
  const rows = inputs.filter((_, i) => batched[i] === true)
  const rowTypes = rows.map(({ shape, dtype }) => abstract(shape.slice(1), dtype))
  const body = traceClosed(
    primitive.name,
    (values) => {
      let [nextConstant, nextRow] = [0, constants.length]
      return bind(
        primitive,
        batched.map((isRow) => (isRow ? values[nextRow++]! : values[nextConstant++]!)),
        params,
      )
    },
    [...constants, ...rowTypes],
  )
  return scan({ body, constants, carries: [], rows, length: size, reverse: false, count: null }).rows
}
