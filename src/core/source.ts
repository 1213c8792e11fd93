/** The user's line: the first frame of the stack outside the package and what it depends on. */

/** `step (file:///model.ts:12:7)`, or undefined where the engine tells nothing. */
export function userFrame(): string | undefined {
  const frame = frames().find((line) => line.includes(':') && !isOwn(line))
  return frame?.trim().replace(/^at /, '')
}

/** The whole stack: a user's function may call through many layers, and engines show ten frames if nothing is said. */
function frames(): string[] {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = Number.POSITIVE_INFINITY
  const { stack = '' } = new Error()
  Error.stackTraceLimit = limit
  return stack.split('\n').slice(1)
}

/**
 * Where this package's code lies, as addresses and as paths. The single modules share a root, where a user's own folders may have
 * the same names as ours; a bundle of them is a folder of its own.
 */
const isModule = /\/core\/source\.[jt]s$/.test(new URL(import.meta.url).pathname)
const ROOT = new URL(isModule ? '../../' : './', import.meta.url)
const OWN_FILES = (isModule ? ['src/', 'layers/', 'optimisers/'] : ['']).flatMap((folder) =>
  [ROOT.href, decodeURIComponent(ROOT.pathname).replace(/^\/(?=\w:)/, '')].map((place) => place + folder),
)

const isOwn = (frame: string): boolean =>
  frame.includes('node:internal') || OWN_FILES.some((place) => frame.replaceAll('\\', '/').includes(place))
