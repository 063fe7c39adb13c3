import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { softmaxRow } from '../../ops/softmax.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf, type View } from '../../tensor/view.ts'
import type { ContrastProblem } from './problem.ts'

/** The least length that is divided by, as in `torch.nn.functional.normalize`. */
const least = 1e-12

/**
 * The kernel on plain numbers, in float64: −log softmax of a row's similarities over the temperature, at its positive.
 *
 * One row of similarities is in memory at a time. The slopes by queries and candidates are added up as these are, and go through the division by
 * the length at the end.
 */
export function referenceContrast(problem: ContrastProblem, want: Want): Outcome {
  const { operands, rows, width, comparison, temperature, compute } = problem
  const banks = Object.fromEntries(
    Object.entries(operands).map(([name, view]) => [name, new Bank(view, width, problem.normalize, want.gradients.includes(name))]),
  )
  const queries = problem.queries.flatMap((name) => banks[name].places())
  const candidates = problem.candidates.flatMap((name) => banks[name].places())
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, rows) : null
  const total = new ExactSum()
  const most = candidates.length + 1
  const [scores, logp, p] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)]
  const compared = new Int32Array(most)

  for (let row = 0; row < rows; row++) {
    const { positive, start, end, self } = comparison(row)
    let count = 0
    compared[count++] = positive
    for (let j = start; j < end; j++) if (j !== self && j !== positive) compared[count++] = j
    const query = queries[row]
    for (let k = 0; k < count; k++) scores[k] = dot(query, candidates[compared[k]], width) / temperature
    softmaxRow(scores, 0, count, 1, (value) => value, logp, p)
    const value = 0 - logp[0]
    if (values !== null) values[row] = value
    if (want.total) total.add(value)
    if (want.gradients.length === 0) continue

    const g = (want.scale * (upstream === null ? 1 : upstream[row])) / temperature
    for (let k = 0; k < count; k++) {
      const candidate = candidates[compared[k]]
      const slope = g * (k === 0 ? p[0] - 1 : p[k])
      addTo(query, slope, candidate, width)
      addTo(candidate, slope, query, width)
    }
  }
  const gradients = Object.fromEntries(want.gradients.map((name) => [name, banks[name].gradient(operands[name])]))
  return { values, total: total.value(), gradients }
}

/** A vector of a bank. */
interface Place {
  readonly bank: Bank
  readonly at: number
}

function dot(a: Place, b: Place, width: number): number {
  const [x, y, i, j] = [a.bank.units, b.bank.units, a.at, b.at]
  let sum = 0
  for (let d = 0; d < width; d++) sum += x[i + d] * y[j + d]
  return sum
}

/** Adds slope·other to the gradient of a vector. */
function addTo({ bank, at }: Place, slope: number, other: Place, width: number): void {
  const { slopes } = bank
  if (slopes === null) return
  const [y, j] = [other.bank.units, other.at]
  for (let d = 0; d < width; d++) slopes[at + d] += slope * y[j + d]
}

/** The vectors of an operand, of the length 1 if asked for. */
class Bank {
  readonly units: Float64Array
  readonly slopes: Float64Array | null
  private readonly lengths: Float64Array | null

  constructor(
    view: View,
    private readonly width: number,
    normalize: boolean,
    wanted: boolean,
  ) {
    this.units = Float64Array.from(numbersOf(view))
    this.slopes = wanted ? new Float64Array(this.units.length) : null
    this.lengths = normalize ? new Float64Array(this.count(view)) : null
    this.places = () => Array.from({ length: this.count(view) }, (_, i) => ({ bank: this, at: i * width }))
    const { units, lengths } = this
    if (lengths === null) return
    for (let i = 0; i < lengths.length; i++) {
      let squares = 0
      for (let d = i * width; d < (i + 1) * width; d++) squares += units[d] * units[d]
      lengths[i] = Math.sqrt(squares)
      for (let d = i * width; d < (i + 1) * width; d++) units[d] /= lengths[i] < least ? least : lengths[i]
    }
  }

  readonly places: () => Place[]

  private count = ({ shape }: View): number => shape.slice(0, -1).reduce((product, extent) => product * extent, 1)

  /** The slopes through the division by the length, which counts as a constant where it is the least one. */
  gradient({ dtype }: View): Numbers {
    const { units, lengths, width } = this
    const slopes = this.slopes ?? new Float64Array(0)
    for (let i = 0; lengths !== null && i < lengths.length; i++) {
      const [start, end] = [i * width, (i + 1) * width]
      let along = 0
      if (lengths[i] >= least) for (let d = start; d < end; d++) along += slopes[d] * units[d]
      const divisor = lengths[i] < least ? least : lengths[i]
      for (let d = start; d < end; d++) slopes[d] = (slopes[d] - along * units[d]) / divisor
    }
    return dtype === 'float64' ? slopes : Float32Array.from(slopes)
  }
}
