/** Steps that are one kernel written as a script. */
import { sizeOf } from '../../core/abstract.ts'
import { finishKernel } from '../language/finish.ts'
import type { Step } from '../language/kernel.ts'
import { attempt } from './reader.ts'
import { Script } from './script.ts'
import type { StepContext } from './steps.ts'

/** The lowering of a step whose kernel `write` writes; an empty result needs none. */
export const scripted =
  (name: string, write: (context: StepContext, script: Script) => void) =>
  (context: StepContext): readonly Step[] => {
    if (sizeOf(context.output(0).shape) === 0) return []
    const body = attempt((reader) => {
      const script = new Script(reader)
      write(context, script)
      return script.statements
    }, context.reading)
    return body.length === 0 ? [] : [{ kind: 'kernel', kernel: finishKernel(name, body) }]
  }
