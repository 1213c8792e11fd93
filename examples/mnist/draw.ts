/** What the demo shows in the terminal: a progress bar, a confusion matrix, digits as grey blocks. */

const interactive = process.stdout.isTTY === true

/** Redraws one line; on a terminal in place, elsewhere nothing until the line is final. */
export function progress(done: number, total: number, text: string, final = done === total): void {
  if (!interactive && !final) return
  const width = 28
  const filled = Math.round((done / total) * width)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
  process.stdout.write(`${interactive ? '\r' : ''}  ${bar} ${text}${final ? '\n' : '   '}`)
}

/** Rows: the true digit; columns: what was read. */
export function confusion(matrix: readonly (readonly number[])[]): string {
  const cell = (n: number): string => (n === 0 ? '   ·' : String(n).padStart(4))
  const header = `      read ${matrix.map((_, digit) => String(digit).padStart(4)).join('')}`
  const rows = matrix.map((row, digit) => `  true   ${digit} ${row.map(cell).join('')}`)
  return [header, ...rows].join('\n')
}

const SHADES = ' ·░▒▓█'

/** Digits side by side, two rows of pixels to a line of text. */
export function digits(images: readonly ArrayLike<number>[]): string {
  const lines: string[] = []
  for (let row = 2; row < 26; row += 2) {
    lines.push(images.map((image) => line(image, row)).join('  '))
  }
  return lines.join('\n')
}

function line(image: ArrayLike<number>, row: number): string {
  let text = ''
  for (let column = 3; column < 25; column++) {
    const grey = (image[row * 28 + column]! + image[(row + 1) * 28 + column]!) / 2
    text += SHADES[Math.min(SHADES.length - 1, Math.round(grey * (SHADES.length - 1)))]
  }
  return text
}
