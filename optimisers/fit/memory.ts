/** What a run of `fit` must remember to go on: in memory, and in its checkpoint. */
import { CheckpointError, load, save } from '../../src/index.ts'
import type { EpochRecord } from './fit.ts'

/** The best epoch so far. */
export interface Best {
  readonly params: unknown
  readonly loss: number
  readonly epoch: number
}

/** Everything between two epochs. */
export interface Memory {
  readonly params: unknown
  readonly state: unknown
  readonly layerState: unknown
  /** Kept if there is a `patience`. */
  readonly best: Best | null
  /** One list for the whole run, which grows. */
  readonly history: EpochRecord[]
}

/** Writes the checkpoint, if one is wanted. The history grows, so it is one text. */
export async function remember(path: string | undefined, { history, ...rest }: Memory): Promise<void> {
  if (path !== undefined) await save(path, { ...rest, history: JSON.stringify(history) })
}

/** The memory in the checkpoint, if one is to be resumed and there is one; else the beginning. */
export async function recall(
  { settings }: { readonly settings: { readonly checkpoint?: string; readonly resume: boolean } },
  beginning: Memory,
): Promise<Memory> {
  if (settings.checkpoint === undefined || !settings.resume) return beginning
  try {
    const { history, ...rest } = await load(settings.checkpoint, { ...beginning, history: '' })
    // The text that `remember` wrote; the checkpoint's checksum has been verified.
    return { ...rest, history: JSON.parse(history, revived) as EpochRecord[] }
  } catch (error) {
    if (isMissing(error)) return beginning
    throw error
  }
}

/** JSON writes null for NaN. */
const revived = (key: string, value: unknown): unknown => (value === null && key !== 'validation' ? Number.NaN : value)

/** Did the file system say that there is no such file? */
function isMissing(error: unknown): boolean {
  if (!(error instanceof CheckpointError) || error.reason !== 'file') return false
  return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOENT'
}
