/**
 * The cases of `npm run bench` on jax-js (WebAssembly, one thread, or after `--device webgpu` the GPU), under the same names.
 * Arguments are consumed by every call of jax-js, hence `.ref`; a step waits for its results and disposes of them. On the GPU
 * only the last one of a batch of calls is waited for, as it is for the others.
 */
import './iterator-helpers.mjs'
import * as jax from '@jax-js/jax'
import { coldStartOf } from '../cold-start.ts'
import {
  firstOnGpu,
  gpuSizes,
  millisecondsAwaited,
  millisecondsOnGpu,
  noise,
  runCases,
  takeDevice,
} from '../harness.ts'
import { provideGpu } from './node-gpu.mjs'

const onGpu = takeDevice() === 'webgpu'
if (onGpu) await provideGpu()
const device = onGpu ? 'webgpu' : 'wasm'

const { jit, grad, valueAndGrad, numpy: np, nn, lax, tree } = jax
const ready = await jax.init(device)
if (!ready.includes(device)) throw new Error(`jax-js: no ${device} device, only ${ready}`)
jax.defaultDevice(device)

const array = (shape, seed, scale = 1) =>
  np
    .array(
      noise(
        shape.reduce((a, b) => a * b, 1),
        seed,
        scale,
      ),
    )
    .reshape(shape)
const copy = (trees) => tree.map((x) => x.ref, trees)

/** A step that computes, waits and disposes. */
const waitingFor = (compute) => async () => {
  const result = compute()
  await jax.blockUntilReady(result)
  tree.dispose(result)
}

/** A step that computes; where it is told to it waits for all results since then. What is thrown away unread is never computed. */
function settling(compute) {
  let results = []
  const read = async () => {
    await jax.blockUntilReady(results)
    tree.dispose(results)
    results = []
  }
  return () => {
    results.push(compute())
    return { read }
  }
}

const timed = (compute, warmup) =>
  onGpu ? millisecondsOnGpu(settling(compute)) : millisecondsAwaited(waitingFor(compute), warmup)

/** Milliseconds of a first call: trace, compile and run. */
async function first(compute) {
  const start = performance.now()
  await waitingFor(compute)()
  return performance.now() - start
}

const products = (onGpu ? gpuSizes : [64, 256, 512, 1024]).flatMap((n) =>
  Object.entries({
    '': (a, b) => np.matmul(a, b),
    '-tA': (a, b) => np.matmul(np.transpose(a), b),
    '-tB': (a, b) => np.matmul(a, np.transpose(b)),
  }).map(([suffix, product]) => ({
    name: `matmul-f32-${n}${suffix}`,
    async run(emit) {
      const [a, b, compiled] = [array([n, n], 1), array([n, n], 2), jit(product)]
      const ms = await timed(() => compiled(a.ref, b.ref), 5)
      emit(`matmul-f32-${n}${suffix}`, (2 * n ** 3) / ms / 1e6, 'GFLOP/s')
    },
  })),
)

const batched = [
  [64, 64],
  [32, 128],
  [8, 256],
].map(([count, n]) => ({
  name: `matmul-f32-batched-${count}x${n}`,
  async run(emit) {
    const [a, b, compiled] = [array([count, n, n], 1), array([count, n, n], 2), jit((x, y) => np.matmul(x, y))]
    const ms = await timed(() => compiled(a.ref, b.ref), 5)
    emit(`matmul-f32-batched-${count}x${n}`, (2 * count * n ** 3) / ms / 1e6, 'GFLOP/s')
  },
}))

const chains = {
  'fused-cheap': [12, (x, y) => x.ref.mul(y.ref).add(x.mul(0.5)).sub(y.mul(0.25)).add(1)],
  'fused-tanh-exp': [12, (x, y) => np.tanh(x.ref.mul(y)).add(np.exp(x.mul(-0.5)))],
  'sum-of-squares': [4, (x) => np.sum(np.square(x))],
}

const elementwise = [1e5, 1e6, 1e7].map((n) => ({
  name: `fused-${n}`,
  async run(emit) {
    const [x, y] = [array([n], 1), array([n], 2)]
    for (const [name, [bytes, f]] of Object.entries(chains)) {
      const compiled = jit(f)
      const operands = [x, y].slice(0, f.length)
      const ms = await timed(() => compiled(...copy(operands)), 3)
      emit(`${name}-${n}`, (bytes * n) / ms / 1e6, 'GB/s')
    }
  },
}))

/** Adam over a tree. */
function adam({ rate = 1e-3, first: b1 = 0.9, second: b2 = 0.999, epsilon = 1e-8 } = {}) {
  const zeros = (params) => tree.map((p) => np.zeros(p.shape), params)
  const init = (params) => ({ m: zeros(params), v: zeros(params), t: np.array(0, { dtype: np.float32 }) })
  const update = (params, gradient, state) => {
    const t = state.t.add(1)
    const c1 = np.subtract(1, np.exp(t.ref.mul(Math.log(b1))))
    const c2 = np.subtract(1, np.exp(t.ref.mul(Math.log(b2))))
    const m = tree.map((old, g) => old.mul(b1).add(g.ref.mul(1 - b1)), state.m, gradient)
    const v = tree.map((old, g) => old.mul(b2).add(np.square(g).mul(1 - b2)), state.v, gradient)
    const step = (p, a, b) =>
      p.sub(
        a.ref
          .div(c1.ref)
          .mul(rate)
          .div(np.sqrt(b.ref.div(c2.ref)).add(epsilon)),
      )
    const next = tree.map(step, params, m, v)
    c1.dispose()
    c2.dispose()
    return [next, { m, v, t }]
  }
  return { init, update }
}

/** Trains on one batch, again and again. */
async function training(emit, name, params, loss, x, y) {
  const rule = adam()
  let [p, state] = [params, rule.init(params)]
  const step = jit((q, s, a, b) => {
    const [value, gradient] = valueAndGrad(loss)(copy(q), a, b)
    const [next, nextState] = rule.update(q, gradient, s)
    return [next, nextState, value]
  })
  const train = () => {
    const [next, nextState, value] = step(p, state, x.ref, y.ref)
    ;[p, state] = [next, nextState]
    return value
  }
  if (onGpu) {
    const settled = settling(train)
    emit(`${name}-first-call`, await firstOnGpu(settled), 'ms')
    emit(name, 1000 / (await millisecondsOnGpu(settled)), 'steps/s')
    return
  }
  const awaited = async () => {
    const value = train()
    await jax.blockUntilReady([p, state, value])
    value.dispose()
  }
  const start = performance.now()
  await awaited()
  emit(`${name}-first-call`, performance.now() - start, 'ms')
  emit(name, 1000 / (await millisecondsAwaited(awaited, 3)), 'steps/s')
}

const oneHot = (count) => nn.oneHot(np.array(Int32Array.from({ length: count }, (_, i) => (i * 7) % 10)), 10)
const crossEntropy = (logits, y) => np.mean(np.sum(nn.logSoftmax(logits).mul(y), 1)).neg()

const mlp = {
  name: 'mlp-train-step',
  run(emit) {
    const params = {
      w1: array([784, 128], 1, 0.05),
      b1: np.zeros([128]),
      w2: array([128, 10], 2, 0.1),
      b2: np.zeros([10]),
    }
    const loss = (p, x, y) => crossEntropy(np.matmul(nn.relu(np.matmul(x, p.w1).add(p.b1)), p.w2).add(p.b2), y)
    return training(emit, 'mlp-train-step', params, loss, array([128, 784], 3), oneHot(128))
  },
}

/** 2 × 2 maxima by reshape, the cheapest way that jax-js offers. */
const pool = (x) => {
  const [n, c, h, w] = x.shape
  return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5])
}

const cnn = {
  name: 'cnn-train-step',
  run(emit) {
    const params = {
      k1: array([16, 1, 3, 3], 1, 0.3),
      c1: np.zeros([16, 1, 1]),
      k2: array([32, 16, 3, 3], 2, 0.1),
      c2: np.zeros([32, 1, 1]),
      w: array([32 * 49, 10], 3, 0.03),
      b: np.zeros([10]),
    }
    const convolve = (x, kernel, bias) => pool(nn.relu(lax.convGeneralDilated(x, kernel, [1, 1], 'SAME').add(bias)))
    const loss = (p, x, y) => {
      const features = convolve(convolve(x, p.k1, p.c1), p.k2, p.c2).reshape([64, -1])
      return crossEntropy(np.matmul(features, p.w).add(p.b), y)
    }
    return training(emit, 'cnn-train-step', params, loss, array([64, 1, 28, 28], 4), oneHot(64))
  },
}

const [BATCH, LENGTH, WIDTH, HEADS] = [8, 64, 128, 4]

const transformer = {
  name: 'transformer',
  async run(emit) {
    const square = (seed) => array([WIDTH, WIDTH], seed, 0.1)
    const params = {
      ...{ g1: np.ones([WIDTH]), o1: np.zeros([WIDTH]), g2: np.ones([WIDTH]), o2: np.zeros([WIDTH]) },
      ...{ wq: square(1), wk: square(2), wv: square(3), wo: square(4) },
      ...{ w1: array([WIDTH, 4 * WIDTH], 5, 0.1), b1: np.zeros([4 * WIDTH]) },
      ...{ w2: array([4 * WIDTH, WIDTH], 6, 0.05), b2: np.zeros([WIDTH]) },
    }
    const x = array([BATCH, LENGTH, WIDTH], 7)
    const forward = jit(block)
    const run = () => forward(copy(params), x.ref)
    emit('transformer-forward-first-call', await first(run), 'ms')
    emit('transformer-forward', await timed(run, 3), 'ms')
    const both = jit(valueAndGrad((p, input) => np.mean(np.square(block(p, input)))))
    const runBoth = () => both(copy(params), x.ref)
    emit('transformer-forward+backward-first-call', await first(runBoth), 'ms')
    emit('transformer-forward+backward', await timed(runBoth, 3), 'ms')
  },
}

/** A pre-norm transformer block with causal attention. */
function block(p, x) {
  const norm = (input, scale, offset) => nn.standardize(input, -1).mul(scale).add(offset)
  const heads = (weight, input) => np.matmul(input, weight).reshape([BATCH, LENGTH, HEADS, WIDTH / HEADS])
  const h = norm(x.ref, p.g1, p.o1)
  const [q, k, v] = [heads(p.wq, h.ref), heads(p.wk, h.ref), heads(p.wv, h)]
  const attended = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([BATCH, LENGTH, WIDTH])
  const middle = x.add(np.matmul(attended, p.wo))
  const inner = nn.gelu(np.matmul(norm(middle.ref, p.g2, p.o2), p.w1).add(p.b1))
  return middle.add(np.matmul(inner, p.w2).add(p.b2))
}

const network = () => ({
  w1: array([2, 50], 1, 0.5),
  b1: np.zeros([50]),
  w2: array([50, 2], 2, 0.2),
  b2: np.zeros([2]),
})
const dudt = (u, p) => {
  const cube = u.ref.mul(u.ref).mul(u)
  return np.matmul(np.tanh(np.matmul(cube, p.w1).add(p.b1)), p.w2).add(p.b2)
}

const rightHandSide = {
  name: 'ode-rhs',
  async run(emit) {
    const [p, u] = [network(), np.array([2, 0])]
    const f = jit(dudt)
    emit('ode-rhs', 1000 / (await timed(() => f(u.ref, copy(p)), 20)), 'calls/s')
    const g = jit(grad((q, v) => np.sum(np.square(dudt(v, q)))))
    emit('ode-rhs-grad-params', 1000 / (await timed(() => g(copy(p), u.ref), 20)), 'calls/s')
  },
}

/** Unrolled: jax-js has no loops. */
const rk4 = (steps, dt) => (p, start) => {
  const f = (u) => dudt(u, copy(p))
  let u = start
  for (let i = 0; i < steps; i++) {
    const k1 = f(u.ref)
    const k2 = f(u.ref.add(k1.ref.mul(dt / 2)))
    const k3 = f(u.ref.add(k2.ref.mul(dt / 2)))
    const k4 = f(u.ref.add(k3.ref.mul(dt)))
    u = u.add(
      k1
        .add(k2.mul(2))
        .add(k3.mul(2))
        .add(k4)
        .mul(dt / 6),
    )
  }
  tree.dispose(p)
  return u
}

const solve = {
  name: 'ode-rk4-30',
  async run(emit) {
    const [p, u] = [network(), np.array([2, 0])]
    const forward = jit(rk4(30, 0.05))
    const run = () => forward(copy(p), u.ref)
    emit('ode-rk4-30-first-call', await first(run), 'ms')
    emit('ode-rk4-30', await timed(run, 3), 'ms')
    const gradient = jit(grad((q, v) => np.sum(np.square(rk4(30, 0.05)(q, v)))))
    const runGradient = () => gradient(copy(p), u.ref)
    emit('ode-rk4-30-grad-first-call', await first(runGradient), 'ms')
    emit('ode-rk4-30-grad', await timed(runGradient, 3), 'ms')
  },
}

const ten = () => np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).add(0)

const dispatch = ['eager', 'jit'].map((mode) => ({
  name: `${mode}-add10`,
  async run(emit) {
    const [x, y] = [ten(), ten()]
    const add = mode === 'jit' ? jit((a, b) => a.add(b)) : (a, b) => a.add(b)
    // Reading consumes and, without workers, runs at once.
    const step = async () => void add(x.ref, y.ref).dataSync()
    emit(`${mode}-add10+read`, 1000 * (await millisecondsAwaited(step, 200)), 'us')
  },
}))

const coldStart = {
  name: 'cold-start',
  run: (emit) => coldStartOf(new URL('./jaxjs-cold-start.mjs', import.meta.url), emit),
}

const onBoth = [mlp, ...products, cnn, transformer]
const onCpu = [...batched, ...elementwise, rightHandSide, solve, ...dispatch, coldStart]
await runCases(`jaxjs/${device}`, onGpu ? onBoth : [...onBoth, ...onCpu])
process.exit() // jax-js keeps the process alive
