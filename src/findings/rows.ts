import { sizeOf } from '../tensor/shape.ts'
import { sampleSize } from './extent.ts'
import { grouped } from './words.ts'

/** How the lines of an axis lie: element c of line (o, i) is at (o·count + c)·inner + i. */
export interface Lines {
  readonly outer: number
  readonly inner: number
  readonly count: number
}

/** The lines of an axis. */
export const linesOf = (shape: readonly number[], axis: number): Lines => ({
  outer: sizeOf(shape.slice(0, axis)),
  inner: sizeOf(shape.slice(axis + 1)),
  count: shape[axis],
})

/**
 * The axis along which numbers are distributions: their sum, or that of their exponentials, is 1 in every line that is looked at. −1 where
 * there is none. A line of zeros, or of −∞, counts for nothing.
 */
export function distributionAxis(values: ArrayLike<number>, shape: readonly number[], kind: 'sums' | 'logarithms'): number {
  return shape.findIndex((extent, axis) => extent > 1 && isDistribution(values, linesOf(shape, axis), kind))
}

function isDistribution(values: ArrayLike<number>, lines: Lines, kind: 'sums' | 'logarithms'): boolean {
  const { count, inner } = lines
  for (const line of sampledRows(lines, 4096)) {
    const start = Math.floor(line / inner) * count * inner + (line % inner)
    if (kind === 'logarithms') {
      if (isNearlyNormalised(values, start, count, inner)) continue
      const lse = logSumExp(values, start, count, inner)
      if (!(Math.abs(lse) <= 0.05) && lse !== -Infinity) return false
      continue
    }
    let [sum, least] = [0, 0]
    for (let c = 0, i = start; c < count; c++, i += inner) {
      sum += values[i]
      least = Math.min(least, values[i])
    }
    if (least < 0 || (!(Math.abs(sum - 1) <= 0.02) && sum !== 0)) return false
  }
  return true
}

/** The rows of scores that a check looks at: all, or some spread evenly, of `elements` numbers together. */
export function sampledRows({ outer, inner, count }: Lines, elements = sampleSize): Int32Array {
  const all = count === 0 ? 0 : outer * inner
  const rows = Math.min(all, Math.max(1, Math.floor(elements / count)))
  return Int32Array.from({ length: rows }, (_, i) => (rows === all ? i : Math.floor((i * (all - 1)) / Math.max(rows - 1, 1))))
}

/** What a check says of the rows that it looked at; null where these are all. */
export function rowsLooked({ outer, inner }: Omit<Lines, 'count'>, { length }: Int32Array): string | null {
  return length < outer * inner ? `looked at ${grouped(length)} of ${grouped(outer * inner)} rows, spread evenly` : null
}

/**
 * Whether Σ eˣ of a row is 1 within 4 %, by an exponential that is a third as dear and wrong by less than 1 % where it matters: (1 + y + y²/2)²⁵⁶ with y = x/256.
 * What fails may pass by the exact sum; of log-probabilities none fails.
 */
export function isNearlyNormalised(values: ArrayLike<number>, start: number, count: number, step: number): boolean {
  let sum = 0
  for (let c = 0, i = start; c < count; c++, i += step) {
    if (values[i] < -60) continue
    const y = values[i] / 256
    sum += fourth(fourth(fourth(fourth(1 + y * (1 + y / 2)))))
  }
  return Math.abs(sum - 1) < 0.04
}

const fourth = (x: number): number => x * x * (x * x)

/** log Σ eˣ of a row of scores. */
export function logSumExp(values: ArrayLike<number>, start: number, count: number, step: number): number {
  let most = -Infinity
  for (let c = 0, i = start; c < count; c++, i += step) if (!(values[i] <= most)) most = values[i]
  if (!Number.isFinite(most)) return most
  let sum = 0
  for (let c = 0, i = start; c < count; c++, i += step) sum += Math.exp(values[i] - most)
  return most + Math.log(sum)
}
