/**
 * Joins the compiled modules of a build into one file for each door, for Node: opening some three hundred files costs more
 * than running them. Browsers get the single modules, which their bundlers shake.
 *
 * The compiler writes every import and export on one line, and imports have no circles (a test sees to both), so a module is a
 * function that is called after those it imports. A module that imports a package is called when one of its exports is first
 * used: who opens no file and sets no option never loads what reads them. What a door imports later, by `import()`, is a file of
 * its own beside the door's, for the modules that the door has not brought.
 *
 * Run: node .ci/bundle.mjs [folder of the build, dist]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const folder = process.argv[2] ?? 'dist'

/** The doors; each may use the modules of those before it. `also`: modules that later doors use besides. */
const doors = [
  { name: 'src', also: ['src/options.js', 'src/fp.js'] },
  { name: 'layers', also: [] },
  { name: 'optimisers', also: [] },
]

/** The files of modules that are imported later, by module. */
const later = new Map()

function laterFile(path) {
  if (!path.startsWith('src/')) throw new Error(`bundle: ${path}: only modules of src are imported later`)
  if (!later.has(path)) later.set(path, `joined-${posix.basename(path)}`)
  return later.get(path)
}

/** A module: the text without imports and exports, what it imports (`{ names, from }`), and what it exports. */
function parse(path) {
  const imports = []
  const exported = new Map() // the name outside → the name inside
  const pairs = (list) =>
    list
      .split(',')
      .map((entry) => entry.trim().split(' as '))
      .filter(([name]) => name !== '')
  const hidden = (i) => `$${i}`
  const text = readFileSync(join(folder, path), 'utf8')
    .replace(/^import (.+) from '([^']+)';$/gm, (_, names, from) => {
      imports.push({ names: names.replace(/ as /g, names.startsWith('{') ? ': ' : ' as '), from })
      return ''
    })
    .replace(/^export \* as (\w+) from '([^']+)';$/gm, (_, name, from) => {
      imports.push({ names: `* as ${name}`, from })
      exported.set(name, name)
      return ''
    })
    .replace(/^export \{([^}]*)\} from '([^']+)';$/gm, (_, list, from) => {
      const names = pairs(list).map(([name, outside = name]) => {
        const inside = hidden(exported.size)
        exported.set(outside, inside)
        return `${name}: ${inside}`
      })
      imports.push({ names: `{ ${names.join(', ')} }`, from })
      return ''
    })
    .replace(/^export \{([^}]*)\};$/gm, (_, list) => {
      for (const [name, outside = name] of pairs(list)) exported.set(outside, name)
      return ''
    })
    .replace(/^export ((?:async )?(?:const|function\*?|class) (\w+))/gm, (_, declaration, name) => {
      exported.set(name, name)
      return declaration
    })
    .replace(/^ *\/\*\*?\s[\s\S]*?\*\/$/gm, '')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '')
    .replace(/\bimport\('(\.[^']+)'\)/g, (_, from) => `import('./${laterFile(posix.join(posix.dirname(path), from))}')`)
    .replace(/\bimport\.meta\.url\b/g, `new URL('../${path}', import.meta.url).href`)
  const left = text.match(/^(import|export)\b.*$/m)
  if (left !== null) throw new Error(`bundle: ${path}: cannot read '${left[0]}'`)
  return { path, text: ascii(text), imports, exported }
}

/** Engines read a text of single bytes faster. */
const ascii = (text) =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const parsed = new Map()

function moduleAt(path) {
  if (!parsed.has(path)) parsed.set(path, parse(path))
  return parsed.get(path)
}

const isOwn = (from) => from.startsWith('.')
const resolved = (module, from) => posix.join(posix.dirname(module.path), from)
const isLazy = ({ imports }) => imports.some(({ from }) => !isOwn(from))

/** Modules reachable from some, those that are imported first. */
function inOrder(roots, known) {
  const order = []
  const seen = new Set(known)
  const visit = (path) => {
    if (seen.has(path)) return
    seen.add(path)
    const module = moduleAt(path)
    for (const { from } of module.imports) if (isOwn(from)) visit(resolved(module, from))
    order.push(path)
  }
  roots.forEach(visit)
  return order
}

/** One import as a declaration. */
function imported(module, { names, from }) {
  const source = isOwn(from) ? `$modules['${resolved(module, from)}']` : `$require('${from}')`
  const value = isOwn(from) && isLazy(module) ? `$real(${source})` : source
  if (names.startsWith('* as ')) return `const ${names.slice('* as '.length)} = ${value};`
  return names.startsWith('{') ? `const ${names} = ${value};` : `const ${names} = ${value}.default ?? ${value};`
}

function written(module) {
  const { path, text, imports, exported } = module
  const head = imports.map((entry) => imported(module, entry)).join('\n')
  const tail = [...exported].map(([outside, inside]) => (outside === inside ? inside : `${outside}: ${inside}`))
  const names = [...exported.keys()].map((name) => `'${name}'`)
  const body = `${head}\n${text}\nreturn { ${tail.join(', ')} };\n`
  const value = isLazy(module) ? `$lazily([${names.join(', ')}], () => {\n${body}})` : `(() => {\n${body}})()`
  return `$modules['${path}'] = ${value};\n`
}

/** What the bundle of the first door begins with. */
const prelude = `import { createRequire as $createRequire } from 'node:module';
const $require = $createRequire(import.meta.url);
const $loads = new WeakMap();
const $real = (module) => $loads.get(module)?.() ?? module;
/** Exports that call the module when one of them is first called or looked into. */
function $lazily(names, load) {
  let loaded;
  const real = () => (loaded ??= load());
  const proxyOf = (name) => new Proxy(function () {}, {
    get: (_, key) => real()[name][key],
    apply: (_, self, args) => Reflect.apply(real()[name], self, args),
  });
  const module = Object.fromEntries(names.map((name) => [name, proxyOf(name)]));
  $loads.set(module, real);
  return module;
}
export const $modules = {};
`

const useModules = (folder) => `import { $modules } from '${folder}joined.js';\n`
const namesOf = (path, value) =>
  [...moduleAt(path).exported.keys()].map((name) => `export const ${name} = ${value}.${name};\n`).join('')

const known = []
for (const { name, also } of doors) {
  const door = `${name}/index.js`
  const order = inOrder([door, ...also], known)
  known.push(...order)
  const code = order.map((path) => written(moduleAt(path))).join('')
  writeFileSync(join(folder, name, 'joined.js'), (name === 'src' ? prelude : useModules('../src/')) + code)
  const head = `${useModules('../src/')}import './joined.js';\nconst door = $modules['${door}'];\n`
  writeFileSync(join(folder, name, 'node.js'), head + namesOf(door, 'door'))
  if (name === 'src') writeLater([...known])
}

/** Every module that is imported later, with those it needs besides. Modules found on the way come last. */
function writeLater(known) {
  for (const [root, file] of later) {
    const code = inOrder([root], known).map(
      (path) => `$modules['${path}'] ?? (${written(moduleAt(path)).trim().slice(0, -1)});\n`,
    )
    writeFileSync(join(folder, 'src', file), useModules('./') + code.join('') + namesOf(root, `$modules['${root}']`))
  }
}
