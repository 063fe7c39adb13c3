import { sign } from '../algebra/algebra.ts'
import { pointwise } from '../families/pointwise/family.ts'
import { absoluteError, regression } from '../families/pointwise/regression.ts'

/**
 * Mean absolute error: the loss of regression and restoration that outliers pull on least.
 *
 * l = |x − t|
 *
 * Shapes: input and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` (PyTorch warns, and compares every pair).
 * dtypes: any but bool, of which at least one is floating-point; the result is of the promoted type. `mean` divides by the number of
 * elements, or by the sum of `weight`. Gradients: input, target, weight; 0 where input and target are equal.
 *
 * Throws LossError for unequal shapes, for bool, and where both are integers.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.L1Loss.html
 *
 * @example
 * const loss = l1Loss([0.5, 1], [0, 1])
 * loss.item() // => 0.25
 */
export const l1Loss = pointwise({
  name: 'l1Loss',
  pytorch: 'l1_loss',
  module: 'L1Loss',
  aliases: ['l1', 'mae'],
  summary: 'Mean absolute error between two arrays of real values.',
  formula: '|x − t|',
  least: 0,
  ...regression('l1_loss'),
  dtype: absoluteError,

  value: (m, { input: x, target: t }) => m.abs(m.sub(x, t)),
  slope: {
    input: (m, { input: x, target: t }) => sign(m, m.sub(x, t)),
    target: (m, { input: x, target: t }) => sign(m, m.sub(t, x)),
  },
})
