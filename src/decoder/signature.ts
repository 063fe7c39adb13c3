import type { Checked, FactName } from './facts.ts'
import type { Approach, Prediction } from './score.ts'

/** One way to come to the number: a signature with its parameters filled in. */
export interface Candidate {
  readonly value: Prediction
  /** The formula with the numbers put in: `ln(e + 4 − 1) − 1`. */
  readonly derivation: string
  /** An expression in this library that gives the value: the real loss on constructed data. */
  readonly run: string
  /** What it takes for granted beyond what is known: C = 4. */
  readonly assumes?: Readonly<Record<string, number | string>>
  /** What naming the parameters costs; 0 if left out. */
  readonly bits?: number
  /** A word on the parameters: `GPT-2's vocabulary`. */
  readonly note?: string
  /** The same for n samples under an option, where it makes sense: what `run` is for other reductions. */
  readonly many?: (n: number, options: string) => string
}

/** A loss's number that tells how it came about. */
export interface Signature {
  /** Its name in the result and in the docs. */
  readonly id: string
  /** What is the case, in a few words. */
  readonly title: string
  /** The losses that show it, by their names here; none for any loss. */
  readonly losses: readonly string[]
  /**
   * How often people meet it, compared with other signatures of the loss: 16 daily, 8 often, 4 now and then, 2 seldom, 1 once. A judgement, by how many public
   * threads ask about it. Twice as often is one bit, and a digit that agrees is 3.3: weights decide between explanations of the same number (ln 4 = 2·ln 2), and
   * which of them comes first for a number of two digits or below 0.
   */
  readonly weight: number
  readonly approach: Approach
  /** The formula in general. */
  readonly formula: string
  /** What it means for the one who sees the number. */
  readonly means: string
  /** How to be sure. */
  readonly sure: string
  /** What to type, in this library and in PyTorch. */
  readonly repair: { readonly here: string; readonly torch: string }
  /** Facts without which it cannot be tried. */
  readonly needs?: readonly FactName[]
  /** Facts that determine it, for the docs and the test that produces its numbers with the real losses. */
  readonly examples: readonly Checked[]
  /** The candidates near a number. */
  readonly candidates: (known: Checked, near: number) => readonly Candidate[]
}

/** The table keeps the types of its rows. */
export const signatures = (...rows: readonly Signature[]): readonly Signature[] => rows

/** Losses with a softmax inside, or after one. */
export const softmaxLosses = ['crossEntropy', 'nllLoss', 'linearCrossEntropy', 'labelSmoothedNllLoss']
/** Losses of yes and no. */
export const binaryLosses = ['binaryCrossEntropyWithLogits', 'binaryCrossEntropy', 'multilabelSoftMarginLoss']

/** A number within a formula, with no more digits than are of use. */
export const figure = (value: number): string => String(Number(value.toPrecision(6))).replace('-', '−')

/** ln(1 + eˣ). */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** −Σ p·ln p of shares, 0 where p is. */
export const entropy = (shares: readonly number[]): number => shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0)

/** Counts or shares, so that they add up to 1. */
export function shares(numbers: readonly number[]): number[] {
  const total = numbers.reduce((sum, number) => sum + number, 0)
  return numbers.map((number) => number / total)
}
