import type { Algebra } from '../../algebra/algebra.ts'
import type { View } from '../../tensor/view.ts'

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
  /** For a class index t: ℓ[t], without its weight. For a distribution the same as `picked`. */
  readonly logp: V
  /** Σ y: for a class index t, w[t]. */
  readonly weight: V
  /** log Σ eˣ; NaN where the input is normalised already. */
  readonly lse: V
}

/**
 * The value of one row and its slopes. With a = ∂/∂picked, b = ∂/∂uniform and c = ∂/∂lse the gradient is
 * ∂/∂x = a·(y − Σy·p) + b·(w − Σw·p) + c·p, where p = softmax(x).
 */
export interface RowFormula {
  readonly value: <V, B>(m: Algebra<V, B>, row: RowStatistics<V>, p: RowParams) => V
  readonly slope: {
    readonly picked: <V, B>(m: Algebra<V, B>, row: RowStatistics<V>, p: RowParams) => V | number
    /** Null where the loss does not look at `uniform`, which then is not computed. */
    readonly uniform: (p: RowParams) => number | null
    /** Left out where the loss does not look at `lse`. */
    readonly lse?: <V, B>(m: Algebra<V, B>, row: RowStatistics<V>, p: RowParams) => V | number
  }
  /** What is done to a target distribution first: scale·q + shift. */
  readonly blend: (p: RowParams) => { readonly scale: number; readonly shift: number }
}

/** The options, the number of classes, and whether the target is a distribution per row, which comes blended. */
export type RowParams = Params & { readonly classes: number; readonly distributions: boolean }

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
