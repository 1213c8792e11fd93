/** Hessians and Jacobians by name: the block of a matrix whose rows belong to one parameter and whose columns to another. */
import { showAbstract } from '../core/abstract.ts'
import { ShapeError } from '../core/errors.ts'
import type { Value } from '../core/value.ts'
import { reshape, sliceAxis } from '../primitives/structural.ts'
import { named } from './component-array.ts'
import type { Layout, Member } from './layout.ts'
import { placeOf } from './layout.ts'
import { type Rows, rowsByName } from './rows.ts'

/**
 * The block of a matrix [P, Q] at two paths, with the axes of the row parameter, then those of the column parameter:
 * `block(hessian, layout, 'L1.weight', 'L2.bias')` is [50, 2, 2]. A group stands for one axis.
 */
export function block(matrix: Value, rows: Layout, row: string, column: string, columns: Layout = rows): Value {
  requireMatrix(matrix, rows, columns, 'block')
  const r = placeOf(rows, row, 'block')
  const c = placeOf(columns, column, 'block')
  const part = sliceAxis(sliceAxis(matrix, 0, r.offset, r.offset + r.size), 1, c.offset, c.offset + c.size)
  return reshape(part, [...shapeOf(r), ...shapeOf(c)])
}

const shapeOf = (place: Member): readonly number[] => (place.kind === 'field' ? place.shape : [place.size])

/**
 * All blocks of a matrix [P, Q] as a nested record: `blocks(hessian, layout, layout).L1.weight.L2.bias` is [50, 2, 2].
 * What stands for a row parameter is a ComponentArray with that parameter's axes in front of every view. Blocks are cut
 * out when they are asked for.
 */
export function blocks(matrix: Value, rows: Layout, columns: Layout): Rows {
  requireMatrix(matrix, rows, columns, 'blocks')
  return rowsByName(named(matrix, columns), rows)
}

function requireMatrix(matrix: Value, rows: Layout, columns: Layout, user: string): void {
  const { shape } = matrix
  if (shape.length === 2 && shape[0] === rows.size && shape[1] === columns.size) return
  throw new ShapeError(
    `${user}: the layouts name a matrix [${rows.size}, ${columns.size}]; ${showAbstract(matrix)} does not fit.`,
  )
}
