/**
 * The meaning of the lower language, executed: a planned routine over one ArrayBuffer, by addresses. The oracle of every emitter.
 * Scalars are computed by the primitives' own `evaluate`; float32 is rounded after every operation. Every access is checked
 * against its buffer, and the arena starts full of garbage.
 */
import { bytesOf, type StorageArray, viewOf } from '../../src/core/dtype.ts'
import type { Ndarray } from '../../src/core/ndarray.ts'
import { referenceData } from '../../src/core/ndarray.ts'
import { epilogueKernel, type Finished, finishedImage, hasEpilogue } from '../../src/kernels/fusion/epilogue-kernel.ts'
import type {
  Address,
  Buffer,
  Contraction,
  Convolution,
  Kernel,
  Local,
  Loop,
  MatrixOperand,
  Node,
  Operand,
  PlannedRoutine,
  Routine,
  RowOperand,
  Statement,
  Step,
} from '../../src/kernels/language/kernel.ts'
import { elementwisePrimitives } from '../../src/primitives/index.ts'
import type { DType } from '../../types/dtype.ts'

/** Byte addresses of a routine's inputs and outputs. */
interface Frame {
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** Runs a planned routine on storage arrays; returns its outputs. `donated`: outputs that take the memory of inputs. */
export function interpret(
  { routine, arenaBytes }: PlannedRoutine,
  inputs: readonly StorageArray[],
  donated: ReadonlyMap<number, number> = new Map(),
): StorageArray[] {
  let bytes = 16
  const reserve = (buffer: Buffer): number => {
    const address = bytes
    bytes = Math.ceil((bytes + buffer.elements * bytesOf(buffer.dtype) + 16) / 16) * 16
    return address
  }
  const addresses = routine.inputs.map(reserve)
  const outputs = routine.outputs.map((buffer, i) => (donated.has(i) ? addresses[donated.get(i)!] : reserve(buffer)))
  const frame = { inputs: addresses, outputs }
  const given = new Set(donated.values())
  const arena = bytes
  const machine = new Machine(new ArrayBuffer(bytes + arenaBytes + 16), arena)
  routine.inputs.forEach((buffer, i) => {
    if (inputs[i].length !== buffer.elements)
      throw new Error(`input ${i} has ${inputs[i].length} elements, not ${buffer.elements}`)
    machine.array(buffer, frame.inputs[i]).set(inputs[i])
  })
  machine.run(routine, frame)
  routine.inputs.forEach((buffer, i) => {
    if (given.has(i)) return
    const now = machine.array(buffer, frame.inputs[i])
    for (let k = 0; k < now.length; k++)
      if (!Object.is(now[k], inputs[i][k])) throw new Error(`input ${i} of ${routine.name} was overwritten at ${k}`)
  })
  return routine.outputs.map((buffer, i) => machine.array(buffer, frame.outputs[i]).slice())
}

class Machine {
  readonly memory: ArrayBuffer
  readonly arena: number
  readonly #compiled = new Map<Kernel, (frame: Frame) => void>()
  readonly #epilogues = new Map<Contraction | Step, Kernel>()

  constructor(memory: ArrayBuffer, arena: number) {
    this.memory = memory
    this.arena = arena
    new Uint32Array(memory, 0, memory.byteLength >> 2).fill(0x7fedbeef) // NaN as float32
  }

  array({ dtype, elements }: Buffer, address: number): StorageArray {
    return viewOf(dtype, this.memory, address, elements)
  }

  addressOf({ id, place }: Buffer, frame: Frame): number {
    if (place === null) throw new Error(`buffer ${id} has no place`)
    if (place.kind === 'arena') return this.arena + place.offset
    return place.kind === 'input' ? frame.inputs[place.index] : frame.outputs[place.index]
  }

  run({ steps }: Routine, frame: Frame): void {
    for (const step of steps) this.#step(step, frame)
  }

  #step(step: Step, frame: Frame): void {
    switch (step.kind) {
      case 'kernel':
        this.#kernel(step.kernel, frame)
        break
      case 'contract':
        this.#contract(step.contraction, frame)
        break
      case 'convolve':
        this.#convolve(step.convolution, frame)
        this.#finish(step, finishedImage(step.convolution), frame)
        break
      case 'copy':
        this.#slice(step.to, step.elements, frame).set(this.#slice(step.from, step.elements, frame))
        break
      case 'scan':
        this.#scan(step, frame)
        break
      case 'while':
        this.#while(step, frame)
        break
      case 'cond': {
        const last = step.branches.length - 1
        const chosen = Math.min(Math.max(this.#slice(step.selector, 1, frame)[0], 0), last)
        this.run(step.branches[chosen], {
          inputs: step.inputs.map((operand) => this.#pointer(operand, frame)),
          outputs: step.outputs.map((operand) => this.#pointer(operand, frame)),
        })
        break
      }
      case 'host': {
        const sizes = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
        const results = step.callback(step.inputs.map((o) => this.#slice(o, sizes(o.shape), frame).slice()))
        step.outputs.forEach((o, i) => {
          this.#slice(o, sizes(o.shape), frame).set(results[i])
        })
      }
    }
  }

  #pointer({ buffer, offset }: Operand, frame: Frame): number {
    return this.addressOf(buffer, frame) + offset * bytesOf(buffer.dtype)
  }

  #slice(operand: Operand, length: number, frame: Frame): StorageArray {
    const { buffer, offset } = operand
    if (offset < 0 || offset + length > buffer.elements)
      throw new Error(`${offset} … ${offset + length} outside a buffer of ${buffer.elements}`)
    return viewOf(buffer.dtype, this.memory, this.#pointer(operand, frame), length)
  }

  #contract(contraction: Contraction, frame: Frame): void {
    this.#product(contraction, frame)
    this.#finish(contraction, hasEpilogue(contraction) ? contraction : null, frame)
  }

  #finish(key: Contraction | Step, product: Finished | null, frame: Frame): void {
    if (product === null) return
    const kernel = this.#epilogues.get(key) ?? epilogueKernel(product)
    this.#epilogues.set(key, kernel)
    this.#kernel(kernel, frame)
  }

  #product({ dtype, batch, rows, columns, inner, a, b, c }: Contraction, frame: Frame): void {
    const [x, y, z] = [a, b, c].map((operand) => this.array(operand.buffer, this.addressOf(operand.buffer, frame)))
    const at = (data: StorageArray, operand: MatrixOperand, index: readonly number[], i: number, j: number): number => {
      let position = operand.offset + i * operand.rowStride + j * operand.columnStride
      index.forEach((n, axis) => {
        position += n * operand.batchStrides[axis]
      })
      if (position < 0 || position >= data.length)
        throw new Error(`contraction reaches element ${position} of ${data.length}`)
      return position
    }
    for (const index of indices(batch)) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0
          for (let k = 0; k < inner; k++) sum += x[at(x, a, index, i, k)] * y[at(y, b, index, k, j)]
          z[at(z, c, index, i, j)] = dtype === 'float32' ? Math.fround(sum) : sum
        }
      }
    }
  }

  #convolve({ dtype, form, batch, groups, channelsIn, channelsOut, axes, x, w, y }: Convolution, frame: Frame): void {
    const sizes = (side: 'input' | 'window' | 'output') => axes.map((axis) => axis[side])
    const area = (extents: readonly number[]) => extents.reduce((a, b) => a * b, 1)
    const [inputs, windows, outputs] = [sizes('input'), sizes('window'), sizes('output')]
    const flat = (extents: readonly number[], index: readonly number[]) =>
      index.reduce((position, i, axis) => position * extents[axis] + i, 0)
    const [ci, co] = [groups * channelsIn, groups * channelsOut]
    const data = {
      x: this.#slice(x, batch * area(inputs) * ci, frame),
      w: this.#slice(w, area(windows) * channelsIn * co, frame),
      y: this.#slice(y, batch * area(outputs) * co, frame),
    }
    const written = form === 'forward' ? 'y' : form === 'input' ? 'x' : 'w'
    const sums = new Float64Array(data[written].length)
    for (const [b, ...o] of indices([batch, ...outputs])) {
      for (const k of indices(windows)) {
        const at = axes.map(({ stride, dilation, before }, i) => o[i] * stride + k[i] * dilation - before)
        if (at.some((i, axis) => i < 0 || i >= inputs[axis])) continue
        for (let g = 0; g < groups; g++) {
          for (let c = 0; c < channelsIn; c++) {
            for (let q = 0; q < channelsOut; q++) {
              const place = {
                x: flat([batch, ...inputs], [b, ...at]) * ci + g * channelsIn + c,
                w: (flat(windows, k) * channelsIn + c) * co + g * channelsOut + q,
                y: flat([batch, ...outputs], [b, ...o]) * co + g * channelsOut + q,
              }
              const [p, r] = (['x', 'w', 'y'] as const).filter((name) => name !== written)
              sums[place[written]] += data[p][place[p]] * data[r][place[r]]
            }
          }
        }
      }
    }
    data[written].set(dtype === 'float32' ? Float32Array.from(sums) : sums)
  }

  #scan(step: Extract<Step, { kind: 'scan' }>, frame: Frame): void {
    const count = step.count === null ? step.length : Math.min(this.#slice(step.count, 1, frame)[0], step.length)
    const point = (operands: readonly Operand[]) => operands.map((operand) => this.#pointer(operand, frame))
    const row = (operands: readonly RowOperand[], i: number) =>
      operands.map((o) => this.#pointer({ buffer: o.buffer, offset: o.offset + i * o.row }, frame))
    for (const y of step.ys) this.#slice(y, step.length * y.row, frame).fill(0)
    let carry = point(step.start)
    for (let run = 0; run < count; run++) {
      const i = step.reverse ? count - 1 - run : run
      const next =
        run === count - 1 ? point(step.end) : step.carryScratch.map((pair) => this.addressOf(pair[run % 2], frame))
      const inputs = [...point(step.constants), ...carry, ...row(step.xs, i)]
      this.run(step.body, { inputs, outputs: [...next, ...row(step.ys, i)] })
      carry = next
    }
    if (count <= 0) this.#copyAll(step.start, step.end, step.body.outputs, frame)
  }

  #while(step: Extract<Step, { kind: 'while' }>, frame: Frame): void {
    const point = (operands: readonly Operand[]) => operands.map((operand) => this.#pointer(operand, frame))
    const flag = this.addressOf(step.flag, frame)
    let carry = point(step.start)
    for (let run = 0; step.maxSteps === null || run < step.maxSteps; run++) {
      this.run(step.condition, { inputs: [...point(step.conditionConstants), ...carry], outputs: [flag] })
      if (this.array(step.flag, flag)[0] === 0) break
      const next = step.carryScratch.map((pair) => this.addressOf(pair[run % 2], frame))
      this.run(step.body, { inputs: [...point(step.bodyConstants), ...carry], outputs: next })
      carry = next
    }
    step.end.forEach((operand, i) => {
      const { dtype, elements } = step.body.outputs[i]
      this.#slice(operand, elements, frame).set(viewOf(dtype, this.memory, carry[i], elements))
    })
  }

  #copyAll(from: readonly Operand[], to: readonly Operand[], like: readonly Buffer[], frame: Frame): void {
    from.forEach((operand, i) => {
      const { elements } = like[i]
      this.#slice(to[i], elements, frame).set(this.#slice(operand, elements, frame))
    })
  }

  #kernel(kernel: Kernel, frame: Frame): void {
    let compiled = this.#compiled.get(kernel)
    if (compiled === undefined) {
      compiled = compileKernel(kernel, this)
      this.#compiled.set(kernel, compiled)
    }
    compiled(frame)
  }
}

function* indices(shape: readonly number[]): Generator<number[]> {
  const total = shape.reduce((a, b) => a * b, 1)
  for (let flat = 0; flat < total; flat++) {
    const index: number[] = []
    let rest = flat
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index.unshift(rest % shape[axis])
      rest = Math.floor(rest / shape[axis])
    }
    yield index
  }
}

/** The state of a kernel while it runs: values of loops and locals, and a stamp that changes with each statement. */
interface State {
  stamp: number
  readonly loops: Map<Loop, number>
  readonly locals: Map<Local, number>
  readonly arrays: Map<Buffer, StorageArray>
}

type Run = (state: State) => void
type Read = (state: State) => number

function compileKernel({ body, name }: Kernel, machine: Machine): (frame: Frame) => void {
  const compiler = new KernelCompiler(name)
  const run = compiler.body(body)
  return (frame) => {
    const arrays = new Map<Buffer, StorageArray>()
    for (const buffer of compiler.buffers) arrays.set(buffer, machine.array(buffer, machine.addressOf(buffer, frame)))
    run({ stamp: 0, loops: new Map(), locals: new Map(), arrays })
  }
}

class KernelCompiler {
  readonly buffers = new Set<Buffer>()
  readonly #nodes = new Map<Node, Read>()
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  body(statements: readonly Statement[]): Run {
    const runs = statements.map((statement) => this.#statement(statement))
    return (state) => {
      for (const run of runs) run(state)
    }
  }

  #statement(statement: Statement): Run {
    switch (statement.kind) {
      case 'for':
        return this.#loops([statement.loop], this.body(statement.body))
      case 'store':
      case 'accumulate': {
        const { buffer } = statement
        const value = this.#node(statement.value)
        const position = this.#position(buffer, statement.address)
        const adds = statement.kind === 'accumulate'
        return (state) => {
          state.stamp++
          const data = state.arrays.get(buffer)!
          const at = position(state)
          const v = value(state)
          data[at] = adds ? data[at] + v : v
        }
      }
      case 'assign': {
        const value = this.#node(statement.value)
        return (state) => {
          state.stamp++
          state.locals.set(statement.local, value(state))
        }
      }
      case 'reduce':
        return this.#reduce(statement)
      case 'if': {
        const condition = this.#node(statement.condition)
        const [then, otherwise] = [this.body(statement.whenTrue), this.body(statement.whenFalse)]
        return (state) => {
          state.stamp++
          if (condition(state) !== 0) then(state)
          else otherwise(state)
        }
      }
      case 'while': {
        const condition = this.#node(statement.condition)
        const body = this.body(statement.body)
        return (state) => {
          for (;;) {
            state.stamp++
            if (condition(state) === 0) return
            body(state)
          }
        }
      }
    }
  }

  #loops(loops: readonly Loop[], inner: Run): Run {
    return loops.reduceRight<Run>(
      (run, loop) => (state) => {
        for (let i = 0; i < loop.extent; i++) {
          state.loops.set(loop, i)
          run(state)
        }
      },
      inner,
    )
  }

  /** Sums of floats in double precision, so that no order of summation is preferred. */
  #reduce({ loops, local, operation, value }: Extract<Statement, { kind: 'reduce' }>): Run {
    const read = this.#node(value)
    let total = 0
    const step = this.#loops(loops, (state) => {
      state.stamp++
      const v = read(state)
      total =
        operation === 'sum'
          ? wrap(total + v, local.dtype)
          : operation === 'max'
            ? Math.max(total, v)
            : Math.min(total, v)
    })
    return (state) => {
      total = neutral(operation, local.dtype)
      step(state)
      state.locals.set(local, round(total, local.dtype))
    }
  }

  #node(node: Node): Read {
    let read = this.#nodes.get(node)
    if (read === undefined) {
      read = once(this.#compute(node))
      this.#nodes.set(node, read)
    }
    return read
  }

  #compute(node: Node): Read {
    switch (node.kind) {
      case 'constant':
        return () => node.value
      case 'index':
        return (state) => state.loops.get(node.loop)!
      case 'local':
        return (state) => {
          const value = state.locals.get(node.local)
          if (value === undefined) throw new Error(`${this.#name}: local ${node.local.id} is read before it is set`)
          return value
        }
      case 'load': {
        const position = this.#position(node.buffer, node.address)
        return (state) => state.arrays.get(node.buffer)![position(state)]
      }
      case 'apply': {
        const operands = node.operands.map((operand) => this.#node(operand))
        const apply = scalar(node)
        return (state) => apply(operands.map((operand) => operand(state)))
      }
    }
  }

  #position(buffer: Buffer, { offset, terms, dynamic }: Address): Read {
    this.buffers.add(buffer)
    const extra = dynamic === null ? null : this.#node(dynamic)
    return (state) => {
      let position = offset + (extra === null ? 0 : extra(state))
      for (const { loop, stride } of terms) {
        const i = state.loops.get(loop)
        if (i === undefined) throw new Error(`${this.#name}: an address uses loop ${loop.id} outside it`)
        position += i * stride
      }
      if (position >= 0 && position < buffer.elements) return position
      throw new Error(`${this.#name}: element ${position} of a buffer of ${buffer.elements}`)
    }
  }
}

/** Remembers the value of a node while one statement runs. */
function once(compute: Read): Read {
  let stamp = -1
  let owner: State | null = null
  let value = 0
  return (state) => {
    if (stamp !== state.stamp || owner !== state) {
      value = compute(state)
      stamp = state.stamp
      owner = state
    }
    return value
  }
}

/** A scalar operation by the primitive's own reference evaluation. */
function scalar({ name, operands, dtype, exponent }: Extract<Node, { kind: 'apply' }>): (values: number[]) => number {
  const primitive = elementwisePrimitives[name]
  const inputs = operands.map(
    (operand): Ndarray => ({ shape: [], dtype: operand.dtype, data: referenceData(operand.dtype, 1) }),
  )
  const params = name === 'integerPower' ? { exponent } : name === 'convert' || name === 'bitcast' ? { dtype } : {}
  const evaluate = primitive.evaluate as unknown as (
    a: readonly Ndarray[],
    p: object,
    o: readonly object[],
  ) => readonly Ndarray[]
  const outputs = [{ shape: [], dtype }]
  return (values) => {
    values.forEach((value, i) => {
      inputs[i].data[0] = value
    })
    return round(evaluate(inputs, params, outputs)[0].data[0], dtype)
  }
}

const round = (value: number, dtype: DType): number => (dtype === 'float32' ? Math.fround(value) : value)

const wrap = (value: number, dtype: DType): number =>
  dtype === 'int32' ? value | 0 : dtype === 'uint32' ? value >>> 0 : value

function neutral(operation: 'sum' | 'max' | 'min', dtype: DType): number {
  if (operation === 'sum') return 0
  const low = dtype === 'int32' ? -(2 ** 31) : dtype === 'uint32' || dtype === 'bool' ? 0 : Number.NEGATIVE_INFINITY
  const high =
    dtype === 'int32' ? 2 ** 31 - 1 : dtype === 'uint32' ? 2 ** 32 - 1 : dtype === 'bool' ? 1 : Number.POSITIVE_INFINITY
  return operation === 'max' ? low : high
}
