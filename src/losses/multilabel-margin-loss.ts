import { marginRows } from '../families/margin-rows/family.ts'
import { reductionOptions } from '../spec.ts'

/**
 * Multi-label hinge loss: the scores of all right classes are to exceed those of all others by 1.
 *
 * l = (1/C)·Σ over right t and other j of max(0, 1 − x[t] + x[j])
 *
 * Shapes: input and target both (C) or (N, C). A row of the target lists class indices; the first −1 ends them, and what follows does not
 * count (but is in range). dtypes: input float32 or float64, target int64; the result has the input's. `mean` divides by the number of rows.
 * Gradient: input. A class that is listed twice counts twice.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit. The mean of no rows is NaN and their sum 0 (PyTorch gives what
 * happens to be in memory).
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.MultiLabelMarginLoss.html
 *
 * @example
 * const loss = multilabelMarginLoss([[0.1, 0.2, 0.4, 0.8]], [[3, 0, -1, 1]])
 * loss.item() // ≈ 0.85
 */
export const multilabelMarginLoss = marginRows({
  name: 'multilabelMarginLoss',
  pytorch: 'multilabel_margin_loss',
  module: 'MultiLabelMarginLoss',
  aliases: ['multilabel-margin'],
  summary: 'Hinge loss of several classes per row: the right scores are to exceed the others by 1.',
  formula: '(1/C)·Σ over right t and other j of max(0, 1 − x[t] + x[j])',
  least: 0,
  inside: 'nothing: raw scores, no sigmoid before',
  mean: 'positions',
  inputs: [
    { name: 'input', domain: 'real', axes: '?N C', help: 'scores: (C) or (N, C)' },
    { name: 'target', domain: 'labels', axes: '?N C', help: "the classes of each row, −1 after the last one, the input's shape" },
  ],
  options: reductionOptions,
  native: { name: 'multilabel_margin_loss', order: ['input', 'target', 'reduction'] },
  labels: 'many',
})
