/** The page of primitives and operations says what the tables of the tests say. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { primitives } from '../../src/primitives/index.ts'
import { operationsPage, operationsText } from './operations.ts'

const text = operationsText()

it('docs/operations.md is what npm run docs writes', () => {
  expect(readFileSync(operationsPage, 'utf8')).toBe(`${text}\n`)
})

it('has a line for every primitive, and both refusals of the GPU', () => {
  for (const name of Object.keys(primitives)) expect(text).toContain(`| \`${name}\` | `)
  for (const wayOut of ['convert(x, "float32")', 'Give the loop maxSteps']) expect(text).toContain(wayOut)
})
