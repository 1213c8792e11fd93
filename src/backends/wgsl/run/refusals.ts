/** The programs that no GPU of the web can run, and what to do instead. */
import { nestedPrograms, type Program } from '../../../core/program.ts'
import { usesTape } from '../../../rewrite/specialise.ts'

/** A reason with its sentence, which names the way out. */
export interface Refusal {
  readonly reason: 'float64' | 'growing tape'
  readonly sentence: string
}

const doubles: Refusal = {
  reason: 'float64',
  sentence:
    'webgpu: the program computes in float64, which no GPU of the web has. Convert to float32 first (convert(x, "float32")), or run on the CPU (to(x, cpu())).',
}

const tape: Refusal = {
  reason: 'growing tape',
  sentence:
    'webgpu: reverse mode through a whileLoop without maxSteps records on a tape that grows, which the GPU cannot have. Give the loop maxSteps, use scan, or run on the CPU (to(x, cpu())).',
}

/** All there are. */
export const refusals: readonly Refusal[] = [doubles, tape]

/** Why the GPU cannot run a program; null if it can. */
export function refusalOf(program: Program): Refusal | null {
  if (usesTape(program)) return tape
  return usesDoubles(program) ? doubles : null
}

/** Is anything float64, also in the bodies of loops and branches? */
function usesDoubles(program: Program): boolean {
  const open = [program]
  const seen = new Set<Program>(open)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { inputs, equations } = next
    if ([...inputs, ...equations.flatMap(({ outputs }) => outputs)].some(({ dtype }) => dtype === 'float64'))
      return true
    for (const nested of equations.flatMap(({ params }) => Object.values(params).flatMap(nestedPrograms))) {
      if (seen.has(nested)) continue
      seen.add(nested)
      open.push(nested)
    }
  }
  return false
}
