import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import { Alignments } from './alignments.ts'
import { exponentials } from './exponential.ts'
import { alignInLogarithms } from './logarithms.ts'
import type { SequenceProblem } from './problem.ts'

/**
 * The kernel on plain numbers: one sequence after the other, O(steps · labels) each.
 *
 * The gradient is PyTorch's, e^logProb − the probability that the step is aligned with the class: the gradient by the scores that a
 * log-softmax before the loss takes.
 */
export function referenceSequence(problem: SequenceProblem, want: Want): Outcome {
  const { batch, classes, labels, starts, inputLengths, targetLengths, blank, zeroInfinity, perLabel, compute } = problem
  const x = numbersOf(problem.logProbs, compute)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, batch) : null
  const gradient = want.gradients.includes('logProbs') ? allocateNumbers(compute, x.length) : null
  const total = new ExactSum()
  const scratch = { all: new Float64Array(classes), scores: new Float64Array(classes), probabilities: new Float64Array(classes) }
  const alignments = new Alignments(Math.max(...inputLengths), Math.max(...targetLengths), classes)

  for (let n = 0; n < batch; n++) {
    const count = targetLengths[n]
    const share = perLabel ? 1 / Math.max(count, 1) : 1
    const rows: Rows = {
      x,
      start: n * classes,
      stride: batch * classes,
      length: inputLengths[n],
      classes,
      ...slotsOf(labels.subarray(starts[n], starts[n] + count), blank),
      gradient,
      factor: want.scale * share * (upstream === null ? 1 : upstream[n]),
      scratch,
    }
    let value = lossOf(rows, alignments)
    if (value === Infinity) {
      if (gradient !== null) fillSteps(rows, zeroInfinity ? 0 : Number.NaN)
      if (zeroInfinity) value = 0
    }
    if (values !== null) values[n] = value * share
    total.add(value * share)
  }
  return { values, total: total.value(), gradients: gradient === null ? {} : { logProbs: gradient } }
}

/** One sequence: its scores, and the classes that it spells. A slot is a class that occurs; that of the blank is 0. */
interface Rows {
  readonly x: Numbers
  /** Where the scores of the first step lie, and how far apart those of the others. */
  readonly start: number
  readonly stride: number
  readonly length: number
  readonly classes: number
  readonly slotOf: Int32Array
  readonly classOf: Int32Array
  readonly gradient: Numbers | null
  readonly factor: number
  /** Of a step: the probabilities by class, the scores and the probabilities by slot. */
  readonly scratch: Readonly<Record<'all' | 'scores' | 'probabilities', Float64Array>>
}

function slotsOf(labels: Int32Array, blank: number): Pick<Rows, 'slotOf' | 'classOf'> {
  const slots = new Map([[blank, 0]])
  const slotOf = labels.map((label) => {
    if (!slots.has(label)) slots.set(label, slots.size)
    return slots.get(label) ?? 0
  })
  return { slotOf, classOf: Int32Array.from(slots.keys()) }
}

function lossOf(rows: Rows, alignments: Alignments): number {
  if (rows.length === 0) return rows.slotOf.length === 0 ? 0 : Infinity
  return align(rows, alignments) ?? alignInOrder(rows)
}

/** The loss of one sequence; null where a score of a class that occurs is NaN, ∞, or too far from 0. */
function align(rows: Rows, alignments: Alignments): number | null {
  const { x, start, stride, length, slotOf, classOf, gradient, factor } = rows
  const slots = classOf.length
  alignments.begin(length, slots, slotOf)
  for (let t = 0; t < length; t++) if (!takeStep(rows, t, alignments)) return null
  alignments.forward()
  if (gradient !== null && alignments.logLikelihood > -Infinity) {
    const { shares } = alignments
    alignments.backward((t) => {
      const at = start + t * stride
      for (let k = 0; k < slots; k++) {
        const c = at + classOf[k]
        const probability = alignments.probability(t, k)
        if (probability > 0 || x[c] > -Infinity) gradient[c] = factor * (probability - shares[k])
      }
    })
  }
  return -alignments.logLikelihood
}

/** Takes the scores of a step, and begins its gradient with the probabilities. False where a score of a class that occurs cannot be taken. */
function takeStep({ x, start, stride, classes, classOf, gradient, factor, scratch }: Rows, t: number, alignments: Alignments): boolean {
  const { all, scores, probabilities } = scratch
  const slots = classOf.length
  const at = start + t * stride
  if (gradient !== null) {
    if (exponentials(x, at, classes, all)) {
      for (let c = 0; c < classes; c++) gradient[at + c] = factor * all[c]
      for (let k = 0; k < slots; k++) probabilities[k] = all[classOf[k]]
      alignments.take(t, probabilities)
      return true
    }
    // e^−∞ − e^(−∞ + ∞) is NaN in PyTorch
    for (let c = 0; c < classes; c++) gradient[at + c] = x[at + c] === -Infinity ? Number.NaN : factor * Math.exp(x[at + c])
  }
  for (let k = 0; k < slots; k++) scores[k] = x[at + classOf[k]]
  if (!exponentials(scores, 0, slots, probabilities)) return alignments.takeLogarithms(t, scores)
  alignments.take(t, probabilities)
  return true
}

/** The same in PyTorch's order of operations, on which the result depends where scores are not finite. */
function alignInOrder({ x, start, stride, length, classes, slotOf, classOf, gradient, factor }: Rows): number {
  const slots = classOf.length
  const collected = gradient === null ? null : new Float64Array(length * slots)
  const score = (t: number, slot: number) => x[start + t * stride + classOf[slot]]
  const loss = -alignInLogarithms(length, slotOf, slots, score, collected)
  if (gradient === null || collected === null) return loss
  const occupied = new Float64Array(classes)
  for (let t = 0; t < length; t++) {
    occupied.fill(-Infinity)
    for (let k = 0; k < slots; k++) occupied[classOf[k]] = collected[t * slots + k]
    for (let c = 0; c < classes; c++) {
      const at = start + t * stride + c
      gradient[at] = factor * (Math.exp(x[at]) - Math.exp(occupied[c] + loss - x[at]))
    }
  }
  return loss
}

function fillSteps({ gradient, start, stride, length, classes }: Rows, value: number): void {
  for (let t = 0; t < length; t++) gradient?.fill(value, start + t * stride, start + t * stride + classes)
}
