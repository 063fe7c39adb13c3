import { lovasz } from '../families/lovasz/family.ts'
import { lovaszOptions } from '../families/overlap/options.ts'

/**
 * Lovász hinge loss of a segmentation into yes and no: a convex surrogate of 1 − IoU, on raw scores.
 *
 * l = Σ max(e, 0)·ΔJ(e), with e = 1 − x where the pixel is true and 1 + x where not, the largest first, and ΔJ what an error adds to
 * 1 − IoU when it joins those before it
 *
 * Shapes: input (N, …) or (N, 1, …), target the same, 0 or 1; classes that do not exclude each other, (N, C, …), count as pixels of one
 * region. dtypes: floating-point scores; the target of any dtype. The result has the input's dtype, and is one number; with `perImage` and
 * reduction 'none' one per image. `mean` divides by the number of images. Where no pixel counts, it is 0. Gradients: input; of errors that
 * are equal the first counts as the larger one.
 *
 * Throws LossError for shapes that do not fit, and targets other than 0, 1 and `ignoreIndex`.
 *
 * Source: https://arxiv.org/abs/1705.08790
 *
 * @example
 * const loss = lovaszHingeLoss([[2, -1, 0.5]], [[1, 0, 0]])
 * loss.item() // ≈ 0.75
 */
export const lovaszHingeLoss = lovasz({
  name: 'lovaszHingeLoss',
  pytorch: null,
  module: 'LovaszHingeLoss',
  aliases: [],
  summary: 'Lovász hinge loss: a convex surrogate of 1 − IoU of yes and no.',
  formula: 'Σ max(e, 0)·ΔJ(e)',
  least: 0,
  inside: 'the hinge: no sigmoid before it',
  mean: 'images',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (no sigmoid before): (N, …)' },
    { name: 'target', domain: 'binary', gradient: false, help: "0 or 1, the input's shape" },
  ],
  options: lovaszOptions,
  errors: 'hinge',
})
