/**
 * Saving and loading at the public door: whole trees as checkpoints, parameters as safetensors, arrays as .npy and IDX, tables
 * as CSV. What can fail because of the world throws a sentence here; the forms with an Either or an injected file system stand beside.
 */
import type { DType } from '../types/dtype.ts'
import type { AnyComponentArray } from '../types/parameters.ts'
import type { Shape } from '../types/shape.ts'
import type { AnyTensor, Tensor } from '../types/tensor.ts'
import type { Device } from './core/device.ts'
import { flatten } from './core/tree.ts'
import { Concrete } from './core/value.ts'
import { cpu, transfer } from './devices.ts'
import { type Column, type ColumnType, type CsvOptions, encodeCsv, readCsv as readTable } from './files/csv.ts'
import { FormatError } from './files/format-error.ts'
import { type HostArray, type Upload, uploaded } from './files/host-array.ts'
import { readIdx as readIdxArray } from './files/idx.ts'
import { encodeNpy, readNpy as readNpyArray } from './files/npy.ts'
import { E } from './fp.ts'
import type { FileAction } from './parameters/checkpoint.ts'
import { decodeTree, loadTree as loadInFiles, nodeFiles, runFileAction, saveTree } from './parameters/checkpoint.ts'
import { checkpointBytes } from './parameters/checkpoint-bytes.ts'
import { checkpointText } from './parameters/checkpoint-text.ts'
import type { Components } from './parameters/component-array.ts'
import { loadInto, type NameOf, tensorsOf } from './parameters/named-tensors.ts'
import { encodeSafetensors, readSafetensors as readTensors } from './parameters/safetensors.ts'
import { hostArray, savedTree } from './parameters/saved-tree.ts'
import { typed, untyped } from './typed.ts'

export type { ColumnType, CsvOptions } from './files/csv.ts'
export { FormatError } from './files/format-error.ts'
export type { FileAction, FileSystem } from './parameters/checkpoint.ts'
export { CheckpointError, saveTree } from './parameters/checkpoint.ts'

/** The device of a tree's tensors: of the first one that has numbers, else the CPU. */
function deviceOfTree(tree: unknown): Device {
  for (const leaf of flatten(tree).leaves) if (leaf instanceof Concrete) return leaf.device
  return cpu()
}

/** The device's `upload`, which is a method and must not be torn off its device. */
const uploadTo =
  (device: Device): Upload =>
  (type, data) =>
    device.upload(type, data)

/**
 * Saves parameters, optimiser state, layer state: any tree of tensors, ComponentArrays and JavaScript values, to one file.
 * The file appears under its name only when it is complete. For Node; elsewhere `toBytes`, or `saveTree` with a file system.
 * @throws CheckpointError if the file system refuses; ArgumentError if the tree holds what no file can (functions, dates).
 * @example
 * import { save, tensor } from 'conformable'
 * await save('model.checkpoint', { weight: tensor([1, 2]), epoch: 3 })
 */
export const save = async (path: string, tree: unknown): Promise<void> =>
  runFileAction(saveTree(path, await transfer(tree, cpu())), await nodeFiles())

/**
 * Loads a file that `save` wrote into the structure of `like`, such as a freshly initialised model, on the device of `like`.
 * @throws CheckpointError if the file cannot be read, is damaged (a checksum finds every flipped bit), or belongs to another
 * model; then every path that differs is named.
 * @example
 * import { load, save, tensor, zeros } from 'conformable'
 * await save('model.checkpoint', { weight: tensor([1, 2]), epoch: 3 })
 * console.log(await load('model.checkpoint', { weight: zeros([2]), epoch: 0 })) // weight [1, 2], epoch 3
 */
export const load = async <T>(path: string, like: T): Promise<T> =>
  runFileAction(loadTree(path, like), await nodeFiles())

/** As `load`, with a file system of your own: a `ReaderTaskEither` whose Left is the `CheckpointError`. */
export const loadTree = <T>(path: string, like: T): FileAction<T> =>
  loadInFiles(path, like, uploadTo(deviceOfTree(like)))

/**
 * A tree as the bytes of a checkpoint, for stores that are no file system.
 * @example
 * import { fromBytes, tensor, toBytes, zeros } from 'conformable'
 * console.log(fromBytes(await toBytes([tensor([1, 2])]), [zeros([2])])) // [[1, 2]]
 */
export const toBytes = async (tree: unknown): Promise<Uint8Array> => checkpointBytes.encode(await savedTree(tree))

/**
 * The tree in the bytes of a checkpoint, in the structure and on the device of `like`.
 * @throws CheckpointError if the bytes are damaged or belong to another model.
 * @example
 * import { fromBytes, tensor, toBytes, zeros } from 'conformable'
 * console.log(fromBytes(await toBytes({ a: tensor([5]) }), { a: zeros([1]) })) // { a: [5] }
 */
export const fromBytes = <T>(bytes: Uint8Array, like: T): T => loaded(checkpointBytes, bytes, like, 'fromBytes')

/**
 * A tree as JSON text, for stores that hold texts, and for small models that somebody wants to look at.
 * @example
 * import { fromText, tensor, toText } from 'conformable'
 * console.log(fromText(await toText({ a: tensor([5]) }), { a: tensor([0]) })) // { a: [5] }
 */
export const toText = async (tree: unknown): Promise<string> => checkpointText.encode(await savedTree(tree))

/**
 * The tree in a text that `toText` wrote, in the structure and on the device of `like`.
 * @throws CheckpointError if the text has been changed or belongs to another model.
 * @example
 * import { fromText, tensor, toText } from 'conformable'
 * console.log(fromText(await toText([tensor([1, 2])]), [tensor([0, 0])])) // [[1, 2]]
 */
export const fromText = <T>(text: string, like: T): T => loaded(checkpointText, text, like, 'fromText')

function loaded<T>(codec: typeof checkpointBytes | typeof checkpointText, input: unknown, like: T, name: string): T {
  const result = decodeTree(codec, input, like, uploadTo(deviceOfTree(like)), name)
  if (E.isLeft(result)) throw result.left
  return result.right
}

/**
 * Parameters as the bytes of a safetensors file, which PyTorch, JAX and others read.
 * @param nameOf how a path becomes a name there; the path itself if not given.
 * @example
 * import { componentArray, tensor, toSafetensors } from 'conformable'
 * const bytes = await toSafetensors(componentArray({ L1: { bias: tensor([1, 2]) } }))
 */
export const toSafetensors = async (p: AnyComponentArray, nameOf?: NameOf): Promise<Uint8Array> =>
  encodeSafetensors(await tensorsOf(typed<Components>(p), nameOf))

/**
 * Parameters like `like` with the numbers of a safetensors file. Half-precision numbers are widened; nothing is rounded.
 * @param nameOf how a path becomes a name there: `(path) => path.replace('layer_', 'net.')`.
 * @throws FormatError if the file is unsound, or if names, shapes or dtypes differ; every difference is named.
 * @example
 * import { componentArray, fromSafetensors, tensor, toSafetensors, zeros } from 'conformable'
 * const bytes = await toSafetensors(componentArray({ bias: tensor([1, 2]) }))
 * console.log(fromSafetensors(bytes, componentArray({ bias: zeros([2]) })).bias) // [1, 2]
 */
export function fromSafetensors<P extends AnyComponentArray>(bytes: Uint8Array, like: P, nameOf?: NameOf): P {
  const result = loadInto(typed<Components>(like), readTensors(bytes).tensors, uploadTo(deviceOfTree(like)), nameOf)
  if (E.isLeft(result)) throw new FormatError(result.left.map((problem) => `safetensors: ${problem}.`))
  return typed<P>(result.right)
}

/**
 * All tensors of a safetensors file by name, whatever model they belong to.
 * @throws FormatError if the file is unsound.
 * @example
 * import { componentArray, readSafetensors, tensor, toSafetensors } from 'conformable'
 * const bytes = await toSafetensors(componentArray({ bias: tensor([1, 2]) }))
 * console.log(readSafetensors(bytes)) // { bias: [1, 2] }
 */
export const readSafetensors = (bytes: Uint8Array): Readonly<Record<string, AnyTensor>> => {
  const tensors = [...readTensors(bytes).tensors].map(([name, array]) => [name, uploaded(array, uploadTo(cpu()))])
  return typed(Object.fromEntries(tensors))
}

/**
 * The array in the bytes of a .npy file.
 * @param dtype what is expected; small integers are read as int32, half-precision numbers as float32.
 * @throws FormatError if the file is unsound or holds another dtype.
 * @example
 * import { readNpy, tensor, toNpy } from 'conformable'
 * console.log(readNpy(await toNpy(tensor([[1, 2]])), 'float32')) // [[1, 2]]
 */
export const readNpy = <D extends DType>(bytes: Uint8Array, dtype: D): Tensor<Shape, D> =>
  tensorOf(readNpyArray(bytes), dtype, 'npy')

/**
 * A tensor as the bytes of a .npy file.
 * @example
 * import { tensor, toNpy } from 'conformable'
 * const bytes = await toNpy(tensor([1, 2, 3]))
 */
export const toNpy = async (x: AnyTensor): Promise<Uint8Array> => encodeNpy(await hostArray(untyped(x, 'toNpy')))

/**
 * The array in the (decompressed) bytes of an IDX file, the format of MNIST: images [count, 28, 28] and labels [count].
 * @param dtype what is expected; bytes are read as int32.
 * @throws FormatError if the file is unsound or holds another dtype.
 * @example
 * import { readIdx } from 'conformable'
 * console.log(readIdx(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 5, 7]), 'int32')) // [5, 7]
 */
export const readIdx = <D extends DType>(bytes: Uint8Array, dtype: D): Tensor<Shape, D> =>
  tensorOf(readIdxArray(bytes), dtype, 'idx')

function tensorOf<D extends DType>(array: HostArray, dtype: D, format: string): Tensor<Shape, D> {
  if (array.dtype === dtype) return typed(uploaded(array, uploadTo(cpu())))
  throw new FormatError([
    `${format}: the file holds ${array.dtype}, not ${dtype}; read it as ${array.dtype} and convert it.`,
  ])
}

/** The columns of a table by their types: tensors of shape [rows], or texts. */
export type Columns<C extends Readonly<Record<string, ColumnType>>> = {
  readonly [Name in keyof C]: C[Name] extends DType ? Tensor<readonly [number], C[Name]> : readonly string[]
}

/**
 * Named columns of a CSV text. Missing values are NaN in float columns.
 * @param columns the columns wanted with their types: `{ height: 'float32', name: 'text' }`.
 * @throws FormatError with line and column of every value that does not fit.
 * @example
 * import { readCsv } from 'conformable'
 * const { height, name } = readCsv('name,height\nAnn,1.6\nBob,\n', { height: 'float32', name: 'text' })
 * console.log(height, name) // [1.6, NaN] ['Ann', 'Bob']
 */
export function readCsv<const C extends Readonly<Record<string, ColumnType>>>(
  text: string,
  columns: C,
  options: Omit<CsvOptions, 'columns'> = {},
): Columns<C> {
  const table = readTable(text, { ...options, columns })
  const entries = [...table.columns].map(([name, column]) => [
    name,
    'data' in column ? uploaded(column, uploadTo(cpu())) : column,
  ])
  return typed(Object.fromEntries(entries))
}

/**
 * A CSV text with a header, from columns by name: tensors of shape [rows], or texts. NaN becomes an empty field.
 * @throws ArgumentError if the columns are not equally long.
 * @example
 * import { tensor, toCsv } from 'conformable'
 * console.log(await toCsv({ name: ['Ann', 'Bob'], height: tensor([1.6, NaN]) })) // name,height\nAnn,1.6\nBob,\n
 */
export async function toCsv(
  columns: Readonly<Record<string, AnyTensor | readonly string[]>>,
  delimiter = ',',
): Promise<string> {
  const read = async ([name, column]: [string, AnyTensor | readonly string[]]): Promise<[string, Column]> => [
    name,
    isTexts(column) ? column : await hostArray(untyped(column, 'toCsv')),
  ]
  return encodeCsv(new Map(await Promise.all(Object.entries(columns).map(read))), delimiter)
}

const isTexts = (column: AnyTensor | readonly string[]): column is readonly string[] => Array.isArray(column)
