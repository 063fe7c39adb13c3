import { overlap, overlapData } from '../families/overlap/family.ts'
import { logLossOption, overlapOptions, tverskyOptions } from '../families/overlap/options.ts'
import { tversky } from '../families/overlap/terms.ts'

/**
 * Tversky loss of a segmentation: Dice with a weight of its own for what is predicted wrongly (α) and for what is missed (β).
 *
 * l = 1 − (TP + s) / max(TP + α·FP + β·FN + s, ε), with TP = Σ p·t, FP = Σ p·(1 − t), FN = Σ (1 − p)·t over the pixels
 *
 * α = β = ½ is Dice (whose s is 2·s of this one), α = β = 1 Jaccard. Shapes: input (N, C, …). Target in mode 'multiclass' class indices (N, …),
 * or one-hot classes or probabilities (N, C, …); in 'multilabel' 0 or 1 for each class, (N, C, …); in 'binary' 0 or 1, the input's shape,
 * which is (N, …) or (N, 1, …). dtypes: floating-point scores; with `fromLogits: false` any. The result has the input's dtype. `mean`
 * divides by the number of classes, with `perImage` of images and classes. Gradients: input.
 *
 * The conventions are those of segmentation_models.pytorch; docs/segmentation.md has MONAI's beside them, and the options that give those.
 *
 * Throws LossError for shapes and class indices that do not fit, probabilities outside [0, 1], and classes that are not there.
 *
 * Source: https://arxiv.org/abs/1706.05721
 *
 * @example
 * const loss = tverskyLoss([0.9, 0.2, 0.6], [1, 0, 1], { mode: 'binary', fromLogits: false, alpha: 0.3, beta: 0.7 })
 * loss.item() // ≈ 0.214660
 */
export const tverskyLoss = overlap({
  name: 'tverskyLoss',
  module: 'TverskyLoss',
  aliases: [],
  summary: 'Tversky loss: overlap of regions, with weights for false positives and false negatives.',
  formula: '1 − TP / (TP + α·FP + β·FN)',
  least: 0,
  ...overlapData,
  options: { ...overlapOptions, ...tverskyOptions(0.5, 0.5), logLoss: logLossOption },
  ...tversky,
})
