/**
 * e^x, e^x - 1, tanh and the logistic family.
 *
 * x = k ln 2 + r with |r| ≤ ln 2/2 and k whole; e^r - 1 = r + r² q(r); 2^k is multiplied in two steps, so that results may be
 * denormal or infinite. ln 2 stands in two parts (Cody and Waite, Software Manual for the Elementary Functions, 1980).
 */
import { define, float, polynomial } from './library.ts'

/** q in r for e^x, relative to e^x: 2^-27.8. */
const exponential = [0.5, 0.166664883, 0.0416655503, 0.00837229192, 0.00140357704]
/** q in r for e^x - 1, relative to the smaller of e^r and |e^r - 1|: 2^-28.2. */
const exponentialMinusOne = [0.5, 0.166666359, 0.0416665114, 0.0083415173, 0.00139305589, 0.000150366046]

const reduced = `
  let k = round(x * ${float(Math.LOG2E)});
  let r = (x - k * 0.693145751953125f) - k * 1.428606765330187e-6f;`

/** The exponential family. */
export const exponentials = {
  power_of_two: define('fn power_of_two(k: i32) -> f32 { return bitcast<f32>(u32(k + 127) << 23u); }'),
  scaled: define(
    'fn scaled(x: f32, k: i32) -> f32 { let half = k / 2; return x * power_of_two(half) * power_of_two(k - half); }',
    'power_of_two',
  ),
  exponential: define(
    `
fn exponential(operand: f32) -> f32 {
  if (is_nan(operand)) { return operand; }
  if (operand > 89.0f) { return infinity(); }
  if (operand < -104.0f) { return 0.0f; }
  let x = operand;${reduced}
  return scaled(1.0f + (r + r * r * (${polynomial('r', exponential)})), i32(k));
}`,
    'is_nan',
    'infinity',
    'scaled',
  ),
  // the rounding error of x², which the exponential magnifies, is made good
  gaussian: define(
    `
fn gaussian(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = min(abs(x), 10.3f);
  let head = bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
  return exponential(-head * head) * exponential((head - a) * (head + a));
}`,
    'is_nan',
    'exponential',
  ),
  exponential_minus_one: define(
    `
fn exponential_minus_one(operand: f32) -> f32 {
  if (is_nan(operand) || operand == 0.0f) { return operand; }
  if (operand > 89.0f) { return infinity(); }
  if (operand < -20.0f) { return -1.0f; }
  let x = operand;${reduced}
  let small = r + r * r * (${polynomial('r', exponentialMinusOne)});
  let n = i32(k);
  if (n == 0) { return small; }
  if (n > 60) { return scaled(1.0f + small, n); }
  let s = power_of_two(n);
  return s * small + (s - 1.0f);
}`,
    'is_nan',
    'infinity',
    'scaled',
  ),
  hyperbolic_tangent: define(
    `
fn hyperbolic_tangent(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let e = exponential_minus_one(min(2.0f * abs(x), 20.0f));
  return with_sign(e / (e + 2.0f), x);
}`,
    'is_nan',
    'exponential_minus_one',
    'with_sign',
  ),
  logistic: define(
    `
fn logistic(x: f32) -> f32 {
  let e = exponential(-abs(x));
  return select(1.0f, e, is_negative(x)) / (1.0f + e);
}`,
    'exponential',
    'is_negative',
  ),
  softplus: define(
    'fn softplus(x: f32) -> f32 { return maximum(x, 0.0f) + logarithm_of_one_plus(exponential(-abs(x))); }',
    'maximum',
    'logarithm_of_one_plus',
    'exponential',
  ),
}
