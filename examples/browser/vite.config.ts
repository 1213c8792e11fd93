import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export default defineConfig({
  root: path('.'),
  base: './',
  resolve: {
    alias: [
      { find: /^conformable$/, replacement: path('../../src/index.ts') },
      { find: /^conformable\/layers$/, replacement: path('../../layers/index.ts') },
      { find: /^conformable\/optimisers$/, replacement: path('../../optimisers/index.ts') },
    ],
  },
  build: { target: 'es2023', outDir: path('../../build/browser'), emptyOutDir: true, assetsInlineLimit: 0 },
})
