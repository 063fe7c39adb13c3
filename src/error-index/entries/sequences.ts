import { tupleOf } from '../../tensor/shape.ts'
import { zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

const scores = (t: number, n: number): string => zeros([t, n, 4])

/** A batch of `n` sequences of `t` steps whose labels are two each. */
const right = `ctcLoss(${scores(3, 1)}, [[1, 2]], [3], [2])`

const NEW = 'PyTorch 2.13, in which the loss is new'

/** CTC. */
export const sequences: readonly Entry[] = [
  entry({
    id: 'ctc-lengths-count',
    title: 'Not one length per sequence',
    says: 'RuntimeError: {which:word} must be of size batch_size',
    sample: { which: 'input_lengths' },
    cause:
      'ctc_loss wants a length for each of the N sequences. log_probs are (T, N, C), with the time first; with the batch first, T is taken for N.',
    here: ({ which }) => `${which} has not as many entries as log_probs has sequences, which it counts on axis 1.`,
    repair: () => [
      {
        when: 'the batch is on axis 0',
        pytorch: 'log_probs.transpose(0, 1)',
        surprisal: 'permute(logProbs, [1, 0, 2])',
      },
      { when: 'all are equally long', pytorch: 'torch.full((N,), T)', surprisal: 'new Array(N).fill(T)' },
    ],
    example: ({ which }) => ({
      wrong:
        which === 'input_lengths' ? `ctcLoss(${scores(3, 1)}, [[1, 2]], [3, 3], [2])` : `ctcLoss(${scores(3, 1)}, [[1, 2]], [3], [2, 2])`,
      right,
    }),
  }),
  entry({
    id: 'ctc-lengths-integers',
    finding: 'wrong-dtype',
    title: 'Lengths that are no integers',
    says: 'RuntimeError: {which:word} must be integral',
    sample: { which: 'input_lengths' },
    cause: 'The lengths of ctc_loss count steps and labels: int64. A share of the longest sequence, as SpeechBrain has it, is none.',
    here: ({ which }) => `${which} holds floats.`,
    repair: ({ which }) => [{ pytorch: `${which}.long()`, surprisal: 'an array of integers' }],
    example: ({ which }) => ({
      wrong:
        which === 'input_lengths'
          ? `ctcLoss(${scores(3, 1)}, [[1, 2]], new Float32Array([3]), [2])`
          : `ctcLoss(${scores(3, 1)}, [[1, 2]], [3], new Float32Array([2]))`,
      right,
    }),
  }),
  entry({
    id: 'ctc-lengths-range',
    title: 'A length beyond the array, or below 0',
    says: 'RuntimeError: Expected {which:word} to have value at {bound:word} {limit:number}, but got value {got:number} (while checking arguments for {where:word})',
    sample: { which: 'input_lengths', bound: 'most', limit: 3, got: 5, where: 'ctc_loss_allocate_outputs' },
    versions: 'PyTorch 2.13; before, with ctc_loss_cpu or ctc_loss_gpu as the place',
    cause:
      'A length of ctc_loss says more steps than log_probs has (its axis 0), or less than none. Often the network halves the time, and the lengths are those of its input.',
    here: ({ which, bound, limit, got }) =>
      `${which} holds ${got}, and ${limit} is the ${bound === 'most' ? 'largest' : 'smallest'} there may be.`,
    repair: ({ got, limit }) => [
      ...(got > limit && limit > 0 && got % limit === 0
        ? [
            {
              when: `the network makes ${limit} steps of ${got}`,
              pytorch: `input_lengths // ${got / limit}`,
              surprisal: `lengths.map((t) => Math.floor(t / ${got / limit}))`,
            },
          ]
        : []),
      {
        when: 'they are the lengths after the network',
        pytorch: `input_lengths.clamp(max=log_probs.shape[0])`,
        surprisal: 'lengths.map((t) => Math.min(t, T))',
      },
    ],
    example: ({ which, bound, limit, got }) => ({
      wrong:
        which === 'input_lengths'
          ? `ctcLoss(${scores(bound === 'most' ? limit : 3, 1)}, [[1, 2]], [${got}], [2])`
          : `ctcLoss(${scores(3, 1)}, [[1, 2]], [3], [${got}])`,
      right,
    }),
  }),
  entry({
    id: 'ctc-labels-fewer',
    title: 'Fewer labels than the lengths say',
    says: `RuntimeError: Expected tensor to have size {bound:text} {size:number} at dimension {axis:number}, but got size {got:number} for argument #2 'targets' (while checking arguments for {where:word})`,
    sample: { bound: 'at least', size: 7, axis: 1, got: 1, where: 'ctc_loss_allocate_outputs' },
    versions: 'PyTorch 2.13; before, with ctc_loss_cpu or ctc_loss_gpu as the place',
    cause:
      'The targets of ctc_loss are padded rows (N, S), with S at least the longest target length, or all labels one after the other, as many as the lengths add up to.',
    here: ({ bound, size, got, axis }) =>
      `There are ${got} on axis ${axis}, where the lengths want ${bound === '' ? '' : `${bound} `}${size}.`,
    repair: () => [
      { when: 'they are padded', pytorch: 'targets of shape (N, target_lengths.max())', surprisal: 'rows of the longest length' },
      {
        when: 'they are joined',
        pytorch: 'torch.cat([row[:n] for row, n in zip(targets, target_lengths)])',
        surprisal: 'rows.flatMap((row, i) => row.slice(0, lengths[i]))',
      },
    ],
    example: ({ bound, size, got, axis }) => {
      const least = bound === '' ? '' : `${bound} `
      const steps = Math.max(size, 1)
      const targets = zeros(axis === 1 ? [1, got] : [got], 'int64')
      return {
        wrong: `ctcLoss(${zeros([steps, 1, 4])}, ${targets}, [${steps}], [${size}])`,
        says: `RuntimeError: Expected tensor to have size ${least}${size} at dimension ${axis}, but got size ${got} for argument #2 'targets' (while checking arguments for ctc_loss_allocate_outputs)`,
        right,
      }
    },
  }),
  entry({
    id: 'ctc-ranks',
    title: 'log_probs without a batch or without classes',
    says: `RuntimeError: Expected {wanted:number}-dimensional tensor, but got {got:number}-dimensional tensor for argument #1 'log_probs' (while checking arguments for {where:word})`,
    sample: { wanted: 3, got: 2, where: 'ctc_loss_allocate_outputs' },
    cause:
      'log_probs of ctc_loss are (T, N, C), or (T, C) for one sequence. One axis is missing, or the message counts the one that PyTorch added for the batch.',
    here: ({ got }) => `PyTorch found ${got} axes.`,
    repair: () => [{ pytorch: 'print(log_probs.shape)', surprisal: 'log-probabilities of shape (T, N, C)' }],
    example: ({ got }) => ({
      wrong: `ctcLoss(${zeros(got === 2 ? [6] : [3, 1, 4, 1])}, ${got === 2 ? '[1, 2], 3, 2' : '[[1, 2]], [3], [2]'})`,
      right,
    }),
  }),
  entry({
    id: 'ctc-target-axes',
    title: 'Targets of more than two axes',
    says: `RuntimeError: Expected {from:number} to {to:number} dimensions, but got {got:number}-dimensional tensor for argument #2 'targets' (while checking arguments for {where:word})`,
    sample: { from: 1, to: 2, got: 3, where: 'ctc_loss_allocate_outputs' },
    cause: 'The targets of ctc_loss are (N, S), or all labels in one row.',
    here: ({ got }) => `They have ${got} axes.`,
    repair: () => [{ pytorch: 'targets.squeeze(-1)', surprisal: 'reshape(targets, [N, S])' }],
    example: ({ got }) => ({
      wrong: `ctcLoss(${scores(3, 1)}, ${zeros([1, 2, 1, 1, 1].slice(0, got), 'int64')}, [3], [2])`,
      right,
    }),
  }),
  entry({
    id: 'ctc-blank',
    title: 'A blank that is no class',
    says: 'RuntimeError: blank must be in label range',
    sample: {},
    cause: 'blank is one of the classes 0 … C − 1 of log_probs. With the blank behind the labels, C is one more than there are labels.',
    repair: () => [{ pytorch: 'nn.Linear(features, labels + 1), blank=labels', surprisal: 'blank: C - 1' }],
    example: () => ({ wrong: `ctcLoss(${scores(3, 1)}, [[1, 2]], [3], [2], { blank: 4 })`, right }),
  }),
  entry({
    id: 'ctc-empty',
    title: 'No log-probabilities',
    says: 'RuntimeError: log_probs tensor must not be empty',
    sample: {},
    cause: 'log_probs has an axis without entries: no steps, no sequences, or no classes.',
    repair: () => [{ pytorch: 'print(log_probs.shape)', surprisal: 'log-probabilities of shape (T, N, C)' }],
    example: () => ({ wrong: `ctcLoss(${zeros([0, 1, 4])}, [[1]], [0], [1])`, right }),
  }),
]

/** The linear layer with a cross-entropy in one. */
export const linearLoss: readonly Entry[] = [
  entry({
    id: 'linear-features',
    title: 'A layer of another width than its input, in linear_cross_entropy',
    says: 'RuntimeError: expected equal input and linear_weight last dimensions (in_features), got {input:number} and {weight:number}, respectively',
    sample: { input: 5, weight: 4 },
    versions: NEW,
    cause: 'linear_weight is (C, features), and the input (N, features): both have the features last.',
    here: ({ input, weight }) => `The input has ${input}, the weight ${weight}.`,
    repair: () => [{ pytorch: 'layer.weight, and not layer.weight.T', surprisal: 'a weight of shape (C, features)' }],
    example: ({ input, weight }) => ({
      wrong: `linearCrossEntropy(${zeros([2, input])}, ${zeros([3, weight])}, [0, 2])`,
      right: `linearCrossEntropy(${zeros([2, input])}, ${zeros([3, input])}, [0, 2])`,
    }),
  }),
  entry({
    id: 'linear-bias',
    title: 'A bias that does not fit the layer',
    says: 'RuntimeError: expected linear_bias shape {wanted:tuple}, got {got:tuple}',
    sample: { wanted: [4], got: [5] },
    versions: NEW,
    cause: 'linear_bias has one number per output of the layer: the shape of linear_weight without its last axis.',
    here: ({ wanted, got }) => `That is ${tupleOf(wanted)}, and it is ${tupleOf(got)}.`,
    repair: () => [{ pytorch: 'layer.bias', surprisal: 'a bias of shape (C)' }],
    example: ({ wanted, got }) => {
      const target = zeros([2, ...wanted.slice(1)], 'int64')
      return {
        wrong: `linearCrossEntropy(${zeros([2, 3])}, ${zeros([...wanted, 3])}, ${target}, { linearBias: ${zeros(got)} })`,
        right: `linearCrossEntropy(${zeros([2, 3])}, ${zeros([4, 3])}, [0, 2], { linearBias: ${zeros([4])} })`,
      }
    },
  }),
  entry({
    id: 'linear-input-axes',
    finding: 'target-shape',
    title: 'An input of linear_cross_entropy that is not flat',
    says: 'RuntimeError: expected input with dimensionality 1 or 2, got {got:number}',
    sample: { got: 3 },
    versions: NEW,
    cause: 'linear_cross_entropy takes (N, features), or (features): a sequence is flattened first.',
    here: ({ got }) => `The input has ${got} axes.`,
    repair: () => [{ pytorch: 'hidden.flatten(0, -2), target.flatten()', surprisal: 'reshape(hidden, [N * L, features])' }],
    example: ({ got }) => ({
      wrong: `linearCrossEntropy(${zeros([2, 2, 4, 4].slice(0, got))}, ${zeros([3, 4])}, [0, 2])`,
      right: `linearCrossEntropy(${zeros([2, 4])}, ${zeros([3, 4])}, [0, 2])`,
    }),
  }),
  entry({
    id: 'linear-weight-axes',
    title: 'A weight of linear_cross_entropy that is no matrix',
    says: 'RuntimeError: expected linear_weight with dimensionality at least 2, got {got:number}',
    sample: { got: 1 },
    versions: NEW,
    cause: 'linear_weight is the weight of the last layer, (C, features). The class weights are another argument, weight.',
    here: ({ got }) => `It has ${got} ${got === 1 ? 'axis' : 'axes'}.`,
    repair: () => [
      { pytorch: 'F.linear_cross_entropy(hidden, layer.weight, target)', surprisal: 'linearCrossEntropy(hidden, layer.weight, target)' },
    ],
    example: ({ got }) => ({
      wrong: `linearCrossEntropy(${zeros([2, 4])}, ${zeros([4].slice(0, got))}, [0, 2])`,
      right: `linearCrossEntropy(${zeros([2, 4])}, ${zeros([3, 4])}, [0, 2])`,
    }),
  }),
  entry({
    id: 'linear-unbatched',
    finding: 'target-shape',
    title: 'Several outputs of one sample, in linear_cross_entropy',
    says: 'RuntimeError: K-dimensional loss defined by linear_weight shape {weight:tuple} requires batched input, (N, {features:number}), got unbatched input with shape {input:tuple}',
    sample: { weight: [5, 2, 4], features: 4, input: [4] },
    versions: NEW,
    cause: 'With a weight of more than two axes a sample has several outputs, and then the input needs the axis of the batch.',
    here: ({ weight, input }) => `The weight is ${tupleOf(weight)}, the input ${tupleOf(input)}.`,
    repair: () => [{ pytorch: 'hidden.unsqueeze(0)', surprisal: 'reshape(hidden, [1, features])' }],
    example: ({ weight, input }) => ({
      wrong: `linearCrossEntropy(${zeros(input)}, ${zeros(weight)}, ${zeros(weight.slice(1, -1), 'int64')})`,
      right: `linearCrossEntropy(${zeros([1, ...input])}, ${zeros(weight)}, ${zeros([1, ...weight.slice(1, -1)], 'int64')})`,
    }),
  }),
  entry({
    id: 'linear-weight-length',
    title: 'Not one weight per class, in LinearCrossEntropyLoss',
    says: 'RuntimeError: expected weight shape to be {wanted:tuple}, got {got:tuple}',
    sample: { wanted: [3], got: [4] },
    versions: NEW,
    mistake: 12,
    cause: 'weight is one number per class.',
    here: ({ wanted, got }) => `For ${wanted[0]} classes it is ${tupleOf(wanted)}, and not ${tupleOf(got)}.`,
    repair: ({ wanted }) => [{ pytorch: `torch.ones(${wanted[0]})`, surprisal: `a weight of ${wanted[0]} numbers` }],
    example: ({ wanted, got }) => ({
      wrong: `nn.LinearCrossEntropyLoss(4, ${wanted[0]}, { weight: ${zeros(got)} })`,
      right: `nn.LinearCrossEntropyLoss(4, ${wanted[0]}, { weight: ${zeros(wanted)} })`,
    }),
  }),
]
