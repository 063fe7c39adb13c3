import { lovasz } from '../families/lovasz/family.ts'
import { refusesClasses } from '../families/overlap/check.ts'
import { lovaszClassOptions } from '../families/overlap/options.ts'

/**
 * Lovász-Softmax loss of a segmentation: a convex surrogate of 1 − IoU of each class.
 *
 * l = mean over the classes of Σ e·ΔJ(e), with e = 1 − p where the class is true and p where not, the largest first, and ΔJ what an error
 * adds to 1 − IoU when it joins those before it
 *
 * Shapes: input (N, C, …), target class indices (N, …). dtypes: floating-point scores, or with `fromLogits: false` probabilities; class
 * indices of any integer dtype. The result has the input's dtype, and is one number; with `perImage` and reduction 'none' one per image.
 * `mean` divides by the number of images. The classes are averaged before: those that are there, as in the paper; all of them with
 * `absent: 'keep'`. Where no pixel counts, it is 0. Gradients: input; of errors that are equal the first counts as the larger one.
 *
 * Throws LossError for shapes and class indices that do not fit, probabilities outside [0, 1], and classes that are not there.
 *
 * Source: https://arxiv.org/abs/1705.08790
 *
 * @example
 * const loss = lovaszSoftmaxLoss([[[2, -1], [0, 1]]], [[0, 1]])
 * loss.item() // ≈ 0.119203
 */
export const lovaszSoftmaxLoss = lovasz({
  name: 'lovaszSoftmaxLoss',
  pytorch: null,
  module: 'LovaszSoftmaxLoss',
  aliases: [],
  summary: 'Lovász-Softmax loss: a convex surrogate of 1 − IoU of each class.',
  formula: 'Σ e·ΔJ(e)',
  least: 0,
  inside: 'softmax, unless fromLogits is false',
  mean: 'images',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (N, C, …)' },
    { name: 'target', domain: 'classes', help: 'class indices (N, …)' },
  ],
  options: lovaszClassOptions,
  refuses: refusesClasses,
  errors: 'softmax',
})
