/** `npm run docs`: writes the pages that are made from the tables of the tests. */
import { writeFileSync } from 'node:fs'
import { operationsPage, operationsText } from './operations.ts'

writeFileSync(operationsPage, `${operationsText()}\n`)
