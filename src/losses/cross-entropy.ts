import { softmaxRows } from '../families/softmax-rows/family.ts'
import type { RowFormula, RowParams } from '../families/softmax-rows/problem.ts'
import { classOptions, reductionOptions } from '../spec.ts'

/** PyTorch takes a smoothing below 0, or NaN, for none. */
const smoothing = (p: RowParams): number => (Number(p.labelSmoothing) > 0 ? Number(p.labelSmoothing) : 0)

/** The smoothing that is left to the value: a distribution is blended before. */
const spread = (p: RowParams): number => (p.distributions ? 0 : smoothing(p))

/** The formula of a row, for the losses that end in a cross-entropy. */
export const formula: RowFormula = {
  value: (m, { picked, uniform }, p) =>
    spread(p) > 0 ? m.neg(m.add(m.mul(1 - spread(p), picked), m.mul(spread(p) / p.classes, uniform))) : m.neg(picked),
  slope: {
    picked: (_, __, p) => spread(p) - 1,
    uniform: (p) => (spread(p) > 0 ? -spread(p) / p.classes : null),
  },
  blend: (p) => ({ scale: 1 - smoothing(p), shift: smoothing(p) / p.classes }),
}

/**
 * Cross-entropy of class scores: softmax, logarithm and pick in one. Do not put a softmax before it.
 *
 * l = −Σ w·q·log softmax(x), with q the target distribution, smoothed: q·(1 − ε) + ε/C
 *
 * Shapes: input (C), (N, C) or (N, C, d1, …, dk): the classes are axis 1. Target either class indices, of the input's shape without the
 * class axis; or probabilities, of exactly the input's shape (the shape decides, not the dtype). `weight` (C).
 * dtypes: floating-point input; indices int64, or uint8 for one or two dimensions; index weights of the input's dtype. The result has the
 * input's dtype, with probabilities the promoted one.
 * `mean` divides by the sum of the weights of the counted targets; with probabilities by the number of rows, whatever the weights. All
 * ignored: NaN. Gradients: input; with probabilities also target and weight.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.CrossEntropyLoss.html
 *
 * @example
 * const loss = crossEntropy([[2, 1, 0.1], [0.5, 2.5, -1]], [0, 1])
 * loss.item() // ≈ 0.285104
 */
export const crossEntropy = softmaxRows({
  name: 'crossEntropy',
  pytorch: 'cross_entropy',
  module: 'CrossEntropyLoss',
  aliases: ['ce'],
  summary: 'Cross-entropy between class scores and classes, or distributions over them.',
  formula: '−Σ w·q·log softmax(x)',
  likelihood: 'categorical',
  inside: 'softmax',
  mean: 'target weights',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (no softmax before): (C), (N, C) or (N, C, d1, …)' },
    { name: 'target', domain: 'classes or probabilities', help: "class indices, shape without C; or probabilities, the input's shape" },
  ],
  options: {
    ...classOptions,
    ...reductionOptions,
    labelSmoothing: {
      kind: 'number',
      default: 0,
      examples: [0, 0.1, 0.5, 1],
      help: 'The share of the target that is spread evenly over all classes, in [0, 1].',
    },
  },
  native: { name: 'cross_entropy_loss', order: ['input', 'target', 'weight', 'reduction', 'ignoreIndex', 'labelSmoothing'] },
  kernels: ['log_softmax_lastdim_kernel_impl', 'log_softmax_kernel_impl'],
  distributions: true,
  ...formula,
})
