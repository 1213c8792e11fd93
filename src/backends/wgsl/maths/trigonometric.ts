/**
 * Sine, cosine, tangent and the angle of a point.
 *
 * x = k π/2 + r, |r| ≤ π/4; sin r and cos r are polynomials in r², k mod 4 says which is meant. Up to 12867, π/2 stands in four
 * parts whose products with k are exact (Cody and Waite, 1980). Larger arguments are multiplied by 2/π in integers (Payne and
 * Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18, 1983): of its bits only 96 matter.
 */
import { define, float, polynomial } from './library.ts'

/** (sin r/r - 1)/r² in r², relative to sin r: 2^-28.0. */
const sine = [-0.166666552, 0.0083321901, -0.000195184053]
/** (cos r - 1 + r²/2)/r⁴ in r², relative to cos r: 2^-33.0. */
const cosine = [0.0416666456, -0.00138873095, 2.44323273e-5]
/** (atan q/q - 1)/q² in q², 0 ≤ q ≤ 1, relative to atan q: 2^-31.0. */
const arctangent = [
  -0.333333284, 0.199997157, -0.142803431, 0.110612333, -0.0882146209, 0.0676364899, -0.0449832566, 0.0227776151,
  -0.00742535945, 0.00113452028,
]
/** The first 224 bits of 2/π after the point, with 32 zero bits before them. */
const twoOverPi = ['00000000', 'a2f9836e', '4e441529', 'fc2757d1', 'f534ddc0', 'db629599', '3c439041', 'fe5163ab']

/** The trigonometric family. */
export const trigonometry = {
  reduced_angle: define(
    `
struct ReducedAngle { rest: f32, quadrant: i32 }
fn reduced_angle(x: f32) -> ReducedAngle {
  if (abs(x) > 12867.0f) { return reduced_huge_angle(x); }
  let k = round(x * ${float(2 / Math.PI)});
  let r = ((x - k * 1.5703125f) - k * 0.0004837512969970703f) - (k * 7.549533620476723e-8f + k * 2.5633440682570896e-12f);
  return ReducedAngle(r, i32(k));
}
const two_over_pi = array<u32, 8>(${twoOverPi.map((word) => `0x${word}u`).join(', ')});
fn multiply_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu; let a1 = a >> 16u; let b0 = b & 0xffffu; let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let other = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (other >> 16u);
}
// x = m 2^(e - 24), m of 24 bits; 96 bits of 2/pi from bit e - 26 on, times m, are the turns modulo 4 as a fraction of 2^32.
fn reduced_huge_angle(x: f32) -> ReducedAngle {
  let bits = bitcast<u32>(x);
  let exponent = i32((bits >> 23u) & 0xffu) - 126;
  let m = (bits & 0x7fffffu) | 0x800000u;
  let first = u32(exponent - 26 + 32);
  let word = first / 32u;
  let shift = first % 32u;
  var window: array<u32, 3>;
  for (var i = 0u; i < 3u; i++) {
    let next = select(two_over_pi[min(word + i + 1u, 7u)] >> (32u - shift), 0u, shift == 0u);
    window[i] = (two_over_pi[min(word + i, 7u)] << shift) | next;
  }
  let low = m * window[1] + multiply_high(m, window[2]);
  let carry = select(0u, 1u, low < m * window[1]);
  let high = m * window[0] + multiply_high(m, window[1]) + carry;
  let quadrant = (high + 0x20000000u) >> 30u;
  let turns = i32(high - (quadrant << 30u));
  let fraction = f32(turns) * 9.313225746154785e-10f + f32(low) * 2.168404344971009e-19f;
  let rest = fraction * 1.5707963267948966f;
  if (is_negative(x)) { return ReducedAngle(-rest, -i32(quadrant)); }
  return ReducedAngle(rest, i32(quadrant));
}
fn sine_near(r: f32) -> f32 { let z = r * r; return r + r * z * (${polynomial('z', sine)}); }
fn cosine_near(r: f32) -> f32 { let z = r * r; return (1.0f - 0.5f * z) + z * z * (${polynomial('z', cosine)}); }`,
    'is_negative',
  ),
  turned_sine: define(
    `
fn turned_sine(x: f32, turns: i32) -> f32 {
  if ((bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u) { return not_a_number(); }
  let angle = reduced_angle(x);
  let quadrant = (angle.quadrant + turns) & 3;
  let value = select(sine_near(angle.rest), cosine_near(angle.rest), (quadrant & 1) == 1);
  return select(value, -value, quadrant >= 2);
}`,
    'not_a_number',
    'reduced_angle',
  ),
  sine: define('fn sine(x: f32) -> f32 { if (x == 0.0f) { return x; } return turned_sine(x, 0); }', 'turned_sine'),
  cosine: define('fn cosine(x: f32) -> f32 { return turned_sine(x, 1); }', 'turned_sine'),
  tangent: define(
    `
fn tangent(x: f32) -> f32 {
  if (x == 0.0f) { return x; }
  if ((bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u) { return not_a_number(); }
  let angle = reduced_angle(x);
  let s = sine_near(angle.rest);
  let c = cosine_near(angle.rest);
  if ((angle.quadrant & 1) == 1) { return -c / s; }
  return s / c;
}`,
    'not_a_number',
    'reduced_angle',
  ),
  angle_of: define(
    `
fn angle_of(y: f32, x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  let larger = max(abs(x), abs(y));
  let smaller = min(abs(x), abs(y));
  var q = smaller / larger;
  if (larger == 0.0f) { q = 0.0f; }
  if (bitcast<u32>(smaller) == 0x7f800000u) { q = 1.0f; } else if (bitcast<u32>(larger) == 0x7f800000u) { q = 0.0f; }
  let z = q * q;
  var angle = q + q * z * (${polynomial('z', arctangent)});
  if (abs(y) > abs(x)) { angle = 1.5707963705062866f - (angle + 4.371138828673793e-8f); }
  if (is_negative(x)) { angle = 3.1415927410125732f - (angle + 8.742277657347586e-8f); }
  return with_sign(angle, y);
}`,
    'is_nan',
    'is_negative',
    'with_sign',
  ),
}
