/** `inspect`: every stage of a function on its way to the machine, as text: nothing about the compiler is hidden. */
import { closeOver } from './closed.ts'
import { deviceOf } from './core/bind.ts'
import { checkProgram } from './core/check.ts'
import { printProgram } from './core/print.ts'
import type { Program } from './core/program.ts'
import { withLocations } from './core/trace.ts'
import { flatten } from './core/tree.ts'
import { lowerProgram } from './kernels/compile.ts'
import { convolutionCost } from './kernels/language/convolution-cost.ts'
import type { PlannedRoutine, Routine } from './kernels/language/kernel.ts'
import { contractionCost } from './kernels/language/kernel-cost.ts'
import { nestedRoutines } from './kernels/planning/plan.ts'
import { printRoutine } from './kernels/print/print.ts'
import { simplify } from './rewrite/simplify.ts'
import { specialise, usesTape } from './rewrite/specialise.ts'

/** The stages of a function, each as text, and what they cost. */
export interface Inspection {
  /** The program as traced, with the user's line of every equation. */
  readonly program: string
  /** The program after rewriting. */
  readonly simplified: string
  /** The kernels: loop nests, matrix products and control flow, with flops and bytes; then the memory plan. */
  readonly kernels: string
  /** The shaders, where the arguments are on a GPU; else nothing. */
  readonly shaders: string
  /** Number of equations as traced, and after rewriting. */
  readonly equations: readonly [traced: number, simplified: number]
  /** Number of kernels and matrix products, those of loop bodies counted once. */
  readonly kernelCount: number
  /** Floating-point operations of one run, loop bodies counted once. */
  readonly flops: number
  /** Bytes of the arena of intermediates, and the most that are live at once: no plan can need less. */
  readonly arenaBytes: number
  readonly lowerBoundBytes: number
  /** All stages, one after the other. */
  toString(): string
}

/** The capacity for which loops with a tape are shown. */
const SHOWN_CAPACITY = 64

/**
 * Traces and compiles a function without running it, and shows every stage. Wrap in `grad`, `vmap` … to see derived programs.
 * @param args arguments of the shapes and dtypes of interest; their numbers do not matter.
 * @example
 * import { inspect, mul, sum, tensor, type Tensor } from 'conformable'
 * const seen = inspect((x: Tensor<[3]>) => sum(mul(x, x)), tensor([1, 2, 3]))
 * console.log(seen.kernelCount) // 1
 */
export function inspect<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): Inspection {
  const { program } = withLocations(() => closeOver('inspect', f as (...args: never[]) => unknown, args))
  checkProgram(program)
  const simplified = simplify(program)
  checkProgram(simplified)
  const planned = lowerProgram(usesTape(simplified) ? specialise(simplified, SHOWN_CAPACITY) : simplified)
  const shaders = deviceOf(flatten(args).leaves)?.explain?.(program) ?? ''
  return inspectionOf(program, simplified, planned, shaders)
}

function inspectionOf(program: Program, simplified: Program, planned: PlannedRoutine, shaders: string): Inspection {
  const texts = {
    program: printProgram(program),
    simplified: printProgram(simplified),
    kernels: printRoutine(planned),
    shaders,
  }
  return {
    ...texts,
    equations: [program.equations.length, simplified.equations.length],
    ...costOf(planned.routine),
    arenaBytes: planned.arenaBytes,
    lowerBoundBytes: planned.lowerBoundBytes,
    toString: () =>
      [
        `-- traced\n${texts.program}`,
        `-- simplified\n${texts.simplified}`,
        `-- kernels\n${texts.kernels}`,
        ...(shaders === '' ? [] : [`-- shaders\n${shaders}`]),
      ].join('\n\n'),
  }
}

/** Kernels and flops of a routine and of those nested in it. */
function costOf(routine: Routine): { readonly kernelCount: number; readonly flops: number } {
  let kernelCount = 0
  let flops = 0
  const open: Routine[] = [routine]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const step of next.steps) {
      open.push(...nestedRoutines(step))
      if (step.kind === 'kernel') flops += step.kernel.flops
      if (step.kind === 'contract') flops += contractionCost(step.contraction).flops
      if (step.kind === 'convolve') flops += convolutionCost(step.convolution).flops
      if (step.kind === 'kernel' || step.kind === 'contract' || step.kind === 'convolve') kernelCount++
    }
  }
  return { kernelCount, flops }
}
