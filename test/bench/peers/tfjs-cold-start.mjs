// The process of the case `cold-start`: the same network and batch on tfjs.
const node = performance.now()
const { loadTf } = await import('./tfjs-load.mjs')
const tf = await loadTf()
const loaded = performance.now()
const p = [
  tf.randomUniform([784, 128], -0.06, 0.06),
  tf.zeros([128]),
  tf.randomUniform([128, 10], -0.1, 0.1),
  tf.zeros([10]),
]
const initialised = performance.now()
const images = Float32Array.from({ length: 128 * 784 }, (_, i) => ((i * 7919) % 1009) / 1009)
const x = tf.tensor(images, [128, 784])
const y = tf
  .oneHot(
    tf.tensor1d(
      Int32Array.from({ length: 128 }, (_, i) => (i * 7) % 10),
      'int32',
    ),
    10,
  )
  .toFloat()
const logits = (w1, b1, w2, b2) => x.matMul(w1).add(b1).relu().matMul(w2).add(b2)
const { value, grads } = tf.valueAndGrads((...q) => tf.losses.softmaxCrossEntropy(y, logits(...q)))(p)
if (!(grads.length === 4 && value.dataSync()[0] > 2))
  throw new Error('the loss of an untrained network is about log 10')
const end = performance.now()
console.log(
  JSON.stringify({
    'cold-start-node': node,
    'cold-start-loaded': loaded,
    'cold-start-initialised': initialised,
    'cold-start': end,
  }),
)
