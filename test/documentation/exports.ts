/** The names that the doors export, and the doc comments where they are declared. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** A name that a door exports. */
export interface Exported {
  readonly name: string
  /** The file that declares it. */
  readonly file: string
  /** A value, not only a type. */
  readonly value: boolean
  /** Its doc comment, empty if there is none. */
  readonly comment: string
}

/** All exports of a door, each followed to its declaration. */
export function exportsOf(door: string): Exported[] {
  const text = readFileSync(join(root, door), 'utf8')
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(([, names, from]) =>
    names!
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== '')
      .map((name) => declared(join(dirname(door), from!), ...parts(name))),
  )
}

/** `a as b` → [a, b]. */
function parts(name: string): [inside: string, outside: string] {
  const [inside, outside] = name.split(' as ')
  return [inside!, outside ?? inside!]
}

/** The declaration of a name in a file. */
export function declared(file: string, inside: string, outside: string): Exported {
  const text = readFileSync(join(root, file), 'utf8')
  const pattern = new RegExp(
    `^export (?:declare )?(?:async )?(?:abstract )?(function\\*?|const|class|interface|type) ${inside}\\b`,
    'm',
  )
  const found = pattern.exec(text)
  if (found === null) return declaredBehind(file, text, inside, outside)
  // Between a comment and its declaration there may be a line for the linter.
  const before = text.slice(0, found.index).replace(/(\n\/\/.*)*\n$/, '')
  const comment = before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : ''
  return { name: outside, file, value: found[1] !== 'interface' && found[1] !== 'type', comment }
}

/** A file may pass on what another one declares. */
function declaredBehind(file: string, text: string, inside: string, outside: string): Exported {
  for (const [, names, from] of text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)) {
    for (const name of names!.split(',').map((part) => parts(part.trim().replace(/^type /, '')))) {
      if (name[1] === inside) return declared(join(dirname(file), from!), name[0], outside)
    }
  }
  throw new Error(`${file} does not export ${inside}.`)
}
