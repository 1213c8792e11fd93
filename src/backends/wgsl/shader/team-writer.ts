/** Statements that the threads of a team do together; every thread of it knows all variables of this level. */
import type { Loop, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes, nodesOf } from '../../../kernels/language/walk.ts'
import { type Layout, threadsOf } from './layout.ts'
import { extentOf, nestOf, type Part, type Reduce, workInside } from './parts.ts'
import { acrossLanes, combined, type Lanes, neutral, SUM_BLOCK, sharedArray } from './reductions.ts'
import { typeOf } from './scalar.ts'
import type { ShaderWriter } from './shader-writer.ts'
import { emitAlone, emitLoop, emitSimple } from './statements.ts'

/** From so much work inside a turn on, a team shares the work inside, not the turns. */
const MUCH_WORK = 64

/** The first turn of threads without work: more than any memory has elements. */
const NEVER = 2 ** 30

/** Writes the statements of a part for teams. */
export class TeamWriter {
  readonly #writer: ShaderWriter
  readonly #part: Part
  readonly #layout: Layout
  readonly #functions = new Map<string, string>()
  /** Who shares the work at hand, and the variable with a thread's first turn. */
  #lanes: Lanes
  #first: string
  /** Has a statement stored what a later one may read? */
  #stored = false

  constructor(writer: ShaderWriter, part: Part, layout: Layout) {
    this.#writer = writer
    this.#part = part
    this.#layout = layout
    this.#lanes = { name: 'of_all', count: threadsOf(layout), stride: 1, threads: threadsOf(layout) }
    this.#first = 'i32(thread)'
  }

  /** What stands outside of the entry. */
  get declarations(): readonly string[] {
    return [...this.#functions.values()]
  }

  write(): void {
    const { prologue, once, grid, inner } = this.#part
    this.#together(prologue)
    if (once.length > 0) this.#writer.block('if (group == 0u && thread == 0u)', () => emitAlone(this.#writer, once))
    const { teams, lanes, adjacent } = this.#layout
    const iterations = extentOf(grid)
    const threads = teams * lanes
    const writer = this.#writer
    const isFull = iterations % teams === 0
    const stride = adjacent === 'lanes' ? 1 : teams
    const [lane, team] =
      adjacent === 'lanes' ? [`thread % ${lanes}u`, `thread / ${lanes}u`] : [`thread / ${teams}u`, `thread % ${teams}u`]
    if (grid.length > 0) {
      const number = teams === 1 ? 'group' : `group * ${teams}u + ${lanes === 1 ? 'thread' : team}`
      writer.line(`let iteration = i32(${number});`)
    }
    if (lanes === 1) {
      this.#bindGrid('iteration')
      const write = (): void => emitAlone(writer, inner)
      if (isFull) write()
      else writer.block(`if (iteration < ${iterations})`, write)
      return
    }
    writer.line(`let lane = i32(${teams === 1 ? 'thread' : lane});`)
    if (!isFull) writer.line(`let first = select(${NEVER}, lane, iteration < ${iterations});`)
    this.#first = isFull ? 'lane' : 'first'
    this.#lanes = { name: lanes === threads ? 'of_all' : 'of_team', count: lanes, stride, threads }
    this.#bindGrid(isFull ? 'iteration' : `min(iteration, ${iterations - 1})`)
    this.#together(inner)
  }

  #bindGrid(number: string): void {
    this.#writer.bindLoops(this.#part.grid, number)
  }

  #together(body: readonly Statement[]): void {
    for (let i = 0; i < body.length; ) {
      const end = endOfRun(body, i)
      if (this.#stored) this.#writer.line('storageBarrier();')
      this.#stored = false
      this.#writer.statement()
      this.#run(body.slice(i, end))
      i = end
    }
  }

  /** Statements that are done in one go: one, or several reductions or stores. */
  #run(run: readonly Statement[]): void {
    const [statement] = run
    switch (statement.kind) {
      case 'for':
        this.#loop(statement)
        break
      case 'reduce':
        this.#reduce(run as Reduce[]) // a run is of one kind
        break
      case 'assign':
        emitSimple(this.#writer, statement)
        break
      default:
        this.#writer.block(`if (${this.#first} == 0)`, () => emitAlone(this.#writer, run))
        this.#stored = true
    }
  }

  #loop(statement: Extract<Statement, { kind: 'for' }>): void {
    const { loop, body } = statement
    const rows = loop.extent < this.#lanes.count && workInside(body) >= MUCH_WORK
    if (!loop.parallel || rows) {
      emitLoop(this.#writer, loop, () => {
        this.#together(body)
        if (this.#stored) this.#writer.line('storageBarrier();')
      })
      this.#stored = false
      return
    }
    const { grid, inner } = nestOf('', [statement])
    this.#share(this.#first, `${extentOf(grid)}`, [grid], () => emitAlone(this.#writer, inner))
    this.#stored = true
  }

  /** Turns from a first one on, a lane apart, bound to each of several nests of loops of the same extents. */
  #share(from: string, end: string, nests: readonly (readonly Loop[])[], write: () => void): void {
    const turn = this.#writer.fresh('t')
    this.#writer.block(`for (var ${turn} = ${from}; ${turn} < ${end}; ${turn} += ${this.#lanes.count})`, () => {
      this.#writer.bindLoops(nests[0], turn, nests.slice(1))
      write()
    })
  }

  /** Reductions over loops of the same extents, in one pass. */
  #reduce(reductions: readonly Reduce[]): void {
    const writer = this.#writer
    const totals = reductions.map(({ operation, local }) => {
      const name = writer.fresh(operation)
      writer.line(`var ${name} = ${neutral(operation, local.dtype, writer.call)};`)
      return name
    })
    this.#turns(reductions, totals)
    reductions.forEach(({ operation, local }, i) => {
      writer.line(`${writer.localName(local)} = ${this.#across(operation, local.dtype)}(${totals[i]}, thread);`)
    })
  }

  /** Each lane's own turns; those of sums in blocks, so that the error does not grow with the length. */
  #turns(reductions: readonly Reduce[], totals: readonly string[]): void {
    const writer = this.#writer
    const [from, end, turns] = this.#range(reductions[0])
    const nests = reductions.map(({ loops }) => loops)
    const add = (names: readonly string[], values: (i: number) => string): void =>
      reductions.forEach(({ operation, local }, i) => {
        writer.line(`${names[i]} = ${combined(operation, local.dtype, names[i], values(i), writer.call)};`)
      })
    const values = (i: number): string => writer.node(reductions[i].value)
    const blocked = reductions.some(({ operation, local }) => operation === 'sum' && local.dtype === 'float32')
    const block = SUM_BLOCK * this.#lanes.count
    if (!blocked || turns <= 2 * block) {
      this.#share(from, end, nests, () => add(totals, values))
      return
    }
    const start = writer.fresh('block')
    writer.block(`for (var ${start} = ${from}; ${start} < ${end}; ${start} += ${block})`, () => {
      const parts = reductions.map(({ operation, local }) => {
        const name = writer.fresh('part')
        writer.line(`var ${name} = ${neutral(operation, local.dtype, writer.call)};`)
        return name
      })
      this.#share(start, `min(${start} + ${block}, ${end})`, nests, () => add(parts, values))
      add(totals, (i) => parts[i])
    })
  }

  /** The first turn of a thread, the end of them all, and how many there are. */
  #range(reduction: Reduce): readonly [from: string, end: string, turns: number] {
    const total = extentOf(reduction.loops)
    const { cut } = this.#part
    if (cut === null || !cut.reductions.has(reduction)) return [this.#first, `${total}`, total]
    const writer = this.#writer
    const chunk = writer.fresh('chunk')
    writer.line(`let ${chunk} = ${writer.node({ kind: 'index', dtype: 'int32', loop: cut.loop })} * ${cut.length};`)
    return [`${chunk} + ${this.#first}`, `min(${chunk} + ${cut.length}, ${total})`, cut.length]
  }

  /** The name of the function that combines one value of each lane. */
  #across(operation: Reduce['operation'], dtype: Reduce['local']['dtype']): string {
    const name = `${operation}_${typeOf(dtype)}_${this.#lanes.name}`
    const shared = sharedArray(dtype, this.#lanes.threads)
    this.#functions.set(shared, shared)
    this.#functions.set(name, acrossLanes(name, operation, dtype, this.#lanes, this.#writer.call))
    return name
  }
}

/** Where a run of statements ends that are done in one go. */
function endOfRun(body: readonly Statement[], start: number): number {
  const first = body[start]
  let end = start + 1
  if (first.kind === 'reduce') {
    const set = new Set([first.local])
    while (end < body.length) {
      const next = body[end]
      if (next.kind !== 'reduce' || !haveSameExtents(first.loops, next.loops)) break
      if (allNodes(nodesOf(next)).some((node) => node.kind === 'local' && set.has(node.local))) break
      set.add(next.local)
      end++
    }
  } else if (isSingle(first)) while (end < body.length && isSingle(body[end])) end++
  return end
}

/** Is it done by one thread? */
const isSingle = ({ kind }: Statement): boolean => kind !== 'for' && kind !== 'reduce' && kind !== 'assign'

const haveSameExtents = (a: readonly Loop[], b: readonly Loop[]): boolean =>
  a.length === b.length && a.every(({ extent }, i) => extent === b[i].extent)
