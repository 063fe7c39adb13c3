import { refusesOptions } from '../families/margin-rows/check.ts'
import { marginRows } from '../families/margin-rows/family.ts'
import { classOptions, reductionOptions } from '../spec.ts'

/**
 * Multi-class hinge loss: the score of the right class is to exceed every other one by a margin.
 *
 * l = (1/C)·Σ over j ≠ t of w[t]·max(0, margin − x[t] + x[j])^p
 *
 * Shapes: input (C) or (N, C), target () or (N), `weight` (C). dtypes: input float32 or float64, target int64, weights of the input's dtype;
 * the result has it too. `mean` divides by the number of rows, whatever the weights. Gradient: input; none where a margin is just kept, or NaN.
 *
 * Throws LossError for shapes, dtypes, class indices and a `p` that do not fit. The mean of no rows is NaN and their sum 0 (PyTorch gives
 * what happens to be in memory).
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.MultiMarginLoss.html
 *
 * @example
 * const loss = multiMarginLoss([[0.5, 0.25, 0]], [0])
 * loss.item() // ≈ 0.416667
 */
export const multiMarginLoss = marginRows({
  name: 'multiMarginLoss',
  pytorch: 'multi_margin_loss',
  module: 'MultiMarginLoss',
  aliases: ['multi-margin'],
  summary: 'Hinge loss of classes: the right score is to exceed the others by a margin.',
  formula: '(1/C)·Σ over j ≠ t of w[t]·max(0, margin − x[t] + x[j])^p',
  least: 0,
  inside: 'nothing: raw scores, no softmax before',
  mean: 'positions',
  inputs: [
    { name: 'input', domain: 'real', axes: '?N C', help: 'scores: (C) or (N, C)' },
    { name: 'target', domain: 'classes', axes: '?N', help: 'class indices, one per row' },
  ],
  options: {
    p: { kind: 'number', default: 1, examples: [1, 2], help: 'The power of what a margin lacks: 1 or 2.' },
    margin: { kind: 'number', default: 1, examples: [1, 0.5, 0, 2], help: 'By how much the right score is to exceed the others.' },
    weight: { ...classOptions.weight, axes: 'C', help: 'A weight per class, shape (C): that of the right one counts.' },
    ...reductionOptions,
  },
  made: { refuses: refusesOptions },
  native: {
    name: 'multi_margin_loss',
    order: ['input', 'target', 'p', 'margin', 'weight', 'reduction'],
    asked: { weight: 'dim' },
    types: {
      p: () => 'ValueError: only p == 1 and p == 2 supported',
      margin: (came) => `TypeError: multi_margin_loss(): argument 'margin' (position 4) must be Number, not ${came}`,
    },
  },
  labels: 'one',
})
