import { classCall, classCounts, hasClassTarget } from '../classes.ts'
import { clear, type Detector, type Outcome } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** Class weights that the mean divides out again; or that it does not divide by, where one expects it. */
export const weightedMean: Detector = {
  code: 'weighted-mean',
  title: 'class weights that cancel in the mean',
  applies: (spec) => hasClassTarget(spec) && spec.mean === 'target weights' && 'weight' in spec.options,
  look: (subject) => {
    const { plan, tensors } = subject
    const classes = classCall(subject)
    if (plan?.reduction !== 'mean' || classes === null || tensors.weight === undefined || plan.counted === 0) return clear
    return classes.soft ? ofProbabilities(subject) : ofIndices(subject)
  },
  page: {
    looks: 'Weights change nothing; or a weighted loss is another number with one-hot targets than with the same classes as indices.',
    why: 'With class indices the mean is Σ w[y]·l / Σ w[y]: it divides by the weights of the targets. Where all targets of a batch weigh the same, and in a batch of one, they cancel. With probabilities PyTorch divides by the number of rows, so that weights scale the loss.',
    sure: 'Counting decides it. For weights that act on every batch alike take reduction: "sum" and divide by the number of targets.',
    example: 'check(crossEntropy, [[2, 1, 0.1]], [1], { weight: [1, 5, 1] })',
  },
}

function ofIndices(subject: Subject): Outcome {
  const { plan, spec, tensors, values } = subject
  const counts = classCounts(subject)
  if (counts === null || plan === null) return clear
  const weights = subject.numbers('weight')
  // smoothing spreads over all classes, by their own weights
  if (Number(values.labelSmoothing) > 0) return clear
  const present = [...counts.keys()].filter((c) => counts[c] > 0)
  const weight = weights[present[0]]
  if (weight === 0 || !present.every((c) => weights[c] === weight)) return clear
  const alone = plan.counted === 1
  const even = weights.every((w) => w === weight)
  const which = alone
    ? `the only target is of class ${present[0]}`
    : present.length === 1
      ? `all ${grouped(plan.counted)} targets are of class ${present[0]}`
      : `all ${present.length} classes that occur weigh ${figure(weight)}`
  const sum = typedCall({ spec, tensors, values: { ...values, reduction: 'sum' } })
  const divided = (call: string, division: string) => (alone ? call : division.replace('_', call))
  return [
    {
      // a few targets are of one class by chance
      level: !even && !alone && present.length === 1 && plan.counted < 8 ? 'note' : 'warning',
      argument: 'weight',
      message: `The weights have no effect: ${which}, and the mean divides by the sum of the targets' weights, ${figure(plan.denominator)}.`,
      evidence: { weight, targets: plan.counted, classes: present.slice(0, 32), denominator: plan.denominator },
      repair: repairOf(
        remarked(
          { ours: divided(sum.ours, `div(_, ${plan.counted})`), torch: divided(sum.torch, `_ / ${plan.counted}`) },
          'if weights are to scale the loss of each target',
        ),
      ),
      pytorch: null,
    },
  ]
}

function ofProbabilities(subject: Subject): Outcome {
  const { plan, numbers } = subject
  const weights = numbers('weight')
  if (plan === null || weights.every((w) => w === 1)) return clear
  const sorted = [...weights].sort((a, b) => a - b)
  const [least, most] = [sorted[0], sorted[sorted.length - 1]]
  return [
    {
      level: 'note',
      argument: 'weight',
      message: `With probabilities the mean divides by the ${grouped(plan.denominator)} rows, not by weights: those of ${figure(least)} to ${figure(most)} scale the loss. With class indices it divides by the weights of the targets.`,
      evidence: { denominator: plan.denominator, least, most },
      repair: repairOf(
        remarked(
          typedCall(subject, { weight: { ours: 'div(weight, mean(weight))', torch: 'weight / weight.mean()' } }),
          'weights whose mean is 1; or class indices as the target',
        ),
      ),
      pytorch: null,
    },
  ]
}
