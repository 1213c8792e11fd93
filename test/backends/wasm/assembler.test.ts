import { describe, expect, it } from 'vitest'
import {
  type Expression,
  type FunctionBuilder,
  ModuleBuilder,
  maximumFunctionBytes,
  maximumLocals,
  type ValueType,
} from '../../../src/backends/wasm/code/assembler.ts'
import { addressOfConstant, POOL_BYTES } from '../../../src/backends/wasm/code/constant-pool.ts'
import { ByteWriter } from '../../../src/backends/wasm/code/encoding.ts'
import {
  add,
  block,
  br,
  brIf,
  brTable,
  call,
  choose,
  dataDrop,
  type ExtractName,
  extractLane,
  f32,
  f32x4,
  f64,
  f64x2,
  forUp,
  global,
  type InstructionName,
  i32,
  i32x4,
  i64,
  i64x2,
  increment,
  type LoadName,
  load,
  loadLane,
  local,
  loop,
  memoryCopy,
  memoryFill,
  memoryGrow,
  memoryInit,
  memorySize,
  multiply,
  newLabel,
  nothing,
  type Operands,
  op,
  pooled,
  type ReplaceName,
  replaceLane,
  returnWith,
  type StoreName,
  scratch,
  sequence,
  share,
  shuffle,
  smaller,
  store,
  storeLane,
  subtract,
  switchOn,
  v128,
  when,
} from '../../../src/backends/wasm/code/instructions.ts'
import { binary, loads, nullary, stores, ternary, unary } from '../../../src/backends/wasm/code/opcodes.ts'
import { supportsRelaxedSimd } from '../../../src/backends/wasm/code/relaxed-simd.ts'
import {
  laneExtracts,
  laneLoads,
  laneReplacements,
  laneStores,
  vectorBinary,
  vectorLoads,
  vectorStores,
  vectorTernary,
  vectorUnary,
} from '../../../src/backends/wasm/code/simd-opcodes.ts'

// The keys of a table are its names: objects of the tables are literals without further keys.
const names = <Table extends object>(table: Table) => Object.keys(table) as (keyof Table)[]

/** A module with one exported function `run`. */
const moduleOf = (
  parameters: readonly ValueType[],
  results: readonly ValueType[],
  write: (code: FunctionBuilder) => void,
): Uint8Array<ArrayBuffer> => {
  const module = new ModuleBuilder()
  module.importMemory({ initial: 1 })
  const code = module.function(parameters, results, 'run')
  write(code)
  module.exportFunction('run', code.index)
  return module.encode()
}

type Run = (...values: (number | bigint)[]) => number | bigint | undefined

const instantiate = (bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.ModuleImports = {}) => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, ...imports } })
  // Only functions of numbers are exported by the modules of this file.
  return { memory, exports: exports as Record<string, Run> }
}

const runOf = (parameters: readonly ValueType[], results: readonly ValueType[], ...body: readonly Expression[]): Run =>
  instantiate(moduleOf(parameters, results, (code) => code.emit(...body))).exports.run!

const constants: Record<ValueType, Expression> = { i32: i32(1), i64: i64(1n), f32: f32(1), f64: f64(1), v128: f32x4(1) }

/** The type of a prefix of an instruction's name. */
const typeOfPrefix = (prefix: string): ValueType =>
  prefix === 'i32' || prefix === 'i64' || prefix === 'f32' || prefix === 'f64' ? prefix : 'v128'

/** The operand and result types of an instruction without immediates, read off its name by the specification's conventions. */
const signature = (name: InstructionName, arity: number): { operands: ValueType[]; result?: ValueType } => {
  const [prefix = '', verb = ''] = name.split('.')
  const own = typeOfPrefix(prefix)
  if (name === 'unreachable' || name === 'nop') return { operands: [] }
  if (name === 'drop') return { operands: ['f64'] }
  if (name === 'select') return { operands: ['v128', 'v128', 'i32'], result: 'v128' }
  if (own === 'v128') {
    const scalar: ValueType = prefix.startsWith('f32')
      ? 'f32'
      : prefix.startsWith('f64')
        ? 'f64'
        : prefix.startsWith('i64')
          ? 'i64'
          : 'i32'
    if (verb === 'splat') return { operands: [scalar], result: 'v128' }
    const operands = Array<ValueType>(arity).fill('v128')
    if (/^sh[lr]/.test(verb)) operands[1] = 'i32'
    return { operands, result: /true$|^bitmask$/.test(verb) ? 'i32' : 'v128' }
  }
  const source = /_([if](?:32|64))(?:_[su])?$/.exec(verb)?.[1]
  const operands = Array<ValueType>(arity).fill(source ? typeOfPrefix(source) : own)
  return { operands, result: /^(eqz?|ne|[lg][te](_[su])?)$/.test(verb) ? 'i32' : own }
}

const validates = (result: ValueType | undefined, body: Expression): boolean =>
  WebAssembly.validate(moduleOf([], result ? [result] : [], (code) => code.emit(body)))

const relaxed = (name: string): boolean => name.includes('relaxed')

describe('every instruction validates with the types that its name says', () => {
  const arities = [
    nullary,
    { ...unary, ...vectorUnary },
    { ...binary, ...vectorBinary },
    { ...ternary, ...vectorTernary },
  ]
  const table = arities.flatMap((group, arity) =>
    names<object>(group).map((name) => ({ name: name as InstructionName, arity })),
  )

  it.each(table)('$name', ({ name, arity }) => {
    const { operands, result } = signature(name, arity)
    expect(operands).toHaveLength(arity)
    // The number of operands is that of the table, which stands one line above.
    const body = op(name, ...(operands.map((type) => constants[type]) as unknown as Operands<InstructionName>))
    expect(validates(result, body)).toBe(relaxed(name) ? supportsRelaxedSimd() : true)
  })

  it('has all of the specification', () => {
    const count = (...tables: object[]) => tables.reduce((sum, entries) => sum + Object.keys(entries).length, 0)
    expect(count(nullary, unary, binary, ternary)).toBe(140)
    expect(count(vectorUnary, vectorBinary, vectorTernary)).toBe(218)
    expect(count(loads, stores, vectorLoads, vectorStores, laneLoads, laneStores)).toBe(45)
    expect(count(laneExtracts, laneReplacements)).toBe(14)
  })

  it.each(names({ ...loads, ...vectorLoads }))('%s', (name: LoadName) => {
    const type = typeOfPrefix(name.split('.')[0]!)
    expect(validates(type, load(name, i32(8), 24))).toBe(true)
    expect(validates(type, load(name, i32(8), 24, 0))).toBe(true)
    const natural = { ...loads, ...vectorLoads }[name][1]
    expect(validates(type, load(name, i32(8), 24, natural + 1))).toBe(false)
  })

  it.each(names({ ...stores, ...vectorStores }))('%s', (name: StoreName) => {
    const value = constants[typeOfPrefix(name.split('.')[0]!)]
    const natural = { ...stores, ...vectorStores }[name][1]
    expect(validates(undefined, store(name, i32(8), value, 24))).toBe(true)
    expect(validates(undefined, store(name, i32(8), value, 24, natural + 1))).toBe(false)
  })

  it.each(names(laneLoads))('%s', (name) => {
    expect(validates('v128', loadLane(name, i32(8), f32x4(0), 1, 4))).toBe(true)
    expect(validates('v128', loadLane(name, i32(8), f32x4(0), 16 >> laneLoads[name][1]))).toBe(false)
  })

  it.each(names(laneStores))('%s', (name) => {
    expect(validates(undefined, storeLane(name, i32(8), f32x4(0), 1, 4))).toBe(true)
    expect(validates(undefined, storeLane(name, i32(8), f32x4(0), 16 >> laneStores[name][1]))).toBe(false)
  })

  const scalarOf = (name: string): ValueType =>
    name.startsWith('f') || name.startsWith('i64') || name.startsWith('i32') ? typeOfPrefix(name.slice(0, 3)) : 'i32'

  it.each(names(laneExtracts))('%s', (name: ExtractName) => {
    const lanes = Number(name.split('.')[0]!.split('x')[1])
    expect(validates(scalarOf(name), extractLane(name, f32x4(0), lanes - 1))).toBe(true)
    expect(validates(scalarOf(name), extractLane(name, f32x4(0), lanes))).toBe(false)
  })

  it.each(names(laneReplacements))('%s', (name: ReplaceName) => {
    expect(validates('v128', replaceLane(name, f32x4(0), 1, constants[scalarOf(name)]))).toBe(true)
  })
})

describe('numbers survive', () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8192, -8193, 2 ** 31 - 1, -(2 ** 31), 2 ** 30, -(2 ** 27) - 1])(
    'i32 %d',
    (value) => expect(runOf([], ['i32'], i32(value))()).toBe(value),
  )

  it('i32 from the unsigned half', () => {
    expect(runOf([], ['i32'], i32(2 ** 32 - 1))()).toBe(-1)
    expect(runOf([], ['i32'], i32(2 ** 31))()).toBe(-(2 ** 31))
  })

  it.each([0n, -1n, 63n, 64n, -64n, -65n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n), 123456789012345678n, -(2n ** 34n)])(
    'i64 %d',
    (value) => expect(runOf([], ['i64'], i64(value))()).toBe(value),
  )

  it('i64 from the unsigned half', () => expect(runOf([], ['i64'], i64(2n ** 64n - 1n))()).toBe(-1n))

  it.each([0, -0, 1, Math.PI, -1e-310, 5e-324, Number.MAX_VALUE, Infinity, -Infinity, NaN])('f64 %d', (value) => {
    expect(runOf([], ['f64'], f64(value))()).toBe(value)
    expect(runOf([], ['f32'], f32(value))()).toBe(Math.fround(value))
  })

  it('lanes of vectors', () => {
    const floats = [0, 1, 2, 3].map((lane) =>
      runOf([], ['f32'], extractLane('f32x4.extract_lane', f32x4(1, -2, 0.5, 1e9), lane))(),
    )
    expect(floats).toEqual([1, -2, 0.5, 1e9])
    const integers = [0, 1, 2, 3].map((lane) =>
      runOf([], ['i32'], extractLane('i32x4.extract_lane', i32x4(1, -2, 2 ** 32 - 1, 7), lane))(),
    )
    expect(integers).toEqual([1, -2, -1, 7])
    expect(
      [0, 1].map((lane) => runOf([], ['f64'], extractLane('f64x2.extract_lane', f64x2(Math.E, -0), lane))()),
    ).toEqual([Math.E, -0])
    expect(
      [0, 1].map((lane) => runOf([], ['i64'], extractLane('i64x2.extract_lane', i64x2(2n ** 64n - 1n, 5n), lane))()),
    ).toEqual([-1n, 5n])
    expect(runOf([], ['f32'], extractLane('f32x4.extract_lane', f32x4(2.5), 3))()).toBe(2.5)
    expect(runOf([], ['f64'], extractLane('f64x2.extract_lane', f64x2(2.5), 1))()).toBe(2.5)
    expect(
      runOf(
        [],
        ['i32'],
        extractLane('i8x16.extract_lane_u', v128(Uint8Array.from({ length: 16 }, (_, i) => 240 + i)), 5),
      )(),
    ).toBe(245)
  })
})

describe('LEB128', () => {
  const written = (write: (out: ByteWriter) => void): number[] => {
    const out = new ByteWriter(1)
    write(out)
    return [...out.written()]
  }

  it('unsigned', () => {
    expect(written((out) => out.unsigned(0))).toEqual([0])
    expect(written((out) => out.unsigned(127))).toEqual([0x7f])
    expect(written((out) => out.unsigned(128))).toEqual([0x80, 0x01])
    expect(written((out) => out.unsigned(624485))).toEqual([0xe5, 0x8e, 0x26])
    expect(written((out) => out.unsigned(2 ** 32 - 1))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f])
  })

  it('signed', () => {
    expect(written((out) => out.signed(-123456))).toEqual([0xc0, 0xbb, 0x78])
    expect(written((out) => out.signed(-(2 ** 31)))).toEqual([0x80, 0x80, 0x80, 0x80, 0x78])
    expect(written((out) => out.signed64(-(2n ** 63n)))).toEqual([...Array(9).fill(0x80), 0x7f])
    expect(written((out) => out.signed64(64n))).toEqual([0xc0, 0x00])
  })

  it('refuses what does not fit', () => {
    const out = new ByteWriter()
    expect(() => out.unsigned(-1)).toThrow(/not an unsigned 32-bit/)
    expect(() => out.unsigned(1.5)).toThrow(/not an unsigned 32-bit/)
    expect(() => out.unsigned(2 ** 32)).toThrow(/not an unsigned 32-bit/)
    expect(() => out.signed(2 ** 32)).toThrow(/not a 32-bit/)
    expect(() => out.signed(-(2 ** 31) - 1)).toThrow(/not a 32-bit/)
    expect(() => out.signed64(2n ** 64n)).toThrow(/not a 64-bit/)
  })
})

describe('functions', () => {
  it('are called before they are written', () => {
    const module = new ModuleBuilder()
    const even = module.function(['i32'], ['i32'], 'even')
    const odd = module.function(['i32'], ['i32'], 'odd')
    const n = local.get(0)
    even.emit(choose('i32', n, call(odd.index, subtract(n, i32(1))), i32(1)))
    odd.emit(choose('i32', n, call(even.index, subtract(n, i32(1))), i32(0)))
    module.exportFunction('even', even.index)
    const { even: run } = instantiate(module.encode()).exports
    expect([0, 1, 7, 10].map((value) => run!(value))).toEqual([1, 0, 0, 1])
  })

  it('are imported, and share types', () => {
    const module = new ModuleBuilder()
    module.importMemory({ initial: 1 })
    const twice = module.importFunction('env', 'twice', ['f64'], ['f64'])
    const code = module.function(['f64'], ['f64'])
    code.emit(call(twice, call(twice, local.get(0))))
    module.exportFunction('run', code.index)
    const bytes = module.encode()
    expect(instantiate(bytes, { twice: (x: number) => 2 * x }).exports.run!(3)).toBe(12)
    // Section 1 stands first: its number of types is at byte 10.
    expect([bytes[8], bytes[10]]).toEqual([1, 1])
    expect(() => module.importFunction('env', 'late', [])).toThrow(/before declaring own functions/)
  })

  it('recycle their locals', () => {
    const code = new ModuleBuilder().function(['i32'])
    const first = code.local('v128')
    const second = code.local('v128')
    code.release(first)
    expect(code.local('f64')).toBe(3)
    expect(code.local('v128')).toBe(first)
    code.release(second)
    expect(() => code.release(second)).toThrow(/twice/)
    expect(() => code.release(0)).toThrow(/not one that was taken/)
    for (let i = 0; i < 100_000; i++) code.emit(share('f32', f32(1), (x) => op('drop', x)))
    expect(code.local('f32')).toBe(4)
  })

  it('are copied between modules', () => {
    const original = new ModuleBuilder().function(['f64'], ['f64'], 'cube')
    const [x, y] = original.locals('f64', 2)
    original.emit(local.set(x, local.get(0)), local.set(y, op('f64.mul', local.get(x), local.get(x))))
    original.emit(op('f64.mul', local.get(x), local.get(y)))
    const module = new ModuleBuilder()
    const copies = [module.copy(original), module.copy(original)]
    module.exportFunction('run', copies[1].index)
    expect(copies.map(({ index, name }) => [index, name])).toEqual([
      [0, 'cube'],
      [1, 'cube'],
    ])
    expect(instantiate(module.encode()).exports.run(3)).toBe(27)
  })

  it('have as many locals as the engine takes, and no more', () => {
    const bytes = moduleOf([], ['i32'], (code) => {
      const types: ValueType[] = ['i32', 'v128', 'f64']
      for (let i = 0; i < maximumLocals - 1; i++) code.local(types[(i >> 14) % 3]!)
      const last = code.local('i32')
      code.emit(local.set(last, i32(7)), local.get(last))
      expect(() => code.local('i32')).toThrow(/more than 50000 locals/)
    })
    expect(instantiate(bytes).exports.run!()).toBe(7)
    expect(bytes.length).toBeLessThan(200)
  })

  it('may be big', () => {
    const count = 200_000
    const bytes = moduleOf([], ['i32'], (code) => {
      const total = code.local('i32')
      for (let i = 0; i < count; i++) code.emit(increment(total, i32(i)))
      code.emit(local.get(total))
    })
    expect(bytes.length).toBeGreaterThan(1_000_000)
    expect(instantiate(bytes).exports.run!()).toBe(((count * (count - 1)) / 2) | 0)
  })

  it('are refused when too big', () => {
    const module = new ModuleBuilder()
    module.function([], [], 'giant').bytes.append(new Uint8Array(maximumFunctionBytes - 1).fill(0x01))
    expect(() => module.encode()).toThrow(/giant: 7654322 bytes of code, the limit is 7654321/)
  })

  it('have names in traps', () => {
    const module = new ModuleBuilder()
    const code = module.function([], [], 'layer 3')
    code.emit(op('unreachable'))
    module.exportFunction('run', code.index)
    const { run } = instantiate(module.encode()).exports
    let trace = ''
    try {
      run!()
    } catch (error) {
      trace = error instanceof Error ? `${error.stack}` : ''
    }
    expect(trace).toContain('layer 3')
  })
})

describe('control', () => {
  const [n, total, i] = [0, 1, 2] as const

  it('counts up', () => {
    const bytes = moduleOf(['i32'], ['i32'], (code) => {
      expect([code.local('i32'), code.local('i32')]).toEqual([total, i])
      code.emit(forUp(i, i32(0), local.get(n), 3, increment(total, local.get(i))), local.get(total))
    })
    const { run } = instantiate(bytes).exports
    expect([0, 1, 3, 4, 10].map((value) => run!(value))).toEqual([0, 0, 0, 3, 18])
  })

  it('counts up at least once with nonEmpty', () => {
    const bytes = moduleOf(['i32'], ['i32'], (code) => {
      const [sum, index] = [code.local('i32'), code.local('i32')]
      code.emit(forUp(index, i32(5), local.get(n), 3, increment(sum, local.get(index)), true), local.get(sum))
    })
    const { run } = instantiate(bytes).exports
    expect([0, 6, 9].map((value) => run!(value))).toEqual([5, 5, 13])
  })

  it('branches to labels through any nesting', () => {
    const [outer, turn] = [newLabel('outer'), newLabel('turn')]
    const bytes = moduleOf(['i32'], ['i32'], (code) => {
      const count = code.local('i32')
      code.emit(
        block(
          outer,
          loop(
            turn,
            increment(count, i32(1)),
            when(op('i32.eq', local.get(count), local.get(n)), br(outer), increment(count, i32(1))),
            brIf(turn, op('i32.lt_u', local.get(count), i32(100))),
          ),
        ),
        local.get(count),
      )
    })
    const { run } = instantiate(bytes).exports
    expect([7, 8].map((value) => run!(value))).toEqual([7, 100])
  })

  it('selects by table, and returns', () => {
    const [first, second, other] = [newLabel('first'), newLabel('second'), newLabel('other')]
    const run = runOf(
      ['i32'],
      ['i32'],
      block(
        other,
        block(second, block(first, brTable([first, second], other, local.get(n))), returnWith(i32(10))),
        returnWith(i32(20)),
      ),
      i32(30),
    )
    expect([0, 1, 2, 99].map((value) => run(value))).toEqual([10, 20, 30, 30])
  })

  it('switches between cases, the last one for all greater numbers', () => {
    const bytes = moduleOf(['i32'], ['i32'], (code) => {
      const answer = code.local('i32')
      const cases = [10, 20, 30].map((value) => increment(answer, i32(value)))
      code.emit(switchOn(local.get(n), cases), local.get(answer))
    })
    const { run } = instantiate(bytes).exports
    expect([0, 1, 2, 3, -1].map((value) => run(value))).toEqual([10, 20, 30, 30, 30])
  })

  it('refuses a branch from outside', () => {
    const code = new ModuleBuilder().function([], [], 'f')
    expect(() => code.emit(br(newLabel('exit')))).toThrow("f: branch to 'exit' from outside of its block")
  })
})

describe('values', () => {
  it('shuffles lanes of every width', () => {
    const lane = (vector: Expression, index: number) =>
      runOf([], ['f32'], extractLane('f32x4.extract_lane', vector, index))()
    const [a, b] = [f32x4(0, 1, 2, 3), f32x4(4, 5, 6, 7)]
    const all = (vector: Expression) => [0, 1, 2, 3].map((index) => lane(vector, index))
    expect(all(shuffle(a, b, [0, 4, 1, 5]))).toEqual([0, 4, 1, 5])
    expect(all(shuffle(a, b, [1, 2]))).toEqual([2, 3, 4, 5])
    expect(all(shuffle(a, b, [14, 15, 0, 1, 2, 3, 4, 5]))).toEqual([7, 0, 1, 2])
    expect(all(shuffle(a, b, [4, 5, 6, 7, 28, 29, 30, 31, 0, 1, 2, 3, 16, 17, 18, 19]))).toEqual([1, 7, 0, 4])
    expect(() => shuffle(a, b, [0, 1, 2])).toThrow(/3 lanes/)
  })

  it('replaces, bitselects, compares and converts lanes', () => {
    const first = (vector: Expression) => runOf([], ['i32'], extractLane('i32x4.extract_lane', vector, 0))()
    expect(first(op('i64x2.gt_s', i64x2(5n), i64x2(-5n)))).toBe(-1)
    expect(first(op('i64x2.lt_s', i64x2(5n), i64x2(-5n)))).toBe(0)
    expect(first(op('i64x2.extend_low_i32x4_s', i32x4(-3)))).toBe(-3)
    expect(first(op('i32x4.trunc_sat_f32x4_s', f32x4(1e20)))).toBe(2 ** 31 - 1)
    expect(first(op('i32x4.trunc_sat_f64x2_s_zero', f64x2(-7.9)))).toBe(-7)
    expect(first(op('v128.bitselect', i32x4(0xff), i32x4(0), i32x4(0x0f)))).toBe(0x0f)
    expect(first(op('i32x4.shr_u', i32x4(-1), i32(28)))).toBe(15)
    expect(first(op('f32x4.convert_i32x4_u', i32x4(-1)))).toBe(0x4f800000)
    expect(first(replaceLane('i32x4.replace_lane', i32x4(1), 0, i32(42)))).toBe(42)
    expect(
      runOf([], ['i32'], op('i8x16.bitmask', v128(Uint8Array.from({ length: 16 }, (_, i) => (i % 3) * 0x80))))(),
    ).toBe([...Array(16).keys()].reduce((mask, i) => mask | (i % 3 === 1 ? 1 << i : 0), 0))
  })

  it('does integer arithmetic on addresses', () => {
    expect(runOf([], ['i32'], add(multiply(i32(6), i32(7)), subtract(i32(3), i32(5))))()).toBe(40)
    expect(runOf([], ['i32'], smaller(i32(-1), i32(3)))()).toBe(3)
    expect(
      runOf(
        ['i32'],
        ['i32'],
        scratch('i32', (x) => sequence(local.tee(x, local.get(0)), op('i32.add', nothing, local.get(x)))),
      )(21),
    ).toBe(42)
  })
})

describe('memory', () => {
  it('loads and stores at offsets', () => {
    const bytes = moduleOf(['i32'], [], (code) =>
      code.emit(
        store('v128.store', local.get(0), f32x4(1, 2, 3, 4), 16),
        store('f64.store', local.get(0), load('f64.load', local.get(0), 16), 40),
        storeLane('v128.store32_lane', local.get(0), load('v128.load', local.get(0), 16), 2, 4),
        store('v128.store', local.get(0), loadLane('v128.load32_lane', local.get(0), f32x4(9), 3, 16), 48),
        store('i32.store8', local.get(0), i32(0x1ff), 64),
      ),
    )
    const { memory, exports } = instantiate(bytes)
    exports.run!(64)
    expect([...new Float32Array(memory.buffer, 64, 16)]).toEqual([0, 3, 0, 0, 1, 2, 3, 4, 0, 0, 1, 2, 9, 9, 9, 1])
    expect(new Uint32Array(memory.buffer, 128, 1)[0]).toBe(0xff)
  })

  it('reaches static offsets beyond 2 GiB', () => {
    expect(runOf([], ['i32'], load('i32.load', i32(-8), 8))).toThrow(WebAssembly.RuntimeError)
    expect(validates('i32', load('i32.load', i32(0), 2 ** 32 - 4))).toBe(true)
    expect(() => validates('i32', load('i32.load', i32(0), 2 ** 32))).toThrow(/unsigned 32-bit/)
  })

  it('grows, fills, copies', () => {
    const bytes = moduleOf([], ['i32'], (code) =>
      code.emit(
        op('drop', memoryGrow(i32(2))),
        memoryFill(i32(65536), i32(7), i32(16)),
        memoryCopy(i32(65540), i32(65535), i32(4)),
        memorySize(),
      ),
    )
    const { memory, exports } = instantiate(bytes)
    expect(exports.run!()).toBe(3)
    expect([...new Uint8Array(memory.buffer, 65536, 8)]).toEqual([7, 7, 7, 7, 0, 7, 7, 7])
  })

  it('holds data segments, active and passive', () => {
    const module = new ModuleBuilder()
    module.importMemory({ initial: 1 })
    module.data(Uint8Array.of(1, 2, 3), i32(100))
    const passive = module.data(Uint8Array.of(4, 5, 6))
    const code = module.function([])
    code.emit(memoryInit(passive, i32(200), i32(1), i32(2)), dataDrop(passive))
    module.exportFunction('run', code.index)
    const { memory, exports } = instantiate(module.encode())
    const view = new Uint8Array(memory.buffer)
    expect([...view.subarray(100, 103), ...view.subarray(200, 202)]).toEqual([1, 2, 3, 0, 0])
    exports.run!()
    expect([...view.subarray(200, 203)]).toEqual([5, 6, 0])
    expect(() => exports.run!()).toThrow(WebAssembly.RuntimeError)
  })

  it('imports a shared one with a maximum only', () => {
    const module = new ModuleBuilder()
    expect(() => module.importMemory({ initial: 1, shared: true })).toThrow(/needs a maximum/)
    module.importMemory({ initial: 1, maximum: 65536, shared: true })
    expect(() => module.importMemory({ initial: 1 })).toThrow(/already/)
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true })
    expect(() => new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } })).not.toThrow()
  })

  it('has globals, own and imported', () => {
    const module = new ModuleBuilder()
    module.importMemory({ initial: 1 })
    const base = module.importGlobal('env', 'base', 'i32')
    const counter = module.global('i32', global.get(base))
    const code = module.function([], ['i32'])
    code.emit(global.set(counter, add(global.get(counter), i32(1))), global.get(counter))
    module.exportFunction('run', code.index)
    const { run } = instantiate(module.encode(), { base: 40 }).exports
    expect([run!(), run!()]).toEqual([41, 42])
    expect(() => module.importGlobal('env', 'late', 'i32')).toThrow(/before declaring own globals/)
  })
})

describe('types of expressions', () => {
  it('are checked by the compiler', () => {
    // @ts-expect-error unknown name
    expect(() => new ModuleBuilder().function([]).emit(op('i32.plus', i32(1), i32(2)))).toThrow(
      /no instruction 'i32.plus'/,
    )
    // @ts-expect-error one operand too few
    expect(validates('i32', op('i32.add', i32(1)))).toBe(false)
    expect(() => v128(new Uint8Array(15))).toThrow(/15 bytes/)
  })

  it('accepts names composed of parts', () => {
    const sum = (type: 'f32x4' | 'f64x2') => op(`${type}.add`, f32x4(0), f32x4(0))
    expect(validates('v128', sum('f32x4'))).toBe(true)
  })
})

describe('pooled constants', () => {
  const bytes = (first: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => first + i)
  const lanesOf = (isPooled: boolean): readonly number[] => {
    const module = new ModuleBuilder({ pooled: isPooled })
    module.importMemory({ initial: 1 })
    const code = module.function(['i32'], [])
    code.emit(
      store('v128.store', local.get(0), pooled(bytes(7))),
      store('v128.store', local.get(0), pooled(bytes(90)), 16),
    )
    module.exportFunction('run', code.index)
    const memory = new WebAssembly.Memory({ initial: 1 })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } })
    const run = exports.run as (address: number) => void // as defined above
    run(POOL_BYTES)
    return [...new Uint8Array(memory.buffer, POOL_BYTES, 32)]
  }

  it('are the same numbers as constants in place', () => {
    expect(lanesOf(true)).toEqual([...bytes(7), ...bytes(90)])
    expect(lanesOf(false)).toEqual(lanesOf(true))
  })

  it('have one place each, and end where the pool does', () => {
    const number = (i: number): Uint8Array => new Uint8Array(Uint32Array.of(i, 1, 2, 3).buffer)
    const first = addressOfConstant(number(0))
    const rare = Array.from({ length: 600 }, (_, i) => addressOfConstant(number(i), 'rare'))
    expect(rare[0]).toBe(first)
    expect(rare.at(-1)).toBe(null)
    expect(rare.every((address) => address === null || address + 16 <= POOL_BYTES / 2)).toBe(true)
    expect(addressOfConstant(bytes(200))).not.toBe(null)
  })
})
