// The package in Node: the compiled modules and what they use of zod, fp-ts and io-ts in a few files, since opening some three
// hundred files costs more than running them. Browsers get the single modules, which their bundlers shake.
import { join } from 'node:path'
import { defineConfig } from 'rolldown'

const folder = process.env.BUILD ?? 'dist'

export default defineConfig({
  input: {
    conformable: join(folder, 'src/index.js'),
    layers: join(folder, 'layers/index.js'),
    optimisers: join(folder, 'optimisers/index.js'),
  },
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  treeshake: { moduleSideEffects: false },
  output: {
    dir: join(folder, 'node'),
    format: 'esm',
    chunkFileNames: 'shared-[name].js',
    // Functions keep their names: messages, names of layers and stacks show them.
    minify: { mangle: { keepNames: true }, compress: true, codegen: { removeWhitespace: true } },
  },
})
