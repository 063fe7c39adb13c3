import type { Algebra } from '../../algebra/algebra.ts'

/** The statistics of a row, as `RowStatistics` of the family has them. */
interface Statistics<V> {
  readonly picked: V
  readonly uniform: V
  readonly logp: V
  readonly weight: V
  readonly lse: V
}

/** What a kernel of one value per row of scores is made of. */
export interface RowsShape {
  readonly value: <V, B>(m: Algebra<V, B>, row: Statistics<V>) => V
  readonly slopePicked: <V, B>(m: Algebra<V, B>, row: Statistics<V>) => V | number
  /** ∂ value / ∂ uniform, or null where `uniform` is not looked at. */
  readonly slopeUniform: number | null
  /** ∂ value / ∂ lse, or null where `lse` is not looked at. */
  readonly slopeLse: (<V, B>(m: Algebra<V, B>, row: Statistics<V>) => V | number) | null
  /** Target distributions are scale·q + shift; null where the target is a class per row. */
  readonly blend: { readonly scale: number; readonly shift: number } | null
  /** Whether rows have more than `firstScores`. */
  readonly long: boolean
  readonly weighted: boolean
  readonly upstream: boolean
  readonly values: boolean
  readonly gradient: boolean
  readonly targetGradient: boolean
  readonly fma: boolean
}
