import { fromTypedArray, jit, add as plus, scanN, sin as sine, type Tensor, mul as times } from 'conformable'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/core/bind.ts'
import { checkProgram } from '../../src/core/check.ts'
import { printProgram } from '../../src/core/print.ts'
import type { Program } from '../../src/core/program.ts'
import { nestedPrograms } from '../../src/core/program.ts'
import { trace } from '../../src/core/trace.ts'
import type { Value } from '../../src/core/value.ts'
import { broadcast, full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { tap } from '../../src/primitives/control/tap.ts'
import type { WhileParams } from '../../src/primitives/control/while.ts'
import { add, eq, gt, integerPower, lt, mul, scale, sub } from '../../src/primitives/elementwise.ts'
import { view } from '../../src/primitives/segments.ts'
import { iota } from '../../src/primitives/structural.ts'
import { exp, sin, tanh } from '../../src/primitives/transcendental.ts'
import { gradientProgram } from '../../src/transforms/gradient.ts'
import { batchProgram, jvpProgram } from '../../src/transforms/index.ts'
import { noise } from '../transforms/functions.ts'
import type { Fn } from '../transforms/operators.ts'
import {
  apply,
  device,
  grad,
  number,
  numbers,
  programOf,
  push,
  richardson,
  scalar,
  tensor,
  vmap,
} from '../transforms/operators.ts'
import { repeatWhile, scanOver } from './loops.ts'
import { all, bodyOf, constant, expectClose, expectSameDerivatives } from './nested.ts'

/** A perceptron 2-3-2 over a flat vector of 17 numbers. */
const SIZE = 17
const parameters = tensor(noise(SIZE))
const direction = tensor(noise(SIZE, 2))
const begin = tensor([0.5, -0.3])

const field = (p: Value) => (y: Value) => {
  const hidden = tanh(add(dot(view(p, 0, [3, 2]), integerPower(y, 3), [[1], [0]]), view(p, 6, [3])))
  return add(dot(view(p, 9, [2, 3]), hidden, [[1], [0]]), view(p, 15, [2]))
}

function rungeKutta(f: (y: Value) => Value, y: Value, h: number): Value {
  const k1 = f(y)
  const k2 = f(add(y, scale(k1, h / 2)))
  const k3 = f(add(y, scale(k2, h / 2)))
  const k4 = f(add(y, scale(k3, h)))
  return add(y, scale(add(add(k1, k4), scale(add(k2, k3), 2)), h / 6))
}

const looped: Fn = (p) => {
  const step = ([y]: readonly Value[]) => ({ carry: [rungeKutta(field(p!), y!, 0.2)] })
  const [y] = scanOver(step, [begin], [], 4).carries
  return sum(mul(y!, y!), [0])
}

const unrolled: Fn = (p) => {
  let y: Value = begin
  for (let i = 0; i < 4; i++) y = rungeKutta(field(p!), y, 0.2)
  return sum(mul(y, y), [0])
}

/** The programs nested in a program, those nested in them too. */
const nestedIn = (program: Program): Program[] =>
  program.equations
    .flatMap(({ params }) => Object.values(params).flatMap(nestedPrograms))
    .flatMap((nested) => [nested, ...nestedIn(nested)])

/** How often a primitive stands in a printed program. */
const count = (program: Program, name: string): number => printProgram(program).split(` = ${name}(`).length - 1

const countInside = (program: Program, name: string): number =>
  nestedIn(program).reduce((total, { equations }) => total + count({ ...program, equations, outputs: [] }, name), 0)

const gradientOf = (f: Fn, x: Value): Program => {
  const program = programOf(f, x)
  const gradient = gradientProgram(
    program,
    program.inputs.map((_, i) => i === 0),
  ).program
  checkProgram(gradient)
  return gradient
}

/** What a body is made of. */
const namesIn = (program: Program): string[] => program.equations.map(({ primitive }) => primitive.name)

describe('a flat vector seen by a loop', () => {
  it('is cut into its segments before the loop, and its cotangent is put together once, behind it', () => {
    const gradient = gradientOf(looped, parameters)
    expect(countInside(gradient, 'scan')).toBe(0)
    expect(count(gradient, 'scan')).toBe(2)
    expect(countInside(gradient, 'view')).toBe(0)
    expect(countInside(gradient, 'assemble')).toBe(0)
    expect(count(gradient, 'assemble')).toBe(1)
    const [, backward] = all(gradient, 'scan')
    const { body, constants, carries } = bodyOf(backward!)
    const shapes = body.inputs.slice(constants, constants + carries).map(({ shape }) => shape.join())
    expect(shapes.sort()).toEqual(['2', '2', '2,3', '3', '3,2'])
  })

  it('stays so in derivatives of higher order: no loop sees the vector', () => {
    const slope: Fn = (p) => push(looped)(p!, direction)
    for (const gradient of [gradientOf(slope, parameters), gradientOf((p) => sum(grad(looped)(p!), [0]), parameters)]) {
      expect(countInside(gradient, 'view')).toBe(0)
      expect(countInside(gradient, 'assemble')).toBe(0)
    }
  })

  it('has the derivatives of the unrolled loop, orders 1 to 3, which are those by differences', () => {
    expectSameDerivatives(looped, unrolled, parameters, direction)
    let lower: Fn = looped
    for (let order = 1; order <= 3; order++) {
      const [below, along] = [lower, push(lower)]
      const at = (t: number) => number(apply((p, v) => below(add(p!, scale(v!, t))), parameters, direction))
      const analytic = number(apply((p, v) => along(p!, v!), parameters, direction))
      expectClose([analytic], [richardson(at, 0)], 8)
      lower = (p) => along(p!, direction)
    }
  })

  it('is mapped: vmap of the gradient is the gradient in each lane', () => {
    const rows = [1, 2, 3].map((seed) => noise(SIZE, seed))
    const mapped = numbers(vmap(grad(looped))(tensor(rows.flat(), [3, SIZE])))
    expectClose(
      mapped,
      rows.flatMap((row) => numbers(grad(unrolled)(tensor(row)))),
    )
  })
})

describe('equations that follow from constants', () => {
  it('leave nested loops as far as they can', () => {
    const nested: Fn = (p) => {
      const inner = (y: Value, scaled: Value) =>
        scanOver(([z]) => ({ carry: [add(sin(view(p!, 0, [2])), mul(z!, exp(scaled)))] }), [y], [], 3).carries[0]!
      const outer = ([y]: readonly Value[]) => ({ carry: [scale(inner(y!, mul(y!, view(p!, 2, [2]))), 0.3)] })
      return sum(scanOver(outer, [begin], [], 2).carries[0]!, [0])
    }
    const program = programOf(nested, parameters)
    checkProgram(program)
    expect(namesIn(program).filter((name) => ['view', 'sin'].includes(name))).toEqual(['view', 'view', 'sin'])
    const [outer, inner] = all(program, 'scan').map((equation) => bodyOf(equation).body)
    expect(namesIn(outer!)).not.toContain('view')
    expect(namesIn(outer!)).toContain('exp') // of the outer carry, the same in all inner steps
    expect(namesIn(inner!)).toEqual(['mul', 'add'])
    const plain: Fn = (p) => {
      let y: Value = begin
      for (let i = 0; i < 2; i++) {
        const scaled = mul(y, view(p!, 2, [2]))
        for (let j = 0; j < 3; j++) y = add(sin(view(p!, 0, [2])), mul(y, exp(scaled)))
        y = scale(y, 0.3)
      }
      return sum(y, [0])
    }
    expectSameDerivatives(nested, plain, parameters, direction)
    expect(countInside(gradientOf(nested, parameters), 'assemble')).toBe(0)
  })

  it('leave the condition and the body of a while loop', () => {
    const f: Fn = (p) =>
      repeatWhile(
        (y) => lt(sum(y!, [0]), sum(exp(view(p!, 0, [2])), [0])),
        (y) => [add(y!, mul(exp(view(p!, 2, [2])), exp(view(p!, 4, [2]))))],
        [begin],
      )[0]!
    const loss: Fn = (p) => sum(f(p!), [0])
    const program = programOf(loss, parameters)
    const { condition, body } = all(program, 'whileLoop')[0]!.params as WhileParams
    expect(namesIn(condition)).toEqual(['sum', 'lt'])
    expect(namesIn(body)).toEqual(['exp', 'exp', 'mul', 'add']) // perhaps no step is made: only views leave
    const gradient = gradientOf(loss, parameters)
    expect(countInside(gradient, 'assemble')).toBe(0)
    const at = (t: number) => number(apply((p, v) => loss(add(p!, scale(v!, t))), parameters, direction))
    const slopes = numbers(apply((p, v) => mul(grad(loss)(p!), v!), parameters, direction))
    expectClose([slopes.reduce((total, slope) => total + slope)], [richardson(at, 0, 1e-3)], 8)
  })

  it('do no harm where no step is made', () => {
    const none: Fn = (x) =>
      scanOver(([y]) => ({ carry: [mul(y!, integerPower(sub(x!, x!), -1))] }), [x!], [], 0).carries[0]!
    const idle: Fn = (x) =>
      repeatWhile(
        (y) => gt(y!, exp(exp(x!))),
        (y) => [mul(y!, integerPower(sub(x!, x!), -1))],
        [x!],
      )[0]!
    for (const f of [none, idle]) {
      expect(number(apply(f, scalar(3)))).toBe(3)
      expect(number(grad(f)(scalar(3)))).toBe(1)
    }
  })

  it('stay if they are literals or repetitions: what is repeated is computed before', () => {
    const f: Fn = (x) => {
      const step = ([y]: readonly Value[]) => {
        const ramp = mul(iota([50], 'float64', 0), full([50], 'float64', 3))
        return { carry: [add(add(y!, ramp), broadcast(exp(x!), [50], []))] }
      }
      return sum(scanOver(step, [broadcast(x!, [50], [])], [], 2).carries[0]!, [0])
    }
    const program = programOf(f, scalar(1))
    const { body, constants } = bodyOf(all(program, 'scan')[0]!)
    expect(namesIn(body).sort()).toEqual(['add', 'add', 'broadcast', 'full', 'iota', 'mul'])
    expect(body.inputs.slice(0, constants).map(({ shape }) => shape)).toEqual([[]])
    expect(namesIn(program)).toContain('exp')
  })

  it('stay if somebody looks at them', () => {
    const seen: number[] = []
    const f = (x: Value) =>
      scanOver(([y]) => ({ carry: [add(y!, tap((array) => seen.push(array.data[0]!), [exp(x)])[0]!)] }), [x], [], 3)
        .carries
    const { program } = trace('f', (x) => f(x!), [scalar(0)])
    expect(namesIn(bodyOf(all(program, 'scan')[0]!).body)).toEqual(['tap', 'add'])
    run(program, [scalar(0)])
    expect(seen).toEqual([1, 1, 1])
  })

  it('stay if they are a loop that may not end and no step may be made', () => {
    const f = (x: Value, steps: Value) => {
      const endless = () =>
        repeatWhile(
          (y) => eq(y!, y!),
          (y) => [sin(y!)],
          [x],
        )[0]!
      return scanOver(([y]) => ({ carry: [add(y!, endless())] }), [x], [], 4, { count: steps }).carries
    }
    const none = device.upload({ shape: [], dtype: 'int32' }, Int32Array.of(0))
    const { program } = trace('f', (x, n) => f(x!, n!), [scalar(2), none])
    expect(namesIn(bodyOf(all(program, 'scan')[0]!).body)).toContain('whileLoop')
    expect(number(run(program, [scalar(2), none])[0]!)).toBe(2)
  })
})

describe('a carry that comes out as it went in', () => {
  it('is a constant of a scan', () => {
    const f: Fn = (x) => {
      const step = ([y, rate]: readonly Value[]) => ({ carry: [mul(y!, exp(rate!)), rate!] })
      const [y, rate] = scanOver(step, [x!, scale(x!, 0.5)], [], 3).carries
      return mul(y!, rate!)
    }
    const [loop] = all(programOf(f, scalar(1)), 'scan')
    expect([bodyOf(loop!).constants, bodyOf(loop!).carries, namesIn(bodyOf(loop!).body)]).toEqual([1, 1, ['mul']])
    const plain: Fn = (x) => scale(mul(mul(x!, x!), exp(scale(x!, 1.5))), 0.5)
    expectSameDerivatives(f, plain, scalar(0.7), scalar(1))
  })

  it('is a constant of a while loop', () => {
    const f: Fn = (x) =>
      repeatWhile(
        (y, limit) => lt(y!, exp(limit!)),
        (y, limit) => [mul(y!, exp(limit!)), limit!],
        [x!, scale(x!, 2)],
      )[0]!
    const [loop] = all(programOf(f, scalar(1)), 'whileLoop')
    const { condition, body, conditionConstants, bodyConstants } = loop!.params as WhileParams
    expect([namesIn(condition), namesIn(body)]).toEqual([['lt'], ['exp', 'mul']])
    expect([conditionConstants, bodyConstants, loop!.outputs.length]).toEqual([1, 1, 1])
    const plain: Fn = (x) => mul(x!, exp(scale(x!, 4)))
    expectSameDerivatives(f, plain, scalar(0.7), scalar(1))
  })

  it('may be the only one', () => {
    const held: Fn = (x) => scanOver(([y]) => ({ carry: [y!] }), [x!], [], 3).carries[0]!
    const limited: Fn = (x) =>
      repeatWhile(
        (y) => lt(y!, constant(y!, 9)),
        (y) => [y!],
        [x!],
        2,
      )[0]!
    for (const f of [held, limited]) {
      expect([number(apply(f, scalar(5))), number(grad(f)(scalar(5)))]).toEqual([5, 1])
    }
  })

  it('is the cotangent of a running sum', () => {
    const f: Fn = (x) => {
      const step = ([y, total]: readonly Value[]) => ({ carry: [sin(y!), add(total!, y!)] })
      return scanOver(step, [x!, constant(x!, 0)], [], 3).carries[1]!
    }
    const gradient = gradientOf(f, scalar(1))
    expect(all(gradient, 'scan').map((equation) => bodyOf(equation).carries)).toEqual([2, 1])
    expectClose([number(grad(f)(scalar(0.4)))], [richardson((x) => number(apply(f, scalar(x))), 0.4)])
  })
})

describe('every way to a loop', () => {
  it('leaves no invariant in forward mode and in a mapped loop', () => {
    const program = programOf(looped, parameters)
    const active = program.inputs.map((_, i) => i === 0)
    for (const derived of [jvpProgram(program, active).program, batchProgram(program, active, 3)]) {
      checkProgram(derived)
      expect(countInside(derived, 'view') + countInside(derived, 'slice')).toBe(0)
    }
  })

  it('gives the bits of the loop written out, on the default device', () => {
    const u = fromTypedArray(Float64Array.from(noise(5, 3)), [5])
    const p = fromTypedArray(Float64Array.from(noise(5, 4)), [5])
    type V = Tensor<readonly [5], 'float64'>
    const step = (y: V, q: V): V => plus(times(y, sine(q)), times(sine(sine(q)), y))
    const loop = jit((y: V, q: V): V => scanN((z: V) => [step(z, q), null], y, 3)[0])
    const plain = jit((y: V, q: V): V => step(step(step(y, q), q), q))
    expect([...loop(u, p).readSync()]).toEqual([...plain(u, p).readSync()])
  })
})
