import { softmaxRows } from '../families/softmax-rows/family.ts'
import { classOptions, reductionOptions } from '../spec.ts'

/**
 * Negative log-likelihood of log-probabilities: for a network that ends with a log-softmax. Where it ends with scores, take `crossEntropy`.
 *
 * l = −w[t]·x[t]
 *
 * Shapes: input (C), (N, C) or (N, C, d1, …, dk); target class indices, of the input's shape without the class axis; `weight` (C).
 * dtypes: floating-point input; indices int64, or uint8 for one or two dimensions; weights of the input's dtype. `mean` divides by the sum
 * of the weights of the counted targets. Probabilities or scores as input are not refused (PyTorch does not), and give wrong losses, often
 * below 0. Gradient: input.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.NLLLoss.html
 *
 * @example
 * const loss = nllLoss([[Math.log(0.25), Math.log(0.75)]], [1])
 * loss.item() // ≈ 0.287682
 */
export const nllLoss = softmaxRows({
  name: 'nllLoss',
  pytorch: 'nll_loss',
  module: 'NLLLoss',
  aliases: ['nll'],
  summary: 'Negative log-likelihood of classes under given log-probabilities.',
  formula: '−w[t]·x[t]',
  likelihood: 'categorical',
  inside: 'nothing: put a log-softmax before it',
  mean: 'target weights',
  inputs: [
    { name: 'input', domain: 'log-probabilities', help: 'log-probabilities: (C), (N, C) or (N, C, d1, …)' },
    { name: 'target', domain: 'classes', help: 'class indices, shape without C' },
  ],
  options: { ...classOptions, ...reductionOptions },
  native: { name: 'nll_loss_nd', order: ['input', 'target', 'weight', 'reduction', 'ignoreIndex'] },
  normalised: true,

  value: (m, { picked }) => m.neg(picked),
  slope: { picked: () => -1, uniform: () => null },
  blend: () => ({ scale: 1, shift: 0 }),
})
