import type { View } from '../../tensor/view.ts'

/** A batch of sequences: scores per step, and the labels that they are to spell in order, with no alignment given. */
export interface SequenceProblem {
  /** (T, N, C): what the model says of each class at each step, as log-probabilities. */
  readonly logProbs: View
  readonly steps: number
  readonly batch: number
  readonly classes: number
  /** The labels of all sequences, those of sequence n from `starts[n]` on. */
  readonly labels: Int32Array
  readonly starts: Int32Array
  /** How many steps, and how many labels, of each sequence count. */
  readonly inputLengths: Int32Array
  readonly targetLengths: Int32Array
  /** The class that stands between labels. */
  readonly blank: number
  /** Whether a sequence that cannot be aligned counts 0. */
  readonly zeroInfinity: boolean
  /** Whether each value is divided by the number of its labels, as PyTorch does before it takes a mean. */
  readonly perLabel: boolean
  readonly compute: 'float64' | 'float32'
}
