import { dtypeOf, program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

/** Scores of two samples, three classes each. */
const scores = '[[0.5, -1.2, 2], [1, 0.3, -0.7]]'

const rangeRepairs = (label: number | null) => {
  const ignored =
    label === null || label < 0 || label === 255
      ? [
          {
            when: label === 255 ? '255 marks pixels that are not to be counted' : 'the value marks what is not to be counted',
            pytorch: `nn.CrossEntropyLoss(ignore_index=${label ?? -1})`,
            surprisal: `crossEntropy(input, target, { ignoreIndex: ${label ?? -1} })`,
          },
        ]
      : []
  const binary =
    label === 255
      ? [
          {
            when: 'the mask is black and white, 0 and 255',
            pytorch: 'target = (target > 127).long()',
            surprisal: 'target.map((value) => (value > 127 ? 1 : 0))',
          },
        ]
      : []
  const others =
    label !== null && (label < 0 || label === 255)
      ? []
      : [
          { when: 'the labels count from 1', pytorch: 'target - 1', surprisal: 'target.map((label) => label - 1)' },
          {
            when: 'the network has too few outputs',
            pytorch: 'nn.Linear(features, target.max() + 1)',
            surprisal: 'nn.Linear(features, Math.max(...target) + 1)',
          },
        ]
  return [...ignored, ...binary, ...others]
}

const integerRepairs = [
  {
    when: 'the numbers are class indices',
    pytorch: 'target.long()',
    surprisal: 'BigInt64Array.from(target, BigInt), or a plain array of integers',
  },
  {
    when: 'they are probabilities: then of the shape of the input',
    pytorch: 'F.cross_entropy(input, probabilities)',
    surprisal: 'crossEntropy(input, probabilities)',
  },
]

/** Class indices: which there are, and of which type. */
export const classIndices: readonly Entry[] = [
  entry({
    id: 'class-index-out-of-range',
    finding: 'class-out-of-range',
    title: 'A class index that does not exist',
    says: 'IndexError: Target {label:number} is out of bounds.',
    sample: { label: 3 },
    older: [
      {
        says: 'RuntimeError: Assertion `cur_target >= 0 && cur_target < n_classes` failed.',
        versions: 'on the CPU up to about PyTorch 1.2; on CUDA, in an unreduced loss, also later',
        seen: 'https://github.com/xiaojunxu/SQLNet/issues/41',
      },
    ],
    mistake: 2,
    cause:
      'Class indices go from 0 to C − 1, where C is the number of scores per sample (axis 1 of the input). A label that counts from 1, a −1 for "unlabelled", a 255 in a mask, or a network with one output too few leads out of them.',
    here: ({ label }) =>
      label === 255
        ? 'The target holds 255. In a mask that is either "do not count this pixel" (VOC, Cityscapes) or white, class 1, of a black and white image: nothing in the data says which, so look at the data set.'
        : label === -100
          ? 'The target holds −100, which is ignored by default, but here another ignore_index is set.'
          : label < 0
            ? `The target holds ${label}, and only what ignore_index names may lie below 0.`
            : `The target holds ${label}, so the input would need at least ${label + 1} scores per sample. Where the labels go from 1 to ${label}, subtract 1.`,
    repair: ({ label }) => rangeRepairs(label),
    general: rangeRepairs(null),
    example: ({ label }) => {
      const ignored = label < 0 || label === 255
      const c = label >= 0 && label < 100 ? label : 3
      const ours = label === -100 ? ', { ignoreIndex: -1 }' : ''
      return {
        wrong: `crossEntropy(${zeros([2, c])}, [0, ${label}]${ours})`,
        right: ignored
          ? `crossEntropy(${zeros([2, c])}, [0, ${label}], { ignoreIndex: ${label} })`
          : `crossEntropy(${zeros([2, label + 1])}, [0, ${label}])`,
      }
    },
  }),
  entry({
    id: 'class-index-assertion',
    finding: 'class-out-of-range',
    title: 'A class index that does not exist, on CUDA',
    says: 'Assertion `t >= 0 && t < n_classes` failed.',
    sample: {},
    older: [
      {
        says: 'RuntimeError: Class values must be smaller than num_classes.',
        versions: 'PyTorch 2.13, from F.one_hot, in which Dice losses begin',
      },
      { says: 'RuntimeError: Class values must be non-negative.', versions: 'PyTorch 2.13, from F.one_hot, in which Dice losses begin' },
    ],
    versions: 'CUDA: threads show it from 2017 (nll_loss, ClassNLLCriterion.cu) to 2025 (Loss.cu, NLLLoss2d.cu)',
    mistake: 2,
    cause:
      'The target holds a class index outside 0 … C − 1. A CUDA kernel cannot say which; it stops the whole device, and the traceback points at some later line. On the CPU the same call says "Target … is out of bounds." with the number.',
    repair: () => [
      { when: 'to see the number', pytorch: 'print(target.unique(), input.shape[1])', surprisal: 'crossEntropy(input, target)' },
      ...rangeRepairs(null),
    ],
    example: () => ({
      wrong: `crossEntropy(${scores}, [1, 3])`,
      says: 'IndexError: Target 3 is out of bounds.',
      right: `crossEntropy(${scores}, [0, 2])`,
    }),
  }),
  entry({
    id: 'one-hot-of-integers',
    finding: 'target-shape',
    title: 'An integer target of the shape of the input',
    says: 'RuntimeError: Expected floating point type for target with class probabilities, got {dtype:dtype}',
    sample: { dtype: 'Long' },
    mistake: 19,
    versions: 'since PyTorch 1.10, which takes probabilities as a target',
    cause:
      'A target of the same shape as the input is read as probabilities, whatever its type, and those have to be floats. It is a one-hot code of integers, or class indices with an axis too many.',
    here: ({ dtype }) => `The target has the input's shape and is ${dtype}: make indices of it, one per sample, or make it floating-point.`,
    repair: () => [
      { when: 'the target is a one-hot code', pytorch: 'target.argmax(1)', surprisal: 'argmax(target, 1)' },
      { when: 'it holds probabilities', pytorch: 'target.float()', surprisal: `tensor(target, { dtype: 'float32' })` },
    ],
    example: ({ dtype }) => ({
      wrong: program({ input: scores, target: zeros([2, 3], dtypeOf(dtype)) }, 'crossEntropy(input, target)'),
      right: `crossEntropy(${scores}, [2, 0])`,
    }),
  }),
  entry({
    id: 'class-index-dtype',
    finding: 'wrong-dtype',
    title: 'Class indices of a type that is not int64',
    says: 'RuntimeError: expected target dtype to be Long or Byte, but got {dtype:dtype}',
    sample: { dtype: 'Float' },
    older: [
      {
        says: `RuntimeError: Expected object of scalar type Long but got scalar type {dtype:dtype} for argument #2 'target'`,
        versions: 'PyTorch 1.0 to 1.7, as threads show it',
        seen: 'https://github.com/qubvel-org/segmentation_models.pytorch/issues/197',
      },
      {
        says: `RuntimeError: "nll_loss_forward_reduce_cuda_kernel_2d_index" not implemented for '{dtype:dtype}'`,
        versions: 'CUDA, PyTorch 1.10 to 2.x, as threads show it',
        seen: 'https://github.com/rasbt/machine-learning-book/issues/192',
      },
      {
        says: `RuntimeError: "nll_loss_forward_no_reduce_cuda_kernel_index" not implemented for '{dtype:dtype}'`,
        versions: "CUDA with reduction='none', PyTorch 1.10 to 2.x, as threads show it",
        seen: 'https://github.com/bethgelab/foolbox/issues/701',
      },
    ],
    mistake: 4,
    versions: 'PyTorch 2.13; 1.13 says "expected scalar type Long but found …"',
    cause:
      'Without a class axis the target is read as class indices, and those have to be int64 (Long), or uint8 (Byte). torch.tensor of Python floats is Float, an array of NumPy on Windows is often Int.',
    here: ({ dtype }) => `The target is ${dtype}.`,
    repair: () => integerRepairs,
    example: ({ dtype }) => ({
      wrong: program({ input: scores, target: zeros([2], dtypeOf(dtype)) }, 'crossEntropy(input, target)'),
      right: program({ input: scores, target: 'new BigInt64Array([2n, 0n])' }, 'crossEntropy(input, target)'),
    }),
  }),
  entry({
    id: 'long-wanted',
    finding: 'wrong-dtype',
    title: 'Indices of a type that is not int64',
    says: 'RuntimeError: expected scalar type Long but found {dtype:dtype}',
    sample: { dtype: 'Float' },
    mistake: 4,
    versions:
      'PyTorch 2.13 for multi_margin_loss and multilabel_margin_loss; up to 1.13 and some later ones for cross_entropy and nll_loss too',
    cause: 'Class indices have to be int64 (Long), and the target is of another type.',
    here: ({ dtype }) => `The target is ${dtype}.`,
    repair: () => integerRepairs.slice(0, 1),
    example: ({ dtype }) => ({
      wrong: program({ input: zeros([2, 3]), target: zeros([2], dtypeOf(dtype)) }, 'multiMarginLoss(input, target)'),
      right: program({ input: scores, target: 'new BigInt64Array([2n, 0n])' }, 'multiMarginLoss(input, target)'),
    }),
    elsewhere: 'Every function that wants int64 says so: indexing, embeddings, gather.',
  }),
  entry({
    id: 'uint8-indices-smoothed',
    finding: 'wrong-dtype',
    title: 'uint8 class indices with label smoothing and weights',
    says: 'RuntimeError: gather(): Expected dtype int32/int64 for index',
    sample: {},
    mistake: 4,
    cause: 'With label smoothing and weights the target has to be int64: uint8, which is taken without, is not enough.',
    repair: () => integerRepairs.slice(0, 1),
    example: () => ({
      wrong: `crossEntropy(${scores}, new Uint8Array([2, 0]), { labelSmoothing: 1, weight: [1, 1, 2] })`,
      right: `crossEntropy(${scores}, new BigInt64Array([2n, 0n]), { labelSmoothing: 1, weight: [1, 1, 2] })`,
    }),
    elsewhere: 'torch.gather says so wherever it is called.',
  }),
]
