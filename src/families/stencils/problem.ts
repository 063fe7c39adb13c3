import type { View } from '../../tensor/view.ts'
import type { Params, PointwiseFormula } from '../pointwise/problem.ts'
import type { OperatorName } from './operators.ts'

/** The value of a pixel from the operator's responses there, `first` and, where it has two, `second`; and its slopes by them. */
export interface StencilFormula extends PointwiseFormula {
  readonly operator: (p: Params) => OperatorName
  /** Whether an image's value is the mean over its responses; else it is their sum. */
  readonly averaged: boolean
}

export interface StencilsProblem {
  readonly formula: StencilFormula
  readonly params: Params
  /** Images (images, channels, height, width). */
  readonly input: View
  /** What is subtracted from the input first, where there is one. */
  readonly target: View | null
  readonly images: number
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly compute: 'float64' | 'float32'
}
