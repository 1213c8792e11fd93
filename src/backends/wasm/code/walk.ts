/** Nests of counted loops that move pointers, for code whose sizes are all known when it is written. */
import type { Expression, FunctionBuilder, Local } from './assembler.ts'
import { add, forUp, i32, increment, local, sequence } from './instructions.ts'

/** One loop: how often, and the bytes that each pointer moves by (in the order of the pointers). */
export interface Level {
  readonly count: number
  readonly strides: readonly number[]
}

/** Runs the body for every turn of the levels, outermost first; the pointers come back to where they were. */
export function walk(
  code: FunctionBuilder,
  pointers: readonly Local[],
  levels: readonly Level[],
  body: Expression,
): Expression {
  return levels.reduceRight((inner, { count, strides }) => {
    if (count === 0) return sequence()
    if (count === 1) return inner
    const counter = code.local('i32')
    const shift = (turns: number): Expression =>
      sequence(
        ...pointers.flatMap((pointer, i) => (strides[i] === 0 ? [] : [increment(pointer, i32(turns * strides[i]))])),
      )
    return sequence(forUp(counter, i32(0), i32(count), 1, sequence(inner, shift(1)), true), shift(-count))
  }, body)
}

/** Runs the body with the pointers moved on by some bytes. */
export function displaced(pointers: readonly Local[], bytes: readonly number[], body: Expression): Expression {
  const shift = (sign: 1 | -1): Expression =>
    sequence(...pointers.flatMap((pointer, i) => (bytes[i] === 0 ? [] : [increment(pointer, i32(sign * bytes[i]))])))
  return sequence(shift(1), body, shift(-1))
}

/** local + bytes. */
export const beyond = (pointer: Local, bytes: number): Expression =>
  bytes === 0 ? local.get(pointer) : add(local.get(pointer), i32(bytes))
