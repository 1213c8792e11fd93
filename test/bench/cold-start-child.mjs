// The process of the case `cold-start`: prints when it reached which point, in milliseconds since it was started.
const node = performance.now()
const { fromTypedArray, mean, random, valueAndGrad } = await import('conformable')
const { chain, dense, relu, softmaxCrossEntropy } = await import('conformable/layers')
const loaded = performance.now()
const model = chain(dense(784, 128), relu, dense(128, 10))
const p = model.init(random.key(0))
const initialised = performance.now()
const images = Float32Array.from({ length: 128 * 784 }, (_, i) => ((i * 7919) % 1009) / 1009)
const labels = Int32Array.from({ length: 128 }, (_, i) => (i * 7) % 10)
const [x, y] = [fromTypedArray(images, [128, 784]), fromTypedArray(labels, [128])]
const [value] = valueAndGrad((q, a, b) => mean(softmaxCrossEntropy(model(q, a), b)))(p, x, y)
if (!(value.itemSync() > 2)) throw new Error('the loss of an untrained network is about log 10')
const end = performance.now()
console.log(
  JSON.stringify({
    'cold-start-node': node,
    'cold-start-loaded': loaded,
    'cold-start-initialised': initialised,
    'cold-start': end,
  }),
)
