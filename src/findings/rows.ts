import type { ClassCall } from './classes.ts'
import { sampleSize } from './extent.ts'
import { grouped } from './words.ts'

/** The rows of scores that a check looks at: all, or some spread evenly, of `elements` numbers together. */
export function sampledRows({ outer, inner, count }: Pick<ClassCall, 'outer' | 'inner' | 'count'>, elements = sampleSize): Int32Array {
  const all = count === 0 ? 0 : outer * inner
  const rows = Math.min(all, Math.max(1, Math.floor(elements / count)))
  return Int32Array.from({ length: rows }, (_, i) => (rows === all ? i : Math.floor((i * (all - 1)) / Math.max(rows - 1, 1))))
}

/** What a check says of the rows that it looked at; null where these are all. */
export function rowsLooked({ outer, inner }: Pick<ClassCall, 'outer' | 'inner'>, { length }: Int32Array): string | null {
  return length < outer * inner ? `looked at ${grouped(length)} of ${grouped(outer * inner)} rows, spread evenly` : null
}

/** log Σ eˣ of a row of scores. */
export function logSumExp(values: ArrayLike<number>, start: number, count: number, step: number): number {
  let most = -Infinity
  for (let c = 0, i = start; c < count; c++, i += step) if (!(values[i] <= most)) most = values[i]
  if (!Number.isFinite(most)) return most
  let sum = 0
  for (let c = 0, i = start; c < count; c++, i += step) sum += Math.exp(values[i] - most)
  return most + Math.log(sum)
}
