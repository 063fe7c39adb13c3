import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { rounding } from '../../ops/rounding.ts'
import { allocateNumbers, computeDType, type DType } from '../../tensor/dtype.ts'
import { type Shape, sizeOf } from '../../tensor/shape.ts'
import { numbersOf } from '../../tensor/view.ts'

/** A distance per row. */
export interface Distances {
  of(row: number): number
  /** Sends g times the slope of the distance that `of` has just given on to where it came from. */
  backward(row: number, g: number): void
}

/** Of each row two distances, or three, of which the first is to be the smaller by a margin. */
export interface Margins {
  /** Of the result. */
  readonly shape: Shape
  readonly margin: number
  readonly near: Distances
  readonly far: Distances
  /** Counts in place of `far` where it is smaller. */
  readonly swapped: Distances | null
  /** What PyTorch computes in: the margin and the first distance, and the result. */
  readonly dtypes: Readonly<Record<'near' | 'result', DType>>
}

/** max(0, margin + near − far), row by row. */
export function marginsOf({ shape, margin, near, far, swapped, dtypes }: Margins, want: Want): Pick<Outcome, 'values' | 'total'> {
  const rows = sizeOf(shape)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, computeDType(dtypes.result))
  const values = want.values ? allocateNumbers(dtypes.result, rows) : null
  const total = new ExactSum()
  const r = rounding(dtypes.result)
  const rNear = rounding(dtypes.near)
  const gap = rNear(margin)

  for (let row = 0; row < rows; row++) {
    const nearest = near.of(row)
    const farthest = far.of(row)
    const other = swapped === null ? Infinity : swapped.of(row)
    const least = swapped === null ? farthest : Math.min(farthest, other)
    const lacking = r(rNear(gap + nearest) - least)
    const value = lacking < 0 ? 0 : lacking
    if (values !== null) values[row] = value
    if (want.total) total.add(value)
    if (want.gradients.length === 0) continue

    const g = lacking >= 0 ? want.scale * (upstream === null ? 1 : upstream[row]) : 0
    near.backward(row, g)
    // a slope of the smaller distance, in halves to two that are equal
    const share = swapped !== null && farthest === other ? -g / 2 : -g
    far.backward(row, swapped !== null && farthest > other ? 0 : share)
    swapped?.backward(row, farthest < other ? 0 : share)
  }
  return { values, total: total.value() }
}
