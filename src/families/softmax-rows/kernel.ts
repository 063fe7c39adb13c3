import type { Algebra } from '../../algebra/algebra.ts'
import { float64 } from '../../algebra/number.ts'
import type { Kernel, Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { softmaxRow } from '../../ops/softmax.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf, type View } from '../../tensor/view.ts'

/** Options that are no tensors: constants of the formula. */
export type Params = Readonly<Record<string, unknown>>

/**
 * What a loss sees of a row of scores x with log-probabilities ℓ = log softmax(x) (or ℓ = x, where the input is normalised already),
 * weights w (1 where there are none) and target y (w·one-hot of a class index, or w·q of a distribution q).
 */
export interface RowStatistics<V> {
  /** Σ y·ℓ: for a class index t, w[t]·ℓ[t]. */
  readonly picked: V
  /** Σ w·ℓ over all classes. */
  readonly uniform: V
}

/**
 * The value of one row and its slopes. With a = ∂/∂picked and b = ∂/∂uniform the gradient is
 * ∂/∂x = a·(y − Σy·p) + b·(w − Σw·p), where p = softmax(x).
 */
export interface RowFormula {
  readonly value: <V, B>(m: Algebra<V, B>, row: RowStatistics<V>, p: Params) => V
  readonly slope: {
    readonly picked: <V, B>(m: Algebra<V, B>, row: RowStatistics<V>, p: Params) => V | number
    /** Null where the loss does not look at `uniform`, which then is not computed. */
    readonly uniform: (p: RowParams) => number | null
  }
  /** What is done to a target distribution first: scale·q + shift. */
  readonly blend: (p: RowParams) => { readonly scale: number; readonly shift: number }
}

/** The options, and the number of classes. */
export type RowParams = Params & { readonly classes: number }

export interface RowsProblem {
  readonly formula: RowFormula
  readonly params: RowParams
  /** Scores (outer, classes, inner): rows run over outer and inner. */
  readonly input: View
  readonly outer: number
  readonly inner: number
  /** The class of each row, −1 where it is ignored; or null, and the target is a distribution per row. */
  readonly classes: Int32Array | null
  readonly target: View
  /** One weight per class. */
  readonly weight: View | null
  /** Whether the input is log-probabilities already. */
  readonly normalised: boolean
  readonly compute: 'float64' | 'float32'
}

/** One value per row of scores. */
export const softmaxRowsKernel: Kernel<RowsProblem> = { family: 'softmax-rows', reference }

function reference(problem: RowsProblem, want: Want): Outcome {
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
  const { scale, shift } = formula.blend(params)
  const logp = new Float64Array(count)
  const p = new Float64Array(count)

  for (let row = 0; row < rows; row++) {
    const start = Math.floor(row / inner) * count * inner + (row % inner)
    const t = classes === null ? 0 : classes[row]
    if (t < 0) {
      // 0·NaN is NaN: in PyTorch a row that is not finite spoils its gradient even where it is ignored
      if (dInput !== null && !normalised && !hasSoftmax(x, start, count, inner)) {
        for (let c = 0; c < count; c++) dInput[start + c * inner] = Number.NaN
      }
      continue
    }
    if (normalised) for (let c = 0; c < count; c++) logp[c] = x[start + c * inner]
    else softmaxRow(x, start, count, inner, round, logp, p)

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
    const statistics = { picked, uniform }
    const value = formula.value(float64, statistics, params)
    if (values !== null) values[row] = value
    if (want.total) total.add(value)

    if (dInput === null && dTarget === null && dWeight === null) continue
    const factor = want.scale * (upstream === null ? 1 : upstream[row])
    const a = Number(formula.slope.picked(float64, statistics, params))
    if (dInput !== null) {
      for (let c = 0; c < count; c++) {
        const y = q === null ? (c === t ? w[c] : 0) : w[c] * round(scale * q[start + c * inner] + shift)
        let slope = normalised ? (y === 0 && c !== t ? 0 : a * y) : a * (y - ySum * p[c])
        if (b !== null) slope += b * (normalised ? w[c] : w[c] - wSum * p[c])
        dInput[start + c * inner] = normalised && slope === 0 && c !== t ? 0 : factor * slope
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
