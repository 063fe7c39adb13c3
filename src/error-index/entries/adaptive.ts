import { tupleOf } from '../../tensor/shape.ts'
import { classes, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

/** The module with eight features and as many classes, in two clusters. */
const made = (n = 9): string => `nn.AdaptiveLogSoftmaxWithLoss(8, ${n}, [2, 5])`
const right = `${made()}(${zeros([2, 8])}, [1, 8])`

/** AdaptiveLogSoftmaxWithLoss, with the rest of what its arguments make Python say. */
export const adaptive: readonly Entry[] = [
  entry({
    id: 'adaptive-target-range',
    title: 'A class index that does not exist, in AdaptiveLogSoftmaxWithLoss',
    says: 'RuntimeError: Target values should be in [0, {most:number}], but values in range [{least:number}, {largest:number}] were found. ',
    sample: { most: 8, least: 1, largest: 9 },
    mistake: 2,
    cause: 'The target holds a class index outside 0 … n_classes − 1.',
    here: ({ most, least, largest }) =>
      `There are ${most + 1} classes, and the labels go from ${least} to ${largest}.${least === 1 && largest === most + 1 ? ' They count from 1.' : ''}`,
    repair: () => [
      { when: 'the labels count from 1', pytorch: 'target - 1', surprisal: 'target.map((label) => label - 1)' },
      {
        when: 'there are more classes',
        pytorch: 'nn.AdaptiveLogSoftmaxWithLoss(features, vocabulary, cutoffs)',
        surprisal: 'nn.AdaptiveLogSoftmaxWithLoss(features, vocabulary, cutoffs)',
      },
    ],
    example: ({ most, least, largest }) => ({ wrong: `${made(most + 1)}(${zeros([2, 8])}, [${least}, ${largest}])`, right }),
  }),
  entry({
    id: 'adaptive-batch',
    title: 'Not one label per row, in AdaptiveLogSoftmaxWithLoss',
    says: 'RuntimeError: Input and target should have the same size in the batch dimension.',
    sample: {},
    mistake: 3,
    cause: 'The input is (N, features) and the target (N). The hidden states of a sequence are flattened first, and its labels too.',
    repair: () => [
      { pytorch: 'hidden.flatten(0, 1), target.flatten()', surprisal: 'reshape(hidden, [N * L, features]), reshape(target, [N * L])' },
    ],
    example: () => ({ wrong: `${made()}(${zeros([2, 8])}, ${classes([3])})`, right }),
  }),
  entry({
    id: 'adaptive-ranks',
    title: 'Rows and labels that do not belong together, in AdaptiveLogSoftmaxWithLoss',
    says: 'RuntimeError: {target:number}D target tensor expects {inputs:number}D input tensors, but found inputs with size torch.Size({input:shape})',
    sample: { target: 1, inputs: 2, input: [2, 3, 8] },
    mistake: 3,
    cause: 'The input is (N, features) with N labels, or (features) with a single one.',
    here: ({ input, inputs }) => `The input is ${tupleOf(input)}, and would have ${inputs} ${inputs === 1 ? 'axis' : 'axes'}.`,
    repair: () => [{ pytorch: 'hidden.flatten(0, -2)', surprisal: 'reshape(hidden, [N, features])' }],
    example: ({ target, input }) => ({ wrong: `${made()}(${zeros(input)}, ${target === 0 ? '1' : classes([input[0]])})`, right }),
  }),
  entry({
    id: 'adaptive-cutoffs',
    title: 'Cutoffs that divide nothing',
    says: 'ValueError: cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1',
    sample: {},
    older: [
      { says: 'ValueError: cutoffs should be a sequence of length larger than 0', versions: 'PyTorch 2.13, of an empty list' },
      { says: `TypeError: '{got:word}' object is not iterable`, versions: 'any version, where cutoffs is a number or None' },
    ],
    cause:
      'The cutoffs of AdaptiveLogSoftmaxWithLoss are where its clusters begin: increasing, from 1 to n_classes − 1, without n_classes itself.',
    repair: () => [{ pytorch: 'cutoffs=[10, 100]', surprisal: 'nn.AdaptiveLogSoftmaxWithLoss(64, 1000, [10, 100])' }],
    example: () => ({ wrong: 'nn.AdaptiveLogSoftmaxWithLoss(8, 9, [5, 2])', right: 'nn.AdaptiveLogSoftmaxWithLoss(8, 9, [2, 5])' }),
    elsewhere: 'Python says "is not iterable" of everything that is no list.',
  }),
  entry({
    id: 'adaptive-div-value',
    title: 'A div_value that divides nothing',
    says: 'ZeroDivisionError: integer division or modulo by zero',
    sample: {},
    older: [{ says: 'ValueError: cannot convert float NaN to integer', versions: 'any version, where it is NaN' }],
    cause: 'Each cluster of AdaptiveLogSoftmaxWithLoss has div_value times fewer features than the one before: a number above 0.',
    repair: () => [{ pytorch: 'div_value=4.0', surprisal: 'divValue: 4' }],
    example: () => ({
      wrong: 'nn.AdaptiveLogSoftmaxWithLoss(8, 9, [2, 5], { divValue: 0 })',
      right: 'nn.AdaptiveLogSoftmaxWithLoss(8, 9, [2, 5], { divValue: 4 })',
    }),
    elsewhere: 'Python says so of every division by zero.',
  }),
  entry({
    id: 'parameters-of-another-shape',
    title: 'Saved parameters of another shape',
    says: 'RuntimeError: size mismatch for {name:word}: copying a param with shape torch.Size({saved:shape}) from checkpoint, the shape in current model is torch.Size({here:shape}).',
    sample: { name: 'head.weight', saved: [5, 8], here: [4, 8] },
    cause: 'The saved layer has other sizes than the one that was made: another number of classes or features.',
    here: ({ name, saved, here }) => `${name} was saved as ${tupleOf(saved)}, and is ${tupleOf(here)} here.`,
    repair: ({ saved }) => [
      { pytorch: `a layer whose weight is ${tupleOf(saved)}`, surprisal: `a layer whose weight is ${tupleOf(saved)}` },
    ],
    example: () => ({ wrong: right, says: null, right }),
    elsewhere: 'load_state_dict says so of every layer of a network.',
  }),
]
