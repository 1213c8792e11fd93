/** `npm run bench [-- name …]`: prints one JSON line for each measurement. */

import { callOverhead } from './call-overhead.ts'
import { dispatch } from './dispatch.ts'
import { elementwise } from './elementwise.ts'
import type { Case } from './harness.ts'
import { matmul } from './matmul.ts'
import { memory } from './memory.ts'
import { network } from './network.ts'
import { ode } from './ode.ts'

const cases: readonly Case[] = [...network, ...matmul, ...elementwise, ...ode, ...dispatch, ...callOverhead, ...memory]
const wanted = process.argv.slice(2).filter((name) => !name.startsWith('--'))

for (const { name, run } of cases) {
  if (wanted.length > 0 && !wanted.some((prefix) => name.startsWith(prefix))) continue
  await run((label, value, unit) =>
    console.log(JSON.stringify({ name: `conformable/cpu/${label}`, value: Number(value.toPrecision(5)), unit })),
  )
}
