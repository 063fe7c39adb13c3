import { computeDType } from '../../tensor/dtype.ts'
import { classCall, hasClassTarget } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { figure } from '../words.ts'

/** The largest float16, and the largest float32. */
const [largestHalf, largestSingle] = [65_504, 3.4028235e38]

/** A result that is not finite of arguments that are: the sum of a batch beyond float16, or scores whose differences are beyond their dtype. */
export const overflow: Detector = {
  code: 'overflow',
  title: 'a result beyond the largest number of its dtype',
  applies: hasClassTarget,
  look: (subject) => {
    const { plan, tensors, values } = subject
    const classes = classCall(subject)
    if (plan === null || classes === null || plan.counted === 0 || plan.denominator === 0) return clear
    if (plan.reduction === 'sum' && plan.dtype === 'float16') {
      const mean = subject.mean()
      const total = mean === null ? 0 : mean * plan.denominator
      if (!(Math.abs(total) > largestHalf) || !Number.isFinite(total)) return clear
      const whole = classes.scores ?? subject.spec.inputs[0].name
      // PyTorch adds up a mean in float16 too, before it divides
      const { ours, torch } = typedCall(
        { ...subject, values: { ...values, reduction: 'mean' } },
        { [whole]: { ours: whole, torch: `${whole}.float()` } },
      )
      return [
        {
          level: 'error',
          argument: 'reduction',
          message: `The sum of the losses, about ${figure(total)}, is beyond float16, whose largest number is ${largestHalf}: it is inf.`,
          evidence: { mean, denominator: plan.denominator, largest: largestHalf },
          repair: { surprisal: ours, pytorch: torch },
          pytorch: null,
        },
      ]
    }
    const { scores } = classes
    if (scores === null || Math.abs(subject.mean() ?? 0) !== Infinity) return clear
    const { min, max, nan } = subject.range(scores)
    const { dtype } = tensors[scores]
    if (nan || computeDType(dtype) === 'float64' || !(max - min > largestSingle && max - min < Infinity)) return clear
    const by = figure(max / 100 - min / 100)
    const scaled = remarked(
      typedCall(subject, { [scores]: { ours: `div(${scores}, ${by})`, torch: `${scores} / ${by}` } }),
      `scores of a size that exp can take; these reach from ${figure(min)} to ${figure(max)}`,
    )
    return [
      {
        level: 'error',
        argument: scores,
        message: `The scores are finite, but ${figure(max - min)} apart, which is beyond ${computeDType(dtype)}: the loss is infinite.`,
        evidence: { min, max },
        repair: repairOf(scaled),
        pytorch: null,
      },
    ]
  },
  page: {
    looks: 'The loss is inf although no number of the input is, as a rule in 16 bits, and as a rule with reduction "sum".',
    why: 'float16 ends at 65504: a sum over a batch of pixels or tokens is soon beyond it, while their mean is not (PyTorch’s is, since it divides last). In float32 it takes scores 3e38 apart.',
    sure: 'The sum is computed exactly before it is rounded, so the finding says how large it is.',
    example: `check(crossEntropy, tensor(Float32Array.from({ length: 900 }, (_, i) => (i % 3 === 0 ? 400 : 0)), { shape: [300, 3], dtype: 'float16' }), tensor(BigInt64Array.from({ length: 300 }, () => 1n)), { reduction: 'sum' })`,
  },
}
