import type { DType, Numbers } from '../tensor/dtype.ts'
import { sizeOf } from '../tensor/shape.ts'

/** Of so many rows not one batch of honest scores has them all within what 16 bits lose. */
const manyRows = 8

/**
 * How far the sums of a softmax may be from 1: its own rounding, with room (the farthest of honest outputs: 6e-7 in float32, 4e-4 in float16, 3e-3 in bfloat16).
 * float32 may hold what was computed in 16 bits (NumPy has no bfloat16, so it is saved after `.float()`): many rows leave room for that too.
 */
export const softmaxTolerance = (dtype: DType, rows: number): number =>
  dtype === 'bfloat16' || (dtype !== 'float16' && rows >= manyRows) ? 1e-2 : dtype === 'float16' ? 1e-3 : 1e-5

/** The distance from 1 of the sum along an axis that is farthest from it; or the first that is more than is enough to know. */
export function farthestFromOne(values: Numbers, shape: readonly number[], axis: number, enough = Infinity): number {
  const extent = shape[axis]
  const inner = sizeOf(shape.slice(axis + 1))
  let farthest = 0
  for (let start = 0; start < values.length; start += extent * inner) {
    for (let i = start; i < start + inner; i++) {
      let sum = 0
      for (let c = 0; c < extent; c++) sum += values[i + c * inner]
      farthest = Math.max(farthest, Math.abs(sum - 1))
      if (farthest > enough) return farthest
    }
  }
  return farthest
}
