// How benchmarks find the package: every source module is the compiled one in `dist`, so that the doors and what stands behind them
// are the same modules for all cases.
const root = new URL('../../', import.meta.url).href

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  const source = found.url.startsWith(root)
    ? found.url.slice(root.length).match(/^((?:src|layers|optimisers|types)\/.*)\.ts$/)
    : null
  return source === null ? found : { url: `${root}dist/${source[1]}.js`, format: 'module', shortCircuit: true }
}
