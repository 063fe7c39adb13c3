import { refusesOptions } from '../families/contrast/check.ts'
import { normalizeOption, twoViews } from '../families/contrast/family.ts'
import { reductionOptions } from '../spec.ts'

/**
 * NT-Xent, the loss of SimCLR: two views of a sample are to be likest to each other, among all views of the batch.
 *
 * l = log Σ exp(z·z₋ / τ) − z·z₊ / τ, where z₋ runs through all 2N views but z itself, and all have the length 1
 *
 * There is one value per view: those of `view1`, then those of `view2`. With `normalize: false` the similarity is the plain product. Shapes: both
 * (N, D). dtypes: floating-point; the result has the promoted one. `mean` divides by 2N. Gradients: both. Some rows of similarities are in memory at
 * a time, 24 and no more than 2¹⁷ of them beyond that. Lengths are computed in float64, and so is everything else for float64 and without
 * SIMD; otherwise products are of float32, as PyTorch's.
 *
 * A view is never compared with itself. A batch of one sample has no negatives, and the loss 0. A length below 1e-12 counts as that, as in PyTorch's
 * `normalize`.
 *
 * Throws LossError for shapes that do not fit, for integers, and for a temperature that is not above 0.
 *
 * Source: T. Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, https://arxiv.org/abs/2002.05709, equation 1
 *
 * @example
 * const loss = ntXentLoss([[3, 4], [1, 0]], [[4, 3], [2, 0]], { temperature: 0.5, reduction: 'none' })
 * loss.toArray() // ≈ [0.679811, 0.751251, 0.897026, 0.751251]
 */
export const ntXentLoss = twoViews({
  name: 'ntXentLoss',
  pytorch: null,
  module: 'NTXentLoss',
  aliases: ['ntxent', 'simclr'],
  summary: 'Draws two views of a sample to each other, and away from all other views.',
  formula: 'log Σ exp(z·z₋ / τ) − z·z₊ / τ',
  inside: 'the length of 1, and the softmax',
  mean: 'positions',
  inputs: [
    { name: 'view1', domain: 'real', axes: 'N D', help: 'vectors (N, D), one view of each sample' },
    { name: 'view2', domain: 'real', axes: 'N D', help: 'the other view of each, row by row: the same shape' },
  ],
  options: {
    temperature: { kind: 'number', default: 0.5, examples: [0.5, 0.1, 0.07, 1], help: 'What similarities are divided by; above 0.' },
    normalize: normalizeOption,
    reduction: reductionOptions.reduction,
  },
  refuses: refusesOptions,
})
