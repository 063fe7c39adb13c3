import type { Numbers } from '../tensor/dtype.ts'

/** Scores laid out as (outer, count, inner), with a row for each of outer and inner. */
export interface Scores {
  readonly x: Numbers
  readonly count: number
  readonly outer: number
  readonly inner: number
}

/** −log p below this is a p so far above a half that no rounding matters. */
const sure = Math.LN2 - 1e-3

/**
 * Whether the largest score of a row is that of its class. As in PyTorch's argmax a NaN is larger than all, and the first of equal ones counts.
 *
 * `losses`, where these are −log p, save most of the search: a row with p above a half is right.
 */
export function whichAreRight(scores: Scores, classes: ArrayLike<number>, losses: Numbers | null): Uint8Array {
  const { x, count, outer, inner } = scores
  const right = new Uint8Array(outer * inner)
  if (inner > 1) {
    const best = largestOfPlanes(scores)
    for (let row = 0; row < right.length; row++) right[row] = best[row] === classes[row] ? 1 : 0
    return right
  }
  for (let row = 0, start = 0; row < outer; row++, start += count) {
    const t = classes[row]
    if (t < 0) continue
    const own = x[start + t]
    if (Number.isNaN(own)) {
      right[row] = bestClass(scores, row) === t ? 1 : 0
      continue
    }
    let c = losses !== null && losses[row] < sure ? count : 0
    for (; c < t; c++) if (!(x[start + c] < own)) break
    if (c === t) for (; c < count; c++) if (!(x[start + c] <= own)) break
    right[row] = c === count ? 1 : 0
  }
  return right
}

/** So many positions of a plane are taken at a time, which stay in the nearest cache. */
const block = 4096

/** The class with the largest score at each position, class by class, so that memory is read in order. */
function largestOfPlanes({ x, count, outer, inner }: Scores): Int32Array {
  const best = new Int32Array(outer * inner)
  const largest = x instanceof Float64Array ? new Float64Array(block) : new Float32Array(block)
  for (let n = 0; n < outer; n++) {
    for (let start = 0; start < inner; start += block) {
      const size = Math.min(block, inner - start)
      const at = n * count * inner + start
      largestOfBlock(x.subarray(at), count, inner, largest, best.subarray(n * inner + start, n * inner + start + size))
    }
  }
  return best
}

function largestOfBlock(x: Numbers, count: number, stride: number, largest: Numbers, best: Int32Array): void {
  for (let i = 0; i < best.length; i++) largest[i] = x[i]
  for (let c = 1, plane = stride; c < count; c++, plane += stride) {
    for (let i = 0; i < best.length; i++) {
      const score = x[plane + i]
      if (!(score <= largest[i]) && !Number.isNaN(largest[i])) {
        largest[i] = score
        best[i] = c
      }
    }
  }
}

/** The class with the largest score of a row: the first of equal ones, or the first NaN. */
export function bestClass({ x, count, inner }: Scores, row: number): number {
  const start = Math.floor(row / inner) * count * inner + (row % inner)
  let best = 0
  for (let c = 1; c < count && !Number.isNaN(x[start + best * inner]); c++) {
    if (!(x[start + c * inner] <= x[start + best * inner])) best = c
  }
  return best
}

/** The likeliest class of each row of a distribution. */
export function likeliestClasses(scores: Scores): Int32Array {
  if (scores.inner > 1) return largestOfPlanes(scores)
  return Int32Array.from({ length: scores.outer }, (_, row) => bestClass(scores, row))
}
