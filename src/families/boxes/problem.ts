import type { View } from '../../tensor/view.ts'

/** Rounds to the precision of the arithmetic. */
export type Round = (value: number) => number

/**
 * Two boxes (x1, y1, x2, y2), what their intersection over union is made of, and the slopes of the loss by all of these. A penalty adds its
 * slopes by what it looks at, and `backward` passes them on to the corners.
 *
 * Values are rounded after each step, as PyTorch's are, so that they overflow where PyTorch's do.
 */
export interface Pair {
  /** x1, y1, x2, y2 of both boxes. */
  readonly a: Float64Array
  readonly b: Float64Array
  /** Rounds; and rounds what is of the second box alone, which may be of a coarser dtype. */
  readonly r: Round
  readonly rb: Round
  /** x1, y1, x2, y2 of the smallest box around both. */
  readonly hull: Float64Array
  /** Whether they overlap; to touch is not enough. */
  meet: boolean
  /** Width and height of the overlap. */
  width: number
  height: number
  union: number
  /** Intersection over union. */
  iou: number
  readonly slope: {
    readonly a: Float64Array
    readonly b: Float64Array
    readonly hull: Float64Array
    union: number
  }
}

/** What a loss adds to 1 − IoU. With `slopes` it also adds its slopes to those of the pair. */
export type Penalty = (pair: Pair, eps: number, slopes: boolean) => number

export interface BoxesProblem {
  readonly penalty: Penalty
  readonly eps: number
  /** That of the IoU: the same, but for a loss that has its own. */
  readonly iouEps: number
  readonly count: number
  /** (…, 4). */
  readonly boxes1: View
  /** Broadcasts into the shape of boxes1. */
  readonly boxes2: View
  readonly compute: 'float64' | 'float32'
  readonly compute2: 'float64' | 'float32'
}
