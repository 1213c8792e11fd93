/** Saving and loading: whole trees, atomic writes, failures of the file system, checkpoints of another model. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { either as E } from 'fp-ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trace } from '../../src/core/trace.ts'
import type { NodeView } from '../../src/core/tree.ts'
import { treeNode } from '../../src/core/tree.ts'
import type { Value } from '../../src/core/value.ts'
import {
  CheckpointError,
  type FileSystem,
  loadTree,
  nodeFiles,
  readTree,
  runFileAction,
  saveTree,
} from '../../src/parameters/checkpoint.ts'
import { checkpointBytes } from '../../src/parameters/checkpoint-bytes.ts'
import { type Components, flat } from '../../src/parameters/component-array.ts'
import { componentArray, fromFlat } from '../../src/parameters/construct.ts'
import { layout } from '../../src/parameters/layout.ts'
import { misfits } from '../../src/parameters/restore.ts'
import { savedTree } from '../../src/parameters/saved-tree.ts'
import { load, save } from '../../src/storage.ts'
import { counting, device, numbers, tensor } from './arbitrary.ts'

const small = layout({ L1: { weight: [3, 2], bias: [3] }, L2: { weight: [2, 3], bias: [] } })

/** Parameters, optimiser state and layer state as a training loop holds them. */
const training = (scale: number) => ({
  params: fromFlat(
    tensor(
      [16],
      counting(16).map((x) => scale * x),
    ),
    small,
  ),
  state: {
    step: device.upload({ shape: [], dtype: 'int32' }, Int32Array.of(7 * scale)),
    moments: [
      fromFlat(
        tensor(
          [16],
          counting(16).map((x) => -scale * x),
        ),
        small,
      ),
    ],
    name: `run ${scale}`,
    rate: scale / 3,
    best: scale === 1 ? Number.NaN : 0,
    done: false,
    schedule: null,
    nothing: undefined,
  },
  layers: {
    norm: { mean: tensor([2], [scale, 2]), training: true },
    mask: device.upload({ shape: [3], dtype: 'bool' }, Int32Array.from([1, 0, scale % 2])),
  },
})

/** A file system in memory that keeps a diary, and fails where it is told to. */
function memory(failing: Partial<Record<keyof FileSystem, string>> = {}) {
  const files = new Map<string, Uint8Array>()
  const diary: string[] = []
  const act = <A>(name: keyof FileSystem, path: string, result: () => A): Promise<A> => {
    diary.push(`${name} ${path.replace(/\.[a-z0-9]+\.partial$/, '.partial')}`)
    const failure = failing[name]
    return failure === undefined ? Promise.resolve().then(result) : Promise.reject(new Error(failure))
  }
  const system: FileSystem = {
    read: (path) =>
      act('read', path, () => {
        const bytes = files.get(path)
        if (bytes === undefined) throw new Error(`no such file: ${path}`)
        return bytes
      }),
    write: (path, bytes) => act('write', path, () => void files.set(path, bytes)),
    rename: (from, to) =>
      act('rename', to, () => {
        files.set(to, files.get(from)!)
        files.delete(from)
      }),
    remove: (path) => act('remove', path, () => void files.delete(path)),
  }
  return { files, diary, system }
}

const failure = async (action: Promise<E.Either<CheckpointError, unknown>>): Promise<CheckpointError> => {
  const result = await action
  if (E.isRight(result)) throw new Error('it succeeded')
  return result.left
}

describe('a checkpoint', () => {
  it('brings a whole tree back', async () => {
    const { system } = memory()
    await runFileAction(saveTree('a', training(1)), system)
    const loaded = await runFileAction(loadTree('a', training(2), device.upload), system)
    const written = training(1)
    expect(numbers(flat(loaded.params))).toEqual(numbers(flat(written.params)))
    expect(numbers((loaded.params as Components & Record<string, any>).L2.bias)).toEqual([15.5])
    expect(numbers(flat(loaded.state.moments[0]))).toEqual(numbers(flat(written.state.moments[0])))
    expect(loaded.state.step.itemSync()).toBe(7)
    expect({ ...loaded.state, step: 0, moments: 0 }).toEqual({ ...written.state, step: 0, moments: 0 })
    expect(numbers(loaded.layers.mask)).toEqual([1, 0, 1])
    expect(loaded.layers.mask.dtype).toBe('bool')
    expect(Object.keys(loaded)).toEqual(Object.keys(written))
  })

  it('keeps the bits: NaN, infinities, -0 and the smallest numbers', async () => {
    const { system } = memory()
    const awkward = [Number.NaN, Number.NEGATIVE_INFINITY, -0, 5e-324, 1.7976931348623157e308]
    await runFileAction(saveTree('a', tensor([5], awkward)), system)
    const loaded = await runFileAction(loadTree('a', tensor([5], [0, 0, 0, 0, 0]), device.upload), system)
    expect(numbers(loaded)).toEqual(awkward)
  })

  it('brings containers of other makers back', async () => {
    class Pair {
      readonly first: Value
      readonly second: Value
      constructor(first: Value, second: Value) {
        this.first = first
        this.second = second
      }
      [treeNode](): NodeView {
        return {
          children: [this.first, this.second],
          key: 'Pair',
          rebuild: ([a, b]) => new Pair(a as Value, b as Value),
        }
      }
    }
    const { system } = memory()
    await runFileAction(saveTree('a', new Pair(tensor([1], [1]), tensor([], [2]))), system)
    const loaded = await runFileAction(
      loadTree('a', new Pair(tensor([1], [0]), tensor([], [0])), device.upload),
      system,
    )
    expect(loaded).toBeInstanceOf(Pair)
    expect([numbers(loaded.first), numbers(loaded.second)]).toEqual([[1], [2]])
    expect(
      misfits(await savedTree(loaded), { [treeNode]: () => ({ children: [], key: 'Other', rebuild: () => 0 }) }),
    ).toEqual(["the tree is a container 'Pair' in the checkpoint and a container 'Other' in the model"])
  })

  it('can be read without the model', async () => {
    const { system } = memory()
    await runFileAction(saveTree('a', { x: [tensor([2], [1, 2]), 'text'] }), system)
    expect(await runFileAction(readTree('a'), system)).toEqual({
      kind: 'record',
      entries: [
        {
          name: 'x',
          tree: {
            kind: 'list',
            items: [
              { kind: 'tensor', array: { dtype: 'float64', shape: [2], data: Float64Array.from([1, 2]) } },
              { kind: 'static', value: 'text' },
            ],
          },
        },
      ],
    })
  })

  it.each([
    ['functions', { a: { f: () => 0 } }, "'a.f' is a function"],
    ['dates', [new Date()], "'0' is a Date"],
    ['typed arrays', new Float32Array(2), 'the tree is a Float32Array'],
    ['symbols', { a: Symbol('x') }, "'a' is a symbol"],
  ])('refuses %s before it writes', async (_, tree, sentence) => {
    const { system, diary } = memory()
    await expect(runFileAction(saveTree('a', tree), system)).rejects.toThrow(sentence)
    expect(diary).toEqual([])
  })

  it('refuses traced tensors with their own sentence, and trees that contain themselves', async () => {
    const { system } = memory()
    const leaked: Value[] = []
    trace('grad', (x) => [leaked[leaked.push(x) - 1]], [{ shape: [2], dtype: 'float32' }])
    await expect(runFileAction(saveTree('a', leaked), system)).rejects.toThrow('traced by grad')
    const circular: unknown[] = []
    circular.push(circular)
    await expect(runFileAction(saveTree('a', circular), system)).rejects.toThrow('nested deeper than 64 levels')
  })
})

describe('the file system', () => {
  it('sees a partial file first, then one rename', async () => {
    const { system, diary, files } = memory()
    await runFileAction(saveTree('a', training(1)), system)
    expect(diary).toEqual(['write a.partial', 'rename a'])
    expect([...files.keys()]).toEqual(['a'])
  })

  it.each(['write', 'rename'] as const)('keeps the old file when %s fails, and cleans up', async (step) => {
    const { system, files, diary } = memory({ [step]: 'the disk is full' })
    files.set('a', Uint8Array.of(1, 2, 3))
    const error = await failure(saveTree('a', training(1))(system)())
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error).toMatchObject({ reason: 'file', message: 'a: the disk is full' })
    expect(files.get('a')).toEqual(Uint8Array.of(1, 2, 3))
    expect([...files.keys()]).toEqual(['a'])
    expect(diary.at(-1)).toBe('remove a.partial')
  })

  it('reports the first failure when cleaning up fails too', async () => {
    const { system } = memory({ write: 'the disk is full', remove: 'the disk is gone' })
    expect((await failure(saveTree('a', 1)(system)())).message).toBe('a: the disk is full')
  })

  it('reports files that are not there, and files that are damaged', async () => {
    const { system, files } = memory()
    const missing = await failure(loadTree('b', training(1), device.upload)(system)())
    expect(missing).toMatchObject({ reason: 'file', message: 'b: no such file: b' })
    await runFileAction(saveTree('a', training(1)), system)
    files.get('a')![100] ^= 4
    const damagedFile = await failure(loadTree('a', training(1), device.upload)(system)())
    expect(damagedFile.reason).toBe('damaged')
    expect(damagedFile.message).toMatch(
      /^a: checkpoint: the checksum is \d+, that of the bytes is \d+: the file is damaged\.$/,
    )
  })

  it('is thrown by the convenience', async () => {
    const { system } = memory()
    await expect(runFileAction(loadTree('b', 1, device.upload), system)).rejects.toThrow(CheckpointError)
  })
})

describe('a checkpoint of another model', () => {
  it('names every path that differs', async () => {
    const saved = await savedTree(training(1))
    const other = {
      params: componentArray({
        L1: { weight: tensor([3, 3], counting(9)), bias: tensor([3], counting(3)) },
        L2: { weight: tensor([2, 3], counting(6)) },
      }),
      state: {
        ...training(1).state,
        step: tensor([], [1]),
        moments: [],
        name: 5,
        schedule: { a: 1 },
        extra: tensor([1], [1]),
      },
      layers: { norm: { mean: tensor([3], [1, 2, 3]), training: true } },
    }
    expect(misfits(saved, other)).toEqual([
      "in 'params': 'L1.weight' is [3, 2] in the checkpoint and [3, 3] in the model",
      "in 'params': 'L2.bias' is only in the checkpoint",
      "'state.step' is int32[] in the checkpoint and float64[] in the model",
      "'state.moments' is a list of 1 in the checkpoint and a list of 0 in the model",
      `'state.name' is the value "run 1" in the checkpoint and the value 5 in the model`,
      "'state.schedule' is the value null in the checkpoint and a record in the model",
      "'state.extra' is only in the model",
      "'layers.norm.mean' is float64[2] in the checkpoint and float64[3] in the model",
      "'layers.mask' is only in the checkpoint",
    ])
    expect(misfits(saved, training(2))).toEqual([])
  })

  it('says when dtypes, leading axes or kinds differ', async () => {
    const p = fromFlat(tensor([16], counting(16)), small)
    const saved = await savedTree({ p })
    const like = (q: unknown) => misfits(saved, { p: q })
    const single = fromFlat(device.upload({ shape: [16], dtype: 'float32' }, new Float32Array(16)), small)
    expect(like(single)).toEqual([
      "'p' is a ComponentArray over float64[16] in the checkpoint and one over float32[16] in the model",
    ])
    expect(like(fromFlat(tensor([1, 16], counting(16)), small))[0]).toContain('one over float64[1, 16]')
    expect(like({ ...p })).toEqual([
      "'p' is a ComponentArray over float64[16] in the checkpoint and a record in the model",
    ])
    expect(like(flat(p))).toEqual([
      "'p' is a ComponentArray over float64[16] in the checkpoint and float64[16] in the model",
    ])
  })

  it('is a Left, and uploads nothing', async () => {
    const { system } = memory()
    await runFileAction(saveTree('a', [tensor([1], [1]), tensor([2], [1, 2])]), system)
    const upload = () => {
      throw new Error('uploaded')
    }
    const error = await failure(loadTree('a', [tensor([1], [1]), tensor([3], [1, 2, 3])], upload)(system)())
    expect(error).toMatchObject({
      reason: 'misfit',
      problems: ["'1' is float64[2] in the checkpoint and float64[3] in the model"],
    })
  })
})

describe("Node's file system", () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformable-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('saves and loads, replaces, and leaves nothing else behind', async () => {
    const path = join(folder, 'model.checkpoint')
    await save(path, training(1))
    await save(path, training(2))
    const loaded = await load(path, training(1))
    expect(loaded.state.name).toBe('run 2')
    expect(await readdir(folder)).toEqual(['model.checkpoint'])
    expect(E.isRight(checkpointBytes.decode(await readFile(path)))).toBe(true)
  })

  it('throws sentences', async () => {
    await expect(load(join(folder, 'none'), 1)).rejects.toThrow('ENOENT')
    await expect(save(join(folder, 'no', 'folder'), 1)).rejects.toThrow('ENOENT')
    await writeFile(join(folder, 'text'), 'hello')
    await expect(load(join(folder, 'text'), 1)).rejects.toThrow('the bytes are no checkpoint')
    const files = await nodeFiles()
    await files.remove(join(folder, 'none'))
  })
})
