import { describe, expect, it } from 'vitest'
import { run } from '../../src/core/bind.ts'
import { checkProgram } from '../../src/core/check.ts'
import { DerivativeError, ShapeError, TraceError } from '../../src/core/errors.ts'
import { Segment } from '../../src/core/primitive.ts'
import type { Program } from '../../src/core/program.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { constantLike, sum } from '../../src/primitives/broadcast.ts'
import { convert } from '../../src/primitives/conversion.ts'
import { add, mul, scale } from '../../src/primitives/elementwise.ts'
import { assemble, view } from '../../src/primitives/segments.ts'
import { exp, sin, tanh } from '../../src/primitives/transcendental.ts'
import { gradientProgram, vjpPrograms } from '../../src/transforms/gradient.ts'
import { batchProgram, jvpProgram, lineariseProgram, transposeProgram } from '../../src/transforms/index.ts'
import { device, grad, number, numbers, programOf, push, scalar, tensor, vmap } from './operators.ts'

const count = (program: Program, name: string): number =>
  program.equations.filter(({ primitive }) => primitive.name === name).length

const vector = tensor([0.3, -1.1, 0.8, 2.1, 0.5, -0.6])

describe('cotangents of segments', () => {
  it('end in one assemble, identical ones added', () => {
    const loss = (p: Value) => {
      const [a, b] = [view(p, 0, [2]), view(p, 2, [2])]
      return sum(mul(mul(a, b), add(a, view(p, 4, [2]))), [0])
    }
    const { program } = gradientProgram(
      programOf((p) => loss(p!), vector),
      [true],
    )
    checkProgram(program)
    expect(count(program, 'assemble')).toBe(1)
    expect(count(program, 'pad')).toBe(0)
    expect(program.equations.find(({ primitive }) => primitive.name === 'assemble')!.inputs).toHaveLength(3)
  })

  it('that partly overlap go to separate assembles, which are added', () => {
    const f = (p: Value | undefined) => sum(mul(view(p!, 0, [4]), view(p!, 2, [4])), [0])
    const { program } = gradientProgram(programOf(f, vector), [true])
    expect(count(program, 'assemble')).toBe(2)
    const x = numbers(vector)
    const expected = x.map((_, i) => (i < 4 ? x[i + 2]! : 0) + (i >= 2 ? x[i - 2]! : 0))
    expect(numbers(run(program, [vector])[1]!)).toEqual(expected)
  })

  it('meet a dense cotangent of the whole vector', () => {
    const f = (p: Value | undefined) => add(sum(mul(p!, p!), [0]), sum(view(p!, 1, [2]), [0]))
    const expected = numbers(vector).map((x, i) => 2 * x + (i === 1 || i === 2 ? 1 : 0))
    expect(numbers(grad(f)(vector))).toEqual(expected)
  })

  it('are differentiated again, with the transposed assemble', () => {
    const f = (p: Value | undefined) => sum(mul(exp(view(p!, 0, [3])), sin(view(p!, 3, [3]))), [0])
    const norm = (p: Value | undefined) => {
      const g = grad(f)(p!)
      return sum(mul(g, g), [0])
    }
    const direct = (p: Value | undefined) => {
      const [a, b] = [exp(view(p!, 0, [3])), view(p!, 3, [3])]
      const parts = [new Segment(0, mul(a, sin(b))), new Segment(3, mul(a, sin(add(b, constantLike(b, Math.PI / 2)))))]
      const g = assemble(parts, 6)
      return sum(mul(g, g), [0])
    }
    const expected = numbers(grad(direct)(vector))
    numbers(grad(norm)(vector)).forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i]!, 12)
    })
  })
})

describe('perturbations of nested derivatives are not confused', () => {
  it('d/dx (x · d/dy (x + y)) = 1', () => {
    const inner = (x: Value) => grad((y) => add(x, y!))(scalar(1))
    expect(number(grad((x) => mul(x!, inner(x!)))(scalar(3)))).toBe(1)
    expect(number(push((x) => mul(x!, inner(x!)))(scalar(3), scalar(1)))).toBe(1)
    const forward = (x: Value) => push((y) => add(x, y!))(x, constantLike(x, 1))
    expect(number(push((x) => mul(x!, forward(x!)))(scalar(3), scalar(1)))).toBe(1)
    expect(number(grad((x) => mul(x!, forward(x!)))(scalar(3)))).toBe(1)
  })

  it('d/dx (x · d/dy (x y²) at y = x) = d/dx 2 x³ = 6 x²', () => {
    const inner = (x: Value) => grad((y) => mul(x, mul(y!, y!)))(x)
    expect(number(grad((x) => mul(x!, inner(x!)))(scalar(3)))).toBeCloseTo(6 * 9, 12)
  })

  it('a value captured by an inner transform keeps its derivative', () => {
    const f = (x: Value | undefined) => sum(vmap((row) => mul(row!, x!))(tensor([1, 2, 3])), [0])
    expect(number(grad(f)(scalar(5)))).toBe(6)
  })

  it('a traced value that leaks out of its function is refused', () => {
    let leaked: Value | undefined
    grad((x) => {
      leaked = sin(x!)
      return leaked
    })(scalar(1))
    expect(() => grad((x) => mul(x!, leaked!))(scalar(1))).toThrow(TraceError)
  })
})

describe('jvp', () => {
  it('leaves structural zeros out', () => {
    const { program } = trace('f', (x, y) => [mul(x!, x!), sin(y!)], [scalar(1), scalar(2)])
    const { program: derived, present } = jvpProgram(program, [true, false])
    checkProgram(derived)
    expect(present).toEqual([true, false])
    expect(derived.outputs).toHaveLength(3)
    expect(count(derived, 'cos')).toBe(0)
  })

  it('is remembered by structure', () => {
    const build = () => programOf((x) => sin(mul(x!, x!)), scalar(1))
    expect(jvpProgram(build(), [true])).toBe(jvpProgram(build(), [true]))
    expect(jvpProgram(build(), [true])).not.toBe(jvpProgram(build(), [false]))
  })

  it('refuses tangents of integers', () => {
    const index = device.upload({ shape: [], dtype: 'int32' }, Int32Array.of(1))
    const program = programOf((i) => convert(i!, 'float64'), index)
    expect(() => jvpProgram(program, [true])).toThrow(DerivativeError)
  })
})

describe('linearise', () => {
  it('keeps each residual once, inputs as they are, and computes constants again', () => {
    const program = programOf((x) => {
      const y = tanh(x!)
      return add(mul(mul(y, y), x!), scale(x!, 3))
    }, vector)
    const { forward, residuals, linear, present } = lineariseProgram(program, [true])
    checkProgram(forward)
    checkProgram(linear)
    const kept = forward.outputs.slice(1)
    expect(present).toEqual([true])
    expect(kept).toHaveLength(residuals)
    expect(new Set(kept).size).toBe(residuals)
    expect(kept).toContain(forward.inputs[0])
    expect(count(linear, 'tanh')).toBe(0)
    expect(count(linear, 'full')).toBeGreaterThan(0)
  })

  it('gives the tangents of the jvp', () => {
    const f = (x: Value | undefined) => mul(sin(x!), exp(mul(x!, x!)))
    const program = programOf(f, vector)
    const { forward, linear } = lineariseProgram(program, [true])
    const [, ...residuals] = run(forward, [vector])
    const direction = tensor([1, -2, 0.5, 0.3, 0, 1])
    const expected = numbers(run(jvpProgram(program, [true]).program, [vector, direction])[1]!)
    expect(numbers(run(linear, [...residuals, direction])[0]!)).toEqual(expected)
  })
})

describe('transpose', () => {
  it('is the adjoint: ⟨w, A v⟩ = ⟨Aᵀ w, v⟩', () => {
    const f = (x: Value | undefined) => mul(sin(view(x!, 1, [3])), exp(view(x!, 3, [3])))
    const { forward, linear, residuals } = lineariseProgram(programOf(f, vector), [true])
    const kept = run(forward, [vector]).slice(1)
    const [v, w] = [tensor([1, -2, 0.5, 0.3, 0, 1]), tensor([0.7, -0.1, 0.4])]
    const marks = [...new Array<boolean>(residuals).fill(false), true]
    const { program: adjoint, present } = transposeProgram(linear, marks, [true])
    expect(present).toEqual([true])
    const dot = (a: Value, b: Value) => numbers(a).reduce((s, x, i) => s + x * numbers(b)[i]!, 0)
    expect(dot(w, run(linear, [...kept, v])[0]!)).toBeCloseTo(dot(run(adjoint, [...kept, w])[0]!, v), 14)
  })
})

describe('gradients', () => {
  it('pass auxiliary outputs through, fill in zeros, and leave integers out', () => {
    const index = device.upload({ shape: [], dtype: 'int32' }, Int32Array.of(7))
    const { program } = trace('f', (x, y, i) => [sum(x!, [0]), i!, y!], [vector, scalar(2), index])
    const gradient = gradientProgram(program, [true, true, true])
    checkProgram(gradient.program)
    expect(gradient.present).toEqual([true, true, false])
    const results = run(gradient.program, [vector, scalar(2), index]).map(numbers)
    expect(results.slice(1)).toEqual([[7], [2], [1, 1, 1, 1, 1, 1], [0]])
  })

  it('need a float scalar', () => {
    expect(() => grad((x) => x!)(vector)).toThrow(/float64\[6\]. Reduce it with sum or mean/)
    expect(() => grad((x) => convert(sum(x!, [0]), 'int32'))(vector)).toThrow(DerivativeError)
  })

  it('come in two halves too', () => {
    const { program } = trace('f', (x, y) => [mul(x!, y!), sin(x!)], [scalar(1), scalar(2)])
    const { forward, residuals, pullback, present } = vjpPrograms(program, [true, true])
    expect(present).toEqual([true, true])
    const results = run(forward, [scalar(0.5), scalar(3)])
    const back = run(pullback, [...results.slice(2), scalar(2), scalar(10)])
    expect(residuals).toBe(results.length - 2)
    expect(back.map(number)).toEqual([2 * 3 + 10 * Math.cos(0.5), 2 * 0.5])
  })
})

describe('vmap', () => {
  it('maps what depends on a mapped input and repeats the rest', () => {
    const { program } = trace('f', (x, y) => [mul(x!, y!), sin(y!)], [scalar(1), scalar(2)])
    const batched = batchProgram(program, [true, false], 3)
    checkProgram(batched)
    expect(batched.outputs.map(({ shape }) => shape)).toEqual([[3], [3]])
    expect(batched.equations.find(({ primitive }) => primitive.name === 'sin')!.outputs[0]!.shape).toEqual([])
    const unmapped = batchProgram(program, [true, false], 3, [true, false])
    expect(unmapped.outputs.map(({ shape }) => shape)).toEqual([[3], []])
    expect(() => batchProgram(program, [true, false], 3, [false, false])).toThrow(ShapeError)
  })
})

describe('depth', () => {
  it('a chain of 100 000 dependent operations is transformed and run', { timeout: 120_000 }, () => {
    const length = 100_000
    const factor = 1 + 1 / length
    const program = programOf((x) => {
      let y = x!
      const c = constantLike(x!, factor)
      for (let i = 0; i < length; i++) y = i % 10 === 0 ? sin(y) : mul(y, c)
      return y
    }, scalar(0.3))
    const gradient = gradientProgram(program, [true]).program
    const [y, slope] = device.execute(gradient, [scalar(0.3)]).map(number)
    let [value, derivative] = [0.3, 1]
    for (let i = 0; i < length; i++) {
      derivative *= i % 10 === 0 ? Math.cos(value) : factor
      value = i % 10 === 0 ? Math.sin(value) : value * factor
    }
    expect(y).toBeCloseTo(value, 12)
    expect(slope! / derivative).toBeCloseTo(1, 9)
    const { program: tangent } = jvpProgram(program, [true])
    expect(number(device.execute(tangent, [scalar(0.3), scalar(1)])[1]!) / derivative).toBeCloseTo(1, 9)
    const batched = batchProgram(program, [true], 2)
    expect(numbers(device.execute(batched, [tensor([0.3, 0.3])])[0]!)).toEqual([y, y])
  })
})
