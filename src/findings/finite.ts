import type { Numbers } from '../tensor/dtype.ts'

const block = 4096

/** The position of the first NaN or infinity from `from` on, −1 where all are finite. x − x is 0 for what is finite, and NaN for what is not. */
export function firstNotFinite(values: Numbers, from = 0): number {
  const whole = from + Math.floor((values.length - from) / 4) * 4
  for (let start = from; start < values.length; start += block) {
    const end = Math.min(start + block, whole)
    // four sums, since each addition waits for the one before
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let i = start; i < end; i += 4) {
      a += values[i] - values[i]
      b += values[i + 1] - values[i + 1]
      c += values[i + 2] - values[i + 2]
      d += values[i + 3] - values[i + 3]
    }
    if (a + b + c + d === 0 && end - start === block) continue
    for (let i = start; i < Math.min(start + block, values.length); i++) if (!Number.isFinite(values[i])) return i
  }
  return -1
}
