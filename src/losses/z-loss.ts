import { rowsOfScores } from '../families/ruled-rows.ts'
import { notWithin } from '../refusals.ts'
import { classOptions, reductionOptions } from '../spec.ts'

/**
 * Z-loss: keeps the log-sum-exp of class scores near 0. Added to a cross-entropy, which does not see it, it keeps scores from drifting away.
 *
 * l = coefficient·(log Σ exp(x))²
 *
 * Shapes: input (C), (N, C) or (N, C, d1, …, dk): the classes are axis 1. The option `target` takes the cross-entropy's class indices, so that
 * rows whose target is ignoreIndex do not count here either. dtypes: floating-point input. `mean` divides by the number of counted rows.
 * Gradient: input.
 *
 * PaLM adds it with the coefficient 1e-4, the default here; ST-MoE adds it to the scores of its router with 1e-3.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit, for no classes, and for a coefficient that is not finite.
 *
 * Source: A. Chowdhery et al., "PaLM: Scaling Language Modeling with Pathways", section 5, https://arxiv.org/abs/2204.02311; B. Zoph et al.,
 * "ST-MoE", https://arxiv.org/abs/2202.08906
 *
 * @example
 * const loss = zLoss([[2, 1, 0.1], [0.5, 2.5, -1]], { coefficient: 1 })
 * loss.item() // ≈ 6.440695
 */
export const zLoss = rowsOfScores({
  name: 'zLoss',
  pytorch: null,
  module: 'ZLoss',
  aliases: ['z'],
  summary: 'Z-loss: keeps the log-sum-exp of class scores near 0.',
  formula: 'coefficient·(log Σ exp(x))²',
  least: 0,
  inside: 'log-sum-exp',
  mean: 'target weights',
  inputs: [{ name: 'input', domain: 'logits', help: 'raw scores (no softmax before): (C), (N, C) or (N, C, d1, …)' }],
  options: {
    coefficient: { kind: 'number', default: 1e-4, examples: [1e-4, 1, 0, -0.5], help: 'A factor, beside the cross-entropy.' },
    target: {
      kind: 'tensor',
      domain: 'classes',
      shape: 'same',
      axes: ['', 'N', 'N …'],
      help: "The cross-entropy's class indices, of which only those that are ignoreIndex matter here.",
    },
    ignoreIndex: classOptions.ignoreIndex,
    reduction: reductionOptions.reduction,
  },
  refuses: (options) => notWithin(options, 'coefficient', -Infinity, Infinity, '1e-4'),

  value: (m, { lse }, p) => m.mul(m.mul(Number(p.coefficient), lse), lse),
  slope: {
    picked: () => 0,
    uniform: () => null,
    lse: (m, { lse }, p) => m.mul(2 * Number(p.coefficient), lse),
  },
  blend: () => ({ scale: 1, shift: 0 }),
})
