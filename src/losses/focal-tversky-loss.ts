import { overlap, overlapData } from '../families/overlap/family.ts'
import { overlapOptions, tverskyOptions } from '../families/overlap/options.ts'
import { focalTversky } from '../families/overlap/terms.ts'

/**
 * Focal Tversky loss of a segmentation: a power of each class's Tversky loss, which turns attention to classes that are hard or easy.
 *
 * l = (1 − TI)^γ, TI = (TP + s) / max(TP + α·FP + β·FN + s, ε), with TP = Σ p·t, FP = Σ p·(1 − t), FN = Σ (1 − p)·t over the pixels
 *
 * `gamma` is the exponent itself, 0.75 as in the authors' code (1/γ with γ = 4/3 in the paper, whose α and β are named the other way round:
 * here α belongs to false positives everywhere). The slope at a perfect score is 0. Shapes: input (N, C, …). Target in mode 'multiclass'
 * class indices (N, …), or one-hot classes or probabilities (N, C, …); in 'multilabel' 0 or 1 for each class, (N, C, …); in 'binary' 0 or 1,
 * the input's shape, which is (N, …) or (N, 1, …). dtypes: floating-point scores; with `fromLogits: false` any. The result has the input's
 * dtype. `mean` divides by the number of classes, with `perImage` of images and classes. Gradients: input.
 *
 * Throws LossError for shapes and class indices that do not fit, probabilities outside [0, 1], and classes that are not there.
 *
 * Source: https://arxiv.org/abs/1810.07842
 *
 * @example
 * const loss = focalTverskyLoss([0.9, 0.2, 0.6], [1, 0, 1], { mode: 'binary', fromLogits: false })
 * loss.item() // ≈ 0.315365
 */
export const focalTverskyLoss = overlap({
  name: 'focalTverskyLoss',
  module: 'FocalTverskyLoss',
  aliases: [],
  summary: 'Focal Tversky loss: a power of the Tversky loss of each class.',
  formula: '(1 − TP / (TP + α·FP + β·FN))^γ',
  least: 0,
  ...overlapData,
  options: {
    ...overlapOptions,
    ...tverskyOptions(0.3, 0.7),
    gamma: {
      kind: 'number',
      default: 0.75,
      examples: [0.75, 1, 2],
      help: 'The exponent; below 1 it turns to easy classes, above 1 to hard ones.',
    },
  },
  ...focalTversky,
})
