import type { DType } from '../../tensor/dtype.ts'
import type { Shape } from '../../tensor/shape.ts'
import type { View } from '../../tensor/view.ts'

/** Two vectors per row, whose cosine is to be 1, or below a margin. */
export interface CosineProblem {
  /** (N, D), or (D). One row, and one column, stand for as many as the other has. */
  readonly input1: View
  readonly input2: View
  /** (N), or (): 1 where they are alike, −1 where not; where it is another, the row counts for nothing. */
  readonly target: View
  /** Of the result. */
  readonly shape: Shape
  readonly margin: number
  /** What PyTorch computes in: the squares of each, their products, and the cosine. */
  readonly dtypes: Readonly<Record<'input1' | 'input2' | 'products' | 'cosine', DType>>
}

/** Three vectors per row, of which the first is to be nearer to the second than to the third, by a margin. */
export interface TripletProblem {
  /** (…, D). One row, and one column, stand for as many as the others have. */
  readonly anchor: View
  readonly positive: View
  readonly negative: View
  /** Of the result. */
  readonly shape: Shape
  readonly margin: number
  readonly p: number
  readonly eps: number
  /** Whether the distance of positive and negative counts where it is smaller than that of anchor and negative. */
  readonly swap: boolean
  /** What PyTorch computes in: the distances, and the result. */
  readonly dtypes: Readonly<Record<Pair | 'result', DType>>
}

/** The pairs of which there is a distance. */
export type Pair = 'anchor positive' | 'anchor negative' | 'positive negative'
