/**
 * Long reductions as stages. A workgroup alone would take long over a sum of a million elements; so each chunk of it is the work
 * of a workgroup, which stores what it found, and the next stage reduces these parts, in a fixed order:
 *
 *   parts[c] = Σ_{t in chunk c} value(t)        over the whole grid
 *   total    = Σ_c parts[c]                     then everything that follows
 *
 * What a later stage needs of an earlier one's variables goes through memory, or is reduced from the parts by every workgroup anew
 * where that costs nothing. A long loop among few iterations becomes a stage over the whole grid likewise.
 */
import type { Address, Buffer, Local, Loop, Node, Statement } from '../../../kernels/language/kernel.ts'
import { allNodes, eachStatement, nodesOf } from '../../../kernels/language/walk.ts'
import { chunksOf, isWide, MOST_CHUNKS } from './layout.ts'
import { extentOf, nestOf, type Part, type Reduce, statementsOf } from './parts.ts'
import { Rewriter } from './rewriter.ts'
import type { Scratch } from './scratch.ts'
import { buffersOf, writtenBy } from './touched.ts'

/** The stages of a part; the part itself where nothing is long. */
export function stagesOf(part: Part, scratch: Scratch): readonly Part[] {
  if (extentOf(part.grid) === 0 || hasScript(part.inner)) return [part]
  return new Stages(part, scratch).run()
}

/** Statements of algorithms of their own stay together. */
function hasScript(body: readonly Statement[]): boolean {
  let found = false
  eachStatement(body, (statement) => {
    if (statement.kind === 'for') found ||= !statement.loop.parallel
    else found ||= statement.kind !== 'reduce' && statement.kind !== 'store'
  })
  return found
}

class Stages {
  readonly #part: Part
  readonly #scratch: Scratch
  readonly #stages: Part[] = []
  /** Statements of the stage at hand, by how many chunks its reductions are cut, and what it sets. */
  #body: Statement[] = []
  #chunks = new Map<number, Chunked[]>()
  #sets = new Set<Local>()
  /** Reductions of parts that every later stage does for itself. */
  readonly #prologue: Reduce[] = []
  /** Single stores that the next stage does besides. */
  #once: readonly Statement[] = []
  /** The long loop that the last stage ends with. */
  #wide: Statement | null = null
  /** What stands for the variables of earlier stages. */
  readonly #known = new Map<Local, Node>()

  constructor(part: Part, scratch: Scratch) {
    this.#part = part
    this.#scratch = scratch
  }

  run(): readonly Part[] {
    const { grid, inner } = this.#part
    inner.forEach((statement, position) => {
      const rest = inner.slice(position)
      if (statement.kind === 'for' && isWide(grid, nestOf('', [statement]).grid)) this.#apart(statement, rest)
      else if (statement.kind === 'reduce') this.#reduce(statement, rest)
      else this.#add(statement)
    })
    this.#close([])
    return this.#stages.map((stage) => ({ ...stage, prologue: [...this.#prologueOf(stage), ...stage.prologue] }))
  }

  #add(statement: Statement): void {
    this.#body.push(...this.#resolved(statement))
    if (statement.kind === 'reduce') this.#sets.add(statement.local)
  }

  /** A statement that reads what earlier stages have stored. */
  #resolved(statement: Statement): readonly Statement[] {
    return new Rewriter({ local: (local) => this.#known.get(local) }).body([statement])
  }

  /** A long loop over a grid of its own. */
  #apart(statement: Statement, rest: readonly Statement[]): void {
    const { grid, name } = this.#part
    this.#close(rest)
    const [own] = this.#resolved(statement)
    const [first, ...others] = stagesOf(nestOf(name, [own], grid), this.#scratch)
    this.#stages.push({ ...first, once: this.#once }, ...others)
    this.#once = []
    this.#wide = own
  }

  #reduce(statement: Reduce, rest: readonly Statement[]): void {
    const { grid } = this.#part
    const chunks = chunksOf(this.#part, statement)
    if (chunks === null) {
      this.#add(statement)
      return
    }
    if (this.#dependsOnStage(statement)) this.#close(rest)
    const [own] = this.#resolved(statement) as Reduce[] // a reduction stays one
    const parts = this.#scratch(own.local.dtype, chunks.count * extentOf(grid))
    const chunked = this.#chunks.get(chunks.count) ?? []
    chunked.push({ reduction: own, parts, length: chunks.length })
    this.#chunks.set(chunks.count, chunked)
    this.#add(combining(own, parts, grid, chunks.count))
  }

  /** Does a reduction need what the stage at hand computes? */
  #dependsOnStage(statement: Reduce): boolean {
    const written = writtenBy(this.#body)
    return allNodes(nodesOf(statement)).some(
      (node) =>
        (node.kind === 'local' && this.#sets.has(node.local)) || (node.kind === 'load' && written.has(node.buffer)),
    )
  }

  /** Ends the stage at hand; `rest` comes after it. */
  #close(rest: readonly Statement[]): void {
    const { grid, name } = this.#part
    const body = this.#body
    if (body.length === 0) return
    const last = this.#stages[this.#stages.length - 1]
    const repeated = body.filter((each) => each.kind === 'reduce' && isShort(each)) as Reduce[] // the filter proves it
    for (const [count, chunked] of this.#chunks) this.#stages.push(partialStage(name, grid, count, chunked))
    if (this.#mayRunBeside(rest[0])) this.#once = body
    else if (last !== undefined && this.#mayRunBeside(this.#wide))
      this.#stages[this.#stages.length - 1] = { ...last, once: [...last.once, ...body] }
    else if (rest.length > 0 && grid.length === 0 && repeated.length === body.length) this.#prologue.push(...repeated)
    else this.#stages.push({ ...this.#part, inner: [...body, ...this.#kept(rest)] })
    this.#body = []
    this.#chunks = new Map()
    this.#sets = new Set()
    this.#wide = null
  }

  /** Are the statements at hand but single stores that have nothing to do with a loop? */
  #mayRunBeside(loop: Statement | undefined | null): boolean {
    const body = this.#body
    if (loop?.kind !== 'for' || this.#part.grid.length > 0 || body.some(({ kind }) => kind !== 'store')) return false
    const [written, writtenThere] = [writtenBy(body), writtenBy([loop])]
    return (
      buffersOf([loop]).every((buffer) => !written.has(buffer)) &&
      buffersOf(body).every((buffer) => !writtenThere.has(buffer))
    )
  }

  /** Stores of the variables that later statements need. */
  #kept(rest: readonly Statement[]): readonly Statement[] {
    const { grid } = this.#part
    const used = localsOf(rest)
    const address = addressOver(grid)
    return [...this.#sets]
      .filter((local) => used.has(local))
      .map((local) => {
        const buffer = this.#scratch(local.dtype, extentOf(grid))
        this.#known.set(local, { kind: 'load', dtype: local.dtype, buffer, address })
        return { kind: 'store', buffer, address, value: { kind: 'local', dtype: local.dtype, local } }
      })
  }

  /** The reductions of parts that a stage must do for itself. */
  #prologueOf(stage: Part): readonly Reduce[] {
    const used = localsOf(statementsOf(stage))
    for (const statement of stage.inner) if (statement.kind === 'reduce') used.delete(statement.local)
    const needed: Reduce[] = []
    for (const reduction of this.#prologue.toReversed()) {
      if (!used.has(reduction.local)) continue
      needed.unshift(reduction)
      for (const local of localsOf([reduction])) used.add(local)
    }
    return needed
  }
}

/** May every workgroup do it anew? */
const isShort = ({ loops }: Reduce): boolean => extentOf(loops) <= MOST_CHUNKS

/** A reduction that is cut, and where its parts go. */
export interface Chunked {
  readonly reduction: Reduce
  readonly parts: Buffer
  readonly length: number
}

/** The stage that reduces chunks: the chunk is the outermost loop of its grid, so that neighbouring outputs stay neighbours. */
export function partialStage(name: string, grid: readonly Loop[], count: number, chunked: readonly Chunked[]): Part {
  const loop: Loop = { id: -1, extent: count, parallel: true, vector: false }
  const whole = [loop, ...grid]
  const stores = chunked.map(
    ({ reduction: { local }, parts }): Statement => ({
      kind: 'store',
      buffer: parts,
      address: addressOver(whole),
      value: { kind: 'local', dtype: local.dtype, local },
    }),
  )
  const reductions = chunked.map(({ reduction }) => reduction)
  const cut = { loop, length: chunked[0].length, reductions: new Set(reductions) }
  return { name: `parts_of_${name}`, grid: whole, inner: [...reductions, ...stores], cut, prologue: [], once: [] }
}

/** The reduction of the parts. */
function combining({ local, operation }: Reduce, parts: Buffer, grid: readonly Loop[], count: number): Reduce {
  const loop: Loop = { id: -2, extent: count, parallel: true, vector: false }
  const value: Node = { kind: 'load', dtype: local.dtype, buffer: parts, address: addressOver([loop, ...grid]) }
  return { kind: 'reduce', loops: [loop], local, operation, value }
}

function localsOf(body: readonly Statement[]): Set<Local> {
  const found = new Set<Local>()
  eachStatement(body, (statement) => {
    for (const node of allNodes(nodesOf(statement))) if (node.kind === 'local') found.add(node.local)
  })
  return found
}

/** Row-major over loops. */
export function addressOver(loops: readonly Loop[]): Address {
  const terms: Address['terms'][number][] = []
  let stride = 1
  for (const loop of loops.toReversed()) {
    terms.unshift({ loop, stride })
    stride *= loop.extent
  }
  return { offset: 0, terms, dynamic: null }
}
