/** What an error of shapes carries beside its sentence, and that shapes cannot be changed under a tensor. */
import { add, grad, jit, mapTree, matmul, ShapeError, sum, type Tensor, tensor, zeros } from 'conformable'
import { expect, it } from 'vitest'
import { thrown } from './helpers/thrown.ts'

function errorOf(f: () => unknown): ShapeError {
  try {
    f()
  } catch (error) {
    if (error instanceof ShapeError) return error
  }
  throw new Error('no ShapeError')
}

it('an error has parts, and its message names the line of the user', () => {
  const error = errorOf(() => matmul(zeros([2, 3]), zeros([4, 5]) as never))
  expect(error.sentence).toBe('ShapeError: matmul: inner dimensions differ: 3 vs 4 ([2, 3] @ [4, 5])')
  expect(error.parts).toEqual({ operation: 'matmul', shapes: [[2, 3], [4, 5]], names: [], hint: undefined }) // biome-ignore format: pairs
  expect(error.source).toMatch(/shape-errors\.test\.ts:\d+:\d+/)
  expect(error.message).toBe(`${error.sentence}\n    at ${error.source}`)
  expect(errorOf(() => grad((x: Tensor<[3]>) => x as never)(zeros([3]))).parts.hint).toMatch(/^use mean or sum/)
})

it('shapes are frozen, and nobody else is', () => {
  const shape = [2, 3]
  const x = zeros(shape)
  expect(Object.isFrozen(shape)).toBe(false)
  for (const y of [x, add(x, 1), jit((z: Tensor<[2]>) => add(z, 1))(zeros([2])), tensor([1])]) {
    expect(Object.isFrozen(y.shape)).toBe(true)
  }
  expect(Object.isFrozen(grad((z: Tensor<[2]>) => sum(z))(zeros([2])).shape)).toBe(true)
})

it('trees that are built otherwise are told apart by name', () => {
  const call = () => mapTree((a, b) => add(a, b as never), { a: tensor([1]) }, { b: tensor([1]) })
  expect(thrown(call)).toBe("mapTree: tree 1 is not built like tree 0: it lacks 'a'.")
})
