import { cosineOfVectors } from '../families/vectors/family.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'

/**
 * Cosine embedding loss: vectors that are alike are to point the same way, others at least so far apart.
 *
 * l = 1 − cos where t = 1, max(0, cos − margin) where t = −1, and 0 for any other t
 *
 * cos = Σ a·b / √((Σ a² + ε)·(Σ b² + ε)), with ε = 1e-12. Shapes: inputs (N, D) with target (N), or (D) with (). Unequal shapes are an error
 * unless `broadcast: true` (PyTorch lets one row or one column stand for all, in silence, though it counts a single column once in the
 * length). dtypes: any; the result has the promoted one, of integers float32. `mean` divides by the number of rows. Gradients: input1, input2;
 * also where cos is just the margin. That the target asks for a gradient PyTorch ignores.
 *
 * Throws LossError for shapes that do not fit, for targets of bool and uint8 (PyTorch takes them, and −1 is 255 in uint8), and for integers
 * whose products their dtype cannot hold.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.CosineEmbeddingLoss.html
 *
 * @example
 * const loss = cosineEmbeddingLoss([[3, 4], [3, 4]], [[4, 3], [4, 3]], [1, -1], { reduction: 'none' })
 * loss.toArray() // ≈ [0.04, 0.96]
 */
export const cosineEmbeddingLoss = cosineOfVectors({
  name: 'cosineEmbeddingLoss',
  pytorch: 'cosine_embedding_loss',
  module: 'CosineEmbeddingLoss',
  aliases: ['cosine-embedding'],
  summary: 'Turns vectors of similar pairs towards each other, and others apart.',
  formula: 't = 1: 1 − cos; t = −1: max(0, cos − margin)',
  least: 0,
  inside: 'the cosine: the vectors need no length of 1',
  mean: 'positions',
  inputs: [
    { name: 'input1', domain: 'real', axes: '?N D', help: 'vectors: (N, D) or (D)' },
    { name: 'input2', domain: 'real', axes: '?N D', help: 'those to compare with, row by row: the same shape' },
    { name: 'target', domain: 'signs', axes: '?N', gradient: 'ignored', help: '1 for a similar pair, −1 for a dissimilar one' },
  ],
  options: {
    margin: { kind: 'number', default: 0, examples: [0, 0.5, -0.5, 1], help: 'The cosine that dissimilar pairs may have.' },
    ...reductionOptions,
    broadcast: { ...broadcastOption, help: 'Let one row, column or label stand for all, as PyTorch does without a word.' },
  },
  native: { name: 'cosine_embedding_loss', order: ['input1', 'input2', 'target', 'margin', 'reduction'] },
})
