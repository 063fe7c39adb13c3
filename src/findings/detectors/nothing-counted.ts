import { divides } from '../../reduce.ts'
import { classCall } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { grouped } from '../words.ts'

/** A mean over nothing: everything ignored, an empty batch, or weights that add up to 0. */
export const nothingCounted: Detector = {
  code: 'nothing-counted',
  title: 'a mean over nothing',
  applies: () => true,
  look: (subject) => {
    const { plan, values, tensors, spec } = subject
    if (plan === null || (plan.counted > 0 && plan.denominator !== 0 && !Number.isNaN(plan.denominator))) return clear
    const mean = divides(plan.reduction)
    // some losses give 0 for nothing
    if (mean && !Number.isNaN(subject.again({ reduction: plan.reduction }))) return clear
    const all = plan.counted + plan.ignored
    const target = classCall(subject)?.target ?? spec.inputs[spec.inputs.length - 1].name
    const why =
      plan.counted > 0
        ? `the weights of the ${grouped(plan.counted)} targets that count add up to ${plan.denominator}`
        : all === 0
          ? 'there are no elements'
          : `0 of ${grouped(all)} targets count, since all are ignoreIndex ${values.ignoreIndex}`
    const sum = typedCall({ spec, tensors, values: { ...values, reduction: 'sum' } })
    const count = plan.counted > 0 ? 'the sum of the weights' : 'what counts'
    return [
      {
        level: mean ? 'error' : 'note',
        argument: all === 0 ? spec.inputs[0].name : plan.counted > 0 ? 'weight' : target,
        message: `${mean ? 'The mean is NaN' : 'Nothing enters the loss'}: ${why}.`,
        evidence: { counted: plan.counted, ignored: plan.ignored, denominator: Number.isNaN(plan.denominator) ? 'NaN' : plan.denominator },
        repair: repairOf(remarked(sum, `to be divided by ${count} of all batches together; or skip such a batch`)),
        pytorch: null,
      },
    ]
  },
  page: {
    looks: 'The loss is NaN for one batch, and after one step of the optimiser so are all parameters.',
    why: 'A mean divides by what is counted, and of nothing that is 0/0: crops without a labelled pixel, prompts longer than the context, the last batch of a filtered dataset, class weights of 0.',
    sure: 'Counting decides it. PyTorch gives NaN on purpose, since no number is the mean of nothing.',
    example: 'check(crossEntropy, [[2, 1, 0.1], [0.5, 2.5, -1]], [255, 255], { ignoreIndex: 255 })',
  },
}
