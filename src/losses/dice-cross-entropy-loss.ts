import { overlapAndCrossEntropy, refusesParts } from '../families/overlap/combined.ts'
import { overlapData } from '../families/overlap/family.ts'
import { logLossOption, overlapOptions, squaredOption } from '../families/overlap/options.ts'
import { dice } from '../families/overlap/terms.ts'
import { classOptions } from '../spec.ts'

const { fromLogits: _, reduction, ...options } = overlapOptions

/**
 * Dice loss and cross-entropy of one segmentation, added up: each region as a whole, and each pixel.
 *
 * l = λ₁·mean of Dice losses over the classes + λ₂·mean of cross-entropies over the pixels
 *
 * The second is `crossEntropy` in mode 'multiclass' (with its `weight`, and its mean over the weights of the true classes), and
 * `binaryCrossEntropyWithLogits` in 'multilabel' and 'binary'; pixels of `ignoreIndex` count in neither. All options but `weight` and
 * the two factors are those of `diceLoss`. Shapes: input (N, C, …), raw scores. Target in mode 'multiclass' class indices (N, …), or
 * one-hot classes or probabilities (N, C, …); in 'multilabel' 0 or 1 for each class, (N, C, …); in 'binary' 0 or 1, the input's shape.
 * dtypes: floating-point scores, whose dtype the result has. `mean` is taken of each part for itself; where every pixel is ignored it is NaN, as
 * that of `crossEntropy`. Gradients: input.
 *
 * Throws LossError for shapes and class indices that do not fit, targets outside [0, 1], classes that are not there, and a weight without
 * mode 'multiclass'.
 *
 * Source: https://arxiv.org/abs/1809.10486 (the sum of both), https://docs.monai.io/en/1.5.0/losses.html#diceceloss
 *
 * @example
 * const loss = diceCrossEntropyLoss([[[2, -1], [0, 1]]], [[0, 1]])
 * loss.item() // ≈ 0.246131
 */
export const diceCrossEntropyLoss = overlapAndCrossEntropy({
  name: 'diceCrossEntropyLoss',
  module: 'DiceCrossEntropyLoss',
  aliases: ['dice-ce'],
  summary: 'Dice loss and cross-entropy added up.',
  formula: 'λ₁·(1 − 2·Σpt / (Σp + Σt)) + λ₂·CE',
  ...overlapData,
  inside: 'softmax (multiclass) or sigmoid',
  mean: 'parts',
  refuses: refusesParts,
  options: {
    reduction: { ...reduction, choices: ['mean', 'sum'], help: "'mean' of each part, or 'sum'." },
    ...options,
    logLoss: logLossOption,
    squared: squaredOption,
    weight: { ...classOptions.weight, help: 'A weight per class in the cross-entropy, shape (C); in mode multiclass.' },
    lambdaDice: { kind: 'number', default: 1, examples: [1, 0, 0.5, 2], help: 'The factor of the Dice loss.' },
    lambdaCe: { kind: 'number', default: 1, examples: [1, 0, 0.5, 2], help: 'The factor of the cross-entropy.' },
  },
  ...dice,
})
