import { binaryCrossEntropyWithLogits } from '../../losses/binary-cross-entropy-with-logits.ts'
import { isFloating } from '../../tensor/dtype.ts'
import { classCall, hasClassTarget } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { search } from '../repairs.ts'
import { remarked, repairOf } from '../typed.ts'
import { severalOnes } from '../values.ts'
import { grouped } from '../words.ts'

/** Targets with several true classes at once, in a loss for which exactly one is. */
export const severalClasses: Detector = {
  code: 'several-classes',
  title: 'several true classes per row, where one excludes the others',
  applies: hasClassTarget,
  look: (subject) => {
    const { tensors, refusal, spec } = subject
    const classes = classCall(subject)
    if (classes === null || !classes.soft || classes.count < 2) return clear
    const { target, scores, axis, outer, inner, count } = classes
    const refused = refusal !== null && (refusal.argument === target || refusal.code === 'target-range')
    if (refusal !== null && !refused) return clear
    const ones = severalOnes(tensors[target], axis)
    if (ones === null) return clear
    const [best] =
      scores === null
        ? []
        : search(binaryCrossEntropyWithLogits, { tensors: { input: tensors[scores], target: tensors[target] }, values: {} })
    const logits = {
      ours: `binaryCrossEntropyWithLogits(scores, ${target})`,
      torch: `F.binary_cross_entropy_with_logits(scores, ${target})`,
    }
    const otherwise = remarked(logits, 'of the scores of all classes, each yes or no')
    return [
      {
        level: refused ? 'error' : 'warning',
        argument: target,
        message: `${grouped(ones.lines)} of ${grouped(outer * inner)} rows of the ${target} have several ones, up to ${ones.most} of ${count}: ${spec.name} takes a row for one distribution, which adds up to 1.`,
        evidence: {
          rows: outer * inner,
          several: ones.lines,
          most: ones.most,
          classes: count,
          dtype: tensors[target].dtype,
          floating: isFloating(tensors[target].dtype),
        },
        repair: repairOf(best ?? otherwise),
        pytorch: refusal?.pytorch ?? null,
        ...(refused ? { explains: true } : {}),
      },
    ]
  },
  page: {
    looks: 'The loss stays high, and the larger the more labels a sample has; the best it can reach is not 0.',
    why: 'A softmax makes its classes compete: their probabilities add up to 1, so two true classes can have one half each at best. Tags, attributes and findings that may occur together want a sigmoid each.',
    sure: 'Targets of zeros and ones with more than one 1 in a row are no distributions. Mixed samples (mixup) have fractions that add up to 1, and are not meant.',
    example: 'check(crossEntropy, [[2, 1, 0.1], [0.5, 2.5, -1]], [[1, 1, 0], [0, 1, 0]])',
  },
}
