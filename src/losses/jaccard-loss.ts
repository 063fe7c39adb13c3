import { overlap, overlapData } from '../families/overlap/family.ts'
import { logLossOption, overlapOptions, squaredOption } from '../families/overlap/options.ts'
import { jaccard } from '../families/overlap/terms.ts'

/**
 * Jaccard or soft IoU loss of a segmentation: how much of the union of predicted and true region of each class is not common to both.
 *
 * l = 1 − (Σ p·t + s) / max(Σ p + Σ t − Σ p·t + s, ε), with sums over the pixels of the batch (or of each image), p = softmax(x)(c) or σ(x)(c)
 *
 * Shapes: input (N, C, …). Target in mode 'multiclass' class indices (N, …), or one-hot classes or probabilities (N, C, …); in 'multilabel'
 * 0 or 1 for each class, (N, C, …); in 'binary' 0 or 1, the input's shape, which is (N, …) or (N, 1, …). dtypes: floating-point scores;
 * with `fromLogits: false` any. The result has the input's dtype. `mean` divides by the number of classes, with `perImage` of images and
 * classes. Gradients: input.
 *
 * The conventions are those of segmentation_models.pytorch; docs/segmentation.md has MONAI's beside them, and the options that give those.
 *
 * Throws LossError for shapes and class indices that do not fit, probabilities outside [0, 1], and classes that are not there.
 *
 * Source: https://arxiv.org/abs/1608.01471
 *
 * @example
 * const loss = jaccardLoss([0.9, 0.2, 0.6], [1, 0, 1], { mode: 'binary', fromLogits: false })
 * loss.item() // ≈ 0.318182
 */
export const jaccardLoss = overlap({
  name: 'jaccardLoss',
  module: 'JaccardLoss',
  aliases: ['soft-iou'],
  summary: 'Jaccard (soft IoU) loss between the predicted and the true regions of classes.',
  formula: '1 − Σpt / (Σp + Σt − Σpt)',
  least: 0,
  ...overlapData,
  options: { ...overlapOptions, logLoss: logLossOption, squared: squaredOption },
  ...jaccard,
})
