/** Statements of the lower language as WGSL, done by one thread in order. */
import type { Loop, Statement } from '../../../kernels/language/kernel.ts'
import { combined, neutral, SUM_BLOCK } from './reductions.ts'
import type { ShaderWriter } from './shader-writer.ts'

/** Writes statements that one thread does. */
export function emitAlone(writer: ShaderWriter, body: readonly Statement[]): void {
  for (const statement of body) {
    writer.statement()
    switch (statement.kind) {
      case 'for':
        emitLoop(writer, statement.loop, () => emitAlone(writer, statement.body))
        break
      case 'reduce':
        reduce(writer, statement)
        break
      case 'if': {
        const condition = writer.node(statement.condition)
        writer.block(`if (${condition})`, () => emitAlone(writer, statement.whenTrue))
        if (statement.whenFalse.length > 0)
          writer.block(`if (!${condition})`, () => emitAlone(writer, statement.whenFalse))
        break
      }
      case 'while':
        writer.block('loop', () => {
          writer.statement()
          writer.line(`if (!${writer.node(statement.condition)}) { break; }`)
          emitAlone(writer, statement.body)
        })
        break
      default:
        emitSimple(writer, statement)
    }
  }
}

/** A store, accumulation or assignment. */
export function emitSimple(
  writer: ShaderWriter,
  statement: Extract<Statement, { kind: 'store' | 'accumulate' | 'assign' }>,
): void {
  const value = writer.node(statement.value)
  if (statement.kind === 'assign') {
    writer.line(`${writer.localName(statement.local)} = ${value};`)
    return
  }
  const { buffer, address } = statement
  if (statement.kind === 'store') writer.store(buffer, address, value)
  else {
    const before = writer.node({ kind: 'load', dtype: buffer.dtype, buffer, address })
    writer.store(buffer, address, `(${before} + ${value})`)
  }
}

/** A loop in order. */
export function emitLoop(writer: ShaderWriter, loop: Loop, write: () => void): void {
  const name = writer.fresh('i')
  writer.bindLoop(loop, name)
  writer.block(`for (var ${name} = 0; ${name} < ${loop.extent}; ${name}++)`, write)
}

function reduce(
  writer: ShaderWriter,
  { loops, local, operation, value }: Extract<Statement, { kind: 'reduce' }>,
): void {
  const total = writer.localName(local)
  const start = neutral(operation, local.dtype, writer.call)
  writer.line(`${total} = ${start};`)
  const nest = (index: number, into: string): void => {
    if (index === loops.length) {
      writer.line(`${into} = ${combined(operation, local.dtype, into, writer.node(value), writer.call)};`)
      return
    }
    const inner = index === loops.length - 1
    if (inner && operation === 'sum' && local.dtype === 'float32' && loops[index].extent > 2 * SUM_BLOCK) {
      blockedSum(writer, loops[index], total, () => writer.node(value))
      return
    }
    emitLoop(writer, loops[index], () => nest(index + 1, into))
  }
  nest(0, total)
}

/** Σ in blocks, so that the error does not grow with the length. */
function blockedSum(writer: ShaderWriter, loop: Loop, total: string, value: () => string): void {
  const [block, name, part] = [writer.fresh('i'), writer.fresh('i'), writer.fresh('part')]
  writer.block(`for (var ${block} = 0; ${block} < ${loop.extent}; ${block} += ${SUM_BLOCK})`, () => {
    writer.line(`var ${part} = 0.0f;`)
    writer.bindLoop(loop, name)
    const end = `min(${block} + ${SUM_BLOCK}, ${loop.extent})`
    writer.block(`for (var ${name} = ${block}; ${name} < ${end}; ${name}++)`, () =>
      writer.line(`${part} = ${part} + ${value()};`),
    )
    writer.line(`${total} = ${total} + ${part};`)
  })
}
