/**
 * The cases of `npm run bench` on tfjs (WebAssembly, one thread, or after `--device webgpu` the GPU), under the same names. tfjs
 * runs every operation at once and compiles nothing but shaders, so a first call has no price of its own except for its memory.
 */
import { coldStartOf } from '../cold-start.ts'
import { firstOnGpu, gpuSizes, milliseconds, millisecondsOnGpu, noise, once, runCases, takeDevice } from '../harness.ts'
import { loadTf } from './tfjs-load.mjs'

const onGpu = takeDevice() === 'webgpu'
const device = onGpu ? 'webgpu' : 'wasm'
const tf = await loadTf(device)

const array = (shape, seed, scale = 1) =>
  tf.tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
      scale,
    ),
    shape,
  )

/** A step that computes and frees what it made. */
const freeing = (compute) => () => tf.dispose(tf.tidy(compute))

/** A step that computes, frees what the step before gave, and reads its first result where it is told to. */
function settling(compute) {
  let last = null
  return () => {
    if (last !== null) tf.dispose(last)
    last = tf.tidy(compute)
    return { read: () => [last].flat()[0].data() }
  }
}

const timed = (compute, warmup) =>
  onGpu ? millisecondsOnGpu(settling(compute)) : milliseconds(freeing(compute), warmup)

const firstCall = (compute) => (onGpu ? firstOnGpu(settling(compute)) : once(freeing(compute)))

const products = (onGpu ? gpuSizes : [64, 256, 512, 1024]).flatMap((n) =>
  [
    ['', false, false],
    ['-tA', true, false],
    ['-tB', false, true],
  ].map(([suffix, turnA, turnB]) => ({
    name: `matmul-f32-${n}${suffix}`,
    async run(emit) {
      const [a, b] = [array([n, n], 1), array([n, n], 2)]
      const ms = await timed(() => tf.matMul(a, b, turnA, turnB), 2)
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
    const [a, b] = [array([count, n, n], 1), array([count, n, n], 2)]
    const ms = await timed(() => tf.matMul(a, b), 2)
    emit(`matmul-f32-batched-${count}x${n}`, (2 * count * n ** 3) / ms / 1e6, 'GFLOP/s')
  },
}))

const chains = {
  'fused-cheap': [12, (x, y) => x.mul(y).add(x.mul(0.5)).sub(y.mul(0.25)).add(1)],
  'fused-tanh-exp': [12, (x, y) => x.mul(y).tanh().add(x.mul(-0.5).exp())],
  'sum-of-squares': [4, (x) => x.square().sum()],
}

const elementwise = [1e5, 1e6, 1e7].map((n) => ({
  name: `fused-${n}`,
  async run(emit) {
    const [x, y] = [array([n], 1), array([n], 2)]
    for (const [name, [bytes, f]] of Object.entries(chains)) {
      emit(`${name}-${n}`, (bytes * n) / (await timed(() => f(x, y), 3)) / 1e6, 'GB/s')
    }
  },
}))

const oneHot = (count) =>
  tf.tidy(() =>
    tf
      .oneHot(
        tf.tensor1d(
          Int32Array.from({ length: count }, (_, i) => (i * 7) % 10),
          'int32',
        ),
        10,
      )
      .toFloat(),
  )

/** Trains variables on one batch, again and again. */
async function training(emit, name, loss) {
  const rule = tf.train.adam(1e-3)
  const train = () => rule.minimize(loss, onGpu)
  emit(`${name}-first-call`, await firstCall(train), 'ms')
  emit(name, 1000 / (await timed(train, 3)), 'steps/s')
}

const mlp = {
  name: 'mlp-train-step',
  run(emit) {
    const [w1, b1, w2, b2] = [
      array([784, 128], 1, 0.05),
      tf.zeros([128]),
      array([128, 10], 2, 0.1),
      tf.zeros([10]),
    ].map((x) => tf.variable(x))
    const [x, y] = [array([128, 784], 3), oneHot(128)]
    const logits = () => x.matMul(w1).add(b1).relu().matMul(w2).add(b2)
    return training(emit, 'mlp-train-step', () => tf.losses.softmaxCrossEntropy(y, logits()))
  },
}

const cnn = {
  name: 'cnn-train-step',
  run(emit) {
    const [k1, c1, k2, c2, w, b] = [
      ...[array([3, 3, 1, 16], 1, 0.3), tf.zeros([16]), array([3, 3, 16, 32], 2, 0.1), tf.zeros([32])],
      ...[array([32 * 49, 10], 3, 0.03), tf.zeros([10])],
    ].map((x) => tf.variable(x))
    const [x, y] = [array([64, 28, 28, 1], 4), oneHot(64)]
    const convolve = (input, kernel, bias) => input.conv2d(kernel, 1, 'same').add(bias).relu().maxPool(2, 2, 'same')
    const logits = () =>
      convolve(convolve(x, k1, c1), k2, c2)
        .reshape([64, 32 * 49])
        .matMul(w)
        .add(b)
    return training(emit, 'cnn-train-step', () => tf.losses.softmaxCrossEntropy(y, logits()))
  },
}

const [BATCH, LENGTH, WIDTH, HEADS] = [8, 64, 128, 4]

const transformer = {
  name: 'transformer',
  async run(emit) {
    const squares = [1, 2, 3, 4].map((seed) => array([WIDTH, WIDTH], seed, 0.1))
    const wide = [array([WIDTH, 4 * WIDTH], 5, 0.1), tf.zeros([4 * WIDTH])]
    const narrow = [array([4 * WIDTH, WIDTH], 6, 0.05), tf.zeros([WIDTH])]
    const norms = [tf.ones([WIDTH]), tf.zeros([WIDTH]), tf.ones([WIDTH]), tf.zeros([WIDTH])]
    const p = [...squares, ...wide, ...narrow, ...norms]
    const x = array([BATCH * LENGTH, WIDTH], 7)
    const rows = Array.from({ length: LENGTH }, (_, i) => Array.from({ length: LENGTH }, (_, j) => (j > i ? -1e9 : 0)))
    const mask = tf.tensor2d(rows)
    emit('transformer-forward', await timed(() => block(mask, x, p), 3), 'ms')
    const both = tf.valueAndGrads((...q) => block(mask, x, q).square().mean())
    const step = () => {
      const { value, grads } = both(p)
      return [value, ...grads]
    }
    emit('transformer-forward+backward', await timed(step, 3), 'ms')
  },
}

/** A pre-norm transformer block with causal attention. */
function block(mask, x, [wq, wk, wv, wo, w1, b1, w2, b2, g1, o1, g2, o2]) {
  const heads = (t) => t.reshape([BATCH, LENGTH, HEADS, WIDTH / HEADS]).transpose([0, 2, 1, 3])
  const h = norm(x, g1, o1)
  const [q, k, v] = [wq, wk, wv].map((weight) => heads(h.matMul(weight)))
  const weights = tf.softmax(
    tf
      .matMul(q, k, false, true)
      .mul((WIDTH / HEADS) ** -0.5)
      .add(mask),
  )
  const attended = tf
    .matMul(weights, v)
    .transpose([0, 2, 1, 3])
    .reshape([BATCH * LENGTH, WIDTH])
  const middle = x.add(attended.matMul(wo))
  return middle.add(
    gelu(norm(middle, g2, o2).matMul(w1).add(b1))
      .matMul(w2)
      .add(b2),
  )
}

function norm(x, scale, offset) {
  const { mean, variance } = tf.moments(x, -1, true)
  return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(scale).add(offset)
}

function gelu(x) {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))
  return x.mul(0.5).mul(inner.tanh().add(1))
}

const network = () => [array([2, 50], 1, 0.5), tf.zeros([50]), array([50, 2], 2, 0.2), tf.zeros([2])]
const dudt = (u, w1, b1, w2, b2) => u.mul(u).mul(u).matMul(w1).add(b1).tanh().matMul(w2).add(b2)

const rightHandSide = {
  name: 'ode-rhs',
  async run(emit) {
    const [p, u] = [network(), tf.tensor2d([2, 0], [1, 2])]
    emit('ode-rhs', 1000 / (await timed(() => dudt(u, ...p), 20)), 'calls/s')
    const g = tf.grads((...q) =>
      dudt(u, ...q)
        .square()
        .sum(),
    )
    emit('ode-rhs-grad-params', 1000 / milliseconds(() => tf.dispose(g(p)), 20), 'calls/s')
  },
}

function rk4(steps, dt, start, ...p) {
  let u = start
  for (let i = 0; i < steps; i++) {
    const k1 = dudt(u, ...p)
    const k2 = dudt(u.add(k1.mul(dt / 2)), ...p)
    const k3 = dudt(u.add(k2.mul(dt / 2)), ...p)
    const k4 = dudt(u.add(k3.mul(dt)), ...p)
    u = u.add(
      k1
        .add(k2.mul(2))
        .add(k3.mul(2))
        .add(k4)
        .mul(dt / 6),
    )
  }
  return u
}

const solve = {
  name: 'ode-rk4-30',
  run(emit) {
    const [p, u] = [network(), tf.tensor2d([2, 0], [1, 2])]
    const forward = freeing(() => rk4(30, 0.05, u, ...p))
    emit('ode-rk4-30-first-call', once(forward), 'ms')
    emit('ode-rk4-30', milliseconds(forward, 3), 'ms')
    const g = tf.grads((...q) =>
      rk4(30, 0.05, u, ...q)
        .square()
        .sum(),
    )
    const backward = () => tf.dispose(g(p))
    emit('ode-rk4-30-grad-first-call', once(backward), 'ms')
    emit('ode-rk4-30-grad', milliseconds(backward, 3), 'ms')
  },
}

const dispatch = {
  name: 'eager-add10',
  run(emit) {
    const [a, b] = [1, 2].map(() => tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    emit('eager-add10', 1000 * milliseconds(() => tf.add(a, b).dispose(), 1000), 'us')
    const reading = () => {
      const c = tf.add(a, b)
      c.dataSync()
      c.dispose()
    }
    emit('eager-add10+read', 1000 * milliseconds(reading, 1000), 'us')
  },
}

const coldStart = {
  name: 'cold-start',
  run: (emit) => coldStartOf(new URL('./tfjs-cold-start.mjs', import.meta.url), emit),
}

const onBoth = [mlp, ...products, cnn, transformer]
const onCpu = [...batched, ...elementwise, rightHandSide, solve, dispatch, coldStart]
await runCases(`tfjs/${device}`, onGpu ? onBoth : [...onBoth, ...onCpu])
// The GPU's driver would keep the process alive.
if (onGpu) process.exit()
