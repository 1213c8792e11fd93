/**
 * The rows of a CSV text: fields between delimiters, quoted fields with doubled quotes and line breaks inside.
 * Source: RFC 4180; line breaks may be LF, CRLF or CR, and empty lines are skipped.
 */

/** A row, and the line of the text it begins on (1 is the first). */
export interface Row {
  readonly line: number
  readonly fields: readonly string[]
}

/** A place in the text where it is not CSV. */
export interface Flaw {
  readonly line: number
  readonly column: number
  readonly problem: string
}

const QUOTE = 34
const LF = 10
const CR = 13

/** The rows up to the end or to the first flaw, which is returned too. */
export function csvRows(
  text: string,
  delimiter: string,
): { readonly rows: readonly Row[]; readonly flaw: Flaw | null } {
  const rows: Row[] = []
  const cursor: Cursor = { at: text.charCodeAt(0) === 0xfeff ? 1 : 0, line: 1 }
  while (cursor.at < text.length) {
    const line = cursor.line
    const fields: string[] = []
    if (!atLineBreak(text, cursor.at)) {
      const problem = readRow(text, cursor, delimiter, fields)
      if (problem !== null) return { rows, flaw: { line: cursor.line, column: fields.length + 1, problem } }
      rows.push({ line, fields })
    }
    if (text.charCodeAt(cursor.at) === CR) cursor.at++
    if (text.charCodeAt(cursor.at) === LF) cursor.at++
    cursor.line++
  }
  return { rows, flaw: null }
}

/** Reads fields up to the end of the line; returns what is wrong with the next one, or null. */
function readRow(text: string, cursor: Cursor, delimiter: string, fields: string[]): string | null {
  for (;;) {
    const isQuoted = text.charCodeAt(cursor.at) === QUOTE
    const field = isQuoted ? quoted(text, cursor) : plain(text, cursor, delimiter)
    if (field === null) return 'the quote is never closed'
    if (!isQuoted && field.includes('"')) return 'there is a quote inside a field that does not begin with one'
    const next = text[cursor.at]
    if (next !== delimiter && cursor.at < text.length && !atLineBreak(text, cursor.at)) {
      return `${JSON.stringify(next)} follows the closing quote; a quote inside a field is written twice`
    }
    fields.push(field)
    if (next !== delimiter) return null
    cursor.at++
  }
}

const atLineBreak = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code === LF || code === CR
}

interface Cursor {
  at: number
  line: number
}

function plain(text: string, cursor: Cursor, delimiter: string): string {
  const start = cursor.at
  while (cursor.at < text.length) {
    if (text[cursor.at] === delimiter || atLineBreak(text, cursor.at)) break
    cursor.at++
  }
  return text.slice(start, cursor.at)
}

/** A quoted field; null if its quote is never closed. */
function quoted(text: string, cursor: Cursor): string | null {
  const start = cursor.at + 1
  let end = text.indexOf('"', start)
  while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) end = text.indexOf('"', end + 2)
  if (end < 0) return null
  const field = text.slice(start, end)
  cursor.line += field.match(/\r\n|\r|\n/g)?.length ?? 0
  cursor.at = end + 1
  return field.replaceAll('""', '"')
}
