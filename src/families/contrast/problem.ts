import type { View } from '../../tensor/view.ts'

/** Rows of vectors, each of which is to be likest to one candidate among several. */
export interface ContrastProblem {
  /** (…, D) each, by name. Their vectors, one after the other, have the numbers by which they are compared; the first `rows` are the queries. */
  readonly operands: Readonly<Record<string, View>>
  readonly rows: number
  readonly width: number
  /** Row by row which vectors are compared with it. */
  readonly comparison: (row: number) => Comparison
  /** A range that has the candidates of every row, where they have them in common; null where each has its own. */
  readonly columns: { readonly start: number; readonly end: number } | null
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
