/** ComponentArrays ↔ tensors by name, as other frameworks keep and exchange them (safetensors, state dictionaries). */
import { sameShape, showShape } from '../core/abstract.ts'
import { allocate } from '../core/dtype.ts'
import { ArgumentError } from '../core/errors.ts'
import type { HostArray, Upload } from '../files/host-array.ts'
import { E } from '../fp.ts'
import { type Components, flat, layoutOf, leadOf, named } from './component-array.ts'
import type { Field } from './layout.ts'
import { hostArray } from './saved-tree.ts'

/** How a parameter's path becomes the name of a tensor; the path itself unless something else is given. */
export type NameOf = (path: string) => string

const ownPath: NameOf = (path) => path

/** Every parameter under its name: `L1.weight` → [50, 2]. */
export async function tensorsOf(p: Components, nameOf: NameOf = ownPath): Promise<Map<string, HostArray>> {
  requireVector(p, 'tensorsOf')
  const { dtype, data } = await hostArray(flat(p))
  const tensors = new Map<string, HostArray>()
  for (const { path, shape, offset, size } of layoutOf(p).fields) {
    const name = nameOf(path)
    if (tensors.has(name)) throw new ArgumentError(`tensorsOf: two parameters get the name '${name}'.`)
    tensors.set(name, { dtype, shape, data: data.slice(offset, offset + size) })
  }
  return tensors
}

/**
 * A ComponentArray like `p` with the numbers of the tensors that bear its parameters' names. float32 numbers fill float64
 * parameters; nothing that would lose digits is converted. Left: a sentence for every parameter without a tensor, every tensor
 * without a parameter, every shape and dtype that differs.
 */
export function loadInto(
  p: Components,
  tensors: ReadonlyMap<string, HostArray>,
  upload: Upload,
  nameOf: NameOf = ownPath,
): E.Either<readonly string[], Components> {
  requireVector(p, 'loadInto')
  const { dtype } = flat(p)
  const { fields, size } = layoutOf(p)
  const names = fields.map(({ path }) => nameOf(path))
  const surplus = [...tensors.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => `'${name}' has no parameter`)
  const problems = fields.flatMap((field, i) => problemOf(names[i], field, tensors.get(names[i]), dtype))
  if (problems.length + surplus.length > 0) return E.left([...problems, ...surplus])
  const data = allocate(dtype, size)
  fields.forEach(({ offset }, i) => {
    data.set(tensors.get(names[i])!.data, offset)
  })
  return E.right(named(upload({ shape: [size], dtype }, data), layoutOf(p)))
}

function problemOf(name: string, { shape }: Field, tensor: HostArray | undefined, dtype: string): readonly string[] {
  if (tensor === undefined) return [`'${name}' is missing`]
  if (!sameShape(tensor.shape, shape)) {
    return [`'${name}' has shape ${showShape(tensor.shape)}, the parameter ${showShape(shape)}`]
  }
  const fits = tensor.dtype === dtype || (tensor.dtype === 'float32' && dtype === 'float64')
  return fits ? [] : [`'${name}' is ${tensor.dtype}, the parameter ${dtype}`]
}

function requireVector(p: Components, user: string): void {
  if (leadOf(p).length === 0) return
  throw new ArgumentError(`${user}: a ComponentArray over a vector is needed, not over ${showShape(flat(p).shape)}.`)
}
