/**
 * Saving and loading trees: parameters, optimiser state and layer state in one file. The file system is injected, so the same
 * code runs on a disk, in a browser's store and in tests. A save is atomic: a reader sees the old file or the new one.
 */
import type { FormatError } from '../files/format-error.ts'
import type { Upload } from '../files/host-array.ts'
import { E, pipe, RTE, TE } from '../fp.ts'
import { checkpointBytes } from './checkpoint-bytes.ts'
import { type Codec, decodeWith } from './decoding.ts'
import { restored } from './restore.ts'
import { type SavedTree, savedTree } from './saved-tree.ts'

/** What saving and loading need of the world. Each promise rejects with an error that says what went wrong. */
export interface FileSystem {
  readonly read: (path: string) => Promise<Uint8Array>
  /** Writes a whole file and returns when it is safe on the disk. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>
  /** Puts a file in the place of another in one step. */
  readonly rename: (from: string, to: string) => Promise<void>
  readonly remove: (path: string) => Promise<void>
}

/** Why a tree could not be saved or loaded. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
  /** `file`: the file system refused; `damaged`: the bytes are no sound checkpoint; `misfit`: it belongs to another model. */
  readonly reason: 'file' | 'damaged' | 'misfit'
  /** One sentence for each problem. */
  readonly problems: readonly string[]

  constructor(reason: CheckpointError['reason'], path: string, problems: readonly string[], cause?: unknown) {
    super(`${path}: ${sentences(problems)}`, { cause })
    this.reason = reason
    this.problems = problems
  }
}

const SHOWN = 20

function sentences(problems: readonly string[]): string {
  const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : []
  return [...problems.slice(0, SHOWN), ...more].join('\n')
}

/** An action in a file system that may fail with a `CheckpointError`. */
export type FileAction<A> = RTE.ReaderTaskEither<FileSystem, CheckpointError, A>

/**
 * Saves a tree of tensors, ComponentArrays, records, arrays and JavaScript values. The file appears under its name only when
 * it is complete; after a failure the old one is still there.
 */
export const saveTree =
  (path: string, tree: unknown): FileAction<void> =>
  (files) =>
    pipe(
      TE.fromTask(() => savedTree(tree)),
      TE.flatMap((saved) => writeWhole(files, path, checkpointBytes.encode(saved))),
    )

function writeWhole(files: FileSystem, path: string, bytes: Uint8Array): TE.TaskEither<CheckpointError, void> {
  // Beside the file, because a rename is one step only within a disk; the suffix keeps two savers apart.
  const partial = `${path}.${Math.random().toString(36).slice(2)}.partial`
  return pipe(
    inFiles(path, () => files.write(partial, bytes)),
    TE.flatMap(() => inFiles(path, () => files.rename(partial, path))),
    TE.orElse((failure) =>
      // The first failure is the one to report; a file that was never written cannot be removed.
      pipe(
        TE.fromTask<void, CheckpointError>(() => files.remove(partial).catch(() => undefined)),
        TE.flatMap(() => TE.left(failure)),
      ),
    ),
  )
}

/** The tree in a file, as plain data: for those who do not have the model at hand. */
export const readTree =
  (path: string): FileAction<SavedTree> =>
  (files) =>
    pipe(
      inFiles(path, () => files.read(path)),
      TE.flatMapEither((bytes) => decoded(checkpointBytes, bytes, path)),
    )

/** Loads a tree into the structure of `like`, such as freshly initialised parameters. A misfit names every path that differs. */
export const loadTree = <T>(path: string, like: T, upload: Upload): FileAction<T> =>
  pipe(
    readTree(path),
    RTE.flatMapEither((saved) => fitted(saved, like, upload, path)),
  )

/** The same from bytes or a text that somebody else has read; `origin` is their name in messages. */
export const decodeTree = <T>(
  codec: Codec<SavedTree, unknown>,
  input: unknown,
  like: T,
  upload: Upload,
  origin: string,
): E.Either<CheckpointError, T> =>
  pipe(
    decoded(codec, input, origin),
    E.flatMap((saved) => fitted(saved, like, upload, origin)),
  )

const decoded = (
  codec: Codec<SavedTree, unknown>,
  input: unknown,
  origin: string,
): E.Either<CheckpointError, SavedTree> =>
  pipe(
    decodeWith(codec, input, 'checkpoint'),
    E.mapLeft(({ problems }: FormatError) => new CheckpointError('damaged', origin, problems)),
  )

const fitted = <T>(saved: SavedTree, like: T, upload: Upload, origin: string): E.Either<CheckpointError, T> =>
  pipe(
    restored(saved, like, upload),
    E.mapLeft((problems) => new CheckpointError('misfit', origin, problems)),
  )

const inFiles = <A>(path: string, action: () => Promise<A>): TE.TaskEither<CheckpointError, A> =>
  TE.tryCatch(
    action,
    (error) => new CheckpointError('file', path, [error instanceof Error ? error.message : String(error)], error),
  )

/** The result of a file action, or its failure thrown. */
export async function runFileAction<A>(action: FileAction<A>, files: FileSystem): Promise<A> {
  const result = await action(files)()
  if (E.isLeft(result)) throw result.left
  return result.right
}

/** Node's file system. Imported when it is asked for, so that browsers never meet it. */
export async function nodeFiles(): Promise<FileSystem> {
  const { open, readFile, rename, rm } = await import('node:fs/promises')
  return {
    read: (path) => readFile(path),
    write: async (path, bytes) => {
      const file = await open(path, 'w')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
    },
    rename,
    remove: (path) => rm(path, { force: true }),
  }
}
