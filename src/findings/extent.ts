import type { Numbers } from '../tensor/dtype.ts'

/** The range of an argument's values, and where it leaves the finite numbers. */
export interface Extent {
  readonly count: number
  /** Of the finite values; Infinity and −Infinity where there are none. */
  readonly min: number
  readonly max: number
  readonly nans: number
  readonly infinities: number
  /** The position of the first value that is not finite, in row-major order; −1 where all are. */
  readonly firstNotFinite: number
}

export function extentOf(numbers: Numbers): Extent {
  const count = numbers.length
  let [min, max] = [Infinity, -Infinity]
  let odd = 0
  for (let i = 0; i < count; i++) {
    const x = numbers[i]
    // NaN fails the comparison too
    if (!(Math.abs(x) < Infinity)) odd++
    else {
      if (x < min) min = x
      if (x > max) max = x
    }
  }
  if (odd === 0) return { count, min, max, nans: 0, infinities: 0, firstNotFinite: -1 }
  let nans = 0
  for (const x of numbers) if (Number.isNaN(x)) nans++
  return { count, min, max, nans, infinities: odd - nans, firstNotFinite: numbers.findIndex((x) => !Number.isFinite(x)) }
}

/** How many elements a check looks at that judges by the look of them. */
export const sampleSize = 16_384

/** Runs of neighbours cost less to read than single elements far apart. */
const runLength = 64

/** Up to `size` elements, in runs spread evenly from the first element to the last. */
export function sampleOf(numbers: Numbers, size = sampleSize): Numbers {
  if (numbers.length <= size) return numbers
  const sample = numbers.slice(0, size)
  const runs = size / runLength
  for (let run = 0; run < runs; run++) {
    const from = Math.floor((run * (numbers.length - runLength)) / (runs - 1))
    for (let i = 0; i < runLength; i++) sample[run * runLength + i] = numbers[from + i]
  }
  return sample
}

/** What a check says of the part that it looked at; null where that is everything. */
export const lookedAt = (elements: number, size = sampleSize): string | null =>
  elements <= size ? null : `looked at ${size} of ${elements} values, spread evenly`

/** The index by axis of a position in row-major order: 7 in (2, 5) is (1, 2). */
export function indexOf(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length)
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
  }
  return index
}
