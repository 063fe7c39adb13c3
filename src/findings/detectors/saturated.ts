import { sameShape } from '../../tensor/shape.ts'
import { clear, type Detector, type Draft } from '../detector.ts'
import { remarked, repairOf } from '../typed.ts'
import { figure, grouped, place } from '../words.ts'

/** Probabilities of exactly 0 or 1 on the wrong side, where the loss is cut off and the gradient useless. */
export const saturated: Detector = {
  code: 'saturated',
  title: 'probabilities of exactly 0 or 1 that are wrong',
  applies: ({ inputs }) => inputs[0].domain === 'probabilities' && inputs[1]?.domain === 'probabilities',
  look: (subject) => {
    const { spec, tensors } = subject
    const [{ name: input }, { name: target }] = spec.inputs
    if (!sameShape(tensors[input].shape, tensors[target].shape)) return clear
    const { dtype, shape } = tensors[input]
    const { min, max } = subject.extent(input)
    let [wrong, first] = [0, -1]
    if (min <= 0 || max >= 1) {
      const [x, t] = [subject.numbers(input), subject.numbers(target)]
      for (let i = 0; i < x.length; i++) {
        if (!((x[i] === 0 && t[i] > 0) || (x[i] === 1 && t[i] < 1))) continue
        wrong++
        if (first < 0) first = i
      }
    }
    const logits = {
      ours: `binaryCrossEntropyWithLogits(scores, ${target})`,
      torch: `F.binary_cross_entropy_with_logits(scores, ${target})`,
    }
    const repair = repairOf(remarked(logits, 'with the scores before the sigmoid'))
    const found: Draft[] = []
    if (wrong > 0) {
      found.push({
        level: 'warning',
        argument: input,
        message: `${grouped(wrong)} of ${grouped(tensors[input].size)} probabilities are exactly 0 or 1 and wrong, first ${subject.numbers(input)[first]} for a target of ${figure(subject.numbers(target)[first])}${place(first, shape)}: rounding has taken the score away, the loss is cut off there, and behind the sigmoid the gradient is 0.`,
        evidence: { wrong, values: tensors[input].size, first },
        repair,
        pytorch: null,
      })
    }
    const digits = { float16: 11, bfloat16: 8 }[dtype as string]
    if (digits !== undefined) {
      found.push({
        level: 'note',
        argument: input,
        message: `Probabilities in ${dtype} go no nearer to 1 than ${figure(1 - 2 ** -digits)}, and then are 1: a wrong one costs at most ${figure(digits * Math.LN2)} before it is cut off.`,
        evidence: { dtype, nearest: 1 - 2 ** -digits },
        repair,
        pytorch: null,
      })
    }
    return found
  },
  page: {
    looks:
      'A loss of 100 for single samples that never falls; under autocast "binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast."',
    why: 'In float32 the sigmoid of 17 is exactly 1. For a target of 0 its logarithm is −∞, which PyTorch cuts off at −100, and the gradient that comes back through the sigmoid is 0: the worst samples teach nothing. From the score itself the loss is 17, and the gradient 1.',
    sure: 'Counting decides it. Hard decisions given as probabilities look the same, and have no gradient either.',
    example: 'check(binaryCrossEntropy, sigmoid([20, -3, 2]), [0, 0, 1])',
  },
}
