/** A line of the terminal that tells how far a long run is; silent where there is no terminal. */

/** What is needed of a terminal. */
interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A line that is written over and over. */
export interface ProgressLine {
  /** Shows a text, at most ten times a second. */
  show(text: () => string): void
  /** Shows a last text and goes to the next line. */
  end(text: string): void
}

/** Milliseconds between two texts. */
const INTERVAL = 100

/** A progress line on standard error. */
export function progressLine(): ProgressLine {
  const terminal = terminalOf(globalThis)
  if (terminal === null) return { show: () => undefined, end: () => undefined }
  const write = (text: string): void => {
    terminal.write(`\r\u001b[2K${text.slice(0, (terminal.columns ?? 80) - 1)}`)
  }
  let last = Number.NEGATIVE_INFINITY
  return {
    show(text) {
      const now = performance.now()
      if (now - last < INTERVAL) return
      last = now
      write(text())
    },
    end(text) {
      write(text)
      terminal.write('\n')
    },
  }
}

/** Standard error, if this is Node on a terminal; a browser has neither. */
function terminalOf(world: { readonly process?: { readonly stderr?: Terminal } }): Terminal | null {
  const terminal = world.process?.stderr
  return terminal?.isTTY === true ? terminal : null
}
