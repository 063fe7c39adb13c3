import type { Algebra } from '../../algebra/algebra.ts'
import { numberAlgebra } from '../../algebra/number.ts'
import type { Kernel, Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers } from '../../tensor/dtype.ts'
import { type Shape, sizeOf } from '../../tensor/shape.ts'
import { expandView, numbersOf, sumTo, type View } from '../../tensor/view.ts'

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

/** One value per element: l = weight · value(operands). */
export const pointwiseKernel: Kernel<PointwiseProblem> = { family: 'pointwise', reference }

function reference({ formula, params, shape, operands, compute }: PointwiseProblem, want: Want): Outcome {
  const m = numberAlgebra(compute)
  const size = sizeOf(shape)
  const { weight, ...inputs } = operands
  const names = Object.keys(inputs)
  const columns = names.map((name) => numbersOf(expandView(inputs[name], shape), compute))
  const weights = weight === undefined ? null : numbersOf(expandView(weight, shape), compute)
  const upstream = want.upstream === null ? null : numbersOf(expandView(want.upstream, shape), compute)
  const values = want.values ? allocateNumbers(compute, size) : null
  const total = new ExactSum()
  const slopes = want.gradients.map((name) => ({
    name,
    formula: name === 'weight' ? formula.value : formula.slope[name],
    weights: name === 'weight' ? null : weights,
    elements: allocateNumbers(compute, size),
  }))
  const at: Record<string, number> = {}
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < columns.length; k++) at[names[k]] = columns[k][i]
    if (values !== null || want.total) {
      const value = formula.value(m, at, params)
      const weighted = weights === null ? value : m.mul(value, weights[i])
      if (values !== null) values[i] = weighted
      if (want.total) total.add(weighted)
    }
    for (const slope of slopes) {
      let gradient = slope.formula(m, at, params)
      if (slope.weights !== null) gradient = m.mul(gradient, slope.weights[i])
      if (want.scale !== 1) gradient = m.mul(gradient, want.scale)
      if (upstream !== null) gradient = m.mul(gradient, upstream[i])
      slope.elements[i] = gradient
    }
  }
  const gradients = Object.fromEntries(slopes.map(({ name, elements }) => [name, sumTo(elements, shape, operands[name].shape)]))
  return { values, total: total.value(), gradients }
}
