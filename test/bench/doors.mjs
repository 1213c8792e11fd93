// How benchmarks find the doors: `src/index.ts` is `dist/node/conformable.js`, and so on.
const root = new URL('../../', import.meta.url).href

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  const door = found.url.startsWith(root) ? found.url.slice(root.length).match(/^(\w+)\/index\.ts$/) : null
  if (door === null || door[1] === 'types') return found
  const name = door[1] === 'src' ? 'conformable' : door[1]
  return { url: `${root}dist/node/${name}.js`, format: 'module', shortCircuit: true }
}
