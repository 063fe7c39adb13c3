import { numberAlgebra } from '../../algebra/number.ts'
import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers } from '../../tensor/dtype.ts'
import { sizeOf } from '../../tensor/shape.ts'
import { expandView, numbersOf, sumTo } from '../../tensor/view.ts'
import type { PointwiseProblem } from './problem.ts'

/** The kernel on plain numbers: l = weight · value(operands), element by element. */
export function referencePointwise({ formula, params, shape, operands, compute }: PointwiseProblem, want: Want): Outcome {
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
