import type { Numbers } from '../../tensor/dtype.ts'
import type { View } from '../../tensor/view.ts'

/** Options that are no tensors: constants of the formula. */
export type Params = Readonly<Record<string, unknown>>

/**
 * What a loss makes of a class: three sums over its pixels, of probabilities p and truths t, I = Σ p·t, P = Σ p and T = Σ t, give a score
 * (gain·I + s) / max(intersection·I + predicted·P + truth·T + s′, ε); and the score gives the class's term.
 */
export interface OverlapFormula {
  readonly score: (p: Params) => ScoreWeights
  readonly term: (score: number, p: Params) => number
  /** d term / d score. */
  readonly slope: (score: number, p: Params) => number
}

export interface ScoreWeights {
  readonly gain: number
  readonly intersection: number
  readonly predicted: number
  readonly truth: number
}

/** What makes probabilities of the input. */
export type Activation = 'softmax' | 'sigmoid' | 'none'

/** (images, classes, pixels): how an input of any number of axes is read. */
export interface Extents {
  readonly images: number
  readonly classes: number
  readonly pixels: number
}

/** What is true of each pixel: a class, −1 where it is not counted; or a number for each class, where those that equal `ignored` are not. */
export type Target = { readonly labels: Int32Array } | { readonly values: ArrayLike<number>; readonly ignored: number }

/** A cross-entropy beside the terms: a factor of its sum over the pixels, and one of each class. */
export interface CrossEntropyPart {
  readonly factor: number
  readonly weight: Numbers | null
}

export interface OverlapProblem extends Extents {
  readonly formula: OverlapFormula
  readonly params: Params
  readonly input: View
  readonly target: Target
  readonly activation: Activation
  /** Sums are of squares, but for I. */
  readonly squared: boolean
  /** Sums are of each image; otherwise of the batch. */
  readonly perImage: boolean
  /** The classes that have a term, in order. */
  readonly chosen: readonly number[]
  /** T of each class, image by image where there are such sums. */
  readonly truth: Float64Array
  /** Whether a term counts; one that does not is 0. One for each chosen class, image by image. */
  readonly counts: Uint8Array
  /** A factor of each term. */
  readonly factor: number
  readonly crossEntropy: CrossEntropyPart | null
  readonly compute: 'float64' | 'float32'
}
