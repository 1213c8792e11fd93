/**
 * A neural differential equation from the first line to the last: the right-hand side is a pure function of named
 * parameters, RK4 is a scan over it, the gradient goes through the whole solve, and Adam fits it to a spiral.
 * Run it with `npm run example examples/canonical-dudt.ts`.
 */
import {
  add,
  type ComponentArray,
  componentArray,
  jit,
  matmul,
  mean,
  mul,
  pow,
  random,
  scanN,
  square,
  sub,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
  zeros,
} from 'conformable'
import { adam, type StateOf } from 'conformable/optimisers'

type Params = ComponentArray<{ L1: { weight: [50, 2]; bias: [50] }; L2: { weight: [2, 50]; bias: [2] } }>

const dudt = (u: Tensor<[2]>, { L1, L2 }: Params) =>
  add(matmul(L2.weight, tanh(add(matmul(L1.weight, pow(u, 3)), L1.bias))), L2.bias)

const STEPS = 30
const DT = 1.5 / STEPS

/** One classical Runge–Kutta step of u' = f(u). */
function rk4(f: (u: Tensor<[2]>) => Tensor<[2]>, u: Tensor<[2]>): Tensor<[2]> {
  const k1 = f(u)
  const k2 = f(add(u, mul(k1, DT / 2)))
  const k3 = f(add(u, mul(k2, DT / 2)))
  const k4 = f(add(u, mul(k3, DT)))
  return add(u, mul(add(add(k1, mul(k2, 2)), add(mul(k3, 2), k4)), DT / 6))
}

/** The states after each step, [30, 2]. */
function solve(f: (u: Tensor<[2]>) => Tensor<[2]>, start: Tensor<[2]>): Tensor<[30, 2]> {
  const step = (u: Tensor<[2]>) => {
    const next = rk4(f, u)
    return [next, next] as const
  }
  return scanN(step, start, STEPS)[1]
}

// The truth: u' = A u³, a spiral.
const A = tensor([
  [-0.1, 2],
  [-2, -0.1],
])
const start = tensor([2, 0])
const truth = solve((u) => matmul(A, pow(u, 3)), start)

const [k1, k2] = random.split(random.key(1), 2)
let p: Params = componentArray({
  L1: { weight: mul(random.normal(k1, [50, 2]), 0.1), bias: zeros([50]) },
  L2: { weight: mul(random.normal(k2, [2, 50]), 0.1), bias: zeros([2]) },
})

const loss = (q: Params) =>
  mean(
    square(
      sub(
        solve((u) => dudt(u, q), start),
        truth,
      ),
    ),
  )

const rule = adam({ learningRate: 0.02 })
let s: StateOf<typeof rule, Params> = rule.init(p)
const step = jit((q: Params, state: typeof s) => {
  const [value, gradient] = valueAndGrad(loss)(q)
  const [next, after] = rule.step(gradient, state, q)
  return { q: next, state: after, value }
})

let first = Number.NaN
let last = Number.NaN
const begin = performance.now()
for (let i = 0; i <= 1000; i++) {
  const result = step(p, s)
  p = result.q
  s = result.state
  if (i % 200 !== 0) continue
  last = await result.value.item()
  if (i === 0) first = last
  console.log(`step ${String(i).padStart(4)}  mean square error ${last.toExponential(3)}`)
}
console.log(`1000 gradients through 30 RK4 steps in ${((performance.now() - begin) / 1000).toFixed(2)} s`)
console.log(p)
if (!(last < first / 10)) throw new Error(`The fit did not improve: ${first} → ${last}`)
