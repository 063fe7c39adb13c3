import type { Numbers } from '../../tensor/dtype.ts'
import type { OverlapProblem, Target } from './problem.ts'
import type { Slopes, Sums } from './reference.ts'

/** A number for each element of the input: the modes in which classes do not exclude each other have no labels. */
function truthsOf(target: Target): { readonly values: ArrayLike<number>; readonly ignored: number } {
  if ('labels' in target) throw new TypeError('a label for each pixel goes with a softmax over the classes, or with none')
  return target
}

/**
 * Adds up probabilities that stand for themselves: a sigmoid of each element, or the elements as they are.
 *
 * Keeps σ(−|x|), of which p, 1 − p and the slope p·(1 − p) can be had without cancellation.
 */
export function elementSums(problem: OverlapProblem, x: Numbers, sums: Sums, kept: Numbers | null): void {
  const { images, classes, pixels, activation, perImage, squared, crossEntropy } = problem
  const { values, ignored } = truthsOf(problem.target)
  const logits = activation === 'sigmoid'
  for (let image = 0; image < images; image++) {
    for (let c = 0; c < classes; c++) {
      const unit = perImage ? image * classes + c : c
      const first = (image * classes + c) * pixels
      let common = 0
      let predicted = 0
      for (let i = first; i < first + pixels; i++) {
        const t = values[i]
        if (t === ignored) continue
        let p: number = x[i]
        if (logits) {
          const e = Math.exp(-Math.abs(p))
          const small = e / (1 + e)
          if (crossEntropy !== null) sums.crossEntropy += (1 - t) * p - (Math.min(p, 0) - Math.log1p(e))
          p = p < 0 ? small : 1 / (1 + e)
          if (kept !== null) kept[i] = small
        }
        common += p * t
        predicted += squared ? p * p : p
      }
      sums.common[unit] += common
      sums.predicted[unit] += predicted
    }
  }
}

/** The same of sigmoids that are kept already. */
export function addElements(problem: OverlapProblem, x: Numbers, sums: Sums, kept: Numbers): void {
  const { images, classes, pixels, perImage, squared } = problem
  const { values, ignored } = truthsOf(problem.target)
  for (let image = 0; image < images; image++) {
    for (let c = 0; c < classes; c++) {
      const unit = perImage ? image * classes + c : c
      let common = 0
      let predicted = 0
      for (let i = (image * classes + c) * pixels, end = i + pixels; i < end; i++) {
        const t = values[i]
        if (t === ignored) continue
        const p = x[i] < 0 ? kept[i] : 1 - kept[i]
        common += p * t
        predicted += squared ? p * p : p
      }
      sums.common[unit] += common
      sums.predicted[unit] += predicted
    }
  }
}

/** Makes the gradient of what was kept, in its place. */
export function elementGradients(problem: OverlapProblem, x: Numbers, slopes: Slopes, gradient: Numbers): void {
  const { images, classes, pixels, activation, perImage, squared } = problem
  const { values, ignored } = truthsOf(problem.target)
  const logits = activation === 'sigmoid'
  const { crossEntropy } = slopes
  for (let image = 0; image < images; image++) {
    for (let c = 0; c < classes; c++) {
      const unit = perImage ? image * classes + c : c
      const first = (image * classes + c) * pixels
      const common = slopes.common[unit]
      const predicted = slopes.predicted[unit]
      for (let i = first; i < first + pixels; i++) {
        const t = values[i]
        if (t === ignored) {
          gradient[i] = 0
          continue
        }
        const small = gradient[i]
        const p = !logits ? x[i] : x[i] < 0 ? small : 1 - small
        const g = common * t + (squared ? 2 * predicted * p : predicted)
        if (!logits) gradient[i] = g
        // p − t without cancellation where p is near 1
        else gradient[i] = g * small * (1 - small) + crossEntropy * (x[i] < 0 ? small - t : 1 - t - small)
      }
    }
  }
}
