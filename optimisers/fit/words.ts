/** How `fit` tells people where it stands and what came out. */
import type { FitProgress, FitResult } from './fit.ts'
import type { Memory } from './memory.ts'

const WIDTH = 20

/** One line: `epoch 2/12 ████░░░░ 512/1000  loss 0.1234  20000/s`. */
export function lineOf({ epoch, epochs, batch, batches, loss, examplesPerSecond, ended }: FitProgress): string {
  const share = ended !== null ? 1 : batches === null ? 0 : batch / Math.max(batches, 1)
  const filled = Math.min(WIDTH, Math.round(share * WIDTH))
  const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
  const count = batches === null ? `${batch}` : `${batch}/${batches}`
  return `epoch ${epoch}/${epochs} ${bar} ${count}  loss ${loss.toPrecision(4)}  ${examplesPerSecond}/s`
}

/** `3 epochs in 1.2 s: loss 0.2, validation loss 0.3, accuracy 0.9; best in epoch 2.` */
export function sentenceOf(result: FitResult, { history, best }: Memory): string {
  const last = history.at(-1)
  if (last === undefined) return `No epoch was ended${beginnings[result]}.`
  const seconds = history.reduce((sum, record) => sum + record.seconds, 0)
  const measures = Object.entries(last.validation ?? {}).map(([name, value]) =>
    name === 'loss' ? `validation loss ${value.toPrecision(4)}` : `${name} ${value.toPrecision(4)}`,
  )
  const numbers = [`loss ${last.loss.toPrecision(4)}`, ...measures].join(', ')
  const where = best === null || best.epoch === 0 ? '' : `; best in epoch ${best.epoch}`
  const epochs = `${history.length} ${history.length === 1 ? 'epoch' : 'epochs'}`
  return `${epochs} in ${seconds.toFixed(1)} s${beginnings[result]}: ${numbers}${where}.`
}

const beginnings: Readonly<Record<FitResult, string>> = {
  finished: '',
  stoppedEarly: ', stopped because it got no better',
  aborted: ', aborted',
  diverged: ', stopped because the loss is no number (findNonFinite tells where that begins)',
}
