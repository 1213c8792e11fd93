/** NaN and infinity, which WGSL has no literals for, and what is right in their presence. */
import { define } from './library.ts'

/** Functions about special values. */
export const specialValues = {
  // A private variable keeps the compiler from seeing the constant, which it would refuse.
  infinity: define(`
var<private> infinity_bits: u32 = 0x7f800000u;
fn infinity() -> f32 { return bitcast<f32>(infinity_bits); }`),
  not_a_number: define(`
var<private> nan_bits: u32 = 0x7fc00000u;
fn not_a_number() -> f32 { return bitcast<f32>(nan_bits); }`),
  is_nan: define('fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }'),
  is_negative: define('fn is_negative(x: f32) -> bool { return (bitcast<u32>(x) >> 31u) == 1u; }'),
  with_sign: define(`
fn with_sign(x: f32, sign: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}`),
  maximum: define(
    `
fn maximum(a: f32, b: f32) -> f32 {
  if (is_nan(a)) { return a; }
  if (is_nan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) & bitcast<u32>(b)); }
  return select(b, a, a > b);
}`,
    'is_nan',
  ),
  minimum: define(
    `
fn minimum(a: f32, b: f32) -> f32 {
  if (is_nan(a)) { return a; }
  if (is_nan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) | bitcast<u32>(b)); }
  return select(b, a, a < b);
}`,
    'is_nan',
  ),
  equal: define('fn equal(a: f32, b: f32) -> bool { return a == b && !is_nan(a) && !is_nan(b); }', 'is_nan'),
  less: define('fn less(a: f32, b: f32) -> bool { return a < b && !is_nan(a) && !is_nan(b); }', 'is_nan'),
  less_or_equal: define(
    'fn less_or_equal(a: f32, b: f32) -> bool { return a <= b && !is_nan(a) && !is_nan(b); }',
    'is_nan',
  ),
  sign_of: define(
    `
fn sign_of(x: f32) -> f32 {
  if (is_nan(x) || x == 0.0f) { return x; }
  return select(1.0f, -1.0f, is_negative(x));
}`,
    'is_nan',
    'is_negative',
  ),
  to_i32: define(
    `
fn to_i32(x: f32) -> i32 {
  if (is_nan(x)) { return 0; }
  if (x >= 2147483648.0f) { return 2147483647; }
  if (x <= -2147483648.0f) { return -2147483647 - 1; }
  return i32(x);
}`,
    'is_nan',
  ),
  to_u32: define(
    `
fn to_u32(x: f32) -> u32 {
  if (is_nan(x) || x <= 0.0f) { return 0u; }
  if (x >= 4294967296.0f) { return 4294967295u; }
  return u32(x);
}`,
    'is_nan',
  ),
  quotient_i32: define(`
fn quotient_i32(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return 0 - a; }
  return a / b;
}`),
  quotient_u32: define('fn quotient_u32(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a / b; }'),
  remainder_i32: define(
    'fn remainder_i32(a: i32, b: i32) -> i32 { return a - b * quotient_i32(a, b); }',
    'quotient_i32',
  ),
  remainder_u32: define(
    'fn remainder_u32(a: u32, b: u32) -> u32 { return a - b * quotient_u32(a, b); }',
    'quotient_u32',
  ),
  square_f32: define('fn square_f32(x: f32) -> f32 { return x * x; }'),
  square_i32: define('fn square_i32(x: i32) -> i32 { return x * x; }'),
  square_u32: define('fn square_u32(x: u32) -> u32 { return x * x; }'),
}
