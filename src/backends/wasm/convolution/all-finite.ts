/**
 * Are all elements of a run of memory finite? x − x is 0 for those that are, and NaN for infinities and NaN: the bits of all
 * differences together are zero or not.
 */
import { f32, f64, forUp, i32, load, local, op, sequence } from '../code/instructions.ts'
import type { ModuleState } from '../code/module-state.ts'
import type { MatmulDtype } from '../product/matmul-tile.ts'

const { get, set } = local

/** The index of the function `(address, bytes) → 1 if all elements are finite, else 0`; at least one element. */
export const allFinite = ({ library, module }: ModuleState, dtype: MatmulDtype): number =>
  library.once(`all finite ${dtype}`, () => {
    const [vector, scalar, bytes] =
      dtype === 'float32' ? (['f32x4', 'f32', 4] as const) : (['f64x2', 'f64', 8] as const)
    const code = module.function(['i32', 'i32'], ['i32'], `all finite ${dtype}`)
    const [address, length] = code.parameters.keys()
    const [at, end] = code.locals('i32', 2)
    const bits = code.local('v128')
    const rest = code.local(scalar)
    const [x, element] = [code.local('v128'), code.local(scalar)]
    const vectors = sequence(
      set(x, load('v128.load', get(at), 0, 2)),
      set(bits, op('v128.or', get(bits), op(`${vector}.sub`, get(x), get(x)))),
    )
    const elements = sequence(
      set(element, load(`${scalar}.load`, get(at))),
      set(rest, op(`${scalar}.add`, get(rest), op(`${scalar}.sub`, get(element), get(element)))),
    )
    const whole = op('i32.and', get(length), i32(-16))
    code.emit(
      set(end, op('i32.add', get(address), whole)),
      forUp(at, get(address), get(end), 16, vectors),
      set(end, op('i32.add', get(address), get(length))),
      forUp(at, get(at), get(end), bytes, elements),
      op(
        'i32.and',
        op('i32.eqz', op('v128.any_true', get(bits))),
        op(`${scalar}.eq`, get(rest), scalar === 'f32' ? f32(0) : f64(0)),
      ),
    )
    return code.index
  })
