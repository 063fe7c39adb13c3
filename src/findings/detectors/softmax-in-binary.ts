import type { LossSpec } from '../../spec.ts'
import { sameShape } from '../../tensor/shape.ts'
import { clear, type Detector } from '../detector.ts'
import { farthestFromOne, softmaxTolerance } from '../sums.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { isOneHot, isUnit } from '../values.ts'
import { figure, grouped } from '../words.ts'

/** Probabilities that compete, in a loss of yes or no per class. */
export const softmaxInBinary: Detector = {
  code: 'softmax-in-binary',
  title: 'a softmax before a loss of yes or no',
  applies: isBinary,
  look: (subject) => {
    const { spec, tensors } = subject
    const [{ name: input }, { name: target }] = spec.inputs
    const { shape, dtype } = tensors[input]
    const classes = shape[1]
    if (shape.length < 2 || classes < 2 || !subject.head(input).every(isUnit)) return clear
    const rows = tensors[input].size / classes
    // two columns of which one is the other's complement may be meant
    if (rows < (classes === 2 ? 8 : 2)) return clear
    const tolerance = softmaxTolerance(dtype, rows)
    const farthest = farthestFromOne(subject.numbers(input), shape, 1, tolerance)
    if (!(farthest <= tolerance) || subject.leaves(input, 0, 1)) return clear
    // constant values add up to 1 as soon as they are 1/C: a head whose weights are 0
    const { min, max } = subject.extent(input)
    if (min === max) return clear
    const exclusive = sameShape(tensors[target].shape, shape) && isOneHot(tensors[target], 1)
    const changed = { [input]: { ours: `sigmoid(scores)`, torch: 'scores.sigmoid()' } }
    const { ours, torch } = typedCall(
      subject,
      spec.inputs[0].domain === 'logits' ? { [input]: { ours: 'scores', torch: 'scores' } } : changed,
    )
    const better = exclusive
      ? { ours: `crossEntropy(scores, argmax(${target}, 1))`, torch: `F.cross_entropy(scores, ${target}.argmax(1))` }
      : { ours, torch }
    return [
      {
        level: 'warning',
        argument: input,
        message: `The ${input} is a softmax: the ${classes} values of each of ${grouped(rows)} rows add up to 1, within ${figure(farthest)}. ${spec.name} asks each class on its own, and of a softmax no two can be near 1${exclusive ? '; the targets have one class per row, for which cross-entropy is made' : ''}.`,
        evidence: { rows, classes, farthestFromOne: farthest, exclusive },
        repair: repairOf(remarked(better, 'with the scores before the softmax')),
        pytorch: null,
      },
    ]
  },
  page: {
    looks: 'The loss stays high where several classes are true, and a class is only found where no other one is.',
    why: 'A softmax divides one certainty among all classes; a loss of yes or no per class wants a sigmoid each. The two go with two kinds of labels: one class per row, or any number of them.',
    sure: 'Sigmoids of one network do not add up to 1 in every row. Two columns that add up to 1 may be built so on purpose; then one of them is enough.',
    example: 'check(binaryCrossEntropy, softmax([[2, 1, 0.1], [0.5, 2.5, -1]], 1), [[1, 1, 0], [0, 1, 0]])',
  },
}

/** Whether a loss answers yes or no for each element. */
export function isBinary({ inputs }: LossSpec): boolean {
  const [first, second] = inputs
  return (
    second?.domain === 'probabilities' &&
    (first.domain === 'probabilities' || first.domain === 'logits') &&
    inputs.every(({ axes }) => axes === undefined)
  )
}
