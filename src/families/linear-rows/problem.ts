import type { View } from '../../tensor/view.ts'
import type { RowsProblem } from '../softmax-rows/problem.ts'

/** One value per row of scores that are linear in the input: scores = input·linearWeightᵀ + linearBias. */
export interface LinearRowsProblem {
  /** What is computed of the scores. Its `input` has their shape, but no elements: nobody makes all scores at once. */
  readonly rows: RowsProblem
  /** (N, D), or (D) for one token. */
  readonly input: View
  /** (C, d1, …, dk, D). */
  readonly linearWeight: View
  /** (C, d1, …, dk). */
  readonly linearBias: View | null
}
