/** Routines as people see them. */
import { describe, expect, it } from 'vitest'
import { lowerProgram } from '../../src/kernels/compile.ts'
import { printRoutine } from '../../src/kernels/print/print.ts'
import { broadcast, full, sum } from '../../src/primitives/broadcast.ts'
import { dot } from '../../src/primitives/contraction.ts'
import { cond } from '../../src/primitives/control/cond.ts'
import { scan } from '../../src/primitives/control/scan.ts'
import { tap } from '../../src/primitives/control/tap.ts'
import { whileLoop } from '../../src/primitives/control/while.ts'
import { add, lt, max, mul } from '../../src/primitives/elementwise.ts'
import { gather } from '../../src/primitives/indexing.ts'
import { sort } from '../../src/primitives/sorting.ts'
import { sin, tanh } from '../../src/primitives/transcendental.ts'
import { programOf } from './check.ts'

const f32 = (...shape: number[]) => ({ shape, dtype: 'float32' as const })
const i32 = (...shape: number[]) => ({ shape, dtype: 'int32' as const })

describe('printRoutine', () => {
  it('shows steps, places, costs and the memory', () => {
    const program = programOf([f32(32, 784), f32(10, 784), f32(10)], (x, w, b) => {
      const z = dot(x, w, [[1], [1]])
      const h = tanh(add(z, broadcast(b, [32, 10], [1])))
      return [h, sum(mul(h, h), [0, 1])]
    })
    expect(printRoutine(lowerProgram(program))).toMatchInlineSnapshot(`
      "main (in0: float32[25088], in1: float32[7840], in2: float32[10]) -> (out0: float32[320], out1: float32[1])
        0: contract float32 32×784·784×10 dot + add_tanh, in0, in1, in2 -> out0, 502 kflop, 133 kB
        1: kernel mul_sum [320v], 640 flop, 1.28 kB
      arena 0 B (at least 0 B)"
    `)
  })

  it('shows the statements of kernels', () => {
    const program = programOf([f32(5, 12), i32(3)], (x, i) => {
      const centre = sum(x, [1])
      return [max(x, broadcast(centre, [5, 12], [0])), mul(gather(x, i, 0), full([3, 12], 'float32', 2))]
    })
    expect(printRoutine(lowerProgram(program), 'statements')).toMatchInlineSnapshot(`
      "main (in0: float32[60], in1: int32[3]) -> (out0: float32[60], out1: float32[36])
        0: kernel sum_max [5 12v], 120 flop, 720 B
          for i0 < 5
            v0 = sum over i2 < 12v of
              in0[12 i0 + i2]
            for i1 < 12v
              out0[12 i0 + i1] = max(in0[12 i0 + i1], v0)
        1: kernel max_min_mul [3 12v], 144 flop, 300 B
          for i0 < 3
            for i1 < 12v
              out1[12 i0 + i1] = mul(in0[i1 + mul(min(max(in1[i0], 0), 4), 12)], 2)
      arena 0 B (at least 0 B)"
    `)
  })

  it('shows loops, choices and calls with what is inside', () => {
    const body = programOf([f32(2), f32(2)], (c, x) => [mul(c, x), x])
    const twice = programOf([f32(2)], (c) => [add(c, c)])
    const small = programOf([f32(2)], (c) => [lt(sum(c, [0]), full([], 'float32', 9))])
    const program = programOf([f32(2), f32(4, 2), i32()], (c, x, k) => {
      const { carries } = scan({ body, constants: [], carries: [c], rows: [x], length: 4, reverse: true, count: k })
      const loop = { condition: small, body: twice, conditionConstants: [], bodyConstants: [], maxSteps: null }
      const [doubled] = whileLoop({ ...loop, carries: [sin(carries[0])] })
      const [seen] = tap(() => {}, [doubled])
      return cond(k, [twice, programOf([f32(2)], (v) => [v])], [seen])
    })
    expect(printRoutine(lowerProgram(program))).toMatchInlineSnapshot(`
      "main (in0: float32[2], in1: float32[8], in2: int32[1]) -> (out0: float32[2])
        0: scan in2 (at most 4) reversed (in0; in1) -> (b7@0; )
          scan body (in0: float32[2], in1: float32[2]) -> (out0: float32[2])
            0: kernel mul [2v], 2 flop, 24 B
        1: kernel sin [2v], 2 flop, 16 B
        2: while (b6@0) -> (b5@32)
          while condition (in0: float32[2]) -> (out0: bool[1])
            0: kernel sum_lt [2], 3 flop, 12 B
          while body (in0: float32[2]) -> (out0: float32[2])
            0: kernel add [2v], 2 flop, 16 B
        3: host tap (b5@32) -> (b4@0)
        4: cond in2 (b4@0) -> (out0)
          branch 0 (in0: float32[2]) -> (out0: float32[2])
            0: kernel add [2v], 2 flop, 16 B
          branch 1 (in0: float32[2]) -> (out0: float32[2])
            0: copy in0 -> out0, 8 B
      arena 160 B (at least 160 B)"
    `)
  })

  it('shows branches and inner loops', () => {
    const program = programOf([i32(3)], (x) => sort([x]))
    expect(printRoutine(lowerProgram(program), 'statements')).toMatchInlineSnapshot(`
      "main (in0: int32[3]) -> (out0: int32[3])
        0: kernel sort [3], 15 flop, 48 B
          for i0 < 3
            v0 = in0[i0]
            v1 = i0
            while and(lt(0, v1), lt(v0, out0[max(sub(v1, 1), 0)]))
              out0[v1] = out0[max(sub(v1, 1), 0)]
              v1 = sub(v1, 1)
            out0[v1] = v0
      arena 0 B (at least 0 B)"
    `)
  })
})
