/**
 * `jit`: trace a function once for each signature of its arguments, and from then on run the compiled program alone. Compiled
 * code is remembered by structure for every transform; what `jit` saves is tracing.
 */
import type { Arguments } from '../types/arguments.ts'
import type { TupleHint } from '../types/transforms.ts'
import type { ClosedFunction } from './closed.ts'
import { closeOverTypes } from './closed.ts'
import { showAbstract } from './core/abstract.ts'
import { deviceOf, place } from './core/bind.ts'
import type { Device, ExecuteOptions } from './core/device.ts'
import { ArgumentError, DeviceError, TraceError } from './core/errors.ts'
import { inScope, noScope } from './core/scope.ts'
import { recognises, type Template, templateOf } from './core/template.ts'
import { currentTrace } from './core/trace.ts'
import { flatten, gather, unflatten } from './core/tree.ts'
import type { Value } from './core/value.ts'
import { Concrete, HostNumber, Literal } from './core/value.ts'
import { development, verifying } from './development.ts'
import { cpu } from './devices.ts'
import { silenced } from './primitives/control/tap.ts'
import { typed } from './typed.ts'

/** Options of `jit`. */
export interface JitOptions {
  /**
   * Positions of arguments whose memory the results may take over; those tensors are dead after the call, and using them
   * throws `used after donation`.
   */
  readonly donate?: readonly number[]
}

/** After so many different JavaScript values of one argument, `jit` warns that each of them is a trace. */
const STATIC_VALUES = 8

/** A call is compared with so many signatures before its own is written down, which takes several times as long as one of them. */
const FEW = 8

/** What is remembered of one signature. */
interface Traced extends Pick<ClosedFunction, 'program' | 'captures' | 'result'> {
  /** Captured numbers, placed on the device of the first call. */
  readonly placed: Map<Device, readonly Concrete[]>
  /** Positions of donated leaves, as the device takes them. */
  readonly donate: ExecuteOptions
  /** The kinds of the arguments. */
  readonly template: Template
  /** Leaves of the arguments. */
  readonly leafCount: number
  calls: number
}

/**
 * Compiles a function of trees of tensors. Arguments that are JavaScript values are static: each new value is a new trace.
 * Inside another traced function it is that function, inlined.
 * @param f a pure function: everything it computes with comes from its arguments or never changes.
 * @throws TraceError in development (`NODE_ENV` is not `production`) if the second call with a signature shows that a captured
 * JavaScript value or tensor has changed.
 * @example
 * import { add, jit, mul, tensor, type Tensor } from 'conformable'
 * const f = jit((x: Tensor<[2]>) => add(mul(x, x), 1))
 * console.log(f(tensor([1, 2]))) // [2, 5]
 */
export function jit<A extends readonly unknown[], R extends TupleHint>(
  f: (...args: A) => R,
  options: JitOptions = {},
): (...args: A) => R {
  const known = new Map<string, Traced>()
  const body = f as unknown as (...args: never[]) => unknown
  const entryOf = (args: A, leaves: Value[]): Traced => {
    const key = signatureOf(args, leaves)
    let entry = known.get(key)
    if (entry === undefined) {
      const donate = donatedLeaves(args, options.donate)
      const { program, captures, result } = close(body, args)
      const [template, leafCount] = [templateOf(args), leaves.length]
      entry = { program, captures, result, placed: new Map(), calls: 0, donate, template, leafCount }
      known.set(key, entry)
      warnOfStatics(f.name, known)
    }
    return entry
  }
  const likeAnother = (args: A, leaves: Value[]): Traced | undefined => {
    if (known.size > FEW) return undefined
    for (const entry of known.values()) {
      if (recognises(entry.template, args, leaves)) return entry
      leaves.length = 0
    }
    return undefined
  }
  let recent: Traced | undefined
  const compiled = (...args: A): R => {
    if (currentTrace() !== null) return f(...args)
    let entry = recent
    let leaves = new Array<Value>(entry === undefined ? 0 : entry.program.inputs.length)
    if (entry === undefined || !recognises(entry.template, args, leaves)) {
      leaves = []
      entry = likeAnother(args, leaves) ?? entryOf(args, leaves)
      recent = entry
    }
    if (++entry.calls === 2 && development())
      assertPure(
        f.name,
        entry,
        verifying(() => close(body, args)),
      )
    return typed<R>(execute(entry, leaves))
  }
  preparations.set(compiled, async (args) => {
    const leaves: Value[] = []
    // They are arguments of this function: the types of `compile` say so.
    const entry = entryOf(args as A, leaves)
    const device = deviceFor(entry, leaves)
    constantsOn(entry, device)
    await device.prepare?.(entry.program, entry.donate)
  })
  return compiled
}

/** What `compile` does for each function under `jit`. */
const preparations = new WeakMap<object, (args: readonly unknown[]) => Promise<void>>()

/**
 * Makes a function under `jit` ready for arguments like these: traces it, compiles the program and, on a GPU, all its kernels side
 * by side. Nothing is run and nothing is donated; the first call then costs what later calls cost.
 * @throws ArgumentError if the function is not under `jit`; DeviceError if the device cannot run the program.
 * @example
 * import { compile, jit, mul, tensor, type Tensor } from 'conformable'
 * const double = jit((x: Tensor<[2]>) => mul(x, 2))
 * await compile(double, tensor([1, 2]))
 * console.log(double(tensor([1, 2]))) // [2, 4]
 */
export async function compile<A extends readonly unknown[], G extends readonly unknown[]>(
  f: (...args: A) => unknown,
  ...args: Arguments<'compile', A, G>
): Promise<void> {
  const prepare = preparations.get(f)
  if (prepare === undefined)
    throw new ArgumentError(
      'compile: the function is not under jit, so nothing of it would be kept: const step = jit(f), then await compile(step, ...args).',
    )
  await prepare(args)
}

function close(f: (...args: never[]) => unknown, args: readonly unknown[]) {
  const flattened = args.map(flatten)
  const structures = flattened.map(({ structure }) => structure)
  const leaves = flattened.flatMap((argument) => argument.leaves)
  return closeOverTypes('jit', f, structures, leaves)
}

function execute(entry: Traced, leaves: Value[]): unknown {
  const { captures, leafCount, program } = entry
  const device = deviceFor(entry, leaves)
  // The list of the leaves was made for this call: it becomes that of the inputs.
  for (let i = 0; i < leafCount; i++) if (!(leaves[i] instanceof Concrete)) leaves[i] = place(leaves[i]!, device)
  if (captures.length > 0) {
    const constants = constantsOn(entry, device)
    for (let i = 0; i < constants.length; i++) leaves[leafCount + i] = constants[i]!
  }
  return unflatten(entry.result, device.execute(program, leaves as Concrete[], entry.donate)) // each of them is one now
}

const deviceFor = ({ captures }: Traced, leaves: readonly Value[]): Device =>
  deviceOf(leaves) ?? deviceOf(captures) ?? cpu()

/** The captured values, placed once for each device. */
function constantsOn({ captures, placed }: Traced, device: Device): readonly Concrete[] {
  let constants = placed.get(device)
  if (constants === undefined) {
    constants = inScope(noScope, () => captures.map((capture) => captured(capture, device)))
    placed.set(device, constants)
  }
  return constants
}

function captured(value: Value, device: Device): Concrete {
  const constant = place(value, device)
  if (constant.device === device) return constant
  throw new DeviceError(
    `jit: the function captures a ${showAbstract(constant)} tensor on ${constant.device.name}, and its arguments are on ${device.name}. Pass the tensor as an argument, or move it before: to(x, device).`,
  )
}

/** Structures, dtypes and shapes of the arguments as a text; their leaves are appended to `leaves`. */
function signatureOf(args: readonly unknown[], leaves: Value[]): string {
  let key = ''
  for (const argument of args) key += gather(argument, leaves)
  for (const { dtype, shape } of leaves) {
    key += dtype
    for (const size of shape) key += `,${size}`
  }
  return key
}

/** Positions among all leaves of the leaves of donated arguments. */
function donatedLeaves(args: readonly unknown[], donate: readonly number[] | undefined): ExecuteOptions {
  if (donate === undefined) return {}
  const missing = donate.find((argument) => argument >= args.length || argument < 0)
  if (missing !== undefined)
    throw new ArgumentError(`jit: donate names argument ${missing}, but the call has ${args.length}.`)
  const positions: number[] = []
  let start = 0
  args.forEach((argument, position) => {
    const { leaves } = flatten(argument)
    if (donate.includes(position)) for (let i = 0; i < leaves.length; i++) positions.push(start + i)
    start += leaves.length
  })
  return { donate: positions }
}

/** The second trace of a signature must be the first: same program, same captured tensors, same captured numbers. */
function assertPure(name: string, first: Traced, second: Pick<ClosedFunction, 'program' | 'captures'>): void {
  const what = `jit: ${name === '' ? 'the function' : name} is not pure`
  const wayOut = 'Pass what changes as an argument.'
  // A callback of `tap` written in place is another function each time.
  if (silenced(first.program) !== silenced(second.program)) {
    throw new TraceError(`${what}: traced again with the same kinds of arguments it computes something else. ${wayOut}`)
  }
  first.captures.forEach((capture, i) => {
    const other = second.captures[i]!
    if (capture === other || sameNumbers(capture, other)) return
    if (capture instanceof HostNumber && other instanceof HostNumber) {
      if (Object.is(capture.value, other.value)) return
      throw new TraceError(
        `${what}: a captured number was ${capture.value} at the first call and is ${other.value} now. ${wayOut}`,
      )
    }
    throw new TraceError(`${what}: a captured tensor is another one than at the first call. ${wayOut}`)
  })
}

/** A tensor written down inside the function is another one at each trace, with the same numbers. */
function sameNumbers(a: Value, b: Value): boolean {
  if (!(isReadable(a) && isReadable(b))) return false
  const [x, y] = [a.readSync(), b.readSync()]
  return x.length === y.length && x.every((element, i) => Object.is(element, y[i]))
}

const isReadable = (value: Value): boolean =>
  value instanceof Literal || (value instanceof Concrete && value.device === cpu())

function warnOfStatics(name: string, known: ReadonlyMap<string, Traced>): void {
  const shapes = new Set([...known.keys()].map((key) => key.replace(/#[^;]*;/g, '#')))
  if (known.size - shapes.size !== STATIC_VALUES) return
  const who = name === '' ? 'a function' : name
  console.warn(
    `conformable: ${who} under jit was traced ${known.size} times because JavaScript arguments took new values; each is a trace. Pass tensors: scalar(x).`,
  )
}
