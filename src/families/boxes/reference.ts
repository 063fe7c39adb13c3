import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { expandView, numbersOf, sumTo } from '../../tensor/view.ts'
import type { BoxesProblem, Pair, Round } from './problem.ts'

const [left, top, right, bottom] = [0, 1, 2, 3]

/** The kernel on plain numbers: 1 − IoU + penalty, box by box. */
export function referenceBoxes(problem: BoxesProblem, want: Want): Outcome {
  const { penalty, count, boxes1, boxes2, compute, compute2 } = problem
  const pair = makePair(rounding(compute), rounding(compute2))
  const { r } = pair
  const eps = r(problem.eps)
  const iouEps = r(problem.iouEps)
  const { shape } = boxes1
  const first = numbersOf(boxes1, compute)
  const second = numbersOf(expandView(boxes2, shape), compute)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, count) : null
  const total = new ExactSum()
  const gradient = (name: string): Numbers | null => (want.gradients.includes(name) ? allocateNumbers(compute, first.length) : null)
  const d1 = gradient('boxes1')
  const d2 = gradient('boxes2')
  const slopes = d1 !== null || d2 !== null
  for (let i = 0, at = 0; i < count; i++, at += 4) {
    for (let k = 0; k < 4; k++) {
      pair.a[k] = first[at + k]
      pair.b[k] = second[at + k]
    }
    if (slopes) clear(pair)
    intersect(pair, iouEps)
    const value = r(r(1 - pair.iou) + penalty(pair, eps, slopes))
    if (values !== null) values[i] = value
    if (want.total) total.add(value)
    if (!slopes) continue
    backward(pair, iouEps)
    const factor = want.scale * (upstream === null ? 1 : upstream[i])
    for (let k = 0; k < 4; k++) {
      if (d1 !== null) d1[at + k] = factor * pair.slope.a[k]
      if (d2 !== null) d2[at + k] = factor * pair.slope.b[k]
    }
  }
  const gradients: Record<string, Numbers> = {}
  if (d1 !== null) gradients.boxes1 = d1
  if (d2 !== null) gradients.boxes2 = sumTo(d2, shape, boxes2.shape)
  return { values, total: total.value(), gradients }
}

const rounding = (compute: 'float64' | 'float32'): Round => (compute === 'float32' ? Math.fround : (value) => value)

function makePair(r: Round, rb: Round): Pair {
  const corners = () => new Float64Array(4)
  const slope = { a: corners(), b: corners(), hull: corners(), union: 0 }
  return { r, rb, a: corners(), b: corners(), hull: corners(), meet: false, width: 0, height: 0, union: 0, iou: 0, slope }
}

function clear({ slope }: Pair): void {
  slope.a.fill(0)
  slope.b.fill(0)
  slope.hull.fill(0)
  slope.union = 0
}

/** Finds the hull, the intersection, the union and the IoU. (`Math.min` and `Math.max` have PyTorch's NaN.) */
function intersect(pair: Pair, eps: number): void {
  const { r, rb, a, b, hull } = pair
  hull[left] = Math.min(a[left], b[left])
  hull[top] = Math.min(a[top], b[top])
  hull[right] = Math.max(a[right], b[right])
  hull[bottom] = Math.max(a[bottom], b[bottom])
  const x1 = Math.max(a[left], b[left])
  const y1 = Math.max(a[top], b[top])
  const x2 = Math.min(a[right], b[right])
  const y2 = Math.min(a[bottom], b[bottom])
  pair.meet = y2 > y1 && x2 > x1
  pair.width = r(x2 - x1)
  pair.height = r(y2 - y1)
  const intersection = pair.meet ? r(pair.width * pair.height) : 0
  pair.union = r(r(area(a, r) + area(b, rb)) - intersection)
  pair.iou = r(intersection / r(pair.union + eps))
}

const area = (box: Float64Array, r: Round): number => r(r(box[right] - box[left]) * r(box[bottom] - box[top]))

/** Passes the slopes by the IoU (which is −1), the union and the hull on to the corners. */
function backward(pair: Pair, eps: number): void {
  const { r, rb, a, b, slope } = pair
  const whole = r(pair.union + eps)
  const byUnion = slope.union + pair.iou / whole
  if (pair.meet) {
    const byIntersection = -1 / whole - byUnion
    const byWidth = byIntersection * pair.height
    const byHeight = byIntersection * pair.width
    toLarger(pair, left, -byWidth)
    toLarger(pair, top, -byHeight)
    toSmaller(pair, right, byWidth)
    toSmaller(pair, bottom, byHeight)
  }
  throughArea(a, slope.a, byUnion, r)
  throughArea(b, slope.b, byUnion, rb)
  toSmaller(pair, left, slope.hull[left])
  toSmaller(pair, top, slope.hull[top])
  toLarger(pair, right, slope.hull[right])
  toLarger(pair, bottom, slope.hull[bottom])
}

/** The slopes of a box's area. */
function throughArea(box: Float64Array, slope: Float64Array, byArea: number, r: Round): void {
  const byWidth = byArea * r(box[bottom] - box[top])
  const byHeight = byArea * r(box[right] - box[left])
  slope[left] -= byWidth
  slope[right] += byWidth
  slope[top] -= byHeight
  slope[bottom] += byHeight
}

/** A slope of max(a, b) goes to the larger one, and in halves to two that are equal. */
function toLarger({ a, b, slope }: Pair, k: number, d: number): void {
  const share = a[k] === b[k] ? d / 2 : d
  if (!(a[k] < b[k])) slope.a[k] += share
  if (!(a[k] > b[k])) slope.b[k] += share
}

/** A slope of min(a, b) goes to the smaller one, and in halves to two that are equal. */
function toSmaller({ a, b, slope }: Pair, k: number, d: number): void {
  const share = a[k] === b[k] ? d / 2 : d
  if (!(a[k] > b[k])) slope.a[k] += share
  if (!(a[k] < b[k])) slope.b[k] += share
}
