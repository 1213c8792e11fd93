/** Statements of kernels as text. */
import type { Buffer, Loop, Node, Statement } from '../language/kernel.ts'
import { printExpressions, showAddress } from './print-expression.ts'

type ShowBuffer = (buffer: Buffer) => string

/** One line for each statement, nested ones indented. */
export function printStatements(body: readonly Statement[], indent: string, showBuffer: ShowBuffer): string[] {
  return body.flatMap((statement) => printStatement(statement, indent, showBuffer))
}

/** `8v`: the extent of a loop; v marks the one that runs in lanes. */
export const showLoop = ({ extent, vector }: Loop): string => `${extent}${vector ? 'v' : ''}`

function printStatement(statement: Statement, indent: string, show: ShowBuffer): string[] {
  const inside = `${indent}  `
  const lines = (nodes: readonly Node[], margin: string, finish: (values: readonly string[]) => string): string[] => {
    const { prelude, values } = printExpressions(nodes, show)
    return [...prelude, finish(values)].map((line) => margin + line)
  }
  switch (statement.kind) {
    case 'for': {
      const { loop, body } = statement
      return [`${indent}for i${loop.id} < ${showLoop(loop)}`, ...printStatements(body, inside, show)]
    }
    case 'store':
    case 'accumulate': {
      const { buffer, address, value, kind } = statement
      const nodes = address.dynamic === null ? [value] : [value, address.dynamic]
      const sign = kind === 'store' ? '=' : '+='
      return lines(nodes, indent, ([text, at = null]) => `${show(buffer)}[${showAddress(address, at)}] ${sign} ${text}`)
    }
    case 'assign':
      return lines([statement.value], indent, ([text]) => `v${statement.local.id} = ${text}`)
    case 'reduce': {
      const loops = statement.loops.map((loop) => `i${loop.id} < ${showLoop(loop)}`).join(', ')
      const head = `${indent}v${statement.local.id} = ${statement.operation} over ${loops} of`
      return [head, ...lines([statement.value], inside, ([text]) => text)]
    }
    case 'if': {
      const otherwise = printStatements(statement.whenFalse, inside, show)
      return [
        ...lines([statement.condition], indent, ([text]) => `if ${text}`),
        ...printStatements(statement.whenTrue, inside, show),
        ...(otherwise.length === 0 ? [] : [`${indent}else`, ...otherwise]),
      ]
    }
    case 'while':
      return [
        ...lines([statement.condition], indent, ([text]) => `while ${text}`),
        ...printStatements(statement.body, inside, show),
      ]
  }
}
