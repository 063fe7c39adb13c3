import type { Call } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { ExactSum } from '../../exact-sum.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf } from '../../reduce.ts'
import { notOfRank } from '../../refusals.ts'
import type { OptionTable, Reduction, Refusal } from '../../spec.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { tupleOf } from '../../tensor/shape.ts'
import { numbersOf } from '../../tensor/view.ts'
import { refusesClasses } from './check.ts'
import { type OverlapDefinition, overlapKernel, planOverlap } from './family.ts'
import type { OverlapProblem } from './problem.ts'

/** Makes a loss of the overlap of classes and a cross-entropy of the same probabilities, in one pass over the pixels. */
export function overlapAndCrossEntropy<const T extends OptionTable, const M extends string, const N extends string>(
  definition: OverlapDefinition<T, M, N>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(definition, (call, reduction) => planCombined(definition, call, reduction), overlapKernel)
}

/** Each part is multiplied by its factor and, for a mean, divided by its own number; so the sum of the parts is the loss. */
function planCombined<T extends OptionTable, M extends string>(
  definition: OverlapDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<OverlapProblem> {
  const { weight } = call.tensors
  const plan = planOverlap(definition, call, reduction, 'terms')
  if (weight !== undefined) checkWeight(call)
  const { lambdaDice, lambdaCe } = call.values
  const weights = weight === undefined ? null : numbersOf(weight, plan.problem.compute)
  const parts =
    reduction === 'mean' ? { overlap: plan.denominator, crossEntropy: pixelWeights(plan, weights) } : { overlap: 1, crossEntropy: 1 }
  return {
    ...plan,
    problem: {
      ...plan.problem,
      factor: Number(lambdaDice) / parts.overlap,
      crossEntropy: { factor: Number(lambdaCe) / parts.crossEntropy, weight: weights },
    },
    shape: [],
    denominator: denominatorOf(definition.mean, { elements: 1, positions: 1, targetWeights: 1, weights: 1 }),
  }
}

/** What the mean of the cross-entropy divides by: the weights of the true classes; the number of what is counted where there are none. */
function pixelWeights({ problem, counted }: Plan<OverlapProblem>, weight: ArrayLike<number> | null): number {
  const { target, images, pixels, activation } = problem
  if ('labels' in target) {
    if (weight === null) return counted
    const sum = new ExactSum()
    for (const label of target.labels) if (label >= 0) sum.add(weight[label])
    return sum.value()
  }
  return activation === 'softmax' ? images * pixels : counted
}

/** One weight for each class of a softmax. */
function checkWeight(call: Call): void {
  const { input, weight } = call.tensors
  if (weight.shape[0] === input.shape[1]) return
  throw new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'weight',
    received: `shape ${tupleOf(weight.shape)}`,
    expected: `shape ${tupleOf([input.shape[1]])}: one weight for each of the classes of axis 1`,
    repair: `give ${input.shape[1]} weights`,
    pytorch: null,
  })
}

/** What no masks make right: a list of classes that are none, and a weight per class where there is no softmax over them. */
export function refusesParts(options: Readonly<Record<string, unknown>>): Refusal | null {
  const { mode, weight } = options
  if (weight === undefined || weight === null || mode === 'multiclass') {
    return (
      refusesClasses(options) ??
      notOfRank(options, 'weight', [1], 'shape (C): one weight for each of the classes of axis 1', 'reshape(weight, [-1])')
    )
  }
  return {
    code: 'option-range',
    argument: 'weight',
    received: `a weight per class in mode '${mode}'`,
    expected: "no weight but in mode 'multiclass': yes or no may be weighted by posWeight, which is another thing",
    repair: 'add diceLoss and binaryCrossEntropyWithLogits with { weight } or { posWeight }',
    pytorch: null,
  }
}
