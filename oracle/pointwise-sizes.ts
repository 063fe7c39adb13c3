import type { PointwiseProblem } from '../src/families/pointwise/problem.ts'
import type { DType } from '../src/tensor/dtype.ts'
import { type Shape, sizeOf } from '../src/tensor/shape.ts'
import { expandView, numbersOf } from '../src/tensor/view.ts'
import { runningError, type Uncertain } from './running-error.ts'

/** What a loss of one value per element, and each of its slopes, may be off by, element by element: from the formula itself, in units of ε. */
export function formulaErrors(
  { formula, params, shape, operands }: PointwiseProblem,
  dtype: DType,
  epsilon: number,
  steps: number,
): (output: string) => Float64Array {
  const m = runningError(dtype, epsilon, steps)
  const { weight, ...inputs } = operands
  const columns = Object.entries(inputs).map(([name, view]) => [name, numbersOf(expandView(view, shape), 'float64')] as const)
  const weights = weight === undefined ? null : numbersOf(expandView(weight, shape), 'float64')
  return (output) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const at: Record<string, Uncertain> = {}
      for (const [name, column] of columns) at[name] = { value: column[i], error: 0 }
      const own = output === 'loss' || output === 'weight' ? formula.value : formula.slope[output]
      const result = own(m, at, params)
      const { error } = weights === null || output === 'weight' ? result : m.mul(result, { value: weights[i], error: 0 })
      return error > 0 ? error : 0
    })
}

/** The errors of rows, each a sum over the last axis of `shape` and divided by its extent. */
export function inRows(errors: Float64Array, shape: Shape): Float64Array {
  const length = shape[shape.length - 1]
  return Float64Array.from({ length: sizeOf(shape.slice(0, -1)) }, (_, row) =>
    errors.subarray(row * length, (row + 1) * length).reduce((sum, error) => sum + error / length, 0),
  )
}
