import { tupleOf } from '../../tensor/shape.ts'
import { classes, program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

const scores = '[[0.5, -1.2, 2], [1, 0.3, -0.7]]'

/** Options of the losses over classes: weights, ignored classes, smoothing. */
export const classOptions: readonly Entry[] = [
  entry({
    id: 'class-weights-length',
    title: 'Not one weight per class',
    says: 'RuntimeError: weight tensor should be defined either for all {classes:number} classes or no classes but got weight tensor of shape: {weight:shape}',
    sample: { classes: 3, weight: [4] },
    older: [
      {
        says: 'RuntimeError: weight tensor should be defined either for all {classes:number} classes or no classes',
        versions: 'PyTorch 2.13, where the message ends there',
      },
      {
        says: 'RuntimeError: weight tensor should be defined either for all or no classes',
        versions: 'PyTorch 2.13 for images and sequences, which have more than two axes',
      },
      {
        says: 'RuntimeError: cross_entropy: weight tensor should be defined either for all {classes:number} classes or no classes but got weight tensor of shape: {weight:shape}',
        versions: 'PyTorch 2.13, where the target holds probabilities',
      },
    ],
    mistake: 12,
    cause:
      'weight is one number per class, of shape (C), where C is axis 1 of the input: no weight per sample, none per pixel, none for an ignored class.',
    here: ({ classes: c, weight }) => `The input has ${c} classes, and weight has the shape ${tupleOf(weight)}.`,
    repair: ({ classes: c }) => [
      {
        when: 'the weights are those of classes',
        pytorch: `nn.CrossEntropyLoss(weight=torch.tensor([…]))  # ${c} numbers`,
        surprisal: `crossEntropy(input, target, { weight })  // ${c} numbers`,
      },
      {
        when: 'they are weights of samples',
        pytorch: "(F.cross_entropy(input, target, reduction='none') * weights).sum() / weights.sum()",
        surprisal: "crossEntropy(input, target, { reduction: 'none' }), then mul, sum and div",
      },
    ],
    example: ({ classes: c, weight }) => ({
      wrong: program({ input: zeros([2, c]), weight: zeros(weight) }, `crossEntropy(input, [0, 0], { weight })`),
      right: program({ input: zeros([2, Math.max(c, 1)]), weight: zeros([Math.max(c, 1)]) }, `crossEntropy(input, [0, 0], { weight })`),
    }),
  }),
  entry({
    id: 'ignore-index-of-probabilities',
    title: 'ignore_index, with probabilities as the target',
    says: 'RuntimeError: ignore_index is not supported for floating point target',
    sample: {},
    older: [
      {
        says: 'RuntimeError: ignore_index cannot be specified when target contains probabilities',
        versions: 'PyTorch 2.13, from linear_cross_entropy',
      },
    ],
    mistake: 19,
    cause:
      'A floating-point target of the shape of the input is read as probabilities, which have no class to ignore. Often the target was meant to be indices, or the mask was made one-hot.',
    repair: () => [
      {
        when: 'the target is a one-hot code',
        pytorch: 'F.cross_entropy(input, target.argmax(1), ignore_index=255)',
        surprisal: 'crossEntropy(input, indices, { ignoreIndex: 255 })',
      },
      {
        when: 'it holds probabilities',
        pytorch: "(F.cross_entropy(input, target, reduction='none') * mask).sum() / mask.sum()",
        surprisal: "crossEntropy(input, target, { reduction: 'none' }), then mul by the mask, sum and div",
      },
    ],
    example: () => ({
      wrong: program({ input: scores, target: zeros([2, 3]) }, 'crossEntropy(input, target, { ignoreIndex: 0 })'),
      right: `crossEntropy(${scores}, [0, 2], { ignoreIndex: 0 })`,
    }),
  }),
  entry({
    id: 'label-smoothing-range',
    title: 'Label smoothing outside 0 … 1',
    says: 'RuntimeError: label_smoothing must be between 0.0 and 1.0. Got: {given:number}',
    sample: { given: 1.5 },
    older: [
      {
        says: 'RuntimeError: expected label_smoothing to be in range [0, 1], got {given:number}',
        versions: 'PyTorch 2.13, from LinearCrossEntropyLoss',
      },
    ],
    cause:
      'label_smoothing is the share of the target that is spread over all classes: 0.1 is usual, 10 (per cent) is not what it takes. A negative one is silently none.',
    here: ({ given }) => `It was ${given}.`,
    repair: ({ given }) => {
      const share = given > 1 && given <= 100 ? given / 100 : 0.1
      return [{ pytorch: `label_smoothing=${share}`, surprisal: `labelSmoothing: ${share}` }]
    },
    example: ({ given }) => ({
      wrong: `crossEntropy(${scores}, [0, 2], { labelSmoothing: ${given} })`,
      right: `crossEntropy(${scores}, [0, 2], { labelSmoothing: 0.1 })`,
    }),
  }),
  entry({
    id: 'no-dimensions',
    title: 'A single number where scores are wanted',
    says: 'ValueError: Expected 1 or more dimensions (got 0)',
    sample: {},
    cause: 'The input has no axis at all: a loss, a mean or an element was passed in place of the scores.',
    repair: () => [{ pytorch: 'print(input.shape), before any mean() or squeeze()', surprisal: 'an input of shape (N, C)' }],
    example: () => ({
      wrong: program({ input: zeros([]) }, 'nllLoss(input, 0)'),
      right: program({ input: zeros([1, 3]) }, 'nllLoss(input, [0])'),
    }),
  }),
  entry({
    id: 'no-such-axis',
    title: 'An axis that the tensor does not have',
    says: 'IndexError: Dimension out of range (expected to be in range of [{from:number}, {to:number}], but got {axis:number})',
    sample: { from: -1, to: 0, axis: 1 },
    cause:
      'An axis is named that the tensor does not have. In a cross-entropy it is axis 1, that of the classes, of an input with one axis or none: a squeeze() too many, or one score per sample.',
    here: ({ to, axis }) => `The tensor has ${to + 1} ${to === 0 ? 'axis, or none' : 'axes'}, and axis ${axis} is asked for.`,
    repair: () => [
      { when: 'it is one sample', pytorch: 'input.unsqueeze(0)', surprisal: 'reshape(input, [1, C])' },
      {
        when: 'it is one score per sample',
        pytorch: 'F.binary_cross_entropy_with_logits(input, target.float())',
        surprisal: 'binaryCrossEntropyWithLogits(input, target)',
      },
    ],
    example: ({ from, to, axis }) =>
      from === -1 && axis === 1
        ? {
            wrong: program({ input: zeros([]), target: classes([2]) }, 'crossEntropy(input, target)'),
            right: program({ input: zeros([2, 3]), target: classes([2]) }, 'crossEntropy(input, target)'),
          }
        : {
            wrong: `softmax(${zeros(new Array<number>(to + 1).fill(2))}, ${axis})`,
            right: `softmax(${zeros(new Array<number>(to + 1).fill(2))}, ${to})`,
          },
    elsewhere: 'Every function of PyTorch with a dim says so.',
  }),
  entry({
    id: 'axis-of-a-number',
    title: 'An axis of a single number',
    says: 'IndexError: Dimension specified as {axis:number} but tensor has no dimensions',
    sample: { axis: 1 },
    cause: 'The tensor is a single number, without axes: a loss, a mean or an element was passed in place of an array.',
    here: ({ axis }) => `Axis ${axis} was asked for.`,
    repair: () => [{ pytorch: 'print(input.shape), before any mean() or squeeze()', surprisal: 'an input with its axes: shape (N, C)' }],
    example: ({ axis }) => {
      if (axis === -1)
        return {
          wrong: `multilabelSoftMarginLoss(${zeros([])}, ${zeros([])})`,
          right: `multilabelSoftMarginLoss(${zeros([3])}, ${zeros([3])})`,
        }
      if (axis === 0)
        return { wrong: `generalizedBoxIouLoss(${zeros([])}, ${zeros([4])})`, right: `generalizedBoxIouLoss(${zeros([4])}, ${zeros([4])})` }
      return { wrong: `crossEntropy(${zeros([])}, ${zeros([])})`, right: `crossEntropy(${zeros([3])}, ${zeros([3])})` }
    },
    elsewhere: 'Every function of PyTorch with a dim says so.',
  }),
]
