import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumLaunch } from './test/helpers/chromium.ts'

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Software rendering for the tests of WebGPU: the driver that Debian's Chromium brings. Without any driver those tests fail. */
const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (process.env.VK_DRIVER_FILES === undefined && existsSync(softwareDriver))
  process.env.VK_DRIVER_FILES = softwareDriver
process.env.XDG_RUNTIME_DIR ??= '/tmp'

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
    testTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
          typecheck: {
            enabled: true,
            // The older compilers of the type tests also put a `tsc` among the commands.
            checker: path('./node_modules/typescript/bin/tsc'),
            include: ['test/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunch }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
