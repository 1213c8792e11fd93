import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^conformable$/, replacement: path('./src/index.ts') },
      { find: /^conformable\/layers$/, replacement: path('./layers/index.ts') },
      { find: /^conformable\/optimisers$/, replacement: path('./optimisers/index.ts') },
      { find: /^conformable\/types$/, replacement: path('./types/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    testTimeout: 60_000,
    maxWorkers: 2,
    typecheck: {
      enabled: true,
      // The older compilers of the type tests also put a `tsc` among the commands.
      checker: path('./node_modules/typescript/bin/tsc'),
      include: ['test/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
  },
})
