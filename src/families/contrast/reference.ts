import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { softmaxRow } from '../../ops/softmax.ts'
import { allocateNumbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import { Pool, together } from './pool.ts'
import type { Comparison, ContrastProblem } from './problem.ts'

/**
 * The kernel on plain numbers, in float64: −log softmax of a row's similarities over the temperature, at its positive.
 *
 * A few rows of similarities are in memory at a time, those that are compared with the same candidates.
 */
export function referenceContrast(problem: ContrastProblem, want: Want): Outcome {
  const { operands, rows, comparison, temperature, compute } = problem
  const pool = new Pool(operands, problem.width, problem.normalize, want.gradients.length > 0)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, rows) : null
  const total = new ExactSum()
  const scores = Array.from({ length: together }, () => new Float64Array(pool.count + 1))
  const logp = new Float64Array(pool.count + 1)
  const slopes = new Float64Array(together)

  for (let first = 0; first < rows; ) {
    const { start, end } = comparison(first)
    const alike = first + together <= rows && comparison(first + 1).start === start
    const count = alike ? together : 1
    for (let j = start; j < end; j++) {
      if (alike) pool.products(first, j, slopes)
      else slopes[0] = pool.product(first, j)
      for (let r = 0; r < count; r++) scores[r][j - start] = slopes[r] / temperature
    }
    for (let r = 0; r < count; r++) {
      const row = first + r
      const { at, size } = completed(scores[r], comparison(row), (positive) => pool.product(row, positive) / temperature)
      softmaxRow(scores[r], 0, size, 1, (value) => value, logp, scores[r])
      const value = 0 - logp[at]
      if (values !== null) values[row] = value
      if (want.total) total.add(value)
      if (want.gradients.length === 0) continue

      const g = (want.scale * (upstream === null ? 1 : upstream[row])) / temperature
      const p = scores[r]
      p[at] -= 1
      for (let k = 0; k < size; k++) p[k] *= g
      // the positive that is none of the common candidates
      if (at === end - start) pool.pull(row, comparison(row).positive, p[at])
    }
    if (want.gradients.length > 0) {
      for (let j = start; j < end; j++) {
        for (let r = 0; r < count; r++) slopes[r] = scores[r][j - start]
        if (alike) pool.pullTogether(first, j, slopes)
        else pool.pull(first, j, slopes[0])
      }
    }
    first += count
  }
  const gradients = Object.fromEntries(want.gradients.map((name) => [name, pool.gradient(name, operands[name])]))
  return { values, total: total.value(), gradients }
}

/** A row's scores with that of its positive, and without that of itself; gives where the positive is, and how many there are. */
function completed(scores: Float64Array, { positive, start, end, self }: Comparison, scoreOf: (positive: number) => number) {
  if (self >= 0) scores[self - start] = -Infinity
  if (positive >= start && positive < end) return { at: positive - start, size: end - start }
  scores[end - start] = scoreOf(positive)
  return { at: end - start, size: end - start + 1 }
}
