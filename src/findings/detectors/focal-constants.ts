import { insideOf } from '../contract.ts'
import { clear, type Detector, type Draft } from '../detector.ts'
import { typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** The constants of a focal loss: a weight beyond 1, none of its own effect, or a mean over mostly background. */
export const focalConstants: Detector = {
  code: 'focal-constants',
  title: 'constants of the focal loss',
  applies: (spec) =>
    'alpha' in spec.options && 'gamma' in spec.options && insideOf(spec, {}) === 'sigmoid' && spec.inputs[1]?.domain === 'probabilities',
  look: (subject) => {
    const { spec, values, refusal, plan } = subject
    const target = spec.inputs[1].name
    const [alpha, gamma] = [Number(values.alpha), Number(values.gamma)]
    const [x] = spec.inputs
    if (refusal?.argument === 'alpha') {
      const typed = typedCall({ ...subject, values: { ...values, alpha: alpha > 1 ? alpha / (1 + alpha) : 0.25 } })
      return [
        {
          level: 'error',
          argument: 'alpha',
          message: `alpha is ${figure(alpha)}, and it is the share of the positives: they weigh alpha, and negatives 1 − alpha, which is ${figure(1 - alpha)}.`,
          evidence: { alpha, negatives: 1 - alpha },
          repair: { surprisal: typed.ours, pytorch: typed.torch },
          pytorch: refusal.pytorch,
          explains: true,
        },
      ]
    }
    if (plan === null) return clear
    const found: Draft[] = []
    if (gamma === 0 && alpha === -1) {
      found.push({
        level: 'note',
        argument: 'gamma',
        message: `With gamma 0 and alpha −1 this is binary cross-entropy itself.`,
        evidence: { gamma, alpha },
        repair: {
          surprisal: `binaryCrossEntropyWithLogits(${x.name}, ${target})`,
          pytorch: `F.binary_cross_entropy_with_logits(${x.name}, ${target})`,
        },
        pytorch: null,
      })
    }
    const t = subject.sample(target)
    let positives = 0
    for (let i = 0; i < t.length; i++) if (t[i] > 0) positives++
    const share = positives / t.length
    if (plan.reduction === 'mean' && t.length >= 1000 && positives > 0 && share < 0.02) {
      const total = Math.round(share * plan.denominator)
      const summed = typedCall({ ...subject, values: { ...values, reduction: 'sum' } })
      found.push({
        level: 'note',
        argument: 'reduction',
        message: `About ${grouped(total)} of ${grouped(plan.denominator)} elements are positive: the mean divides by all of them, and detectors by the positives, which makes it about ${figure(plan.denominator / total)} times larger.`,
        evidence: { positives: total, elements: plan.denominator },
        repair: { surprisal: `div(${summed.ours}, ${total})`, pytorch: `${summed.torch} / ${total}` },
        pytorch: null,
      })
    }
    return found
  },
  page: {
    looks:
      'A loss below 0; one that is thousands of times smaller than in the paper; or one that is no different from binary cross-entropy.',
    why: 'alpha is the weight of positives, and 1 − alpha that of negatives: it is no factor. Of a hundred thousand anchors a hundred are objects, and papers divide the sum by these hundred. With gamma 0 nothing is left of the focus.',
    sure: 'The options and the counts decide it; whether to divide by positives is a choice.',
    example: "check(sigmoidFocalLoss, [2, -1], [1, 0], { alpha: -1, gamma: 0, reduction: 'mean' })",
  },
}
