import { float64 } from '../../algebra/number.ts'
import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { softmaxRow } from '../../ops/softmax.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { RowsProblem } from './problem.ts'

/** The kernel on plain numbers: one row after the other, in float64 but for the differences that float32 would round. */
export function referenceRows(problem: RowsProblem, want: Want): Outcome {
  const { formula, params, outer, inner, classes, normalised, compute } = problem
  const count = params.classes
  const rows = outer * inner
  const round = compute === 'float32' ? Math.fround : (value: number) => value
  const x = numbersOf(problem.input, compute)
  const q = classes === null ? numbersOf(problem.target, compute) : null
  const w = problem.weight === null ? new Float64Array(count).fill(1) : Float64Array.from(numbersOf(problem.weight, compute))
  const wSum = w.reduce((sum, value) => sum + value, 0)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, rows) : null
  const total = new ExactSum()
  const gradient = (name: string, length: number): Numbers | null =>
    want.gradients.includes(name) ? allocateNumbers(compute, length) : null
  const dInput = gradient('input', x.length)
  const dTarget = gradient('target', x.length)
  const dWeight = want.gradients.includes('weight') ? new Float64Array(count) : null
  const b = formula.slope.uniform(params)
  // with no classes at all it is 0·∞
  const ignoredValue = b === null ? 0 : 0 * -b
  const spoiled = b !== null && !w.every(Number.isFinite)
  const { scale, shift } = formula.blend(params)
  const pickedAlone = normalised && q === null && b === null && dWeight === null
  const logp = new Float64Array(count)
  const p = new Float64Array(count)

  for (let row = 0; row < rows; row++) {
    const start = Math.floor(row / inner) * count * inner + (row % inner)
    const t = classes === null ? 0 : classes[row]
    if (t < 0) {
      if (values !== null) values[row] = ignoredValue
      if (want.total) total.add(ignoredValue)
      // 0·NaN is NaN: in PyTorch a row, or a weight of the smoothing, that is not finite spoils the gradient even where the row is ignored
      if (dInput !== null && !normalised && (spoiled || !hasSoftmax(x, start, count, inner))) {
        for (let c = 0; c < count; c++) dInput[start + c * inner] = Number.NaN
      }
      continue
    }
    let lse = Number.NaN
    // of a normalised row only the picked one is looked at, unless there is a distribution, or a smoothing
    if (pickedAlone) logp[t] = x[start + t * inner]
    else if (normalised) for (let c = 0; c < count; c++) logp[c] = x[start + c * inner]
    else lse = softmaxRow(x, start, count, inner, round, logp, p)

    let picked = 0
    let ySum = 0
    if (q === null) {
      picked = w[t] * logp[t]
      ySum = w[t]
    } else {
      for (let c = 0; c < count; c++) {
        const y = w[c] * round(scale * q[start + c * inner] + shift)
        picked += y * logp[c]
        ySum += y
      }
    }
    let uniform = 0
    if (b !== null) for (let c = 0; c < count; c++) uniform += w[c] * logp[c]
    const statistics = { picked, uniform, logp: q === null ? logp[t] : picked, weight: ySum, lse }
    const value = formula.value(float64, statistics, params)
    if (values !== null) values[row] = value
    if (want.total) total.add(value)

    if (dInput === null && dTarget === null && dWeight === null) continue
    const factor = want.scale * (upstream === null ? 1 : upstream[row])
    const a = Number(formula.slope.picked(float64, statistics, params))
    if (pickedAlone) {
      if (dInput !== null) dInput[start + t * inner] = factor * a * w[t]
      continue
    }
    const onLse = formula.slope.lse === undefined ? 0 : Number(formula.slope.lse(float64, statistics, params))
    if (dInput !== null) {
      for (let c = 0; c < count; c++) {
        const y = q === null ? (c === t ? w[c] : 0) : w[c] * round(scale * q[start + c * inner] + shift)
        const share = round(p[c])
        let slope = normalised ? (y === 0 && c !== t ? 0 : a * y) : a * (y - ySum * share)
        if (b !== null) slope += b * (normalised ? w[c] : w[c] - wSum * share)
        if (onLse !== 0) slope += onLse * share
        const flow = factor * slope
        // where an infinite gradient flows in (over weights that add up to 0), PyTorch takes p times it from it: that is no number
        const lost = !normalised && Math.abs(want.scale) === Infinity && (q !== null || c === t)
        dInput[start + c * inner] = lost ? Number.NaN : normalised && slope === 0 && c !== t ? 0 : flow
      }
    }
    for (let c = 0; c < count; c++) {
      const at = start + c * inner
      if (dTarget !== null) dTarget[at] = factor * a * scale * w[c] * logp[c]
      if (dWeight !== null && q !== null) dWeight[c] += factor * a * round(scale * q[at] + shift) * logp[c]
    }
  }
  const gradients: Record<string, Numbers> = {}
  if (dInput !== null) gradients.input = dInput
  if (dTarget !== null) gradients.target = dTarget
  if (dWeight !== null) gradients.weight = compute === 'float64' ? dWeight : Float32Array.from(dWeight)
  return { values, total: total.value(), gradients }
}

/** Whether the row has a softmax: no NaN, no +∞, and not −∞ throughout. */
function hasSoftmax(x: Numbers, start: number, count: number, stride: number): boolean {
  let finite = false
  for (let c = 0, at = start; c < count; c++, at += stride) {
    if (Number.isNaN(x[at]) || x[at] === Infinity) return false
    if (x[at] !== -Infinity) finite = true
  }
  return finite
}
