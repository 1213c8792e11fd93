/**
 * Builders of WebAssembly functions and modules.
 *
 * Code is composed of expressions: functions that write their bytes into a `FunctionBuilder` when they are emitted. They
 * are made by `instructions.ts`; nothing is kept between composing and writing, so a module costs one pass. A function
 * has its index as soon as it is declared, so it can be called before its body is written.
 *
 * Source: WebAssembly Core Specification 2.0, section 5.5 "Modules".
 */
import { runsOfConstants } from './constant-pool.ts'
import { ByteWriter } from './encoding.ts'

/** The type of a WebAssembly value. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** The index of a local variable of one function, its parameters first. */
export type Local = number

/** A piece of code: writes itself into a function; composed by the functions of `instructions.ts`. */
export type Expression = (code: FunctionBuilder) => void

/** The target of a branch; the same label may be written many times, also nested (the innermost counts). */
export type Label = { readonly purpose: string }

/** The one memory of a module, imported as 'env' 'memory'; sizes are pages of 64 KiB, at most 65 536. */
export type MemoryImport = { readonly initial: number; readonly maximum?: number; readonly shared?: boolean }

/** The binary code of each value type. */
export const valueTypeCode = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const satisfies Record<
  ValueType,
  number
>

/** The locals that V8 accepts in one function, parameters included (JavaScript API specification, "Implementation limits"). */
export const maximumLocals = 50_000

/** The bytes that V8 accepts in the body of one function (same source). */
export const maximumFunctionBytes = 7_654_321

/** One function under construction; made by `ModuleBuilder.function`, filled by `emit`. */
export class FunctionBuilder {
  /** The index by which this function is called. */
  readonly index: number
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
  /** The name that profilers and traps show. */
  readonly name: string
  /** Where instructions write their bytes. */
  readonly bytes = new ByteWriter()
  /** The addresses of the pooled constants that the body loads; null where constants are written in place. */
  readonly constants: Set<number> | null
  /** Locals that hold constants already, by address, in a stretch of code without branches; null outside of one. */
  private shared: Map<number, Local> | null = null
  private readonly localTypes: ValueType[] = []
  private readonly free: Record<ValueType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] }
  private readonly released = new Set<Local>()
  private readonly labels: (Label | undefined)[] = []

  constructor(
    index: number,
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    isPooled = false,
  ) {
    this.index = index
    this.name = name
    this.parameters = parameters
    this.results = results
    this.constants = isPooled ? new Set() : null
  }

  /** Writes expressions at the end of the body. */
  emit(...expressions: readonly Expression[]): this {
    for (let i = 0; i < expressions.length; i++) expressions[i]!(this)
    return this
  }

  /** A local variable, a released one of the type if there is any; its value is arbitrary until it is set. */
  local(type: ValueType): Local {
    const recycled = this.free[type].pop()
    if (recycled !== undefined) {
      this.released.delete(recycled)
      return recycled
    }
    const index = this.parameters.length + this.localTypes.length
    if (index >= maximumLocals) {
      throw new RangeError(`${this.name}: more than ${maximumLocals} locals. Release those not needed, or split it.`)
    }
    this.localTypes.push(type)
    return index
  }

  /** Several local variables of one type. */
  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type))
  }

  /** Gives a local back for later use by `local`; a parameter, or a local twice, throws. */
  release(local: Local): void {
    const type = this.localTypes[local - this.parameters.length]
    if (type === undefined) throw new Error(`${this.name}: local ${local} is not one that was taken by local().`)
    if (this.released.has(local)) throw new Error(`${this.name}: local ${local} is released twice.`)
    this.released.add(local)
    this.free[type].push(local)
  }

  /** Writes code in which each pooled constant is loaded once, but not by what runs conditionally inside it. */
  sharingConstants(write: () => void): void {
    const around = this.shared
    const own = new Map<number, Local>()
    this.shared = own
    write()
    this.shared = around
    for (const local of own.values()) this.release(local)
  }

  /** Writes code that may not run, or more than once. */
  withoutSharing(write: () => void): void {
    const around = this.shared
    this.shared = null
    write()
    this.shared = around
  }

  /** The local that holds a pooled constant from now on, and whether it does so already; null where none is shared. */
  sharedConstant(address: number): { readonly local: Local; readonly isSet: boolean } | null {
    if (this.shared === null) return null
    const known = this.shared.get(address)
    if (known !== undefined) return { local: known, isSet: true }
    const fresh = this.local('v128')
    this.shared.set(address, fresh)
    return { local: fresh, isSet: false }
  }

  /** Takes over the body and the locals of another function of the same parameters. */
  adopt(original: FunctionBuilder): void {
    this.bytes.append(original.bytes.written())
    for (const type of original.localTypes) this.localTypes.push(type)
    for (const address of original.constants ?? []) this.constants!.add(address) // pooled modules copy pooled functions
  }

  /** Opens a block that branches may name; `closeLabel` ends it. */
  openLabel(label: Label | undefined): void {
    this.labels.push(label)
  }

  /** Ends the block opened last. */
  closeLabel(): void {
    this.labels.pop()
  }

  /** How many blocks lie between here and the innermost block of that label; none is an error. */
  labelDepth(label: Label): number {
    const position = this.labels.lastIndexOf(label)
    if (position < 0) throw new Error(`${this.name}: branch to '${label.purpose}' from outside of its block.`)
    return this.labels.length - 1 - position
  }

  /** The entry of the code section: runs of locals, then the body. */
  encode(): ByteWriter {
    const entry = new ByteWriter(this.bytes.length + 16)
    const runs = localRuns(this.localTypes)
    entry.unsigned(runs.length)
    for (const { type, count } of runs) {
      entry.unsigned(count)
      entry.byte(valueTypeCode[type])
    }
    entry.append(this.bytes.written())
    entry.byte(0x0b)
    if (entry.length > maximumFunctionBytes) {
      throw new RangeError(
        `${this.name}: ${entry.length} bytes of code, the limit is ${maximumFunctionBytes}. Split it.`,
      )
    }
    return entry
  }
}

const localRuns = (types: readonly ValueType[]): { type: ValueType; count: number }[] => {
  const runs: { type: ValueType; count: number }[] = []
  for (let i = 0; i < types.length; i++) {
    const last = runs[runs.length - 1]
    if (last !== undefined && last.type === types[i]) last.count++
    else runs.push({ type: types[i]!, count: 1 })
  }
  return runs
}

type Section = { count: number; readonly content: ByteWriter }

const section = (): Section => ({ count: 0, content: new ByteWriter() })

const writeSection = (out: ByteWriter, id: number, { count, content }: Section): void => {
  if (count === 0) return
  const body = new ByteWriter(content.length + 5)
  body.unsigned(count)
  body.append(content.written())
  out.byte(id)
  out.sized(body)
}

/**
 * One module under construction.
 *
 * @example
 * const module = new ModuleBuilder()
 * const square = module.function(['f64'], ['f64'], 'square')
 * square.emit(op('f64.mul', local.get(0), local.get(0)))
 * module.exportFunction('square', square.index)
 * const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()))
 */
export class ModuleBuilder {
  private readonly types = section()
  private readonly typeIndices = new Map<string, number>()
  private readonly imports = section()
  private readonly exports = section()
  private readonly globals = section()
  private readonly segments = section()
  private readonly functions: FunctionBuilder[] = []
  private importedFunctions = 0
  private importedGlobals = 0
  private memoryImported = false
  private readonly isPooled: boolean

  /** `pooled`: constants of vector code stand in the memory, in the part that `constant-pool.ts` describes. */
  constructor({ pooled = false }: { readonly pooled?: boolean } = {}) {
    this.isPooled = pooled
  }

  /** Imports the memory 'env' 'memory'; a shared one needs a maximum. */
  importMemory({ initial, maximum, shared = false }: MemoryImport): void {
    if (this.memoryImported) throw new Error('module: the memory is imported already.')
    if (shared && maximum === undefined) throw new Error('module: a shared memory needs a maximum.')
    this.memoryImported = true
    const content = this.importEntry('env', 'memory', 2)
    content.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0))
    content.unsigned(initial)
    if (maximum !== undefined) content.unsigned(maximum)
  }

  /** Imports a function and answers its index; all imports come before the first own function. */
  importFunction(
    from: string,
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): number {
    if (this.functions.length > 0) throw new Error(`module: import ${from}.${name} before declaring own functions.`)
    this.importEntry(from, name, 0).unsigned(this.typeIndex(parameters, results))
    return this.importedFunctions++
  }

  /** Imports an immutable global, known when the module is instantiated, and answers its index; before all own globals. */
  importGlobal(from: string, name: string, type: ValueType): number {
    if (this.globals.count > 0) throw new Error(`module: import ${from}.${name} before declaring own globals.`)
    const content = this.importEntry(from, name, 3)
    content.byte(valueTypeCode[type])
    content.byte(0)
    return this.importedGlobals++
  }

  /** Declares a function, whose body may be written later, in any order. */
  function(
    parameters: readonly ValueType[],
    results: readonly ValueType[] = [],
    name = `function ${this.importedFunctions + this.functions.length}`,
  ): FunctionBuilder {
    const index = this.importedFunctions + this.functions.length
    const code = new FunctionBuilder(index, name, parameters, results, this.isPooled)
    this.functions.push(code)
    return code
  }

  /** Adds a copy of a function, of any module, that refers to no other function, global or segment. */
  copy(original: FunctionBuilder): FunctionBuilder {
    const code = this.function(original.parameters, original.results, original.name)
    code.adopt(original)
    return code
  }

  /** Makes a function (own or imported) visible under a name. */
  exportFunction(name: string, index: number): void {
    this.exports.count++
    this.exports.content.name(name)
    this.exports.content.byte(0)
    this.exports.content.unsigned(index)
  }

  /** Declares a mutable global that starts as a constant expression, and answers its index. */
  global(type: ValueType, initial: Expression): number {
    this.globals.content.byte(valueTypeCode[type])
    this.globals.content.byte(1)
    this.constant(this.globals.content, initial)
    return this.importedGlobals + this.globals.count++
  }

  /**
   * Adds bytes to the module and answers the index of the segment. With an address (a constant expression) they are
   * written there at instantiation; without, `memoryInit` writes them when asked.
   */
  data(bytes: Uint8Array, address?: Expression): number {
    const { content } = this.segments
    content.byte(address ? 0 : 1)
    if (address) this.constant(content, address)
    content.unsigned(bytes.length)
    content.append(bytes)
    return this.segments.count++
  }

  /** The bytes of the module; building may go on afterwards. */
  encode(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter(4096)
    const segments = this.allSegments()
    out.append(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00))
    const declarations = section()
    const bodies = section()
    for (const code of this.functions) {
      declarations.count = bodies.count = declarations.count + 1
      declarations.content.unsigned(this.typeIndex(code.parameters, code.results))
      bodies.content.sized(code.encode())
    }
    writeSection(out, 1, this.types)
    writeSection(out, 2, this.imports)
    writeSection(out, 3, declarations)
    writeSection(out, 6, this.globals)
    writeSection(out, 7, this.exports)
    if (segments.count > 0) writeSection(out, 12, { count: segments.count, content: new ByteWriter(0) })
    writeSection(out, 10, bodies)
    writeSection(out, 11, segments)
    this.writeNames(out)
    return out.written().slice()
  }

  /** The segments, after them those of the pooled constants. */
  private allSegments(): Section {
    const used = new Set<number>()
    for (const { constants } of this.functions) for (const address of constants ?? []) used.add(address)
    const all = { count: this.segments.count, content: new ByteWriter(this.segments.content.length + 16) }
    all.content.append(this.segments.content.written())
    for (const { address, bytes } of runsOfConstants(used)) {
      all.count++
      all.content.byte(0)
      all.content.byte(0x41) // i32.const
      all.content.signed(address)
      all.content.byte(0x0b)
      all.content.unsigned(bytes.length)
      all.content.append(bytes)
    }
    return all
  }

  /** The index of a function type, equal types sharing one. */
  private typeIndex(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters}→${results}`
    const known = this.typeIndices.get(key)
    if (known !== undefined) return known
    const { content } = this.types
    content.byte(0x60)
    for (const list of [parameters, results]) {
      content.unsigned(list.length)
      for (const type of list) content.byte(valueTypeCode[type])
    }
    this.typeIndices.set(key, this.types.count)
    return this.types.count++
  }

  private importEntry(from: string, name: string, kind: number): ByteWriter {
    this.imports.count++
    this.imports.content.name(from)
    this.imports.content.name(name)
    this.imports.content.byte(kind)
    return this.imports.content
  }

  private constant(content: ByteWriter, expression: Expression): void {
    content.append(new FunctionBuilder(-1, 'constant expression', [], []).emit(expression).bytes.written())
    content.byte(0x0b)
  }

  /** The custom section 'name' with the names of the own functions, for profilers and traps. */
  private writeNames(out: ByteWriter): void {
    const names = new ByteWriter()
    names.unsigned(this.functions.length)
    for (const { index, name } of this.functions) {
      names.unsigned(index)
      names.name(name)
    }
    const content = new ByteWriter(names.length + 16)
    content.name('name')
    content.byte(1)
    content.sized(names)
    out.byte(0)
    out.sized(content)
  }
}
