import type { Algebra } from '../algebra/algebra.ts'
import { scoresAndClasses } from '../families/ruled-rows.ts'
import { softmaxRows } from '../families/softmax-rows/family.ts'
import { notWithin } from '../refusals.ts'
import { classOptions, reductionOptions } from '../spec.ts'

/** 1 − p of the target, never below 0, and (1 − p)^γ. */
function doubt<V, B>(m: Algebra<V, B>, logp: V, gamma: number): { readonly miss: V; readonly factor: V | number } {
  const miss = m.max(m.sub(1, m.exp(logp)), 0)
  return { miss, factor: gamma === 0 ? 1 : m.exp(m.mul(gamma, m.log(miss))) }
}

/**
 * Focal loss of class scores: cross-entropy that counts less the surer the right class is. For detection and segmentation with rare classes.
 *
 * l = −w[t]·(1 − p)^γ·log p, with p = softmax(x)[t]
 *
 * Shapes: input (C), (N, C) or (N, C, d1, …, dk): the classes are axis 1; target class indices, of the input's shape without the class axis.
 * `weight` (C), the paper's α, one for each class. dtypes: floating-point input; indices int64, or uint8 for one or two dimensions; weights of
 * the input's dtype. `mean` divides by the sum of the weights of the counted targets, so that gamma 0 is `crossEntropy`; others divide by the
 * number of samples, which is the same without weights. Gradient: input.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit, and for a gamma below 0.
 *
 * Source: T.-Y. Lin et al., "Focal Loss for Dense Object Detection", https://arxiv.org/abs/1708.02002
 *
 * @example
 * const loss = softmaxFocalLoss([[2, 1, 0.1], [0.5, 2.5, -1]], [0, 1])
 * loss.item() // ≈ 0.025791
 */
export const softmaxFocalLoss = softmaxRows({
  name: 'softmaxFocalLoss',
  pytorch: null,
  module: 'SoftmaxFocalLoss',
  aliases: ['softmax-focal'],
  summary: 'Focal loss of class scores: cross-entropy that counts sure samples less.',
  formula: '−w[t]·(1 − p)^γ·log p',
  least: 0,
  inside: 'softmax',
  mean: 'target weights',
  inputs: scoresAndClasses,
  options: {
    gamma: {
      kind: 'number',
      default: 2,
      examples: [2, 0, 1, 0.5, 5],
      help: 'How much less a sure sample counts, from 0 (cross-entropy).',
    },
    ...classOptions,
    reduction: reductionOptions.reduction,
  },
  refuses: (options) => notWithin(options, 'gamma', 0, Infinity, '2'),

  value: (m, { picked, logp }, p) => {
    const { factor } = doubt(m, logp, Number(p.gamma))
    return m.neg(m.mul(picked, factor))
  },
  slope: {
    picked: (m, { logp }, p) => {
      const gamma = Number(p.gamma)
      const { miss, factor } = doubt(m, logp, gamma)
      if (gamma === 0) return -1
      // log p / (1 − p), which is −1 where p is 1
      const ratio = m.select(m.eq(miss, 0), -1, m.div(logp, miss))
      return m.mul(m.sub(m.mul(m.mul(gamma, m.exp(logp)), ratio), 1), factor)
    },
    uniform: () => null,
  },
  blend: () => ({ scale: 1, shift: 0 }),
})
