import type { Lanes, Simd } from './simd.ts'

/**
 * exp, log and log(1 + x) in SIMD instructions. Their worst errors, measured over every float32 of their domain, stand in docs/accuracy.md.
 *
 * Sources: S. Moshier, Cephes (expf, logf: the logarithm's coefficients), https://www.netlib.org/cephes/; fdlibm e_log.c (float64),
 * https://www.netlib.org/fdlibm/; the polynomials of exp and log1p are our own least-maximum fits of the relative error.
 */
const log2e = Math.LOG2E
const ln2High32 = 0.693359375
const ln2Low32 = -0.00021219444005469057

/** 2^n for the integer n + 127 in the low bits of each lane. */
const powerOfTwo = (s: Simd, biased: Lanes): Lanes => s.write('i32x4.shl', [biased], 23)

/** eˣ. */
export function exp32(s: Simd, x: Lanes): Lanes {
  // adding 1.5·2^23 rounds x·log2(e) to an integer n and leaves it in the low bits
  const magic = 12582912
  const bounded = s.max(s.min(x, 89), -105)
  const shifted = s.fma(bounded, log2e, magic)
  const n = s.sub(shifted, magic)
  const r = s.fma(n, -ln2Low32, s.fma(n, -ln2High32, bounded))
  const p = s.polynomial(r, [0.5, 0.16666577756404877, 0.04166685417294502, 0.008363140746951103, 0.001390128512866795])
  const y = s.fma(s.mul(r, r), p, s.add(r, 1))
  // 2^n in two halves, so that neither overflows before the result does, and small results are rounded once
  const integer = s.write('i32x4.sub', [shifted, s.bits(0x4b400000)])
  const half = s.write('i32x4.shr_s', [integer], 1)
  const rest = s.write('i32x4.sub', [integer, half])
  const power = (exponent: Lanes) => powerOfTwo(s, s.write('i32x4.add', [exponent, s.bits(127)]))
  return s.mul(s.mul(y, power(half)), power(rest))
}

const polynomialOfExp = [1, 1, 0.499992311000824, 0.16667115688323975, 0.041890256106853485, 0.008312467485666275]
const polynomialOfExp2 = polynomialOfExp.map((coefficient, power) => coefficient * Math.LN2 ** power)

/**
 * eˣ for x below 88, in as few instructions as float32 needs; 0 below −87.68, where the result would be less than 2^−126.5.
 *
 * `forSum` is for terms of a sum of which the largest is near 1: their relative error may grow with |x|, since their share in the sum shrinks
 * with eˣ. (With FMA both are the same.)
 */
export function expOfNegative32(s: Simd, x: Lanes, forSum: boolean): Lanes {
  const magic = 12582912 + 127
  const bounded = s.max(x, -88)
  if (forSum && !s.target.fma) {
    const scaled = s.mul(bounded, log2e)
    const shifted = s.add(scaled, magic)
    const fraction = s.sub(scaled, s.sub(shifted, magic))
    return s.mul(s.polynomial(fraction, polynomialOfExp2), powerOfTwo(s, shifted))
  }
  const shifted = s.fma(bounded, log2e, magic)
  const n = s.sub(shifted, magic)
  const r = s.target.fma ? s.fma(n, -Math.LN2, bounded) : s.fma(n, -ln2Low32, s.fma(n, -ln2High32, bounded))
  return s.mul(s.polynomial(r, polynomialOfExp), powerOfTwo(s, shifted))
}

/** log x; −∞ at 0, NaN below. */
export function log32(s: Simd, x: Lanes): Lanes {
  const tiny = s.lt(x, 1.1754943508222875e-38)
  const scaled = s.select(tiny, s.mul(x, 8388608), x)
  const exponent = s.write('i32x4.sub', [s.write('i32x4.shr_u', [scaled], 23), s.bits(126)])
  const fraction = s.write('v128.or', [s.write('v128.and', [scaled, s.bits(0x007fffff)]), s.bits(0x3f000000)])
  const small = s.lt(fraction, Math.SQRT1_2)
  const m = s.sub(s.add(fraction, s.write('v128.and', [fraction, small])), 1)
  const e0 = s.write('f32x4.convert_i32x4_s', [exponent])
  const e1 = s.sub(e0, s.write('v128.and', [s.constant(1), small]))
  const e = s.sub(e1, s.write('v128.and', [s.constant(23), tiny]))
  return atTheEdges(s, x, logOfParts32(s, m, e))
}

/** log(1 + m) + e·log 2, for m from √½ − 1 to √2 − 1. */
function logOfParts32(s: Simd, m: Lanes, e: Lanes): Lanes {
  const z = s.mul(m, m)
  const p = s.polynomial(
    m,
    [
      3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1, 1.167699874e-1,
      -1.151461031e-1, 7.0376836292e-2,
    ],
  )
  const low = s.fma(z, -0.5, s.fma(e, ln2Low32, s.mul(s.mul(m, z), p)))
  return s.fma(e, ln2High32, s.add(m, low))
}

/** log(1 + x); for x in [0, 1] a polynomial alone. */
export function log1p32(s: Simd, x: Lanes, unit: boolean): Lanes {
  if (unit) {
    const p = s.polynomial(
      x,
      [
        1, -0.4999990165233612, 0.3332996368408203, -0.24954134225845337, 0.1967593878507614, -0.15305592119693756, 0.10603653639554977,
        -0.056959524750709534, 0.019851457327604294, -0.003244024235755205,
      ],
    )
    return s.mul(x, p)
  }
  return log1pByLog(s, x, (u) => log32(s, u))
}

/** log(u) with u = 1 + x, and what was lost in that rounding put right. */
function log1pByLog(s: Simd, x: Lanes, log: (u: Lanes) => Lanes): Lanes {
  const u = s.add(x, 1)
  const lost = s.sub(x, s.sub(u, 1))
  const correction = s.div(lost, s.max(u, 1e-30))
  // at infinity, and at NaN, there is nothing to put right
  return s.add(log(u), s.select(s.lt(s.abs(lost), 1), correction, 0))
}

const atTheEdges = (s: Simd, x: Lanes, y: Lanes): Lanes => {
  const above = s.select(s.lt(x, Infinity), y, x) // +∞ and NaN stay
  const atZero = s.select(s.eq(x, 0), -Infinity, above)
  return s.select(s.lt(x, 0), Number.NaN, atZero)
}

const ln2High64 = 0.6931471803691238
const ln2Low64 = 1.9082149292705877e-10

/** eˣ in float64. */
export function exp64(s: Simd, x: Lanes): Lanes {
  const magic = 6755399441055744
  const bounded = s.max(s.min(x, 710), -746)
  const shifted = s.fma(bounded, log2e, magic)
  const n = s.sub(shifted, magic)
  const r = s.fma(n, -ln2Low64, s.fma(n, -ln2High64, bounded))
  const factorials = Array.from({ length: 12 }, (_, k) => 1 / factorial(k + 2))
  const y = s.fma(s.mul(r, r), s.polynomial(r, factorials), s.add(r, 1))
  // no arithmetic shift of 64 bits is needed: half of n is rounded in floating point
  const halfShifted = s.fma(n, 0.5, magic)
  const half = s.sub(halfShifted, magic)
  const restShifted = s.add(s.sub(n, half), magic)
  const power = (biased: Lanes) => s.write('i64x2.add', [s.write('i64x2.shl', [biased], 52), s.bits(1023n << 52n)])
  return s.mul(s.mul(y, power(halfShifted)), power(restShifted))
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

/** log x in float64. */
export function log64(s: Simd, x: Lanes): Lanes {
  const tiny = s.lt(x, 2.2250738585072014e-308)
  const scaled = s.select(tiny, s.mul(x, 2 ** 54), x)
  // the exponent as a float64: its bits below those of 2^52, then 2^52 taken away
  const raw = s.write('v128.or', [s.write('i64x2.shr_u', [scaled], 52), s.bits(0x4330000000000000n)])
  const e0 = s.sub(raw, 4503599627370496 + 1022)
  const fraction = s.write('v128.or', [s.write('v128.and', [scaled, s.bits(0x000fffffffffffffn)]), s.bits(0x3fe0000000000000n)])
  const small = s.lt(fraction, Math.SQRT1_2)
  const f = s.sub(s.add(fraction, s.write('v128.and', [fraction, small])), 1)
  const e1 = s.sub(e0, s.write('v128.and', [s.constant(1), small]))
  const k = s.sub(e1, s.write('v128.and', [s.constant(54), tiny]))
  const q = s.div(f, s.add(f, 2))
  const z = s.mul(q, q)
  const series = s.polynomial(
    z,
    [
      0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805, 0.15313837699209373,
      0.14798198605116586,
    ],
  )
  const half = s.mul(s.mul(f, f), 0.5)
  const inner = s.fma(k, ln2Low64, s.mul(q, s.fma(z, series, half)))
  const y = s.fma(k, ln2High64, s.sub(f, s.sub(half, inner)))
  return atTheEdges(s, x, y)
}

/**
 * log x for x from √½ up, as a sum of exponentials of which the largest is 1: rows of few scores take one each, so it has half the instructions
 * of a logarithm of anything. What is not finite gives NaN. In float32 as exact as log32; in float64 to 5·10⁻¹² of itself, which is nothing
 * beside the float32 exponentials in the sum.
 */
export function logOfSum(s: Simd, x: Lanes): Lanes {
  const notFinite = s.sub(x, x) // NaN, or else 0
  if (s.wide === 'f32x4') {
    const least = s.bits(0x3f3504f3) // √½
    const above = s.write('i32x4.sub', [x, least])
    const e = s.write('f32x4.convert_i32x4_s', [s.write('i32x4.shr_u', [above], 23)])
    const m = s.write('i32x4.add', [s.write('v128.and', [above, s.bits(0x007fffff)]), least])
    return s.add(logOfParts32(s, s.sub(m, 1), e), notFinite)
  }
  const least = s.bits(0x3fe6a09e667f3bcdn) // √½
  const above = s.write('i64x2.sub', [x, least])
  // the exponent as a float64: its bits below those of 2^52, then 2^52 taken away
  const e = s.sub(s.write('v128.or', [s.write('i64x2.shr_u', [above], 52), s.bits(0x4330000000000000n)]), 4503599627370496)
  const m = s.write('i64x2.add', [s.write('v128.and', [above, s.bits(0x000fffffffffffffn)]), least])
  // log m = 2·artanh q
  const f = s.sub(m, 1)
  const q = s.div(f, s.add(f, 2))
  const z = s.mul(q, q)
  const series = s.polynomial(z, [0.6666666564857703, 0.40000334551568173, 0.2853734580213494, 0.2358149575871871])
  return s.add(s.fma(e, Math.LN2, notFinite), s.fma(q, 2, s.mul(s.mul(q, z), series)))
}

export const log1p64 = (s: Simd, x: Lanes): Lanes => log1pByLog(s, x, (u) => log64(s, u))
