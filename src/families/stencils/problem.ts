import type { Algebra } from '../../algebra/algebra.ts'
import type { View } from '../../tensor/view.ts'
import type { OperatorName } from './operators.ts'

/** Options that are no tensors: constants of the formula. */
export type Params = Readonly<Record<string, unknown>>

/** The value of one pixel from the responses of the operator there, and its slopes by them. */
export interface StencilFormula {
  readonly operator: (p: Params) => OperatorName
  readonly value: <V, B>(m: Algebra<V, B>, responses: readonly V[], p: Params) => V
  readonly slopes: <V, B>(m: Algebra<V, B>, responses: readonly V[], p: Params) => readonly V[]
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
