import { hasClassTarget } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** Values one by one with ignored rows among them, which a mean over all would count as zeros. */
export const ignoredInMean: Detector = {
  code: 'ignored-in-mean',
  title: 'ignored rows in a mean over unreduced values',
  applies: (spec) => hasClassTarget(spec) && 'ignoreIndex' in spec.options,
  look: ({ plan, spec, tensors, values }) => {
    if (plan?.reduction !== 'none' || plan.ignored === 0 || plan.counted === 0) return clear
    const all = plan.counted + plan.ignored
    const mean = typedCall({ spec, tensors, values: { ...values, reduction: 'mean' } })
    const divided = figure(plan.denominator)
    return [
      {
        level: 'note',
        argument: 'reduction',
        message: `${grouped(plan.ignored)} of ${grouped(all)} values are ignored rows and 0: the mean of the result divides by ${grouped(all)}, the loss's own by ${figure(plan.denominator)}.`,
        evidence: { ignored: plan.ignored, counted: plan.counted, denominator: plan.denominator },
        repair: repairOf(remarked(mean, `or div(sum(values), ${divided})`, `or values.sum() / ${divided}`)),
        pytorch: null,
      },
    ]
  },
  page: {
    looks: 'A loss that is smaller the more of a batch is ignored, and falls when the padding grows.',
    why: 'Without a reduction ignored rows are zeros in the result, and mean() counts them like others. The reduction "mean" leaves them out of the number that it divides by.',
    sure: 'It only matters if you take the mean of the values yourself. For a picture or a table of losses the zeros are right.',
    example: "check(crossEntropy, [[2, 1, 0.1], [0.5, 2.5, -1]], [0, 255], { ignoreIndex: 255, reduction: 'none' })",
  },
}
