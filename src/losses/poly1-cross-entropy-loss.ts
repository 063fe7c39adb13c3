import { scoresAndClasses } from '../families/ruled-rows.ts'
import { softmaxRows } from '../families/softmax-rows/family.ts'
import { notWithin } from '../refusals.ts'
import { classOptions, reductionOptions } from '../spec.ts'

/**
 * Poly-1 cross-entropy of class scores: cross-entropy with another weight on the first term of its series in 1 − p.
 *
 * l = w[t]·(−log p + ε·(1 − p)), with p = softmax(x)[t]
 *
 * Shapes: input (C), (N, C) or (N, C, d1, …, dk): the classes are axis 1; target class indices, of the input's shape without the class axis;
 * `weight` (C). dtypes: floating-point input; indices int64, or uint8 for one or two dimensions; weights of the input's dtype. `mean` divides
 * by the sum of the weights of the counted targets, so that epsilon 0 is `crossEntropy`. Gradient: input.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit, and for an epsilon that is not finite.
 *
 * Source: Z. Leng et al., "PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions", https://arxiv.org/abs/2204.12511
 *
 * @example
 * const loss = poly1CrossEntropyLoss([[2, 1, 0.1], [0.5, 2.5, -1]], [0, 1])
 * loss.item() // ≈ 0.526615
 */
export const poly1CrossEntropyLoss = softmaxRows({
  name: 'poly1CrossEntropyLoss',
  pytorch: null,
  module: 'Poly1CrossEntropyLoss',
  aliases: ['poly1'],
  summary: 'Poly-1 cross-entropy: cross-entropy with another weight on its first term in 1 − p.',
  formula: 'w[t]·(−log p + ε·(1 − p))',
  inside: 'softmax',
  mean: 'target weights',
  inputs: scoresAndClasses,
  options: {
    epsilon: {
      kind: 'number',
      default: 1,
      examples: [1, 0, -1, 2.5],
      help: 'What is added to the weight of the first term, 1 − p; the paper tries −1 to 6.',
    },
    ...classOptions,
    reduction: reductionOptions.reduction,
  },
  refuses: (options) => notWithin(options, 'epsilon', -Infinity, Infinity, '1'),

  value: (m, { logp, weight }, p) => m.mul(weight, m.sub(m.mul(Number(p.epsilon), m.sub(1, m.exp(logp))), logp)),
  slope: {
    picked: (m, { logp }, p) => m.sub(m.mul(-Number(p.epsilon), m.exp(logp)), 1),
    uniform: () => null,
  },
  blend: () => ({ scale: 1, shift: 0 }),
})
