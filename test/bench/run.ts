/**
 * `npm run bench [-- name …]`: one JSON line for each figure of the cases whose names begin so, on the built package (tsx
 * alone gives classes their names anew, after which V8 never finishes optimising the constructor of tensors: small calls take up
 * to twice as long). With `--device webgpu` they run on the GPU (`webgpu.ts` says which there are); with
 * `--relaxed-simd` the CPU uses fused multiply-adds (in Node 20 they are off by default), with `--no-relaxed-simd` it does not.
 */

import { cpu } from '../../src/index.ts'
import { callOverhead } from './call-overhead.ts'
import { coldStart } from './cold-start.ts'
import { convolution } from './convolution.ts'
import { dispatch } from './dispatch.ts'
import { elementwise } from './elementwise.ts'
import { type Case, runCases, takeDevice } from './harness.ts'
import { matmul } from './matmul.ts'
import { memory } from './memory.ts'
import { network } from './network.ts'
import { ode } from './ode.ts'
import { optimisation } from './optimisation.ts'
import { roofline } from './roofline.ts'
import { steps } from './steps.ts'
import { stepsOfThreads } from './steps-threads.ts'
import { threads } from './threads.ts'
import { transformer } from './transformer.ts'
import { onWebGpu } from './webgpu.ts'

const cases: readonly Case[] = [
  ...roofline,
  ...network,
  ...matmul,
  ...convolution,
  ...elementwise,
  ...ode,
  ...optimisation,
  ...transformer,
  ...steps,
  ...stepsOfThreads,
  ...dispatch,
  ...callOverhead,
  ...memory,
  ...threads,
  coldStart,
]
if (process.argv.includes('--relaxed-simd')) cpu({ relaxedSimd: true })
if (process.argv.includes('--no-relaxed-simd')) cpu({ relaxedSimd: false })

const device = takeDevice()
await runCases(`conformable/${device}`, device === 'cpu' ? cases : onWebGpu)
// The GPU's driver would keep the process alive.
if (device === 'webgpu') process.exit()
