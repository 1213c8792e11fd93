/** What an import of the built package loads, and what it does not load before it is needed. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folder = join(root, 'test/.generated/build')

/** The names of the packages whose files a process has opened after it ran this code, and what it printed. */
function packagesOf(code: string): { packages: string[]; printed: string } {
  const file = join(folder, 'probe.mjs')
  const prelude = `import { createRequire } from 'node:module'
const opened = []
const door = (name) => { opened.push(name); return import(\`./\${name}/node.js\`) }
`
  const report = `
const files = Object.keys(createRequire(import.meta.url).cache)
console.log(JSON.stringify(files))`
  writeFileSync(file, `${prelude}${code}${report}`)
  const lines = execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim().split('\n')
  const files: string[] = JSON.parse(lines.pop()!)
  const names = files.map((path) => path.split('node_modules/')[1]?.split('/')[0] ?? '')
  return { packages: [...new Set(names)].filter((name) => name !== ''), printed: lines.join('\n') }
}

describe('the built package in Node', () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true })
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', folder])
    execFileSync(process.execPath, [join(root, '.ci/bundle.mjs'), folder])
  }, 120_000)

  it('loads no package to import its doors', () => {
    const code = `for (const name of ['src', 'layers', 'optimisers']) console.log(Object.keys(await door(name)).length > 10)`
    expect(packagesOf(code)).toEqual({ packages: [], printed: 'true\ntrue\ntrue' })
  })

  it('loads none to differentiate a model', () => {
    const code = `
      const { fromTypedArray, mean, random, valueAndGrad, zeros } = await door('src')
      const { chain, dense, relu, softmaxCrossEntropy } = await door('layers')
      const model = chain(dense(4, 3), relu, dense(3, 2))
      const loss = (p, x, y) => mean(softmaxCrossEntropy(model(p, x), y))
      const y = fromTypedArray(Int32Array.of(0, 1), [2])
      const [value] = valueAndGrad(loss)(model.init(random.key(0)), zeros([2, 4]), y)
      console.log(Math.abs(value.itemSync() - Math.log(2)) < 1e-6)`
    expect(packagesOf(code)).toEqual({ packages: [], printed: 'true' })
  })

  it('loads zod for options', () => {
    const { packages, printed } = packagesOf(`
      const { adam } = await door('optimisers')
      try { adam({ learningRate: -1 }) } catch (error) { console.log(error.message) }`)
    expect(packages).toEqual(['zod'])
    expect(printed).toBe('adam: learningRate must be a positive number or a schedule, got -1.')
  })

  it('loads io-ts and fp-ts for files', () => {
    const { packages, printed } = packagesOf(`
      const { CheckpointError, fromText, tensor, toText } = await door('src')
      const text = await toText({ a: tensor([5]) })
      console.log(fromText(text, { a: tensor([0]) }).a.itemSync())
      try { fromText(text, { b: tensor([0]) }) } catch (error) { console.log(error instanceof CheckpointError) }`)
    expect(packages.sort()).toEqual(['fp-ts', 'io-ts'])
    expect(printed).toBe('5\ntrue')
  })

  it('is made of joined files alone, those that are imported later too', () => {
    const files = ['src', 'layers', 'optimisers'].flatMap((door) =>
      readdirSync(join(folder, door))
        .filter((name) => /^(joined.*|node)\.js$/.test(name))
        .map((name) => join(folder, door, name)),
    )
    const specifiers = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^import .*'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm)].map(
        (m) => m[1] ?? m[2]!,
      ),
    )
    expect(specifiers.length).toBeGreaterThan(6)
    expect(specifiers.filter((name) => !/\/joined[\w-]*\.js$/.test(name))).toEqual([])
    const later = files.filter((file) => file.includes('joined-')).map((file) => file.split('/').pop())
    const code = `for (const name of ${JSON.stringify(later)})
      console.log(name, Object.keys(await import(\`./src/\${name}\`)).length > 0)`
    expect(packagesOf(code).printed).toBe('joined-adapter.js true')
  })

  it('has the names of the modules that browsers get', () => {
    const code = `
      for (const name of ['src', 'layers', 'optimisers']) {
        const single = await import(\`./\${name}/index.js\`)
        const missing = Object.keys(single).filter((key) => !(key in joined[name]))
        console.log(name, missing.join(), Object.keys(single).length === Object.keys(joined[name]).length)
      }`
    const joined = `const joined = { src: await door('src'), layers: await door('layers'), optimisers: await door('optimisers') }`
    expect(packagesOf(joined + code).printed).toBe('src  true\nlayers  true\noptimisers  true')
  })
})
