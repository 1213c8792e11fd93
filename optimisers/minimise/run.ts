/** Runs compiled minimisations: at once, or in slices that leave room for others, for callbacks and for clocks. */
import { deviceOfTensor, jacfwd, jit, keep, leavesOf, matmul, to } from '../../src/index.ts'
import type { FloatDType } from '../../types/dtype.ts'
import type { Iteration, Matrix, Optimiser, Solution, SolutionResult } from '../../types/optimiser.ts'
import { pause, SLICE } from '../pause.ts'
import { progressLine } from '../progress.ts'
import { type Count, count } from '../vectors.ts'
import { gradientToleranceOf, isWatched, requireTaken, type Settings } from './options.ts'
import { arrange, type Conditions, type ParametersFunction, type ProblemParts, problemOf } from './problem.ts'
import { begin, type Carry, inverseOf, type Outcome, outcomeOf, proceed, type Run } from './program.ts'
import { messageOf, resultOf, status } from './status.ts'

/** What is minimised, by what, and how far. */
export interface Task {
  /** The function the caller called, for messages. */
  readonly name: string
  readonly kind: ProblemParts['kind']
  readonly f: ParametersFunction
  readonly optimiser: Optimiser
  readonly settings: Settings
}

/** The compiled parts of a task; `jit` remembers each for every structure of start and data. */
interface Compiled {
  whole(start: unknown, data: readonly unknown[]): Outcome & { readonly inverse: Matrix | null }
  first(start: unknown, data: readonly unknown[]): Outcome & { readonly carry: Carry }
  more(parameters: unknown, carry: Carry, until: Count, data: readonly unknown[]): Outcome & { readonly carry: Carry }
  inverse(parameters: unknown, carry: Carry, data: readonly unknown[]): Matrix | null
}

/** A task that can be run from several starts. */
export interface Engine {
  run(start: unknown, data: readonly unknown[]): Promise<Solution<unknown>>
  runSync(start: unknown, data: readonly unknown[]): Solution<unknown>
}

/** Makes a task ready to run. Nothing is traced before the first run. */
export function engine(task: Task): Engine {
  const { settings, optimiser, name, kind } = task
  const { lower, upper, equalities, inequalities } = settings
  requireTaken(name, optimiser, {
    residuals: kind === 'residuals',
    bounds: lower !== undefined || upper !== undefined,
    constraints: equalities !== undefined || inequalities !== undefined,
  })
  const compiled = compile(task)
  return {
    run: (start, data) => runInSlices(task, compiled, start, data),
    runSync: (start, data) =>
      isSliced(settings) ? runSlicesNow(task, compiled, start, data) : runWhole(task, compiled, start, data),
  }
}

function compile({ name, kind, f, optimiser, settings }: Task): Compiled {
  const runOf = (parameters: unknown, data: readonly unknown[]): Run => {
    const arrangement = arrange(name, parameters)
    const conditions: Conditions = settings
    const problem = problemOf({ arrangement, constants: arrangement.constants, data, kind, f, conditions })
    return { problem, optimiser, settings }
  }
  const started = (run: Run, start: unknown): Carry => begin(run, run.problem.toVector(start))
  return {
    whole: jit((start, data) => {
      const run = runOf(start, data)
      const carry = proceed(run, started(run, start), count(settings.maxIterations))
      return { ...outcomeOf(run, carry), inverse: inverseOf(run, carry) }
    }),
    first: jit((start, data) => {
      const run = runOf(start, data)
      const carry = started(run, start)
      return { ...outcomeOf(run, carry), carry }
    }),
    more: jit(
      (parameters, before: Carry, until: Count, data) => {
        const run = runOf(parameters, data)
        const carry = proceed(run, before, until)
        return { ...outcomeOf(run, carry), carry }
      },
      { donate: [1] },
    ),
    inverse: jit((parameters, carry: Carry, data) => inverseOf(runOf(parameters, data), carry)),
  }
}

/** Must the run come back before it ends? */
const isSliced = (settings: Settings): boolean =>
  isWatched(settings) || settings.signal !== undefined || settings.maxSeconds < Number.POSITIVE_INFINITY

/** Numbers of a run, read. */
interface Reading {
  readonly parameters: unknown
  readonly iterations: number
  readonly evaluations: number
  readonly code: number
  readonly last: number
  readonly objective: number
  readonly gradientNorm: number
}

const readingOf = (parameters: unknown, counts: ArrayLike<number>, numbers: ArrayLike<number>): Reading => ({
  parameters,
  iterations: counts[0]!,
  evaluations: counts[1]!,
  code: counts[2]!,
  last: numbers[0]!,
  objective: numbers[1]!,
  gradientNorm: numbers[2]!,
})

const readSync = ({ parameters, counts, numbers }: Outcome): Reading =>
  readingOf(parameters, counts.readSync(), numbers.readSync())

async function read({ parameters, counts, numbers }: Outcome): Promise<Reading> {
  return readingOf(parameters, ...(await Promise.all([counts.read(), numbers.read()])))
}

function runWhole(task: Task, { whole }: Compiled, start: unknown, data: readonly unknown[]): Solution<unknown> {
  const begun = performance.now()
  const outcome = whole(start, data)
  const reading = readSync(outcome)
  const result = resultOf(reading.code)
  keep(outcome.inverse) // the solution asks for it later, maybe after the scope around this run
  return solutionOf(task, reading, result, [], since(begun), () => outcome.inverse)
}

const since = (begun: number): number => (performance.now() - begun) / 1000

/** A number of iterations on the device of the parameters. */
const limitBeside = (parameters: unknown, until: number): Count => {
  const [leaf] = leavesOf(parameters)
  return leaf === undefined ? count(until) : to(count(until), deviceOfTensor(leaf))
}

/** A run in slices, one after the other: what happens between them, and when it is over. */
class Sliced {
  readonly #task: Task
  readonly #compiled: Compiled
  readonly #data: readonly unknown[]
  readonly #begun = performance.now()
  readonly #trace: Iteration[] = []
  readonly #line: ReturnType<typeof progressLine> | null
  #outcome: Outcome & { readonly carry: Carry }
  #result: SolutionResult | null = null
  #span = 1

  constructor(task: Task, compiled: Compiled, start: unknown, data: readonly unknown[]) {
    this.#task = task
    this.#compiled = compiled
    this.#data = data
    this.#line = task.settings.progress ? progressLine() : null
    this.#outcome = compiled.first(start, data)
  }

  get outcome(): Outcome {
    return this.#outcome
  }

  /** Takes note of where the run stands; is there more to do? */
  observe(reading: Reading): boolean {
    const { settings } = this.#task
    if (isWatched(settings)) this.#tell(reading)
    if (reading.code !== status.running) this.#result ??= resultOf(reading.code)
    else if (settings.signal?.aborted === true) this.#result ??= 'stopped'
    else if (reading.iterations >= settings.maxIterations) this.#result ??= 'maxIterations'
    else if (since(this.#begun) >= settings.maxSeconds) this.#result ??= 'maxSeconds'
    return this.#result === null
  }

  /** The next slice; its length aims at half of what may pass without a pause. */
  advance({ parameters, iterations }: Reading): void {
    const { maxIterations } = this.#task.settings
    const until = Math.min(iterations + this.#span, maxIterations)
    const begun = performance.now()
    this.#outcome = this.#compiled.more(parameters, this.#outcome.carry, limitBeside(parameters, until), this.#data)
    if (isWatched(this.#task.settings)) return
    const factor = SLICE / 2 / Math.max(performance.now() - begun, 0.01)
    this.#span = Math.max(1, Math.floor(this.#span * Math.min(factor, 8)))
  }

  solution(reading: Reading): Solution<unknown> {
    const carry = keep(this.#outcome.carry) // the solution needs it later, maybe after the scope around this run
    const inverse = () => this.#compiled.inverse(reading.parameters, carry, this.#data)
    // observe found the end
    const answer = solutionOf(this.#task, reading, this.#result!, this.#trace, since(this.#begun), inverse)
    this.#line?.end(
      `${lineOf({ ...reading, iteration: reading.iterations, seconds: answer.seconds })}  ${answer.message}`,
    )
    return answer
  }

  #tell(reading: Reading): void {
    const { iterations: iteration, evaluations, last: objective, gradientNorm, parameters } = reading
    const entry: Iteration = { iteration, evaluations, objective, gradientNorm, seconds: since(this.#begun) }
    const { callback, trace } = this.#task.settings
    if (trace) this.#trace.push(entry)
    this.#line?.show(() => lineOf(entry))
    // the types of minimise tie the callback to the parameters
    if (iteration > 0 && callback?.({ ...entry, parameters } as never) === true) this.#result = 'stopped'
  }
}

const lineOf = ({ iteration, objective, gradientNorm, seconds }: Iteration): string =>
  `${iteration} iterations  ${seconds.toFixed(1)} s  objective ${objective.toPrecision(7)}  gradient ${gradientNorm.toExponential(2)}`

function runSlicesNow(task: Task, compiled: Compiled, start: unknown, data: readonly unknown[]): Solution<unknown> {
  const run = new Sliced(task, compiled, start, data)
  let reading = readSync(run.outcome)
  while (run.observe(reading)) {
    run.advance(reading)
    reading = readSync(run.outcome)
  }
  return run.solution(reading)
}

async function runInSlices(
  task: Task,
  compiled: Compiled,
  start: unknown,
  data: readonly unknown[],
): Promise<Solution<unknown>> {
  const run = new Sliced(task, compiled, start, data)
  let reading = await read(run.outcome)
  let paused = performance.now()
  while (run.observe(reading)) {
    if (performance.now() - paused >= SLICE / 2) {
      await pause()
      paused = performance.now()
    }
    run.advance(reading)
    reading = await read(run.outcome)
  }
  return run.solution(reading)
}

function solutionOf(
  { optimiser, settings, name }: Task,
  reading: Reading,
  result: SolutionResult,
  trace: readonly Iteration[],
  seconds: number,
  inverse: () => Matrix | null,
): Solution<unknown> {
  const { parameters, objective, iterations, evaluations, gradientNorm } = reading
  const gradientTolerance = gradientToleranceOf(settings, arrange(name, parameters).dtype as FloatDType)
  const numbers = { iterations, evaluations, objective, gradientNorm }
  const message = messageOf(result, { ...numbers, gradientTolerance, optimiser: optimiser.name })
  let blocks: unknown
  return {
    parameters,
    objective,
    result,
    message,
    iterations,
    evaluations,
    gradientNorm,
    seconds,
    trace,
    // Made when it is asked for: n² numbers, cut into blocks.
    get inverseHessian() {
      blocks ??= keep(blocksOf(name, inverse(), parameters))
      return blocks as never // what `Outer` says of blocks by name
    },
  }
}

/** The blocks of a matrix of the parameters by name: the Jacobian of the linear map it stands for. */
export function blocksOf(name: string, matrix: Matrix | null, parameters: unknown): unknown {
  if (matrix === null) return null
  const { toVector, toParameters, constants } = arrange(name, parameters)
  return jacfwd((p: unknown) => toParameters(matmul(matrix, toVector(p)), constants) as object)(parameters)
}
