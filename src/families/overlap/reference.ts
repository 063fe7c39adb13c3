import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import { classGradients, classSums } from './classes.ts'
import { elementGradients, elementSums } from './elements.ts'
import type { OverlapProblem } from './problem.ts'

/** Sums over the pixels of each class, image by image where there are such sums. */
export interface Sums {
  /** I = Σ p·t. */
  readonly common: Float64Array
  /** P = Σ p. */
  readonly predicted: Float64Array
  /** Σ of the cross-entropies of all pixels. */
  crossEntropy: number
}

/** What the gradient of a pixel is made of: d loss / d I and d loss / d P of each class, and the factor of its cross-entropy. */
export interface Slopes {
  readonly common: Float64Array
  readonly predicted: Float64Array
  readonly crossEntropy: number
}

/** The kernel on plain numbers. */
export const referenceOverlap = (problem: OverlapProblem, want: Want): Outcome => overlapOf(problem, want, classSums, elementSums)

/** Sums over all pixels, terms of the classes, and back to the pixels. Sums are in float64. */
export function overlapOf(
  problem: OverlapProblem,
  want: Want,
  sumsOfClasses: typeof classSums,
  sumsOfElements: typeof elementSums,
): Outcome {
  const { input, activation, compute, truth, chosen, counts, factor } = problem
  const x = numbersOf(input, compute)
  const wanted = want.gradients.includes('input')
  // holds the probabilities until they become the gradient
  const gradient = wanted ? allocateNumbers(compute, x.length) : null
  const units = truth.length
  const sums: Sums = { common: new Float64Array(units), predicted: new Float64Array(units), crossEntropy: 0 }
  const exclusive = activation === 'softmax' || 'labels' in problem.target
  if (exclusive) sumsOfClasses(problem, x, sums, gradient)
  else sumsOfElements(problem, x, sums, gradient)

  const values = want.values ? allocateNumbers(compute, counts.length) : null
  const total = new ExactSum()
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const crossEntropy = problem.crossEntropy === null ? 0 : problem.crossEntropy.factor
  const slopes: Slopes = {
    common: new Float64Array(units),
    predicted: new Float64Array(units),
    crossEntropy: crossEntropy * want.scale,
  }
  for (let i = 0; i < counts.length; i++) {
    const unit = Math.floor(i / chosen.length) * problem.classes + chosen[i % chosen.length]
    const flowing = wanted ? want.scale * factor * (upstream === null ? 1 : upstream[i]) : null
    const term = factor * (counts[i] === 0 ? 0 : addTerm(problem, sums, unit, flowing, slopes))
    if (values !== null) values[i] = term
    if (want.total) total.add(term)
  }
  if (problem.crossEntropy !== null) total.add(crossEntropy * sums.crossEntropy)
  if (gradient !== null) {
    if (exclusive) classGradients(problem, slopes, gradient)
    else elementGradients(problem, x, slopes, gradient)
  }
  return { values, total: total.value(), gradients: gradient === null ? {} : { input: gradient } }
}

/** The term of a class, whose slopes, times what flows in, are added to those of its sums. */
function addTerm({ formula, params, truth }: OverlapProblem, sums: Sums, unit: number, flowing: number | null, slopes: Slopes): number {
  const { gain, intersection, predicted, truth: byTruth } = formula.score(params)
  const smooth = Number(params.smooth)
  const eps = Number(params.eps)
  const common = sums.common[unit]
  const above = gain * common + smooth
  const below =
    intersection * common + predicted * sums.predicted[unit] + byTruth * truth[unit] + Number(params.smoothDenominator ?? smooth)
  // as PyTorch's clamp: NaN stays
  const divisor = Math.max(below, eps)
  const score = above / divisor
  if (flowing !== null) {
    const slope = formula.slope(score, params)
    // what is clamped has no slope, whatever flows in
    const d = slope === 0 ? 0 : flowing * slope
    const byBelow = below >= eps ? -score / divisor : 0
    slopes.common[unit] += d * (gain / divisor + byBelow * intersection)
    slopes.predicted[unit] += d * byBelow * predicted
    // where the class is not true it is times 0, which is NaN
    if (!Number.isFinite(slopes.common[unit])) slopes.predicted[unit] = Number.NaN
  }
  return formula.term(score, params)
}
