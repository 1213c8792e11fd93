/**
 * A curve through measurements by Levenberg and Marquardt's method: a peak on a sloping ground, its parameters by name, and how
 * well the measurements tell them.
 * Run it with `npm run example examples/curve-fit.ts`.
 */
import { add, div, exp, linspace, mul, neg, random, type Scalar, square, sub, tensor } from 'conformable'
import { leastSquares, levenbergMarquardt } from 'conformable/optimisers'

type Real = Scalar<'float64'>
interface Peak {
  readonly height: Real
  readonly centre: Real
  readonly width: Real
  readonly ground: { readonly level: Real; readonly slope: Real }
}

const real = (x: number): Real => tensor(x, 'float64')
const truth: Peak = {
  height: real(3),
  centre: real(1.2),
  width: real(0.4),
  ground: { level: real(0.5), slope: real(0.2) },
}
const guess: Peak = { height: real(1), centre: real(0.5), width: real(1), ground: { level: real(0), slope: real(0) } }

const t = linspace(-1, 4, 200, 'float64')
const curve = ({ height, centre, width, ground }: Peak) =>
  add(mul(exp(neg(square(div(sub(t, centre), width)))), height), add(mul(t, ground.slope), ground.level))

/** Measurements with errors of a known size. */
const SIGMA = 0.1
const errors = random.normal(random.key(1), [200], { dtype: 'float64' })
const measured = add(curve(truth), mul(errors, SIGMA))

const solution = await leastSquares((p: Peak) => sub(curve(p), measured), guess, levenbergMarquardt())
const { parameters: found, covariance } = solution
console.log(`${solution.message} ${solution.evaluations} evaluations.`)
console.log(`errors of the measurements: ${Math.sqrt((2 * solution.objective) / 195).toFixed(3)} (true: ${SIGMA})`)

const rows: readonly (readonly [name: string, value: Real, variance: Real, truth: Real])[] = [
  ['height', found.height, covariance.height.height, truth.height],
  ['centre', found.centre, covariance.centre.centre, truth.centre],
  ['width', found.width, covariance.width.width, truth.width],
  ['ground.level', found.ground.level, covariance.ground.level.ground.level, truth.ground.level],
  ['ground.slope', found.ground.slope, covariance.ground.slope.ground.slope, truth.ground.slope],
]
for (const [name, value, variance, real] of rows) {
  const [x, error, expected] = [await value.item(), Math.sqrt(await variance.item()), await real.item()]
  console.log(`${name.padEnd(13)} ${x.toFixed(4)} ± ${error.toFixed(4)}   (true: ${expected})`)
  if (Math.abs(x - expected) > 4 * error) throw new Error(`${name} is farther from the truth than its error allows.`)
}
