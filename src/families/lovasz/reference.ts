import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import { blockSize, fillBlock, forEachBlock } from '../overlap/blocks.ts'
import { Extension } from './extension.ts'
import type { LovaszProblem } from './problem.ts'

/** The kernel on plain numbers. Errors are sorted in the precision of the input, and added up in float64. */
export function referenceLovasz(problem: LovaszProblem, want: Want): Outcome {
  const { input, images, classes, pixels, perImage, chosen, compute, divisors } = problem
  const x = numbersOf(input, compute)
  const units = perImage ? images : 1
  const slopes = want.gradients.includes('input') ? new Float64Array(x.length) : null
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, units) : null
  const total = new ExactSum()
  const p = chosen === null ? null : probabilities(problem, x)
  const each = perImage ? 1 : images
  const extension = new Extension(each * pixels * (chosen === null ? classes : 1), compute)
  for (let unit = 0; unit < units; unit++) {
    const factor = (want.scale * (upstream === null ? 1 : upstream[unit])) / divisors[unit]
    const first = unit * each
    const value =
      p === null
        ? hinges(problem, x, first, first + each, extension, factor, slopes)
        : ofClasses(problem, p, first, first + each, unit, extension, factor, slopes) / divisors[unit]
    if (values !== null) values[unit] = value
    if (want.total) total.add(value)
  }
  if (slopes === null) return { values, total: total.value(), gradients: {} }
  if (p !== null && problem.activation === 'softmax') throughSoftmax(problem, p, slopes)
  return { values, total: total.value(), gradients: { input: compute === 'float64' ? slopes : Float32Array.from(slopes) } }
}

/** Probabilities of all pixels that count, 0 of the others. */
function probabilities(problem: LovaszProblem, x: Numbers): Float64Array {
  const { classes, pixels, activation, target } = problem
  const labels = 'labels' in target ? target.labels : null
  const all = new Float64Array(x.length)
  forEachBlock(problem, (block) => {
    fillBlock(x, problem, activation, labels, block)
    const { e, scale, size } = block
    for (let c = 0, at = block.first, from = 0; c < classes; c++, at += pixels, from += blockSize) {
      for (let b = 0; b < size; b++) all[at + b] = e[from + b] * scale[b]
    }
  })
  return all
}

/** The sum over the classes, of errors 1 − p where the class is true and p where not. */
function ofClasses(
  { classes, pixels, target, chosen, counts }: LovaszProblem,
  p: Float64Array,
  from: number,
  to: number,
  unit: number,
  extension: Extension,
  factor: number,
  slopes: Float64Array | null,
): number {
  if (chosen === null || !('labels' in target)) return 0
  const { labels } = target
  let sum = 0
  for (let i = 0; i < chosen.length; i++) {
    if (counts[unit * chosen.length + i] === 0) continue
    const c = chosen[i]
    extension.clear()
    for (let image = from; image < to; image++) {
      const first = (image * classes + c) * pixels
      const row = image * pixels
      for (let k = 0; k < pixels; k++) {
        const label = labels[row + k]
        if (label >= 0) extension.add(label === c ? 1 - p[first + k] : p[first + k], label === c, first + k)
      }
    }
    sum += extension.evaluate(factor, slopes)
  }
  return sum
}

/** Of errors 1 − x where the element is true and 1 + x where not: the hinge. */
function hinges(
  { classes, pixels, target }: LovaszProblem,
  x: Numbers,
  from: number,
  to: number,
  extension: Extension,
  factor: number,
  slopes: Float64Array | null,
): number {
  if (!('values' in target)) return 0
  const { values, ignored } = target
  extension.clear()
  for (let i = from * classes * pixels; i < to * classes * pixels; i++) {
    const t = values[i]
    if (t !== ignored) extension.add(t === 1 ? 1 - x[i] : 1 + x[i], t === 1, i)
  }
  return extension.evaluate(factor, slopes)
}

/** Makes gradients of scores of those of probabilities: p·(g − Σ g·p). */
function throughSoftmax(problem: LovaszProblem, p: Float64Array, slopes: Float64Array): void {
  const { classes, pixels } = problem
  const mean = new Float64Array(blockSize)
  forEachBlock(problem, ({ first, size }) => {
    mean.fill(0)
    for (let c = 0, at = first; c < classes; c++, at += pixels) for (let b = 0; b < size; b++) mean[b] += slopes[at + b] * p[at + b]
    for (let c = 0, at = first; c < classes; c++, at += pixels) {
      for (let b = 0; b < size; b++) slopes[at + b] = p[at + b] * (slopes[at + b] - mean[b])
    }
  })
}
