import { refusesOptions } from '../families/contrast/check.ts'
import { normalizeOption, queriesAndKeys } from '../families/contrast/family.ts'
import { reductionOptions } from '../spec.ts'

/**
 * InfoNCE: a query is to be likest to its own key, among negatives. A cross-entropy whose scores are similarities.
 *
 * l = log Σ exp(q·k / τ) − q·k₊ / τ, where k runs through the positive key and the negatives, and q and k have the length 1
 *
 * Without `negativeKeys` the other queries' keys are the negatives. With them only these are: (M, D) for all queries (a memory bank, as in MoCo),
 * (N, M, D) those of each query. With `normalize: false` the similarity is the plain product. Shapes: query and positiveKey (N, D). dtypes:
 * floating-point; the result has the promoted one. `mean` divides by the number of queries. Gradients: query, positiveKey and negativeKeys.
 * Some rows of similarities are in memory at a time, 24 and no more than 2¹⁷ of them beyond that. Lengths are computed in float64, and so is
 * everything else for float64, with negatives of each query, and without SIMD; otherwise products are of float32, as PyTorch's.
 *
 * The mean of both directions, infoNceLoss(a, b) and infoNceLoss(b, a), is CLIP's loss. A batch of one without negatives has the loss 0. A length
 * below 1e-12 counts as that, as in PyTorch's `normalize`.
 *
 * Throws LossError for shapes that do not fit, for integers, and for a temperature that is not above 0.
 *
 * Source: A. van den Oord et al., Representation Learning with Contrastive Predictive Coding, https://arxiv.org/abs/1807.03748, equation 4, with the
 * cosine over a temperature of K. He et al., https://arxiv.org/abs/1911.05722, equation 1
 *
 * @example
 * const loss = infoNceLoss([[3, 4], [1, 0]], [[4, 3], [2, 0]], { temperature: 0.5, reduction: 'none' })
 * loss.toArray() // ≈ [0.396594, 0.513015]
 */
export const infoNceLoss = queriesAndKeys({
  name: 'infoNceLoss',
  pytorch: null,
  module: 'InfoNCELoss',
  aliases: ['infonce'],
  summary: 'Draws each query to its key, and away from the keys of others.',
  formula: 'log Σ exp(q·k / τ) − q·k₊ / τ',
  inside: 'the length of 1, and the softmax',
  mean: 'positions',
  inputs: [
    { name: 'query', domain: 'real', axes: 'N D', help: 'vectors (N, D)' },
    { name: 'positiveKey', domain: 'real', axes: 'N D', help: "what each is to be like, row by row: the query's shape" },
  ],
  options: {
    negativeKeys: {
      kind: 'tensor',
      domain: 'real',
      shape: 'same',
      axes: ['M D', 'N M D'],
      gradient: true,
      help: "What they are not to be like: (M, D) for all, or (N, M, D) for each; left out, the others' keys.",
    },
    temperature: { kind: 'number', default: 0.1, examples: [0.1, 0.5, 0.07, 1], help: 'What similarities are divided by; above 0.' },
    normalize: normalizeOption,
    reduction: reductionOptions.reduction,
  },
  refuses: refusesOptions,
})
