/**
 * x^y = 2^(y log₂ x), the logarithm in two parts, and the remainder of a division.
 * Parts called `head` have half a significand, so that their products are exact. Source: FreeBSD msun e_powf.c (1993).
 */
import { define, polynomial } from './library.ts'

/** P in s²: relative to the logarithm 2^-44.3. */
const logarithm = [0.600000083, 0.428531051, 0.339283824]
/** q in r for e^x. */
const exponential = [0.5, 0.166664883, 0.0416655503, 0.00837229192, 0.00140357704]

/** Powers and remainders. */
export const powers = {
  head: define('fn head(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }'),
  // log2 of a positive number as head + rest
  split_logarithm: define(
    `
fn split_logarithm(x: f32) -> vec2f {
  let tiny = x < 1.1754943508222875e-38f;
  let number = select(x, x * 33554432.0f, tiny);
  let relative = bitcast<i32>(number) - 0x3f5db3d7;
  let n = f32((relative >> 23u) - select(0, 25, tiny));
  let m = bitcast<f32>(bitcast<i32>(number) - (relative & -8388608));
  let upper = m >= 1.2247448713915889f;
  let c = select(1.0f, 1.5f, upper);
  let inverse = 1.0f / (m + c);
  let s = (m - c) * inverse;
  let s_head = head(s);
  let sum_head = head(m + c);
  let sum_rest = m - (sum_head - c);
  let s_rest = inverse * (((m - c) - s_head * sum_head) - s_head * sum_rest);
  let z = s * s;
  let r = z * z * (${polynomial('z', logarithm)}) + s_rest * (s_head + s);
  let square = s_head * s_head;
  let factor = head(3.0f + square + r);
  let factor_rest = r - ((factor - 3.0f) - square);
  let main = s_head * factor;
  let small = s_rest * factor + factor_rest * s;
  let series = head(main + small);
  let series_rest = small - (series - main);
  let scaled_head = 0.9619140625f * series;
  let scaled_rest = series_rest * 0.9617966939259756f + (-0.00011736857413779944f * series) + select(0.0f, 1.5632211898264359e-6f, upper);
  let offset = select(0.0f, 0.5849609375f, upper);
  let total = head(((scaled_head + scaled_rest) + offset) + n);
  return vec2f(total, scaled_rest - (((total - n) - offset) - scaled_head));
}`,
    'head',
  ),
  positive_power: define(
    `
fn positive_power(x: f32, y: f32) -> f32 {
  let base = split_logarithm(x);
  let y_head = head(y);
  let product = y_head * base.x;
  let rest = (y - y_head) * base.x + y * base.y;
  let exponent = product + rest;
  if (exponent > 160.0f) { return infinity(); }
  if (exponent < -160.0f) { return 0.0f; }
  let k = round(exponent);
  let fraction = product - k;
  let whole = head(fraction + rest);
  let main = whole * 0.693115234375f;
  let tail = (rest - (whole - fraction)) * 0.6931471805599453f + whole * 3.194618329871446e-5f;
  let r = main + tail;
  let lost = tail - (r - main);
  return scaled(1.0f + (r + (lost + r * r * (${polynomial('r', exponential)}))), i32(k));
}`,
    'split_logarithm',
    'infinity',
    'scaled',
  ),
  power: define(
    `
fn power(x: f32, y: f32) -> f32 {
  if (y == 0.0f && !is_nan(y)) { return 1.0f; }
  if (x == 1.0f && !is_nan(x)) { return 1.0f; }
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  let whole = trunc(y) == y;
  let half = y * 0.5f;
  let odd = whole && trunc(half) != half;
  let magnitude = abs(x);
  var value: f32;
  if (magnitude == 0.0f || bitcast<u32>(magnitude) == 0x7f800000u) {
    value = select(0.0f, infinity(), (magnitude == 0.0f) == is_negative(y));
  } else {
    if (is_negative(x) && !whole) { return not_a_number(); }
    value = positive_power(magnitude, clamp(y, -4294967296.0f, 4294967296.0f));
  }
  return select(value, -value, odd && is_negative(x));
}`,
    'is_nan',
    'is_negative',
    'infinity',
    'not_a_number',
    'positive_power',
  ),
  // Long division in binary: exact for all operands.
  remainder: define(
    `
fn remainder(a: f32, b: f32) -> f32 {
  let dividend = bitcast<u32>(a) & 0x7fffffffu;
  let divisor = bitcast<u32>(b) & 0x7fffffffu;
  if (dividend >= 0x7f800000u || divisor == 0u || divisor > 0x7f800000u) { return not_a_number(); }
  if (dividend < divisor) { return a; }
  var exponent = i32(dividend >> 23u);
  let last = max(i32(divisor >> 23u), 1);
  var rest = select((dividend & 0x7fffffu) | 0x800000u, dividend, exponent == 0);
  let step = select((divisor & 0x7fffffu) | 0x800000u, divisor, (divisor >> 23u) == 0u);
  exponent = max(exponent, 1);
  loop {
    if (rest >= step) { rest -= step; }
    if (exponent == last || rest == 0u) { break; }
    rest <<= 1u;
    exponent--;
  }
  if (rest == 0u) { return with_sign(0.0f, a); }
  let shift = i32(countLeadingZeros(rest)) - 8;
  let moved = min(shift, last - 1);
  let bits = (rest << u32(moved));
  let field = u32(last - moved);
  let normal = (bits & 0x800000u) != 0u;
  return with_sign(bitcast<f32>(select(bits, (bits & 0x7fffffu) | (field << 23u), normal)), a);
}`,
    'not_a_number',
    'with_sign',
  ),
}
