// The process of the case `cold-start`: the same network and batch on jax-js.
const node = performance.now()
await import('./iterator-helpers.mjs')
const jax = await import('@jax-js/jax')
await jax.init('wasm')
jax.defaultDevice('wasm')
const { numpy: np, nn, valueAndGrad } = jax
const loaded = performance.now()
const uniform = (shape, bound) => {
  const data = Float32Array.from({ length: shape[0] * shape[1] }, () => (2 * Math.random() - 1) * bound)
  return np.array(data).reshape(shape)
}
const p = { w1: uniform([784, 128], 0.06), b1: np.zeros([128]), w2: uniform([128, 10], 0.1), b2: np.zeros([10]) }
const initialised = performance.now()
const images = Float32Array.from({ length: 128 * 784 }, (_, i) => ((i * 7919) % 1009) / 1009)
const x = np.array(images).reshape([128, 784])
const y = nn.oneHot(np.array(Int32Array.from({ length: 128 }, (_, i) => (i * 7) % 10)), 10)
const loss = (q, a, b) => {
  const logits = np.matmul(nn.relu(np.matmul(a, q.w1).add(q.b1)), q.w2).add(q.b2)
  return np.mean(np.sum(nn.logSoftmax(logits).mul(b), 1)).neg()
}
const [value, gradient] = jax.jit(valueAndGrad(loss))(p, x, y)
await jax.blockUntilReady([value, gradient])
if (!(value.dataSync()[0] > 2)) throw new Error('the loss of an untrained network is about log 10')
const end = performance.now()
console.log(
  JSON.stringify({
    'cold-start-node': node,
    'cold-start-loaded': loaded,
    'cold-start-initialised': initialised,
    'cold-start': end,
  }),
)
process.exit()
