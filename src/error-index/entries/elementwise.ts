import { broadcastShapes, sizeOf, tupleOf } from '../../tensor/shape.ts'
import { dtypeOf, program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'
import { drawAligned } from '../shapes.ts'
import { sameSizeRepairs, sameSizes } from './binary.ts'

/** Losses that compare element by element, and what their options allow. */
export const elementwise: readonly Entry[] = [
  entry({
    id: 'unequal-sizes-broadcast',
    finding: 'broadcast-pairs',
    title: 'Unequal shapes, of which every pair is compared',
    says: 'UserWarning: Using a target size (torch.Size({target:shape})) that is different to the input size (torch.Size({input:shape})). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.',
    sample: { target: [4], input: [4, 1] },
    older: [
      {
        says: 'RuntimeError: input and target shapes do not match: input {input:shape}, target {target:shape}',
        versions: 'PyTorch 0.4, as threads of 2018 show it',
        seen: 'https://github.com/pytorch/tutorials/pull/213',
      },
    ],
    mistake: 7,
    cause:
      'A warning, and not an error, but the number is wrong: the shapes are broadcast, and every prediction is compared with every target. With perfect predictions the loss is then twice the variance of the targets, and a network that learns predicts their mean. kl_div and poisson_nll_loss do the same without a word.',
    here: ({ target, input }) => {
      const fit = broadcastShapes(input, target)
      const sizes = `The input is ${tupleOf(input)}, ${sizeOf(input)} elements, and the target ${tupleOf(target)}, ${sizeOf(target)}`
      return 'shape' in fit
        ? `${sizes}: broadcast to ${tupleOf(fit.shape)} they make ${sizeOf(fit.shape)} pairs.`
        : `${sizes}; they do not even broadcast.`
    },
    picture: ({ target, input }) => drawAligned({ input, target }),
    repair: ({ target, input }) => sameSizeRepairs(input, target),
    general: sameSizes,
    example: ({ target, input }) => ({
      wrong: program({ input: zeros(input), target: zeros(target) }, 'mseLoss(input, target)'),
      right: program({ input: zeros(input), target: zeros(input) }, 'mseLoss(input, target)'),
    }),
  }),
  entry({
    id: 'element-weights-size',
    title: 'Weights of another shape than the input',
    says: 'ValueError: Weights and input must have the same size.',
    sample: {},
    versions: 'PyTorch 2.13 (weights of mse_loss, l1_loss and huber_loss are new)',
    mistake: 12,
    cause:
      'The weight of mse_loss, l1_loss and huber_loss is one number per element, of exactly the shape of the input: it is not broadcast.',
    repair: () => [{ pytorch: 'weight.expand_as(input)', surprisal: 'a weight of the shape of the input' }],
    example: () => ({
      wrong: program({ input: zeros([2, 3]), target: zeros([2, 3]), weight: zeros([3]) }, 'mseLoss(input, target, { weight })'),
      right: program({ input: zeros([2, 3]), target: zeros([2, 3]), weight: zeros([2, 3]) }, 'mseLoss(input, target, { weight })'),
    }),
  }),
  entry({
    id: 'mean-of-integers',
    finding: 'wrong-dtype',
    title: 'The mean of integers',
    says: 'RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {dtype:dtype}',
    sample: { dtype: 'Long' },
    mistake: 4,
    cause: 'Input and target are both integers, and so would be their differences, of which PyTorch takes no mean.',
    here: ({ dtype }) => `They are ${dtype}.`,
    repair: () => [{ pytorch: 'input.float(), target.float()', surprisal: `tensor(input, { dtype: 'float32' })` }],
    example: ({ dtype }) => ({
      wrong: program(
        { input: zeros([2], dtypeOf(dtype)), target: zeros([2], dtypeOf(dtype)) },
        dtypeOf(dtype) === 'bool' ? 'mean(input)' : 'l1Loss(input, target)',
      ),
      right: program({ input: zeros([2]), target: zeros([2]) }, 'l1Loss(input, target)'),
    }),
    elsewhere: 'torch.mean says so of every tensor of integers.',
  }),
  entry({
    id: 'smooth-l1-beta',
    title: 'A negative beta',
    says: 'RuntimeError: smooth_l1_loss does not support negative values for beta.',
    sample: {},
    cause: 'beta is the difference at which the square ends and the line begins: 0 (only the line) or more.',
    repair: () => [{ pytorch: 'beta=1.0', surprisal: 'beta: 1' }],
    example: () => ({ wrong: 'smoothL1Loss([1, 2], [0, 0], { beta: -1 })', right: 'smoothL1Loss([1, 2], [0, 0], { beta: 1 })' }),
  }),
  entry({
    id: 'huber-delta',
    title: 'A delta that is not positive',
    says: 'RuntimeError: huber_loss does not support non-positive values for delta.',
    sample: {},
    older: [
      { says: `TypeError: delta must be a float or int, got: <class '{got:word}'>`, versions: 'PyTorch 2.13, when the module is made' },
    ],
    cause: 'delta is the difference at which the square ends and the line begins, and the slope of that line: it is above 0.',
    repair: () => [{ pytorch: 'delta=1.0', surprisal: 'delta: 1' }],
    example: () => ({ wrong: 'huberLoss([1, 2], [0, 0], { delta: 0 })', right: 'huberLoss([1, 2], [0, 0], { delta: 1 })' }),
  }),
  entry({
    id: 'kl-integers',
    finding: 'wrong-dtype',
    title: 'Integers in kl_div',
    says: 'RuntimeError: kl_div: Integral inputs not supported.',
    sample: {},
    mistake: 23,
    cause: 'kl_div compares distributions: its input holds log-probabilities, its target probabilities. Class indices are neither.',
    repair: () => [
      { when: 'the target holds class indices', pytorch: 'F.cross_entropy(scores, target)', surprisal: 'crossEntropy(scores, target)' },
      {
        when: 'they are distributions',
        pytorch: 'F.kl_div(scores.log_softmax(1), target.float(), reduction="batchmean")',
        surprisal: `klDiv(logSoftmax(scores, 1), target, { reduction: 'batchmean' })`,
      },
    ],
    example: () => ({
      wrong: program({ input: zeros([1, 2], 'int64'), target: zeros([1, 2], 'int64') }, 'klDiv(input, target)'),
      right: `klDiv(logSoftmax([[0.5, -1.2]], 1), [[0.25, 0.75]], { reduction: 'batchmean' })`,
    }),
  }),
  entry({
    id: 'kl-mean',
    finding: 'divergence-mean',
    title: "KLDivLoss's mean, which is not the divergence",
    says: "UserWarning: reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.",
    sample: {},
    mistake: 23,
    cause:
      "reduction='mean', the default, divides by all elements, batch and classes. The divergence of two distributions, averaged over a batch, divides by the batch only: 'batchmean'.",
    repair: () => [{ pytorch: "nn.KLDivLoss(reduction='batchmean')", surprisal: "klDiv(input, target, { reduction: 'batchmean' })" }],
    example: () => ({
      wrong: `klDiv(logSoftmax([[0.5, -1.2]], 1), [[0.25, 0.75]])`,
      says: null,
      right: `klDiv(logSoftmax([[0.5, -1.2]], 1), [[0.25, 0.75]], { reduction: 'batchmean' })`,
    }),
  }),
  entry({
    id: 'negative-variance',
    finding: 'not-positive',
    title: 'A negative variance',
    says: 'ValueError: var has negative entry/entries',
    sample: {},
    cause: 'var is a variance, and below 0 there is none. A layer gives any number: let it give the logarithm, or bend it.',
    repair: () => [
      {
        pytorch: 'F.gaussian_nll_loss(mean, target, log_var.exp()), or F.softplus(raw)',
        surprisal: 'gaussianNllLoss(mean, target, exp(logVar))',
      },
    ],
    example: () => ({ wrong: 'gaussianNllLoss([1, 2], [0, 0], [1, -1])', right: 'gaussianNllLoss([1, 2], [0, 0], exp([1, -1]))' }),
  }),
  entry({
    id: 'variance-size',
    title: 'Variances of a shape that does not fit',
    says: 'ValueError: var is of incorrect size',
    sample: {},
    cause: 'var has the shape of the input, or one entry on its last axis, or one axis less (a variance per row).',
    repair: () => [{ pytorch: 'var.expand_as(input)', surprisal: 'a var of the shape of the input' }],
    example: () => ({
      wrong: program({ input: zeros([2, 3]), target: zeros([2, 3]), variance: zeros([3]) }, 'gaussianNllLoss(input, target, variance)'),
      right: program({ input: zeros([2, 3]), target: zeros([2, 3]), variance: zeros([2, 1]) }, 'gaussianNllLoss(input, target, variance)'),
    }),
  }),
  entry({
    id: 'variance-eps-none',
    title: 'No eps for a variance',
    says: "RuntimeError: clamp: At least one of 'min' or 'max' must not be None",
    sample: {},
    cause: 'gaussian_nll_loss clamps the variance at eps from below, and eps was None.',
    repair: () => [{ pytorch: 'eps=1e-6, or leave it out', surprisal: 'eps: 1e-6, or leave it out' }],
    example: () => ({ wrong: 'gaussianNllLoss([1, 2], [0, 0], [1, 1], { eps: null })', right: 'gaussianNllLoss([1, 2], [0, 0], [1, 1])' }),
    elsewhere: 'torch.clamp says so wherever it is called without limits.',
  }),
  entry({
    id: 'focal-alpha',
    finding: 'focal-constants',
    title: 'An alpha outside 0 … 1',
    says: 'ValueError: Invalid alpha value: {alpha:number}. alpha must be in the range [0,1] or -1 for ignore.',
    sample: { alpha: 1.5 },
    versions: 'torchvision since 2025; before that any alpha was taken',
    cause: 'alpha weighs the positives, and 1 − alpha the negatives, so it is a share; a negative one, −1 by custom, weighs neither.',
    here: ({ alpha }) => `It was ${alpha}.`,
    repair: () => [{ pytorch: 'alpha=0.25', surprisal: 'alpha: 0.25' }],
    example: ({ alpha }) => ({
      wrong: `sigmoidFocalLoss([0.5, -1.2], [1, 0], { alpha: ${alpha} })`,
      right: 'sigmoidFocalLoss([0.5, -1.2], [1, 0], { alpha: 0.25 })',
    }),
  }),
]
