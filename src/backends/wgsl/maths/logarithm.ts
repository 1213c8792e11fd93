/**
 * ln x and ln(1 + x). x = 2^n m with √½ ≤ m < √2; f = m - 1, s = f/(2 + f), ln m = f - (f²/2 - s (f²/2 + R(s²))).
 * Source of this form: FreeBSD msun e_log.c (Sun Microsystems, 1993).
 */
import { define, polynomial } from './library.ts'

/** R/s² in s², relative to ln m: 2^-35.2. */
const coefficients = [0.666666627, 0.400009722, 0.284987956, 0.24278681]

/** Logarithms. */
export const logarithms = {
  // n ln 2 + ln(1 + f)
  assembled_logarithm: define(`
fn assembled_logarithm(n: f32, f: f32) -> f32 {
  let s = f / (f + 2.0f);
  let z = s * s;
  let half = f * f * 0.5f;
  let small = s * (half + z * (${polynomial('z', coefficients)})) + n * 1.428606765330187e-6f;
  return n * 0.693145751953125f + (f - (half - small));
}`),
  // x finite and positive
  positive_logarithm: define(
    `
fn positive_logarithm(x: f32) -> f32 {
  let tiny = x < 1.1754943508222875e-38f;
  let number = select(x, x * 33554432.0f, tiny);
  let relative = bitcast<i32>(number) - 0x3f3504f3;
  let n = (relative >> 23u) - select(0, 25, tiny);
  let m = bitcast<f32>(bitcast<i32>(number) - (relative & -8388608));
  return assembled_logarithm(f32(n), m - 1.0f);
}`,
    'assembled_logarithm',
  ),
  logarithm: define(
    `
fn logarithm(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) == 0u) { return -infinity(); }
  if (bits > 0x7f800000u) { return not_a_number(); }
  if (bits == 0x7f800000u) { return x; }
  return positive_logarithm(x);
}`,
    'is_nan',
    'infinity',
    'not_a_number',
    'positive_logarithm',
  ),
  logarithm_of_one_plus: define(
    `
fn logarithm_of_one_plus(x: f32) -> f32 {
  if (is_nan(x) || x == 0.0f) { return x; }
  if (x > -0.29f && x < 0.41f) { return assembled_logarithm(0.0f, x); }
  return logarithm(1.0f + x);
}`,
    'is_nan',
    'assembled_logarithm',
    'logarithm',
  ),
}
