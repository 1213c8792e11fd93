/** Settling whether fused multiply-adds are used: each case in a process of its own, since the answer holds for one. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')

/** What a program with these lines prints; `x` is a product whose fused and separate roundings differ. */
const printed = (...lines: readonly string[]): string => {
  const program = [
    `import { cpu, fromTypedArray, matmul } from './src/index.ts'`,
    // 1 + 2⁻¹² squared is 1 + 2⁻¹¹ + 2⁻²⁴, of which a separate product loses the last part before 1 is taken away
    'const e = 1 + 2 ** -12',
    'const of = (x, shape) => fromTypedArray(Float32Array.from(x), shape)',
    'const rows = (row) => Array.from({ length: 40 }, () => row).flat()',
    'const columns = Array.from({ length: 2 }, (_, k) => Array.from({ length: 64 }, () => [1, e][k])).flat()',
    'const x = () => matmul(of(rows([-1, e]), [40, 2]), of(columns, [2, 64])).readSync()[0] - 2 ** -11',
    ...lines,
  ].join('\n')
  const node = ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', program]
  return execFileSync(process.execPath, node, { cwd: root, encoding: 'utf8' }).trim()
}

describe('cpu({ relaxedSimd })', () => {
  it('true: products are rounded once', () => {
    expect(printed('cpu({ relaxedSimd: true })', 'console.log(x())')).toBe(String(2 ** -24))
  })

  it('false: products are rounded before they are added', () => {
    expect(printed('cpu({ relaxedSimd: false })', 'console.log(x())')).toBe('0')
  })

  it('may be said again, but not changed once programs are compiled', () => {
    const lines = [
      'cpu({ relaxedSimd: false })',
      'x()',
      'cpu({ relaxedSimd: false })',
      'try { cpu({ relaxedSimd: true }) } catch (error) { console.log(error.message) }',
    ]
    expect(printed(...lines)).toBe(
      'cpu: programs have been compiled with relaxedSimd false already; call cpu({ relaxedSimd: true }) before the first operation.',
    )
  })

  it('refuses options that it does not know', () => {
    const line = 'try { cpu({ relaxed: true }) } catch (error) { console.log(error.message) }'
    expect(printed(line)).toBe("cpu: there is no option 'relaxed'; it takes relaxedSimd, threads.")
  })
})
