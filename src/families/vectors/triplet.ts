import type { Outcome, Want } from '../../backends/backend.ts'
import { norm, normSlopes, type Round } from '../../ops/norms.ts'
import { numbersIn, rounding } from '../../ops/rounding.ts'
import type { DType, Numbers } from '../../tensor/dtype.ts'
import type { Shape } from '../../tensor/shape.ts'
import { expandView, sumTo, type View } from '../../tensor/view.ts'
import { type Distances, marginsOf } from './margins.ts'
import type { TripletProblem } from './problem.ts'

/** The kernel on plain numbers: max(0, margin + d(anchor, positive) − d(anchor, negative)), row by row, with d = ‖x − y + ε‖ₚ. */
export function referenceTriplet(problem: TripletProblem, want: Want): Outcome {
  const { shape, p, eps, swap, dtypes } = problem
  const operands = [problem.anchor, problem.positive, problem.negative].map((view) => vectorsOf(view, shape))
  const [anchor, positive, negative] = operands
  const names = ['anchor', 'positive', 'negative']
  const [da, dp, dn] = operands.map(({ x }, k) => (want.gradients.includes(names[k]) ? new Float64Array(x.length) : null))
  const outcome = marginsOf(
    {
      ...problem,
      near: new Distance(anchor, positive, p, eps, dtypes['anchor positive'], [da, dp]),
      far: new Distance(anchor, negative, p, eps, dtypes['anchor negative'], [da, dn]),
      swapped: swap ? new Distance(positive, negative, p, eps, dtypes['positive negative'], [dp, dn]) : null,
      dtypes: { near: dtypes['anchor positive'], result: dtypes.result },
    },
    want,
  )
  const gradients: Record<string, Numbers> = {}
  for (const [k, sums] of [da, dp, dn].entries()) {
    if (sums === null) continue
    const view = [problem.anchor, problem.positive, problem.negative][k]
    const own = sumTo(sums, operands[k].shape, view.shape)
    gradients[names[k]] = view.dtype === 'float64' ? own : Float32Array.from(own)
  }
  return { ...outcome, gradients }
}

/** Rows of vectors of one width. */
interface Rows {
  readonly x: Numbers
  readonly width: number
  readonly shape: Shape
}

/** The vectors of an operand, one for each row of the result; a single number is a vector of one. */
function vectorsOf(view: View, shape: Shape): Rows {
  const width = view.shape[view.shape.length - 1] ?? 1
  const expanded = view.shape.length === 0 ? { ...view, shape: [1], strides: [1] } : view
  const whole = [...shape, width]
  return { x: numbersIn(expandView(expanded, whole)), width, shape: whole }
}

/** The distances between the rows of two operands. */
class Distance implements Distances {
  private readonly difference: Float64Array
  private readonly slopes: Float64Array
  private readonly round: Round
  private readonly precise: Round
  private readonly eps: number
  private last = 0

  constructor(
    private readonly a: Rows,
    private readonly b: Rows,
    private readonly p: number,
    eps: number,
    dtype: DType,
    /** Where the gradients of the two are added up. */
    private readonly sums: readonly (Float64Array | null)[],
  ) {
    const columns = a.width === 1 ? b.width : a.width
    this.difference = new Float64Array(columns)
    this.slopes = new Float64Array(columns)
    this.round = rounding(dtype)
    // norms of 16 bits are computed in float32
    this.precise = dtype === 'float64' ? this.round : Math.fround
    this.eps = this.round(eps)
  }

  of(row: number): number {
    const { a, b, difference, round, eps } = this
    const [atA, atB] = [row * a.width, row * b.width]
    const columns = difference.length
    const stepA = a.width === columns ? 1 : 0
    const stepB = b.width === columns ? 1 : 0
    for (let j = 0; j < columns; j++) difference[j] = round(round(a.x[atA + j * stepA] - b.x[atB + j * stepB]) + eps)
    this.last = round(norm(difference, columns, this.p, this.precise))
    return this.last
  }

  /** Adds the gradients of the distance that `of` has just given, times g. */
  backward(row: number, g: number): void {
    const { a, b, difference, slopes, p, last } = this
    const [da, db] = this.sums
    const columns = difference.length
    if (g === 0 && p === 2 && Number.isFinite(last)) return
    normSlopes(difference, columns, p, last, g, this.round, slopes)
    const stepA = a.width === columns ? 1 : 0
    const stepB = b.width === columns ? 1 : 0
    if (da !== null) for (let j = 0, at = row * a.width; j < columns; j++, at += stepA) da[at] += slopes[j]
    if (db !== null) for (let j = 0, at = row * b.width; j < columns; j++, at += stepB) db[at] -= slopes[j]
  }
}
