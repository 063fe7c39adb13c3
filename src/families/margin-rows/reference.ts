import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { MarginRowsProblem } from './problem.ts'

/**
 * The kernel on plain numbers: for each of a row's classes y and each j that is none of them, max(0, margin − x_y + x_j), divided by the
 * number of classes.
 *
 * What a margin lacks is rounded as in PyTorch, so that it is 0 where PyTorch's is. There, and for a NaN, is neither loss nor gradient.
 */
export function referenceMarginRows(problem: MarginRowsProblem, want: Want): Outcome {
  const { rows, classes, labels, width, squared, compute } = problem
  const round = compute === 'float32' ? Math.fround : (value: number) => value
  const margin = round(problem.margin)
  const x = numbersOf(problem.input, compute)
  const weight = problem.weight === null ? null : numbersOf(problem.weight, compute)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, rows) : null
  const gradient = want.gradients.includes('input') ? allocateNumbers(compute, x.length) : null
  const total = new ExactSum()
  const isLabel = new Uint8Array(classes)
  const slopes = new Float64Array(classes)

  for (let row = 0; row < rows; row++) {
    const start = row * classes
    const first = row * width
    let end = first
    while (end < first + width && labels[end] >= 0) end++
    for (let k = first; k < end; k++) isLabel[labels[k]] = 1
    slopes.fill(0)
    let sum = 0
    for (let k = first; k < end; k++) {
      const label = labels[k]
      const factor = weight === null ? 1 : weight[label]
      const needed = round(margin - x[start + label])
      for (let j = 0; j < classes; j++) {
        const lacking = round(needed + x[start + j])
        if (!(lacking > 0) || isLabel[j] === 1) continue
        sum += round((squared ? round(lacking * lacking) : lacking) * factor)
        const slope = (squared ? 2 * lacking : 1) * factor
        slopes[j] += slope
        slopes[label] -= slope
      }
    }
    for (let k = first; k < end; k++) isLabel[labels[k]] = 0
    const value = sum / classes
    if (values !== null) values[row] = value
    if (want.total) total.add(value)
    if (gradient === null) continue
    const scale = (want.scale * (upstream === null ? 1 : upstream[row])) / classes
    for (let j = 0; j < classes; j++) gradient[start + j] = slopes[j] * scale
  }
  return { values, total: total.value(), gradients: gradient === null ? {} : { input: gradient } }
}
