import { divides } from '../../src/reduce.ts'
import type { DType } from '../../src/tensor/dtype.ts'
import { rowMajor, sizeOf } from '../../src/tensor/shape.ts'
import { expandView, numbersOf } from '../../src/tensor/view.ts'
import { type Case, type CaseTensor, numberOf, valuesOf } from '../cases.ts'
import { finite, meanFactor, planOf, type SizesOf } from '../tolerance.ts'

/** torchvision computes every dtype but float64 in float32, integers too. */
export const boxDTypes = (c: Case): readonly DType[] =>
  Object.values(c.tensors).map(({ dtype }) => (dtype === 'float64' ? dtype : 'float32'))

/**
 * The sizes of the terms of a loss of boxes.
 *
 * The value is a sum of ratios of about 1. A gradient is a sum of their slopes: of the IoU a side over the union, of the empty share a side
 * over the hull's area, of the distance 1 over the diagonal, of the angles 1 over a side.
 */
export function boxSizes(c: Case): SizesOf {
  const plan = planOf(c)
  const { boxes1, boxes2 } = c.tensors
  const [a, b] = [corners(boxes1, boxes1), corners(boxes2, boxes1)]
  const eps = Math.abs(numberOf((c.options.eps ?? 1e-7) as number | string)) || 1e-30
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  const slopes = Array.from({ length: a.length / 4 }, (_, i) => slopeOf(a.subarray(4 * i, 4 * i + 4), b.subarray(4 * i, 4 * i + 4), eps))
  const total = slopes.reduce((sum, slope) => sum + slope, 0)
  return (output, shape) => {
    const size = sizeOf(shape)
    if (output === 'loss') return new Float64Array(size).fill(4 * factor * (plan.reduction === 'none' ? 1 : slopes.length))
    return Float64Array.from({ length: size }, (_, i) => factor * upstream * (size === a.length ? slopes[Math.floor(i / 4)] : total))
  }
}

const corners = (t: CaseTensor, like: CaseTensor): Float64Array => {
  const view = { data: valuesOf(t), dtype: 'float64', shape: t.shape, strides: rowMajor(t.shape), offset: 0 } as const
  return numbersOf(expandView(view, like.shape)) as Float64Array
}

function slopeOf(a: Float64Array, b: Float64Array, eps: number): number {
  const side = (box: Float64Array, k: number) => finite(box[k + 2] - box[k])
  const hull = [0, 1].map((k) => finite(Math.max(a[k + 2], b[k + 2]) - Math.min(a[k], b[k])))
  const longest = Math.max(...hull)
  const union = Math.max(side(a, 0) * side(a, 1), side(b, 0) * side(b, 1), eps)
  const sides = [a, b].flatMap((box) => [side(box, 0), side(box, 1)]).filter((length) => length > 0)
  return 2 * (longest / union + longest / Math.max(hull[0] * hull[1], eps) + 1 / Math.max(longest, eps) + 1 / Math.min(1, ...sides))
}
