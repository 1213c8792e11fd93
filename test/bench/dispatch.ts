/** What a call costs beside its arithmetic: vectors of ten, eager and jitted, read back or not. */
import { add, jit, type Tensor, tensor } from '../../src/index.ts'
import { type Case, milliseconds } from './harness.ts'

type Ten = Tensor<readonly [10]>

const x: () => Ten = () => tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])

const measure = (f: (a: Ten, b: Ten) => unknown): number => {
  const [a, b] = [x(), x()]
  return milliseconds(() => void f(a, b), 1000) * 1000
}

/** Microseconds of one addition. */
export const dispatch: readonly Case[] = [
  {
    name: 'eager-add10',
    run: (emit) => {
      emit(
        'eager-add10',
        measure((a, b) => add(a, b)),
        'us',
      )
      emit(
        'eager-add10+read',
        measure((a, b) => add(a, b).readSync()),
        'us',
      )
    },
  },
  {
    name: 'jit-add10',
    run: (emit) => {
      const compiled = jit((a: Ten, b: Ten) => add(a, b))
      emit('jit-add10', measure(compiled), 'us')
      emit(
        'jit-add10+read',
        measure((a, b) => compiled(a, b).readSync()),
        'us',
      )
    },
  },
]
