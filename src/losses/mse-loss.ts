import { square } from '../algebra/algebra.ts'
import { promoted } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import { regression } from '../families/pointwise/regression.ts'

/**
 * Mean squared error: the loss of regression, denoising and restoration.
 *
 * l = (x − t)²
 *
 * Shapes: input and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` (PyTorch warns, and compares every pair).
 * dtypes: any of which at least one is floating-point; the result is of the promoted type. `mean` divides by the number of elements, or by
 * the sum of `weight`. Gradients: input, target, weight.
 *
 * Throws LossError for unequal shapes, and where both are integers.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.MSELoss.html
 *
 * @example
 * const loss = mseLoss([0.5, 1], [0, 1])
 * loss.item() // => 0.125
 */
export const mseLoss = pointwise({
  name: 'mseLoss',
  pytorch: 'mse_loss',
  module: 'MSELoss',
  aliases: ['mse'],
  summary: 'Mean squared error between two arrays of real values.',
  formula: '(x − t)²',
  likelihood: 'normal',
  ...regression('mse_loss'),
  dtype: promoted((dtype) => `NotImplementedError: "mse_cpu" not implemented for '${dtype}'`),

  value: (m, { input: x, target: t }) => square(m, m.sub(x, t)),
  slope: {
    input: (m, { input: x, target: t }) => m.mul(2, m.sub(x, t)),
    target: (m, { input: x, target: t }) => m.mul(-2, m.sub(x, t)),
  },
})
