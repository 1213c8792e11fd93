// The package in Node: the compiled modules and what they use of zod, fp-ts and io-ts in a few files, since opening some three
// hundred files costs more than running them. Browsers get the single modules, which their bundlers shake.
import { join } from 'node:path'
import { defineConfig } from 'rolldown'

const folder = process.env.BUILD ?? 'dist'

/** Text in ASCII, so that an engine holds and reads one byte for each character: other letters stand in texts and patterns only. */
const ascii = {
  name: 'ascii',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle))
      chunk.code = chunk.code.replace(
        /[^\0-\x7f]/g,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
  },
}

export default defineConfig({
  input: {
    conformable: join(folder, 'src/index.js'),
    layers: join(folder, 'layers/index.js'),
    optimisers: join(folder, 'optimisers/index.js'),
  },
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  treeshake: { moduleSideEffects: false },
  plugins: [ascii],
  output: {
    dir: join(folder, 'node'),
    format: 'esm',
    chunkFileNames: 'shared-[name].js',
    // Functions keep their names: messages, names of layers and stacks show them.
    minify: { mangle: { keepNames: true }, compress: true, codegen: { removeWhitespace: true } },
  },
})
