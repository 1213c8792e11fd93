/**
 * What the types cost the compiler: instantiations, which do not depend on the machine. Each row is a program; its budget is
 * about a third above what was measured when it was written, so a rule that starts to explode is noticed.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

const imports = `
import * as T from '${here}declared.ts'
import * as L from '${here}declared-transforms.ts'
import type { Key } from '${here}../../types/index.ts'
declare const key: Key
`

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

/** Eight operations a round, all of distinct shapes. */
const operations = (i: number): string => `
const a${i} = T.matmul(T.zeros(['batch', ${64 + i}]), T.zeros([${64 + i}, ${128 + 2 * i}]))
const b${i} = T.relu(T.add(a${i}, T.zeros([${128 + 2 * i}])))
const c${i} = T.reshape(b${i}, ['batch', 2, -1])
const d${i} = T.permute(c${i}, [1, 2, 0])
const e${i} = T.sum(d${i}, -1, true)
const f${i} = T.concat([e${i}, e${i}], 1)
const g${i} = T.einsum('abc,abd->cd', d${i}, d${i})
const h${i} = T.conv2d(T.zeros(['n', ${28 + i}, ${28 + i}, ${1 + i}]), T.zeros([3, 3, ${1 + i}, 8]), { padding: 1, stride: 2 })
export const out${i} = [f${i}, g${i}, h${i}]`

const chainOf = (count: number): string => `
const model = L.chain(${lines(count, (i) => (i % 2 === 0 ? `L.dense(${100 + i}, ${102 + i}),` : 'L.relu,'))})
export const y = model(model.init(key), T.zeros(['batch', 100]))`

const spec = (count: number): string =>
  `{ ${lines(count, (i) => `l${i}: { weight: [${64 + i}, ${32 + i}], bias: [${64 + i}] },`)} }`

const programs: readonly { readonly name: string; readonly source: string; readonly budget: number }[] = [
  { name: 'imports only', source: '', budget: 82_000 },
  { name: '200 mixed operations', source: lines(25, operations), budget: 180_000 },
  { name: 'a chain of 30 layers', source: chainOf(30), budget: 100_000 },
  { name: 'a chain of 200 layers', source: chainOf(200), budget: 205_000 },
  {
    name: 'a flat vector of 60 tensors',
    source: `export const v = L.flat(L.componentArray(${spec(30)}))`,
    budget: 135_000,
  },
]

/** Compiles a program strictly and returns the compiler's count of instantiations; throws its diagnostics. */
function instantiations(source: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'conformable-types-'))
  try {
    writeFileSync(join(folder, 'program.ts'), imports + source)
    const options = [
      '--strict',
      '--noEmit',
      '--skipLibCheck',
      '--target',
      'es2023',
      '--module',
      'nodenext',
      '--types',
      '',
    ]
    const args = [
      compiler,
      ...options,
      '--allowImportingTsExtensions',
      '--extendedDiagnostics',
      join(folder, 'program.ts'),
    ]
    const output = execFileSync(process.execPath, args, { encoding: 'utf8', cwd: folder })
    return Number(/Instantiations:\s*(\d+)/.exec(output)?.[1])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.each(programs)('$name stay within $budget instantiations', ({ source, budget }) => {
  const count = instantiations(source)
  expect(count).toBeGreaterThan(0)
  expect(count).toBeLessThan(budget)
})
