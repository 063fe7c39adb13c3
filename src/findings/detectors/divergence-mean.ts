import { clear, type Detector } from '../detector.ts'
import { typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** A mean over all elements where the mean over samples is what the formula means. */
export const divergenceMean: Detector = {
  code: 'divergence-mean',
  title: 'a mean over elements in place of samples',
  applies: ({ options }) => options.reduction?.kind === 'reduction' && options.reduction.choices.includes('batchmean'),
  look: (subject) => {
    const { spec, plan, tensors, values } = subject
    const batch = tensors[spec.inputs[0].name].shape[0] ?? 1
    if (plan?.reduction !== 'mean' || plan.denominator <= batch) return clear
    const typed = typedCall({ ...subject, values: { ...values, reduction: 'batchmean' } })
    return [
      {
        level: 'note',
        argument: 'reduction',
        message: `The mean divides by all ${grouped(plan.denominator)} elements; divided by the ${grouped(batch)} samples, which is the divergence as it is defined, it is ${figure(plan.denominator / batch)} times larger.`,
        evidence: { elements: plan.denominator, samples: batch, factor: plan.denominator / batch },
        repair: { surprisal: typed.ours, pytorch: typed.torch },
        pytorch:
          "UserWarning: reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.",
      },
    ]
  },
  page: {
    looks: 'A divergence that is smaller than it should be by the number of classes, so that it has no weight beside another loss.',
    why: "PyTorch's default divides by every element, classes too, as the other losses of elements do. The formula is a sum over classes.",
    sure: 'The shapes decide it. A temperature or a weight may have been tuned for the small values; then it is no mistake.',
    example: 'check(klDiv, logSoftmax([[1, 2], [3, 4]], 1), [[0.5, 0.5], [0.1, 0.9]])',
  },
}
