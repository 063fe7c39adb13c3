import type { View } from '../../tensor/view.ts'

/** Rows of vectors, each of which is to be likest to one candidate among several. */
export interface ContrastProblem {
  /** What gradients are by: each (…, D), by name. */
  readonly operands: Readonly<Record<string, View>>
  /** The vectors of these operands, one after the other, are the queries, and those of these the candidates. */
  readonly queries: readonly string[]
  readonly candidates: readonly string[]
  readonly rows: number
  readonly width: number
  /** Row by row which candidates are compared. */
  readonly comparison: (row: number) => Comparison
  readonly temperature: number
  /** Whether vectors are divided by their length first. */
  readonly normalize: boolean
  readonly compute: 'float64' | 'float32'
}

/** The candidates of a row: `positive`, and those from `start` up to `end` but for `self`. */
export interface Comparison {
  readonly positive: number
  readonly start: number
  readonly end: number
  /** A candidate that does not count; −1 where there is none. */
  readonly self: number
}
