import type { Algebra } from '../../algebra/algebra.ts'
import type { Shape } from '../../tensor/shape.ts'
import type { View } from '../../tensor/view.ts'

/** Options that are no tensors: constants of the formula. */
export type Params = Readonly<Record<string, unknown>>

type Formula = <V, B>(m: Algebra<V, B>, at: Readonly<Record<string, V>>, p: Params) => V

/** The value of one element and its slopes; at a kink a slope is the one that PyTorch takes. */
export interface PointwiseFormula {
  readonly value: Formula
  /** d value / d operand, for each operand that has a gradient. */
  readonly slope: Readonly<Record<string, Formula>>
}

export interface PointwiseProblem {
  readonly formula: PointwiseFormula
  readonly params: Params
  /** Of the result; every operand is broadcast to it. */
  readonly shape: Shape
  /** The operands of the formula in their own shapes, and `weight`, a factor of the value, where there is one. */
  readonly operands: Readonly<Record<string, View>>
  readonly compute: 'float64' | 'float32'
}
