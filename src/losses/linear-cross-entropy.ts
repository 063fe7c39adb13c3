import { linearRows } from '../families/linear-rows/family.ts'
import { classOptions, reductionOptions } from '../spec.ts'
import { crossEntropy, formula } from './cross-entropy.ts'

/**
 * Cross-entropy of a linear layer's class scores, which are never all in memory: for large vocabularies.
 *
 * l = −Σ w·q·log softmax(input·linearWeightᵀ + linearBias), with q as in `crossEntropy`
 *
 * Shapes: input (D) or (N, D); linearWeight (C, D), or (C, d1, …, dk, D) for a target with further axes; linearBias (C, d1, …, dk). Target
 * either class indices, (), (N) or (N, d1, …, dk); or probabilities, (C), (N, C) or (N, C, d1, …, dk). `weight` (C).
 * dtypes: floating-point input, and linearWeight and linearBias of the same; target and weight as in `crossEntropy`.
 * `mean` divides as in `crossEntropy`. Gradients: input, linearWeight, linearBias, in one call; with probabilities also target and weight.
 *
 * Tokens whose target is `ignoreIndex` (−100 if left out) are skipped before the scores: not even a NaN in them reaches a gradient. All
 * gradients are exact, none are filtered. Scores and their gradient take the memory of 24 rows, or of at
 * most a forty-second of all.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.linear_cross_entropy.html; E. Wijmans et al., "Cut Your Losses in
 * Large-Vocabulary Language Models", https://arxiv.org/abs/2411.09009
 *
 * @example
 * const loss = linearCrossEntropy([[1, 0], [0, 2]], [[2, 0], [0, 1], [1, 1]], [0, 1])
 * loss.item() // ≈ 0.583115
 */
export const linearCrossEntropy = linearRows({
  name: 'linearCrossEntropy',
  pytorch: 'linear_cross_entropy',
  module: 'LinearCrossEntropyLoss',
  parametric: true,
  aliases: ['linear-ce'],
  summary: 'Cross-entropy of a linear layer, without its scores in memory.',
  formula: '−Σ w·q·log softmax(input·linearWeightᵀ + linearBias)',
  likelihood: 'categorical',
  inside: 'the linear layer and the softmax',
  mean: 'target weights',
  inputs: [
    { name: 'input', domain: 'real', axes: '?N D', help: 'features, before the last linear layer: (D) or (N, D)' },
    { name: 'linearWeight', domain: 'real', axes: 'C … D', help: "that layer's weight: (C, D), or (C, d1, …, D)" },
    {
      name: 'target',
      domain: 'classes or probabilities',
      axes: ['?N …', '?N C …'],
      help: 'class indices, (N) or (N, d1, …); or probabilities, (N, C) or (N, C, d1, …)',
    },
  ],
  options: {
    linearBias: {
      kind: 'tensor',
      domain: 'real',
      shape: 'classes',
      axes: 'C …',
      gradient: true,
      help: "The linear layer's bias, shape (C) or (C, d1, …).",
    },
    weight: classOptions.weight,
    reduction: reductionOptions.reduction,
    ignoreIndex: {
      kind: 'integer',
      default: null,
      examples: [-100, 0, 255],
      help: 'A class index that is not counted (−100 if left out); not to be given with probabilities.',
    },
    labelSmoothing: crossEntropy.spec.options.labelSmoothing,
  },
  native: {
    name: 'cross_entropy_loss',
    order: ['scores', 'target', 'weight', 'reduction', 'ignoreIndex', 'labelSmoothing'],
    asked: { input: 'dim', linearWeight: 'dim', target: 'shape', linearBias: 'shape' },
  },
  kernels: ['log_softmax_lastdim_kernel_impl', 'log_softmax_kernel_impl'],
  distributions: true,
  ...formula,
})
