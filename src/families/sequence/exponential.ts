import type { Numbers } from '../../tensor/dtype.ts'

/** The largest |x| that `exponentials` takes. */
export const reach = 300

const fractions = Float64Array.from({ length: 64 }, (_, i) => 2 ** (i / 64))
const powers = Float64Array.from({ length: 1024 }, (_, i) => 2 ** (i - 512))

/**
 * out[i] = e^x[at + i] for `count` numbers; false where one of them is NaN or larger than `reach` in size, and then `out` is not complete.
 *
 * Some four times as fast as `Math.exp`, and right to within 2⁻⁵¹ of itself: x = n·ln 2/64 + r, two tables give 2^(n/64), and six terms of the
 * series the rest, of which |r| ≤ 0.0055.
 */
export function exponentials(x: Numbers, at: number, count: number, out: Float64Array): boolean {
  const perLog = 64 / Math.LN2
  // adding and subtracting it rounds to an integer
  const rounder = 1.5 * 2 ** 52
  // ln 2/64 in two parts, the first of 33 bits, so that a multiple of it is exact (FDLIBM's constants)
  const high = 0.6931471803691238 / 64
  const low = 1.9082149292705877e-10 / 64
  for (let i = 0; i < count; i++) {
    const v = x[at + i]
    if (!(v >= -reach && v <= reach)) return false
    const n = v * perLog + rounder - rounder
    const r = v - n * high - n * low
    const whole = n | 0
    const series = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120)))))
    out[i] = fractions[whole & 63] * powers[(whole >> 6) + 512] * series
  }
  return true
}
