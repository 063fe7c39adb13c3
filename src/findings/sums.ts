import type { DType, Numbers } from '../tensor/dtype.ts'
import { sizeOf } from '../tensor/shape.ts'

/** How far the sum of a softmax may be from 1: its own rounding, with room (the farthest of honest outputs: 6e-7 in float32, 4e-4, 3e-3). */
export const softmaxTolerance = (dtype: DType): number => ({ float16: 1e-3, bfloat16: 1e-2 })[dtype as string] ?? 1e-5

/** The distance from 1 of the sum along an axis that is farthest from it. */
export function farthestFromOne(values: Numbers, shape: readonly number[], axis: number): number {
  const extent = shape[axis]
  const inner = sizeOf(shape.slice(axis + 1))
  let farthest = 0
  for (let start = 0; start < values.length; start += extent * inner) {
    for (let i = start; i < start + inner; i++) {
      let sum = 0
      for (let c = 0; c < extent; c++) sum += values[i + c * inner]
      farthest = Math.max(farthest, Math.abs(sum - 1))
    }
  }
  return farthest
}
