/**
 * The error function and its inverse, ln|Γ| and its derivative. The fits are those of the processor's library; the inverse has
 * the form of Giles, "Approximating the erfinv function", GPU Computing Gems 2 (2011).
 */
import { define, polynomial } from './library.ts'

/** erf(x)/x - 1 in x², |x| ≤ 1: 2^-29.4. */
const near = [0.128379166, -0.37612626, 0.112835787, -0.0268533472, 0.0051871622, -0.00079978531, 7.80690389e-5]
/** ln erfc(x) in x, 1 ≤ x ≤ 4, weighted by erfc/erf: 2^-35.4. */
const far = [
  0.000188458915, -1.12958026, -0.6332165, -0.108422011, 0.0252103135, -0.00420529163, 0.000441478478, -2.169857e-5,
]
/** e^(x²) erfc(x) (x + 3) in (x - 3)/(x + 3), from 0 to where erfc is 0: 2^-28.9. */
const complement = [
  1.07400691, -0.883394485, 0.590228305, -0.310466046, 0.119528967, -0.0268395884, -0.00122581981, 0.00308006529,
  -0.000484371578, -0.000325951896,
]
/** erfInverse(x)/x in w - 2.5, w ≤ 5: 2^-25.5. */
const centre = [
  -5.21450936e-8, 0.24664028, -0.00417738687, -0.0012527419, 0.000218344445, -4.9633436e-6, -3.46270576e-6,
  4.66169411e-7, 2.32327242e-8, -8.79095197e-9,
]
/** erfInverse(x)/x in √w - 3, 5 ≤ w ≤ 16: 2^-27.2. */
const tail = [
  -1.7744199e-8, 1.00167525, 0.00944538042, -0.00764266727, 0.00568687031, -0.00356788258, 0.00147820031,
  -0.000118032687, -0.00028231382, 0.000158979965, -2.67721844e-5,
]
/** (ln Γ(2 + t)/t - c₀)/t in t, |t| ≤ 1/2: 2^-25.9. */
const logGamma = [
  0.322467029, -0.06735228, 0.0205807351, -0.00738615869, 0.00289173238, -0.00118595921, 0.000501518545,
  -0.000253618811, 0.000122361191,
]
/** x times the remainder of Stirling's formula in 1/x², x ≥ 8.5: 2^-38.8. */
const stirling = [0.0833333358, -0.00277824258, 0.000807048404]
/** ψ(x)/(x - zero) in x - 3/2, 1 ≤ x ≤ 2: 2^-26.5. */
const digamma = [
  0.951055884, -0.423627526, 0.240540847, -0.148397312, 0.0950390995, -0.0620784983, 0.0402369276, -0.0256669056,
  0.0199325252, -0.0165860113, 0.00637366762,
]
/** (ln x - 1/2x - ψ(x)) x² in 1/x², x ≥ 10: 2^-39.9. */
const asymptotic = [0.0833333358, -0.00833384506, 0.00395593327]

/** Special functions. */
export const specialFunctions = {
  error_function: define(
    `
fn error_function(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = min(abs(x), 4.0f);
  if (a <= 1.0f) { let z = x * x; return x + x * (${polynomial('z', near)}); }
  return with_sign(1.0f - exponential(${polynomial('a', far)}), x);
}`,
    'is_nan',
    'exponential',
    'with_sign',
  ),
  // given e^(-x²)
  complementary_error_function: define(
    `
fn complementary_error_function(x: f32, decayed: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = min(abs(x), 10.1f);
  let u = (a - 3.0f) / (a + 3.0f);
  let y = decayed * ((${polynomial('u', complement)}) / (a + 3.0f));
  return select(y, 2.0f - y, is_negative(x));
}`,
    'is_nan',
    'is_negative',
  ),
  inverse_error_function: define(
    `
fn inverse_error_function(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x) || a > 1.0f) { return not_a_number(); }
  if (a == 1.0f) { return with_sign(infinity(), x); }
  let w = -positive_logarithm((1.0f - a) * (1.0f + a));
  if (w > 5.0f) {
    let t = sqrt(w) - 3.0f;
    return x * 2.83297682f + x * (${polynomial('t', tail)});
  }
  let t = w - 2.5f;
  return x * 1.50140941f + x * (${polynomial('t', centre)});
}`,
    'is_nan',
    'infinity',
    'not_a_number',
    'with_sign',
    'positive_logarithm',
  ),
  positive_log_gamma: define(
    `
fn positive_log_gamma(x: f32) -> f32 {
  if (x >= 8.5f) {
    if (bitcast<u32>(x) == 0x7f800000u) { return x; }
    let inverse = 1.0f / x;
    let z = inverse * inverse;
    return (x - 0.5f) * (positive_logarithm(x) - 1.0f) + (0.4189385332046727f + inverse * (${polynomial('z', stirling)}));
  }
  var t = x;
  var argument = x * (x + 1.0f);
  var direction = -1.0f;
  if (x >= 0.5f && x < 1.5f) { t = x - 1.0f; argument = x; }
  if (x >= 1.5f) {
    var base = x;
    argument = 1.0f;
    direction = 1.0f;
    while (base > 2.5f) { base -= 1.0f; argument *= base; }
    t = base - 2.0f;
  }
  let linear = t * 0.422784328f + direction * logarithm(argument);
  return t * t * (${polynomial('t', logGamma)}) + linear;
}`,
    'positive_logarithm',
    'logarithm',
  ),
  // sin(pi d) and cos(pi d) for the distance d of x >= 0 to the nearest whole number
  turned_fraction: define(
    `
fn turned_fraction(x: f32) -> vec2f {
  let d = x - round(x);
  let size = abs(d);
  let outer = size > 0.25f;
  let inner = select(size, 0.5f - size, outer) * 3.14159265f;
  let s = sine_near(inner);
  let c = cosine_near(inner);
  return vec2f(select(s, c, outer) * select(1.0f, -1.0f, d < 0.0f), select(c, s, outer));
}`,
    'reduced_angle',
  ),
  log_gamma: define(
    `
fn log_gamma(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  if (a == 0.0f) { return infinity(); }
  let y = positive_log_gamma(a);
  if (x > 0.0f || a <= 1e-10f) { return y; }
  if (a == round(a)) { return infinity(); }
  return positive_logarithm(3.14159265f / (a * abs(turned_fraction(a).x))) - y;
}`,
    'is_nan',
    'infinity',
    'positive_log_gamma',
    'positive_logarithm',
    'turned_fraction',
  ),
  positive_digamma: define(
    `
fn positive_digamma(x: f32) -> f32 {
  if (x >= 10.0f) {
    if (bitcast<u32>(x) == 0x7f800000u) { return x; }
    let inverse = 1.0f / x;
    let z = inverse * inverse;
    return positive_logarithm(x) - (inverse * 0.5f + z * (${polynomial('z', asymptotic)}));
  }
  var base = x;
  var correction = 0.0f;
  var zero = 1.4616321325302124f;
  if (x < 1.0f) {
    correction = -1.0f / x;
    base = x + 1.0f;
  }
  var numerator = 0.0f;
  var denominator = 1.0f;
  while (base > 2.0f) {
    base -= 1.0f;
    numerator = numerator * base + denominator;
    denominator *= base;
  }
  if (x > 2.0f) { correction = numerator / denominator; }
  let difference = select(base - zero, x - (zero - 1.0f), x < 1.0f);
  let t = select(base - 1.5f, x - 0.5f, x < 1.0f);
  return (difference - 1.243815006546356e-8f) * (${polynomial('t', digamma)}) + correction;
}`,
    'positive_logarithm',
  ),
  digamma: define(
    `
fn digamma(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  if (a == 0.0f) { return with_sign(infinity(), -x); }
  let y = positive_digamma(a);
  if (x > 0.0f) { return y; }
  if (a == round(a)) { return not_a_number(); }
  let turned = turned_fraction(a);
  return y + (1.0f / a + 3.14159265f * (turned.y / turned.x));
}`,
    'is_nan',
    'infinity',
    'not_a_number',
    'with_sign',
    'positive_digamma',
    'turned_fraction',
  ),
}
