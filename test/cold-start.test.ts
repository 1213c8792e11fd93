/** The built package in Node: a few files that need no other package, the same names as the single modules, parts on demand. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folder = join(root, 'test/.generated/build')

const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, BUILD: folder } }).trim()

/** What a process prints that runs this code after the doors are open. */
function printed(code: string): string {
  const file = join(folder, 'probe.mjs') // a user's file beside the package
  const doors = ['conformable', 'layers', 'optimisers'].map((door) => `import * as ${door} from './node/${door}.js'`)
  writeFileSync(file, [...doors, code].join('\n'))
  return node(file)
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  node(join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', folder)
  node(join(root, 'node_modules/rolldown/bin/cli.mjs'), '-c', 'rolldown.config.mjs', '--logLevel', 'warn')
}, 120_000)

describe('the built package in Node', () => {
  it('imports nothing but its own files and those of Node; WebGPU on demand', () => {
    const files = readdirSync(join(folder, 'node')).filter((name) => name.endsWith('.js'))
    const imports = files.flatMap((name) => {
      const text = readFileSync(join(folder, 'node', name), 'utf8')
      return [...text.matchAll(/\b(?:from|import)\s*\(?\s*["'`]([^"'`\s]+)["'`]/g)].map((match) => match[1]!)
    })
    expect(imports.length).toBeGreaterThan(3)
    expect(imports.filter((name) => !name.startsWith('./') && !name.startsWith('node:'))).toEqual([])
    const entry = readFileSync(join(folder, 'node/conformable.js'), 'utf8')
    expect(entry).not.toMatch(/(from|import)\s*["'`]\.\/shared-adapter/)
  })

  it('differentiates a model', () => {
    const code = `
      const { fromTypedArray, mean, random, valueAndGrad, zeros } = conformable
      const { chain, dense, relu, softmaxCrossEntropy } = layers
      const model = chain(dense(4, 3), relu, dense(3, 2))
      const loss = (p, x, y) => mean(softmaxCrossEntropy(model(p, x), y))
      const y = fromTypedArray(Int32Array.of(0, 1), [2])
      const [value] = valueAndGrad(loss)(model.init(random.key(0)), zeros([2, 4]), y)
      console.log(Math.abs(value.itemSync() - Math.log(2)) < 1e-6)`
    expect(printed(code)).toBe('true')
  })

  it('compiles two programs for the parameters of two layers, and one and its products for the first gradient', () => {
    const code = `
      const { Module } = WebAssembly
      let modules = 0
      WebAssembly.Module = class extends Module {
        constructor(bytes) {
          super(bytes)
          modules++
        }
      }
      const { fromTypedArray, mean, random, valueAndGrad, zeros } = conformable
      const { chain, dense, relu, softmaxCrossEntropy } = layers
      const model = chain(dense(784, 128), relu, dense(128, 10))
      const p = model.init(random.key(0))
      const counts = [modules]
      const labels = fromTypedArray(new Int32Array(128), [128])
      valueAndGrad((q, x, y) => mean(softmaxCrossEntropy(model(q, x), y)))(p, zeros([128, 784]), labels)
      console.log(...counts, modules)`
    expect(printed(code)).toBe('2 4')
  })

  it('names the line outside the package where shapes do not fit', () => {
    const code = `
      const { matmul, ShapeError, zeros } = conformable
      function model() { return matmul(zeros([2, 3]), zeros([4, 5])) }
      try { model() } catch (error) { console.log(error instanceof ShapeError, error.message) }`
    expect(printed(code)).toMatch(/^true ShapeError: matmul: .*\n {4}at model \(file:.*probe\.mjs:\d+:\d+\)$/)
  })

  it('reads options and files', () => {
    const code = `
      const { CheckpointError, fromText, tensor, toText } = conformable
      try { optimisers.adam({ learningRate: -1 }) } catch (error) { console.log(error.message) }
      const text = await toText({ a: tensor([5]) })
      console.log(fromText(text, { a: tensor([0]) }).a.itemSync())
      try { fromText(text, { b: tensor([0]) }) } catch (error) { console.log(error instanceof CheckpointError) }`
    const sentence = 'adam: learningRate must be a positive number or a schedule, got -1.'
    expect(printed(code)).toBe(`${sentence}\n5\ntrue`)
  })

  it('says what a GPU needs, in the same classes', () => {
    const code = `
      const found = await conformable.findWebGpu({ flags: ['adapter=none of this name'] })
      console.log(found._tag, found.left instanceof conformable.DeviceError)`
    expect(printed(code)).toBe('Left true')
  })

  it('has the names of the single modules', () => {
    const code = `
      for (const [name, door] of Object.entries({ src: conformable, layers, optimisers })) {
        const single = await import(\`./\${name}/index.js\`)
        console.log(name, Object.keys(single).sort().join() === Object.keys(door).sort().join())
      }`
    expect(printed(code)).toBe('src true\nlayers true\noptimisers true')
  })
})
