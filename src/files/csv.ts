/** Tables as text: columns with a type each, missing values as NaN; errors name line and column. */
import type { DType } from '../../types/dtype.ts'
import { allocate, isFloat } from '../core/dtype.ts'
import { ArgumentError } from '../core/errors.ts'
import { E } from '../fp.ts'
import { csvRows, type Row } from './csv-rows.ts'
import { type Decoded, orThrow, refused } from './format-error.ts'
import type { HostArray } from './host-array.ts'

/** What a column holds: numbers of a dtype, or texts as they stand. */
export type ColumnType = DType | 'text'

/** How a CSV text is read. */
export interface CsvOptions {
  /**
   * The columns wanted, by name; others are skipped. Without a header line the names are given to the columns from left to
   * right. Default: every column, as float32.
   */
  readonly columns?: Readonly<Record<string, ColumnType>>
  /** Is the first line a header? Default true. */
  readonly header?: boolean
  /** One character between fields. Default a comma. */
  readonly delimiter?: string
  /** Texts that mean "no value": NaN in a float column, an error in an integer one. Default '', 'NA', 'NaN', 'nan', 'null'. */
  readonly missing?: readonly string[]
}

/** A column read: an array of shape [rows], or texts. */
export type Column = HostArray | readonly string[]

/** Columns by name, in order. */
export interface Table {
  readonly rows: number
  readonly columns: ReadonlyMap<string, Column>
}

const MISSING = ['', 'NA', 'NaN', 'nan', 'null']

/** A column to be read: where it stands in a row. */
interface Plan {
  readonly name: string
  readonly type: ColumnType
  readonly position: number
}

/** The table in a CSV text. All problems are collected: ragged rows, unknown columns, values that do not fit, open quotes. */
export function decodeCsv(text: string, options: CsvOptions = {}): Decoded<Table> {
  const { header = true, delimiter = ',', missing = MISSING } = options
  requireDelimiter(delimiter)
  const { rows, flaw } = csvRows(text, delimiter)
  if (flaw !== null) return refused(`csv: line ${flaw.line}, column ${flaw.column}: ${flaw.problem}.`)
  const body = header ? rows.slice(1) : rows
  const names = header ? (rows[0]?.fields ?? []) : unnamed(body, options.columns)
  const plans = plan(names, options.columns)
  if (E.isLeft(plans)) return plans
  const problems = raggedRows(body, names.length)
  const missingTexts = new Set(missing)
  const columns = plans.right.map((column) => [column.name, readColumn(body, column, missingTexts, problems)] as const)
  return problems.length > 0 ? refused(...problems) : E.right({ rows: body.length, columns: new Map(columns) })
}

/** As `decodeCsv`; throws the `FormatError`. */
export const readCsv = (text: string, options: CsvOptions = {}): Table => orThrow(decodeCsv(text, options))

function requireDelimiter(delimiter: string): void {
  if (delimiter.length === 1 && !'"\r\n'.includes(delimiter)) return
  throw new ArgumentError(
    `csv: the delimiter ${JSON.stringify(delimiter)} must be one character, no quote, no line break.`,
  )
}

/** Names for the columns of a text without a header: those asked for, then 'column 3' … */
function unnamed(rows: readonly Row[], columns: CsvOptions['columns']): readonly string[] {
  const given = Object.keys(columns ?? {})
  const width = Math.max(rows[0]?.fields.length ?? 0, given.length)
  return Array.from({ length: width }, (_, i) => given[i] ?? `column ${i + 1}`)
}

function plan(names: readonly string[], columns: CsvOptions['columns']): Decoded<readonly Plan[]> {
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) return refused(`csv: two columns are named '${repeated}'.`)
  const wanted =
    columns === undefined ? names.map((name): [string, ColumnType] => [name, 'float32']) : Object.entries(columns)
  const unknown = wanted.filter(([name]) => !names.includes(name))
  if (unknown.length > 0) {
    const has = names.map((name) => `'${name}'`).join(', ')
    return refused(...unknown.map(([name]) => `csv: there is no column '${name}'; the columns are ${has}.`))
  }
  return E.right(wanted.map(([name, type]) => ({ name, type, position: names.indexOf(name) })))
}

const raggedRows = (rows: readonly Row[], width: number): string[] =>
  rows
    .filter(({ fields }) => fields.length !== width)
    .map(({ line, fields }) => `csv: line ${line} has ${fields.length} fields, not ${width}.`)

function readColumn(
  rows: readonly Row[],
  { name, type, position }: Plan,
  missing: ReadonlySet<string>,
  problems: string[],
): Column {
  if (type === 'text') return rows.map(({ fields }) => fields[position] ?? '')
  const data = allocate(type, rows.length)
  const parse = parsers[type]
  rows.forEach(({ line, fields }, i) => {
    const field = fields[position]
    if (field === undefined) return
    const text = field.trim()
    const element = missing.has(text) ? Number.NaN : parse(text)
    const problem = problemOf(text, element, type, missing)
    if (problem !== null) problems.push(`csv: line ${line}, column ${position + 1} ('${name}'): ${problem}.`)
    data[i] = element ?? 0
  })
  return { shape: [rows.length], dtype: type, data }
}

/** Why an element cannot stand in its column; null if it can. `element` is null if the text is none of the type. */
function problemOf(text: string, element: number | null, type: DType, missing: ReadonlySet<string>): string | null {
  if (element === null) return `${JSON.stringify(text.slice(0, 40))} is no ${type}`
  if (isFloat(type) || !missing.has(text)) return null
  return `the value is missing; ${type} has no NaN, float32 has`
}

const integerWithin =
  (low: number, high: number) =>
  (text: string): number | null => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= low && value <= high ? value : null
  }

function float(text: string): number | null {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text)
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text)
  if (infinity === null) return null
  return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const truths = new Map([
  ['true', 1],
  ['1', 1],
  ['false', 0],
  ['0', 0],
])

const parsers: Readonly<Record<DType, (text: string) => number | null>> = {
  float32: float,
  float64: float,
  int32: integerWithin(-(2 ** 31), 2 ** 31 - 1),
  uint32: integerWithin(0, 2 ** 32 - 1),
  bool: (text) => truths.get(text.toLowerCase()) ?? null,
}

/** A CSV text with a header; NaN becomes an empty field, a float32 the shortest digits that give it back. */
export function encodeCsv(columns: ReadonlyMap<string, Column>, delimiter = ','): string {
  requireDelimiter(delimiter)
  const names = [...columns.keys()]
  const cells = names.map((name) => cellsOf(columns.get(name)!))
  const rows = cells[0]?.length ?? 0
  const uneven = cells.findIndex((column) => column.length !== rows)
  if (uneven >= 0) {
    throw new ArgumentError(`encodeCsv: '${names[0]}' has ${rows} rows, '${names[uneven]}' ${cells[uneven].length}.`)
  }
  const lines = [names, ...Array.from({ length: rows }, (_, i) => cells.map((column) => column[i]))]
  return lines
    .map((line) => `${line.map((text) => quote(text, delimiter, line.length === 1)).join(delimiter)}\n`)
    .join('')
}

function cellsOf(column: Column): readonly string[] {
  if (!('data' in column)) return column
  if (column.shape.length !== 1)
    throw new ArgumentError(`encodeCsv: a column has one axis, not [${column.shape.join(', ')}].`)
  return Array.from(column.data, (x) => showElement(x, column.dtype))
}

function showElement(x: number, dtype: DType): string {
  if (Number.isNaN(x)) return ''
  if (dtype === 'bool') return x === 0 ? 'false' : 'true'
  if (Object.is(x, -0)) return '-0'
  if (dtype !== 'float32') return String(x)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits))
    if (Math.fround(short) === x) return String(short)
  }
  return String(Number(x.toPrecision(9)))
}

/** Quotes where they are needed; an empty field that is alone on its line would be an empty line. */
const quote = (text: string, delimiter: string, alone: boolean): string =>
  /["\r\n]/.test(text) || text.includes(delimiter) || (alone && text === '') || text.startsWith('\ufeff')
    ? `"${text.replaceAll('"', '""')}"`
    : text
